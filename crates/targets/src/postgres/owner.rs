//! The user whom migrated opportunities belong to.

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::ports::verify::{ForeignKey, OwnerFault, OwnerOfRows};
use sunset_core::row::{CellKind, Shape};
use sunset_core::{Error, ErrorKind, Result};

use super::connection::Database;
use super::fault::error;
use super::identifier::{public_table, quote_identifier};
use super::rows::baselines;
use super::rows::table::{ROW, register_shape};
use super::runs::ActiveRun;

/// The email address of the user that is used, and made when absent, while none is named.
pub const MIGRATION_EMAIL: &str = "migration@internal.system";
const MIGRATION_NAME: &str = "Migration User";
/// Their table.
const OWNERS: &str = "user";
/// The collection under which the ledger keeps what belongs to no document.
pub(super) const OWNER_COLLECTION: &str = "#owner";

/// An owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// `user.id`
    pub id: String,
    /// Whether this run made the user.
    pub created: bool,
}

impl Owner {
    /// An id for the migration's own user, which nobody has.
    pub fn new_id() -> String {
        format!("migration-user-{}", uuid::Uuid::new_v4())
    }
}

impl Database {
    /// The owner, without writing: `wanted` (`MIGRATION_USER_ID`) or the migration's own user;
    /// `None` when the latter would have to be made.
    ///
    /// # Errors
    /// `NotFound` when `wanted` is no user, with the SQL that makes one.
    pub async fn find_owner(&self, wanted: Option<&str>) -> Result<Option<String>> {
        let look = || async { find(&mut self.begin_reading().await?, wanted).await };
        self.steadily(look).await
    }

    /// The owner of what was migrated; `keys` are the references of rows to their users.
    ///
    /// # Errors
    /// As [`Database::find_owner`]; `NotFound` when nothing was migrated yet; `Refused` when the
    /// settings lead to nobody and the rows belong to somebody.
    pub async fn known_owner(&self, wanted: Option<&str>, keys: &[ForeignKey]) -> Result<String> {
        let found = self.owner_of_rows(wanted, keys, true).await?;
        match (found.fault(MIGRATION_EMAIL), found) {
            (None, OwnerOfRows::Found(id)) => Ok(id),
            (fault, _) => Err(fault.map_or_else(nobody, OwnerFault::refusal)),
        }
    }

    /// The owner as [`ActiveRun::owner`] would have it, without writing; `None` when the
    /// migration's user would be made. `ledger` says whether there is one.
    ///
    /// # Errors
    /// As [`ActiveRun::owner`].
    pub async fn coming_owner(
        &self,
        wanted: Option<&str>,
        keys: &[ForeignKey],
        ledger: bool,
    ) -> Result<Option<String>> {
        match self.owner_of_rows(wanted, keys, ledger).await? {
            OwnerOfRows::Found(id) => Ok(Some(id)),
            other => may_make(&other).map(|()| None),
        }
    }

    /// The owner of what was migrated; where the settings lead to nobody, the one whom the ledger
    /// knows: the user whom the migration made, or the one to whom most of the rows belong that
    /// it accounts for, by `keys`, the references of rows to their users. `ledger` says whether there
    /// is one.
    ///
    /// # Errors
    /// As [`Database::find_owner`].
    pub async fn owner_of_rows(
        &self,
        wanted: Option<&str>,
        keys: &[ForeignKey],
        ledger: bool,
    ) -> Result<OwnerOfRows> {
        if let Some(id) = self.find_owner(wanted).await? {
            return Ok(OwnerOfRows::Found(id));
        }
        if !ledger {
            return Ok(OwnerOfRows::Nobody);
        }
        let look = || async { recorded(&mut self.begin_reading().await?, keys).await };
        let known = self.steadily(look).await?;
        if let OwnerOfRows::Recorded { .. } = known
            && let Some(id) = self.find_owner(wanted).await?
        {
            // Made between the two looks.
            return Ok(OwnerOfRows::Found(id));
        }
        Ok(known)
    }
}

impl ActiveRun {
    /// The owner; the migration's own user is made when it is absent. The ledger remembers that
    /// it was, so that rollback removes it. `keys` are the references of rows to their users.
    ///
    /// # Errors
    /// As [`Database::find_owner`]; `Refused` when rows were given to a user to whom the settings
    /// do not lead any more: another one would take them all.
    pub async fn owner(&self, wanted: Option<&str>, keys: &[ForeignKey]) -> Result<Owner> {
        self.owner_as(wanted, keys, &Owner::new_id()).await
    }

    /// As [`ActiveRun::owner`]; a user that is made gets this id.
    ///
    /// # Errors
    /// As there.
    pub async fn owner_as(
        &self,
        wanted: Option<&str>,
        keys: &[ForeignKey],
        id: &str,
    ) -> Result<Owner> {
        let make = || self.find_or_make_owner(wanted, keys, id);
        self.database().steadily(make).await
    }

