//! A backup before anything is written, where one is wanted.

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::permit::Consent;
use sunset_core::ports::backups::{BackupRecord, BackupSort, BackupWriter, Branch, Taken};
use sunset_core::ports::branches::{BranchApi, NewBranch};

use crate::branch;
use crate::retry::{Retries, retry};

/// What is backed up, and how.
pub enum Kept<'a> {
    /// Whole tables of a schema of the database.
    Tables {
        /// Those that the run may write to.
        tables: &'a [String],
        /// The schema that they stand in.
        namespace: &'a str,
    },
    /// The whole database, as a branch.
    Branch {
        /// The project.
        api: &'a dyn BranchApi,
        /// The host by which the database is reached.
        host: &'a str,
        /// To make one.
        consent: &'a Consent,
    },
}

/// Takes a backup, or finds the one that an earlier attempt of the same run took: what is in the
/// tables now is not what was there before the run.
///
/// # Errors
/// Those of the writer and of the API; `Refused` when the database is not of the project. Nothing
/// but a backup was written then.
pub async fn before_writing(
    kept: &Kept<'_>,
    writer: &dyn BackupWriter,
    began: Instant,
    retries: Retries,
) -> Result<Taken> {
    let sort = match kept {
        Kept::Tables { .. } => BackupSort::Tables,
        Kept::Branch { .. } => BackupSort::NeonBranch,
    };
    if let Some(record) = retry(retries, || writer.taken_before(sort)).await? {
        return Ok(Taken {
            record,
            before: true,
        });
    }
    let record = match kept {
        Kept::Tables { tables, namespace } => {
            retry(retries, || writer.take_tables(tables, namespace, began)).await?
        }
        Kept::Branch { api, host, consent } => {
            take_branch((*api, host), consent, writer, began, retries).await?
        }
    };
    Ok(Taken {
        record,
        before: false,
    })
}

async fn take_branch(
    (api, host): (&dyn BranchApi, &str),
    consent: &Consent,
    writer: &dyn BackupWriter,
    began: Instant,
    retries: Retries,
) -> Result<BackupRecord> {
    let of = of_host(api, host, retries).await?;
    let id = retry(retries, || writer.free_id(began)).await?;
    let wish = NewBranch {
        name: format!("sunset_{id}"),
        of: Some(of.clone()),
        with_compute: false,
    };
    let made = branch::make(api, &wish, consent, retries).await?;
    let branch = Branch {
        id: made.branch.id,
        name: wish.name,
        of,
        project: api.project().to_owned(),
    };
    retry(retries, || writer.enter_branch(&id, &branch)).await
}

/// The branch that a host leads to.
async fn of_host(api: &dyn BranchApi, host: &str, retries: Retries) -> Result<String> {
    retry(retries, || api.of_host(host)).await?.ok_or_else(|| {
        Error::new(
            ErrorKind::Refused,
            "no branch of the Neon project has the host of the database",
        )
        .item(format!("{host}, project {}", api.project()))
        .remedy("set NEON_PROJECT_ID to the project of the database, or use --backup tables")
    })
}

/// Makes the database what a branch holds; what it was stays as another branch, whose name is
/// given back.
///
/// # Errors
/// `Refused` when the database is not of the branch that the backup was taken of; those of the
/// API.
pub async fn restore_branch(
    api: &dyn BranchApi,
    host: &str,
    (id, backup): (&str, &Branch),
    consent: &Consent,
    retries: Retries,
) -> Result<String> {
    let now = of_host(api, host, retries).await?;
    if now != backup.of {
        return Err(Error::new(
            ErrorKind::Refused,
            format!(
                "the backup was taken of the branch {}, and the database is on {now}",
                backup.of
            ),
        )
        .item(id.to_owned())
        .remedy("set the database's URL to the one that was backed up"));
    }
    let keep_as = format!("before_{id}");
    branch::restore(api, (&now, &backup.id, &keep_as), consent, retries).await?;
    Ok(keep_as)
}
