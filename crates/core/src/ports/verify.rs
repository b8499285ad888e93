//! Comparing what is in the database with what the mapping says.

use async_trait::async_trait;

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::rows::{Accounted, Item, ItemKey};
use crate::ports::runs::RunId;
use crate::proof::TreeKind;
use crate::row::{Row, Shape};

/// One cell that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellDifference {
    /// The column.
    pub column: String,
    /// What the mapping says, as PostgreSQL prints it in JSON.
    pub expected: String,
    /// What the table holds, likewise.
    pub found: String,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowFault {
    /// The table has no row of this id.
    Missing,
    /// Some cells differ.
    Different(Vec<CellDifference>),
}

/// A row that is not as the mapping says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDifference {
    /// The table.
    pub table: String,
    /// The row's primary key.
    pub id: String,
    /// What is wrong with it.
    pub fault: RowFault,
    /// Whether somebody changed or removed it since sunset wrote it: the row is not as the ledger
    /// says sunset left it.
    pub changed_since: bool,
}

/// A reference to a row that is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignKey {
    /// The table that refers.
    pub table: String,
    /// Its column.
    pub column: String,
    /// The table referred to, by its primary key `id`.
    pub target: String,
    /// The primary key of the table that refers, which names its rows.
    pub row_key: String,
}

/// A column that must have a value in every row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Required {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The table's primary key, which names its rows.
    pub row_key: String,
}

/// How many rows a question found, and the ids of the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// All of them.
    pub count: u64,
    /// The first, in order.
    pub ids: Vec<String>,
}

/// What comparing some rows gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compared {
    /// The rows that differ or are missing.
    pub differences: Vec<RowDifference>,
    /// Per row, in their order: the digest that it must have in the table. It is the mapping's,
    /// but for rows with linked cells.
    pub digests: Vec<Digest>,
}

/// Something that the ledger says otherwise than V2 and V3 do, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFault {
    /// The document that it is about.
    pub key: ItemKey,
    /// The row, by table and key, where it is about one.
    pub row: Option<(String, String)>,
    /// What is wrong.
    pub what: LedgerDamage,
}

/// What is wrong with an entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerDamage {
    /// There is none.
    Missing,
    /// It holds something else.
    Says {
        /// What of it: `mapped`, `state`, `customer number`.
        field: String,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: String,
    },
    /// There is one for a row that its document does not give.
    NotGiven {
        /// Whether V3 has that row.
        in_table: bool,
        /// Whether the document is in quarantine.
        quarantined: bool,
    },
    /// What it keeps of a document in quarantine is missing, or not that document.
    NotKept,
    /// The document was read otherwise when it was booked, and gives the same.
    ReadOtherwise,
}

impl LedgerFault {
    /// Whether the entry can be made from what V2 and V3 say.
    pub fn is_bookable(&self) -> bool {
        !matches!(self.what, LedgerDamage::NotGiven { in_table: true, .. })
    }

    /// Whether it says nothing against the ledger: V2 may have changed since without changing what a
    /// document gives.
    pub fn is_note(&self) -> bool {
        matches!(self.what, LedgerDamage::ReadOtherwise)
    }

    /// Which entry, and what is wrong with it.
    pub fn in_words(&self) -> String {
        let document = format!("{}/{}", self.key.collection, self.key.id);
        let name = match &self.row {
            Some((table, id)) => format!("{table} {id}"),
            None => document.clone(),
        };
        let what = match &self.what {
            LedgerDamage::Missing => "the ledger has no entry".to_owned(),
            LedgerDamage::Says {
                field,
                found,
                expected,
            } => format!("{field} is {found} instead of {expected}"),
            LedgerDamage::NotGiven {
                in_table: false, ..
            } => {
                format!("the ledger has an entry, V3 has no such row, and {document} gives none")
            }
            LedgerDamage::NotGiven {
                quarantined: true, ..
            } => format!("the ledger has an entry, and {document} is in quarantine now"),
            LedgerDamage::NotGiven { .. } => {
                format!("the ledger has an entry, and {document} gives no such row")
            }
            LedgerDamage::ReadOtherwise => {
                "the ledger has another digest of what was read".to_owned()
            }
            LedgerDamage::NotKept => {
                "the ledger does not keep the document that is in quarantine".to_owned()
            }
        };
        format!("{name}: {what}")
    }
}

/// Takes the leaves of a proof, in any order.
pub trait LeafSink: Send {
    /// One leaf of the tree `name`: a document with its digest, or a row with its own.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn add(&mut self, kind: TreeKind, name: &str, id: &str, digest: Digest) -> Result<()>;
}

