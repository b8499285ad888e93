//! Generated V2 projects, kept between runs: the same number of documents gives the same bytes.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::{Context, Result};
use sunset_testkit::generate::{self, Generated};

use crate::RunArguments;
use crate::report::say;

/// A folder with one collection, `cases`.
#[derive(Debug)]
pub struct Project {
    pub dir: PathBuf,
    /// `cases.ndjson`.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    pub documents: u64,
}

impl Project {
    /// The project of so many documents, made where it is not there.
    pub fn of(arguments: &RunArguments, documents: u64) -> Result<Self> {
        let dir = arguments.work_dir.join(format!("cases-{documents}"));
        let file = dir.join("cases.ndjson");
        if !file.exists() {
            say(&format!("generating {documents} documents"));
            std::fs::create_dir_all(&dir)?;
            let unfinished = dir.join("unfinished");
            let out =
                File::create(&unfinished).with_context(|| unfinished.display().to_string())?;
            let mut out = BufWriter::with_capacity(1 << 20, out);
            generate::write_cases(
                &mut out,
                Generated {
                    cases: documents,
                    leads: 0,
                    poisoned_percent: 0,
                    seed: 1,
                },
            )?;
            out.into_inner()
                .map_err(std::io::IntoInnerError::into_error)?;
            std::fs::rename(&unfinished, &file)?;
        }
        let bytes = file.metadata()?.len();
        Ok(Self {
            dir,
            file,
            bytes,
            documents,
        })
    }
}
