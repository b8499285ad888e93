//! Whom the rows belong to.

use sunset_core::check::{Check, Finding};
use sunset_core::ports::verify::OwnerOfRows;

/// Whether the settings lead to the user whom the migration gave its rows to. `address` is that of
/// the user whom the migration makes while no other is named.
pub fn owner(owner: &OwnerOfRows, address: &str) -> Check {
    let finding = owner.fault(address).map(|fault| {
        let items = fault.item.into_iter().collect();
        Finding::failure(fault.what, 1, items).remedy(fault.remedy)
    });
    Check::new(
        "the owner of the rows is found",
        format!("MIGRATION_USER_ID, or the address {address}, with the users"),
    )
    .with(finding)
}