    async fn find_or_make_owner(
        &self,
        wanted: Option<&str>,
        keys: &[ForeignKey],
        id: &str,
    ) -> Result<Owner> {
        let mut transaction = self.begin().await?;
        if let Some(id) = find(&mut transaction, wanted).await? {
            return Ok(Owner { id, created: false });
        }
        let known = recorded(&mut transaction, keys).await?;
        if let OwnerOfRows::Recorded { .. } = known
            && let Some(id) = find(&mut transaction, wanted).await?
        {
            // Between the two looks another worker of this run made the user.
            return Ok(Owner { id, created: false });
        }
        may_make(&known)?;
        let failed = |cause| error(cause, "cannot make the migration's user");
        baselines::take(&mut transaction, OWNERS, self.id()).await?;
        let made = crate::postgres::query(include_str!("owner/create.sql"))
            .bind(id)
            .bind(MIGRATION_NAME)
            .bind(MIGRATION_EMAIL)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        if made.rows_affected() == 0 {
            // Another worker of this run made it meanwhile; it was waited for.
            let id = find(&mut transaction, wanted).await?.ok_or_else(|| {
                Error::new(
                    ErrorKind::Contended,
                    "somebody else makes the migration's user",
                )
            })?;
            return Ok(Owner { id, created: false });
        }
        let shape = Shape::new(
            OWNERS,
            &[
                ("id", CellKind::Text),
                ("name", CellKind::Text),
                ("email", CellKind::Text),
                ("email_verified", CellKind::Boolean),
            ],
        );
        let number = register_shape(&mut transaction, &shape).await?;
        let statement = format!(
            include_str!("owner/record.sql"),
            digest = super::digest::digest_expression(ROW, &shape),
            row = ROW
        );
        crate::postgres::query(sqlx::AssertSqlSafe(statement))
            .bind(id)
            .bind(OWNER_COLLECTION)
            .bind(MIGRATION_EMAIL)
            .bind(number)
            .bind(self.id())
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(Owner {
            id: id.to_owned(),
            created: true,
        })
    }
}

fn nobody() -> Error {
    Error::new(ErrorKind::Internal, "the owner of the rows is not known")
}

/// Whether a user may be made for the rows: not while they belong to one who is there, for that one
/// would lose them.
fn may_make(known: &OwnerOfRows) -> Result<()> {
    match known {
        OwnerOfRows::Recorded { email: Some(_), .. } => Err(known
            .fault(MIGRATION_EMAIL)
            .map_or_else(nobody, OwnerFault::refusal)),
        _ => Ok(()),
    }
}

/// Whom the ledger knows.
async fn recorded(
    transaction: &mut Transaction<'_, Postgres>,
    keys: &[ForeignKey],
) -> Result<OwnerOfRows> {
    let failed = |cause| error(cause, "cannot look for the owner of the rows");
    let made = crate::postgres::query(include_str!("owner/made.sql"))
        .bind(OWNER_COLLECTION)
        .fetch_optional(&mut **transaction)
        .await
        .map_err(failed)?;
    if let Some(row) = made {
        return Ok(OwnerOfRows::Recorded {
            id: row.try_get("id").map_err(failed)?,
            email: row.try_get("email").map_err(failed)?,
            made: true,
        });
    }
    for key in keys {
        let statement = format!(
            include_str!("owner/most.sql"),
            table = public_table(&key.table),
            column = quote_identifier(&key.column)
        );
        let most = crate::postgres::query(sqlx::AssertSqlSafe(statement))
            .bind(&key.table)
            .fetch_optional(&mut **transaction)
            .await
            .map_err(failed)?;
        if let Some(row) = most {
            return Ok(OwnerOfRows::Recorded {
                id: row.try_get("id").map_err(failed)?,
                email: row.try_get("email").map_err(failed)?,
                made: false,
            });
        }
    }
    Ok(OwnerOfRows::Nobody)
}

async fn find(
    transaction: &mut Transaction<'_, Postgres>,
    wanted: Option<&str>,
) -> Result<Option<String>> {
    let failed = |cause| error(cause, "cannot look for the owner of the opportunities");
    let Some(wanted) = wanted else {
        return crate::postgres::query("SELECT id FROM public.\"user\" WHERE email = $1")
            .bind(MIGRATION_EMAIL)
            .fetch_optional(&mut **transaction)
            .await
            .map_err(failed)?
            .map(|row| row.try_get(0))
            .transpose()
            .map_err(failed);
    };
    let found = crate::postgres::query("SELECT id FROM public.\"user\" WHERE id = $1")
        .bind(wanted)
        .fetch_optional(&mut **transaction)
        .await
        .map_err(failed)?;
    if found.is_some() {
        return Ok(Some(wanted.to_owned()));
    }
    let literal = wanted.replace('\'', "''");
    Err(Error::new(
        ErrorKind::NotFound,
        format!("there is no user {wanted}, and MIGRATION_USER_ID names it"),
    )
    .remedy(format!(
        "correct MIGRATION_USER_ID, leave it unset (a user {MIGRATION_EMAIL} is made then), or \
         make the user: INSERT INTO \"user\" (id, name, email, email_verified) \
         VALUES ('{literal}', '{MIGRATION_NAME}', 'someone@example.com', true);"
    )))
}
