//! The proof document: written behind a check that passed, and checked offline.

use std::path::Path;

use serde_json::{Value, json};
use sunset_cli::render::{self, hexadecimal};
use sunset_cli::{Program, Session, Status};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::DocumentPlan;
use sunset_core::proof::{self, Fault, Inclusion, Manifest, Opened, ReadAt as _, TreeKind};
use sunset_targets::proof::{ProofFile, ProofWriter, SigningKey, from_hexadecimal, is_signed};

use crate::Arguments;

/// What will be signed, and by whom.
pub struct Proof {
    writer: ProofWriter,
    key: SigningKey,
    own_key: bool,
}

impl Proof {
    /// The writer that the options ask for; faults in them are found before an hour of comparing.
    pub fn asked(arguments: &Arguments, plan: &dyn DocumentPlan) -> Result<Option<Self>> {
        let Some(path) = &arguments.proof else {
            return Ok(None);
        };
        let key = match &arguments.proof_key {
            Some(path) => SigningKey::read(path)?,
            None => SigningKey::generate()?,
        };
        let collections = plan.collections().into_iter();
        let collections = collections.map(|name| (TreeKind::Collection, name.to_owned()));
        let tables = plan.shapes().into_iter();
        let tables = tables.map(|shape| (TreeKind::Table, shape.table.clone()));
        Ok(Some(Self {
            writer: ProofWriter::new(path, collections.chain(tables))?,
            key,
            own_key: arguments.proof_key.is_some(),
        }))
    }

    /// Where leaves go.
    pub fn leaves(&mut self) -> &mut ProofWriter {
        &mut self.writer
    }

    /// Writes the document and says so.
    pub fn finish(self, manifest: Manifest, path: &Path, session: &Session) -> Result<()> {
        let public = hexadecimal(&self.key.public());
        self.writer.finish(manifest, &self.key)?;
        session.print(&format!("Proof: {}", path.display()));
        session.print(&if self.own_key {
            format!("Signed with the key {public}.")
        } else {
            format!(
                "Signed with a key made for this proof alone, {public}: write it down, for it shows \
                 that a proof is this one. --proof-key signs with your own."
            )
        });
        Ok(())
    }
}

/// `--verify-proof`: neither V2 nor V3 nor the network is asked.
pub fn verify(path: &Path, arguments: &Arguments, session: &Session) -> Result<Status> {
    let signed_by = match &arguments.signed_by {
        Some(text) => Some(from_hexadecimal(text).ok_or_else(|| {
            Error::new(ErrorKind::Configuration, "--signed-by is not a public key")
                .item(text.clone())
                .remedy("give the 64 hexadecimal digits that were printed with the proof")
        })?),
        None => None,
    };
    let mut file = ProofFile::open(path)?;
    let opened = match proof::open(&mut file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::Malformed => {
            // What is not even readable is a proof that does not hold, and no fault of the command.
            session.print(&format!("NOT VERIFIED: {error}"));
            session.json(|| json!({ "verified": false, "faults": [error.to_string()] }));
            return Ok(Status::CheckFailed);
        }
        Err(error) => return Err(error),
    };
    let mut faults = Vec::new();
    let mut fault = |what: String| faults.push(Fault { tree: None, what });
    let header = &opened.header;
    if !is_signed(&header.public_key, &opened.signed, &header.signature) {
        fault("the signature is not that of the header and the manifest: one of the three was changed".into());
    }
    if signed_by.is_some_and(|key| key != header.public_key) {
        fault(format!(
            "it is signed with the key {}, and not with the one that --signed-by names",
            hexadecimal(&header.public_key)
        ));
    }
    let inclusions = match &arguments.id {
        Some(id) => inclusions(&mut file, &opened, id, &mut faults)?,
        None => Vec::new(),
    };
    let whole = arguments.id.is_none() || inclusions.is_empty();
    if whole {
        let progress = session.progress();
        let rows = opened.manifest.trees.iter().map(|tree| tree.count).sum();
        progress.start("Proof", Some(rows));
        faults.extend(proof::check(&mut file, &opened, &mut |count| {
            progress.advance(count)
        })?);
        progress.finish();
    }
    session.print(&render::proof_document_text(&opened, file.size()));
    if let Some(id) = &arguments.id {
        session.print(&render::inclusions_text(id, &inclusions));
    }
    let missing = arguments.id.is_some() && inclusions.is_empty();
    for fault in &faults {
        session.print(&render::fault_text(fault));
    }
    session.print(match (faults.is_empty(), missing, whole) {
        (true, false, true) => "VERIFIED: the signature, every row and every hash.",
        (true, false, false) => {
            "VERIFIED: the signature, and that the row is under the signed root."
        }
        (true, true, _) => "NOT FOUND: the proof is whole, and it has no row of this id.",
        (false, _, _) => "NOT VERIFIED: see above.",
    });
    let verified = faults.is_empty() && !missing;
    if verified && arguments.signed_by.is_none() {
        session.print(
            "Whose key signed it was not asked: compare the key with the one that was printed when the \
             proof was made, or give that to --signed-by.",
        );
    }
    session.json(|| document(&opened, &inclusions, &faults, verified));
    Ok(if verified {
        Status::Done
    } else {
        Status::CheckFailed
    })
}

/// The rows of an id, one a tree that has it, each with its way to the signed root. A tree that
/// neither has it nor shows that it does not is a fault.
fn inclusions(
    file: &mut ProofFile,
    opened: &Opened,
    id: &str,
    faults: &mut Vec<Fault>,
) -> Result<Vec<(String, Inclusion)>> {
    let mut found = Vec::new();
    for (summary, layout) in &opened.trees {
        let tree = format!("{} {}", summary.kind.name(), summary.name);
        match proof::find(file, *layout, &summary.root, id) {
            Ok(Some(inclusion)) => {
                if inclusion.root().to_string() != summary.root {
                    faults.push(Fault {
                        tree: Some(tree.clone()),
                        what: format!(
                            "row {}, {id}: it does not lead to the signed root",
                            inclusion.index + 1
                        ),
                    });
                }
                found.push((tree, inclusion));
            }
            // The rows beside its place lead to the signed root.
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::Mismatch => faults.push(Fault {
                tree: Some(tree),
                what: error.to_string(),
            }),
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn document(
    opened: &Opened,
    inclusions: &[(String, Inclusion)],
    faults: &[Fault],
    verified: bool,
) -> Value {
    json!({
        "program": Arguments::NAME,
        "verified": verified,
        "public_key": hexadecimal(&opened.header.public_key),
        "signature": hexadecimal(&opened.header.signature),
        "manifest": opened.manifest,
        "inclusions": render::inclusions_json(inclusions),
        "faults": faults.iter().map(|fault| json!({"tree": fault.tree, "what": fault.what})).collect::<Vec<_>>(),
    })
}
