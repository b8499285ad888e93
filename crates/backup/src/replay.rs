//! A dump, read by `pg_restore` and executed by `psql`, with statements of ours around it. The
//! last of them is sent only when all of the dump was; a connection that ends before it commits
//! nothing.

use std::process::Stdio;

use sunset_core::{Error, ErrorKind, Result};
use sunset_targets::postgres::LibpqVariables;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use crate::child;
use crate::shelf::Backup;
use crate::take::DUMP;
use crate::tools::Tools;

/// Settings that begin a dump stand within so many lines.
const HEAD_LINES: usize = 40;

/// What is done with a dump.
pub(crate) struct Replay<'a> {
    pub tools: &'a Tools,
    pub backup: &'a Backup,
    pub variables: &'a LibpqVariables,
    /// Of the server, as `server_version_num`.
    pub server_version: i32,
    /// Options of pg_restore.
    pub options: Vec<String>,
    /// Statements before it.
    pub before: String,
    /// Statements behind it.
    pub behind: String,
}

impl Replay<'_> {
    pub async fn run(self) -> Result<()> {
        let (restore, psql) = (self.tools.path("pg_restore"), self.tools.path("psql"));
        let mut reading = child::of_postgres(&restore, None);
        reading
            .args(["--file=-"])
            .args(&self.options)
            .arg(self.backup.folder.join(DUMP))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut writing = child::of_postgres(&psql, Some(self.variables));
        writing
            .args([
                "--no-psqlrc",
                "--quiet",
                "--no-password",
                "--set=ON_ERROR_STOP=1",
                "--file=-",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut reader = reading
            .spawn()
            .map_err(|cause| child::unrunnable(&restore, cause))?;
        let mut writer = writing
            .spawn()
            .map_err(|cause| child::unrunnable(&psql, cause))?;
        let broken = || {
            Error::new(
                ErrorKind::Internal,
                "a pipe to another program is not there",
            )
        };
        let out = reader.stdout.take().ok_or_else(broken)?;
        let mut reader_words = reader.stderr.take().ok_or_else(broken)?;
        let input = writer.stdin.take().ok_or_else(broken)?;
        let mut writer_words = writer.stderr.take().ok_or_else(broken)?;
        let (mut said_reading, mut said_writing) = (Vec::new(), Vec::new());
        let pumping = async {
            let pumped = self.pump(out, input, &mut reader).await;
            if pumped.is_err() {
                // psql is gone, and nobody reads what it would go on with.
                drop(reader.start_kill());
            }
            pumped
        };
        let (pumped, _, _) = tokio::join!(
            pumping,
            reader_words.read_to_end(&mut said_reading),
            writer_words.read_to_end(&mut said_writing),
        );
        let failed =
            |cause| Error::new(ErrorKind::Internal, "cannot wait for a program's end").cause(cause);
        let (read, written) = (
            reader.wait().await.map_err(failed)?,
            writer.wait().await.map_err(failed)?,
        );
        if !written.success() {
            return Err(child::failure(
                "the dump could not be loaded",
                &said_writing,
            ));
        }
        if !read.success() || pumped.is_err() {
            return Err(
                Error::new(ErrorKind::Mismatch, "pg_restore cannot read the dump")
                    .item(child::words(&said_reading))
                    .remedy("this backup is damaged: use another one, see `backup list`"),
            );
        }
        Ok(())
    }

    async fn pump(
        &self,
        out: tokio::process::ChildStdout,
        mut input: tokio::process::ChildStdin,
        reader: &mut tokio::process::Child,
    ) -> std::io::Result<()> {
        let mut out = BufReader::with_capacity(1 << 18, out);
        input.write_all(self.before.as_bytes()).await?;
        let mut line = Vec::new();
        for _ in 0..HEAD_LINES {
            line.clear();
            if out.read_until(b'\n', &mut line).await? == 0 {
                break;
            }
            // A newer pg_dump's setting, which older servers do not have.
            if self.server_version < 170_000 && line.starts_with(b"SET transaction_timeout") {
                continue;
            }
            input.write_all(&line).await?;
        }
        tokio::io::copy_buf(&mut out, &mut input).await?;
        // Only of a dump that was read whole the last statements are sent.
        if reader.wait().await?.success() {
            input.write_all(self.behind.as_bytes()).await?;
        }
        input.shutdown().await
    }
}
