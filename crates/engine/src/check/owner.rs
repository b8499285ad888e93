//! Whom the rows belong to.

use sunset_core::check::{Check, Finding};
use sunset_core::ports::verify::OwnerOfRows;

/// Whether the settings lead to the user whom the migration gave its rows to. `address` is that of
/// the user whom the migration makes while no other is named.
pub fn owner(owner: &OwnerOfRows, address: &str) -> Check {
    let check = Check::new(
        "the owner of the rows is found",
        format!("MIGRATION_USER_ID, or the address {address}, with the users"),
    );
    let finding = match owner {
        OwnerOfRows::Found(_) => None,
        OwnerOfRows::Nobody => Some(
            Finding::failure("the migration's user does not exist", 1, Vec::new())
                .remedy("run data-migrate first, or set MIGRATION_USER_ID"),
        ),
        OwnerOfRows::Recorded { id, email, made } => {
            Some(recorded(id, email.as_deref(), *made, address))
        }
    };
    check.with(finding)
}

fn recorded(id: &str, email: Option<&str>, made: bool, address: &str) -> Finding {
    let (message, item, remedy) = match (email, made) {
        (Some(email), true) => (
            format!("no user has the address {address}, by which the owner is found"),
            format!("{id}: email is \"{email}\" instead of \"{address}\""),
            format!(
                "give the user {id} the address {address} again, or set MIGRATION_USER_ID={id}; do \
                 not run data-migrate before: it would make another user and give every row to it"
            ),
        ),
        (Some(email), false) => (
            format!("MIGRATION_USER_ID is not set, and no user has the address {address}"),
            format!("{id}: the rows belong to this user, {email}"),
            format!(
                "set MIGRATION_USER_ID={id}; do not run data-migrate before: it would make another \
                 user and give every row to it"
            ),
        ),
        (None, _) => (
            "the user whom the rows were given to is gone".to_owned(),
            format!("{id}: missing"),
            format!(
                "make the user {id} again with the address {address}, or set MIGRATION_USER_ID to \
                 the one who is to own the rows"
            ),
        ),
    };
    Finding::failure(message, 1, vec![item]).remedy(remedy)
}
