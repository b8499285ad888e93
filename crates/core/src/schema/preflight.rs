//! Whether the connecting role may do what a plan wants.

use super::live::{LiveSchema, LiveTable};
use super::name::{qualified, quote_identifier};
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
    owned(steps, live)?;
    for step in steps {
        if let Effect::ExtendsEnum { name } = &step.effect
            && let Some(found) = live.enums.iter().find(|each| each.name == *name)
            && !found.may_alter
        {
            return Err(Error::new(
                ErrorKind::Denied,
                format!(
                    "the role {} does not own an enum that it would have to extend",
                    live.role
                ),
            )
            .item(format!("{name} of {}", found.owner))
            .remedy(format!(
                "connect as the owner, or let a superuser run: ALTER TYPE {} OWNER TO {}",
                qualified(&live.namespace, name),
                quote_identifier(&live.role)
            )));
        }
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

/// Tables of others that would have to be changed, or referred to.
fn owned(steps: &[Step], live: &LiveSchema) -> Result<()> {
    let mut foreign: Vec<(&LiveTable, bool)> = Vec::new();
    for step in steps {
        let own = step.locks.iter().filter(|lock| lock.schema.is_none());
        for lock in own.filter(|lock| lock.mode > LockMode::RowExclusive) {
            let Some(table) = live.table(&lock.table).filter(|table| !table.may_alter) else {
                continue;
            };
            // The other end of a foreign key is referred to, and not altered.
            let altered = |sql: &String| {
                sql.contains(&format!(
                    "ALTER TABLE {} ",
                    qualified(&live.namespace, &table.name)
                ))
            };
            let refers = lock.mode == LockMode::ShareRowExclusive && !step.sql.iter().any(altered);
            if refers && table.may_refer {
                continue;
            }
            match foreign
                .iter_mut()
                .find(|(known, _)| known.name == table.name)
            {
                Some((_, only_refers)) => *only_refers &= refers,
                None => foreign.push((table, refers)),
            }
        }
    }
    if foreign.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = foreign
        .iter()
        .map(|(table, _)| format!("{} of {}", table.name, table.owner))
        .collect();
    let role = quote_identifier(&live.role);
    let mut grants: Vec<String> = Vec::new();
    for (table, only_refers) in &foreign {
        let name = qualified(&live.namespace, &table.name);
        let grant = if *only_refers {
            format!("GRANT REFERENCES, UPDATE ON {name} TO {role}")
        } else if table.of_superuser {
            // Nobody becomes a superuser for the sake of a table.
            format!("ALTER TABLE {name} OWNER TO {role}")
        } else {
            format!("GRANT {} TO {role}", quote_identifier(&table.owner))
        };
        if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
    Err(Error::new(
        ErrorKind::Denied,
        format!(
            "the role {} does not own what it would have to change",
            live.role
        ),
    )
    .item(names.join(", "))
    .remedy(format!(
        "connect as the owner, or let a superuser run: {}",
        grants.join("; ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::steps::Stage;

    fn remedy(
        sql: &str,
        locks: &[(&str, LockMode)],
        tables: &[(&str, &str, bool, bool)],
    ) -> String {
        let step = locks.iter().fold(
            Step::new(Stage::References, "a step", sql),
            |step, (table, mode)| step.locking(table, *mode),
        );
        let mut live = LiveSchema::empty("public");
        live.role = "app".into();
        for (name, owner, of_superuser, may_refer) in tables {
            live.tables.push(LiveTable {
                name: (*name).into(),
                owner: (*owner).into(),
                of_superuser: *of_superuser,
                may_refer: *may_refer,
                ..LiveTable::default()
            });
        }
        match preflight(&[step], &live) {
            Ok(()) => String::new(),
            Err(refused) => refused.remedy_text().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn every_owner_is_named_and_nobody_becomes_a_superuser() {
        let sql = "ALTER TABLE \"public\".\"a\" ADD COLUMN x text";
        let locks = [
            ("a", LockMode::AccessExclusive),
            ("b", LockMode::AccessExclusive),
            ("c", LockMode::AccessExclusive),
        ];
        let tables = [
            ("a", "own1", false, false),
            ("b", "own2", false, false),
            ("c", "postgres", true, true),
        ];
        assert_eq!(
            remedy(sql, &locks, &tables),
            "connect as the owner, or let a superuser run: GRANT \"own1\" TO \"app\"; \
             GRANT \"own2\" TO \"app\"; ALTER TABLE \"public\".\"c\" OWNER TO \"app\""
        );
    }

    #[test]
    fn the_other_end_of_a_foreign_key_is_referred_to_and_need_not_be_owned() {
        let sql = "ALTER TABLE \"public\".\"a\" ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES \"public\".\"c\" (id)";
        let locks = [("c", LockMode::ShareRowExclusive)];
        assert_eq!(
            remedy(sql, &locks, &[("c", "postgres", true, false)]),
            "connect as the owner, or let a superuser run: GRANT REFERENCES, UPDATE ON \"public\".\"c\" TO \"app\""
        );
        assert_eq!(remedy(sql, &locks, &[("c", "postgres", true, true)]), "");
    }
}
