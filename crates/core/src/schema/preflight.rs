//! Whether the connecting role may do what a plan wants.

use super::live::LiveSchema;
use super::name::quote_identifier;
use super::steps::{Effect, LockMode, Step};
use crate::error::{Error, ErrorKind, Result};

/// Checks that the connecting role may do all of this, before any of it is done.
///
/// # Errors
/// `Denied`, naming every table that belongs to somebody else; `Refused` in a database whose
/// encoding does not hold every text.
pub fn preflight(steps: &[Step], live: &LiveSchema) -> Result<()> {
    if live.read_only && !steps.is_empty() {
        return Err(Error::new(
            ErrorKind::Denied,
            "this server takes no writes: it is a replica, or read-only",
        )
        .remedy("set DATABASE_URL to the primary, or lift default_transaction_read_only"));
    }
    let holds_all = matches!(live.encoding.as_str(), "" | "UTF8" | "SQL_ASCII");
    if !holds_all && !steps.is_empty() {
        return Err(Error::new(
            ErrorKind::Refused,
            format!(
                "the database's encoding is {}, which cannot hold all text",
                live.encoding
            ),
        )
        .remedy("make a database with ENCODING 'UTF8' TEMPLATE template0, move what this one holds (pg_dump, psql), and set DATABASE_URL to it"));
    }
    let mut foreign: Vec<(&str, &str)> = Vec::new();
    let own = steps.iter().flat_map(|step| &step.locks);
    for lock in own.filter(|lock| lock.schema.is_none()) {
        if let Some(table) = live.table(&lock.table).filter(|table| !table.may_alter)
            && lock.mode > LockMode::RowExclusive
            && !foreign.iter().any(|(name, _)| *name == table.name)
        {
            foreign.push((&table.name, &table.owner));
        }
    }
    if let Some((_, owner)) = foreign.first() {
        let names: Vec<_> = foreign
            .iter()
            .map(|(table, owner)| format!("{table} of {owner}"))
            .collect();
        return Err(Error::new(
            ErrorKind::Denied,
            format!(
                "the role {} does not own what it would have to change",
                live.role
            ),
        )
        .item(names.join(", "))
        .remedy(format!(
            "connect as the owner, or let a superuser run: GRANT {} TO {}",
            quote_identifier(owner),
            quote_identifier(&live.role)
        )));
    }
    let creates = steps.iter().any(|step| {
        matches!(step.effect, Effect::CreatesTable { .. })
            || step.sql.iter().any(|sql| sql.starts_with("CREATE "))
    });
    if creates && !live.may_create {
        let role = quote_identifier(&live.role);
        let (what, grant) = if live.exists {
            (
                format!(
                    "the role {} may not create anything in schema {}",
                    live.role, live.namespace
                ),
                format!(
                    "GRANT CREATE ON SCHEMA {} TO {role}",
                    quote_identifier(&live.namespace)
                ),
            )
        } else {
            (
                format!(
                    "the role {} may not create the schema {}",
                    live.role, live.namespace
                ),
                format!(
                    "CREATE SCHEMA {} AUTHORIZATION {role}",
                    quote_identifier(&live.namespace)
                ),
            )
        };
        return Err(Error::new(ErrorKind::Denied, what)
            .remedy(format!("let the database's owner run: {grant}")));
    }
    if !steps.is_empty() && !live.may_keep_ledger {
        return Err(Error::new(
            ErrorKind::Denied,
            format!(
                "the role {} cannot make the ledger, which is a schema of its own",
                live.role
            ),
        )
        .remedy(format!(
            "let the database's owner run: CREATE SCHEMA sunset AUTHORIZATION {0}, or GRANT CREATE ON DATABASE … TO {0}",
            quote_identifier(&live.role)
        )));
    }
    Ok(())
}