/// Whom the rows of a migration belong to, as far as V3 tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerOfRows {
    /// The user whom the settings lead to.
    Found(String),
    /// The settings lead to nobody, and the ledger knows whom the rows were given to.
    Recorded {
        /// The user's id.
        id: String,
        /// The user's address as it is now; none where that user is gone.
        email: Option<String>,
        /// Whether the migration made that user.
        made: bool,
    },
    /// Nobody: nothing was migrated yet.
    Nobody,
}

/// That the settings lead to nobody whom rows could belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerFault {
    /// Why.
    pub what: String,
    /// The user whom the rows were given to, and what is otherwise with them.
    pub item: Option<String>,
    /// What to do.
    pub remedy: String,
}

impl OwnerFault {
    /// As an error that refuses to go on.
    pub fn refusal(self) -> Error {
        let kind = match self.item {
            Some(_) => ErrorKind::Refused,
            None => ErrorKind::NotFound,
        };
        let error = Error::new(kind, self.what).remedy(self.remedy);
        match self.item {
            Some(item) => error.item(item),
            None => error,
        }
    }
}

impl OwnerOfRows {
    /// Why the settings lead to nobody, where they do; `address` is that of the user whom the
    /// migration makes while no other is named.
    pub fn fault(&self, address: &str) -> Option<OwnerFault> {
        let (what, item, remedy) = match self {
            Self::Found(_) => return None,
            Self::Nobody => {
                return Some(OwnerFault {
                    what: "the migration's user does not exist".into(),
                    item: None,
                    remedy: "run data-migrate first, or set MIGRATION_USER_ID".into(),
                });
            }
            Self::Recorded {
                id,
                email: Some(email),
                made: true,
            } => (
                format!("no user has the address {address}, by which the owner is found"),
                format!("{id}: email is \"{email}\" instead of \"{address}\""),
                format!(
                    "give the user {id} the address {address} again, or set MIGRATION_USER_ID={id}"
                ),
            ),
            Self::Recorded {
                id,
                email: Some(email),
                made: false,
            } => (
                format!("MIGRATION_USER_ID is not set, and no user has the address {address}"),
                format!("{id}: the rows belong to this user, {email}"),
                format!(
                    "set MIGRATION_USER_ID={id}, or name there the user who is to own the rows \
                     from now on"
                ),
            ),
            Self::Recorded {
                id, email: None, ..
            } => (
                "the user whom the rows were given to is gone".to_owned(),
                format!("{id}: missing"),
                format!(
                    "make the user {id} again with the address {address}, or set MIGRATION_USER_ID to \
                     the one who is to own the rows"
                ),
            ),
        };
        Some(OwnerFault {
            what,
            item: Some(item),
            remedy,
        })
    }
}

/// Reads V3. Nothing here writes.
#[async_trait]
pub trait RowVerifier: Send + Sync {
    /// Compares rows of any tables with what the tables hold, linked cells (audio URLs) counting as
    /// what they were linked to.
    async fn compare(&self, rows: &[Row]) -> Result<Compared>;

    /// What the ledger says otherwise of `items` and their rows, which `compared` was found of; `None`
    /// where there is no ledger. Rows that differ, and their documents, are not asked about.
    async fn accounts(
        &self,
        items: &[Item],
        compared: &Compared,
    ) -> Result<Option<Vec<LedgerFault>>>;

    /// Per key, in order: the rollback that took the document back, where no run has booked it again
    /// since.
    async fn taken_back(&self, keys: &[&ItemKey]) -> Result<Vec<Option<RunId>>>;

    /// Rows that sunset inserted and of which a column outside of the shape, which V2 does not fill,
    /// holds something else than its default; with the cells in words. Only what the database
    /// fills by itself (triggers, generated columns, defaults that call functions) is left out.
    async fn filled(&self, shape: &Shape) -> Result<Found>;

    /// Which of `tables` do not exist.
    async fn missing_tables(&self, tables: &[String]) -> Result<Vec<String>>;

    /// Rows of a table, whoever wrote them.
    async fn count(&self, table: &str) -> Result<u64>;

    /// Rows of the table that sunset accounts for.
    async fn accounted(&self, table: &str) -> Result<u64>;

    /// Rows that refer to a row that is not there.
    async fn dangling(&self, key: &ForeignKey) -> Result<Found>;

    /// Rows without a value in a column that must have one.
    async fn without_value(&self, required: &Required) -> Result<Found>;

    /// Values of a column that more than one row holds.
    async fn duplicated(&self, table: &str, column: &str) -> Result<Found>;

    /// A page of the items that the ledger accounts for, behind `after`, in order: see
    /// [`SettledItems::accounted`](crate::ports::rows::SettledItems::accounted).
    async fn accounted_items(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<Accounted>>;

    /// Assigned numbers of which the row does not hold the number, unless a later run gave it
    /// another, its document's own: `kind`, the table and the column it stands in.
    async fn wrong_numbers(&self, kind: &str, table: &str, column: &str) -> Result<Found>;
}
