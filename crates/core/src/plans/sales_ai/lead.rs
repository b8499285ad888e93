//! `leads` → opportunities.

use crate::reading::{Metadata, Reader, company_of_email};
use crate::row::{Cell, Row};

use super::shapes::Shapes;

/// The customer number that a lead carries itself.
pub(super) fn own_number(reader: &mut Reader) -> Option<String> {
    ["customer_number", "customerId"]
        .iter()
        .find_map(|path| reader.key(path))
}

/// What the rest of V2 decided about a lead.
pub(super) struct Context<'a> {
    pub owner: &'a str,
    pub id: &'a str,
    pub customer_number: &'a str,
    /// `analysis.store_name` of its latest conversation that has one.
    pub store_name: Option<&'a str>,
}

pub(super) fn opportunity(
    reader: &mut Reader,
    metadata: &Metadata,
    context: &Context<'_>,
    shapes: &Shapes,
) -> Row {
    own_number(reader);
    let email = reader.text("email");
    let company_name = context
        .store_name
        .map(str::to_owned)
        .or_else(|| company_of_email(email.as_deref()?))
        .unwrap_or_else(|| format!("Company_{}", first_eight(context.id)));
    let status = match reader.keyword("status").as_deref() {
        None | Some("new") => "new",
        Some("contacted") => "contacted",
        Some("qualified") => "qualified",
        Some("converted") => "won",
        Some("lost") => "lost",
        Some(_) => {
            reader.warn("unknown_status", "status");
            "new"
        }
    };
    let score = reader.integer(&["score"], i32::MIN..=i32::MAX);
    let created = reader.created("created_at", metadata);
    let updated = reader.time("updated_at").unwrap_or(created);
    Row {
        shape: shapes.opportunity.clone(),
        cells: vec![
            Cell::Text(context.id.to_owned()),
            Cell::Text(context.owner.to_owned()),
            Cell::Text(context.customer_number.to_owned()),
            Cell::Text(company_name),
            Cell::text(email),
            Cell::Null,
            Cell::Text("import".into()),
            Cell::Text(status.into()),
            Cell::json(reader.left_over()),
            Cell::integer(score),
            Cell::timestamp(Some(created)),
            Cell::timestamp(Some(updated)),
        ],
    }
}

/// The first eight Unicode scalar values.
pub(super) fn first_eight(id: &str) -> String {
    id.chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_characters_are_scalar_values() {
        assert_eq!(first_eight("客戶客戶客戶客戶客戶"), "客戶客戶客戶客戶");
        assert_eq!(first_eight("abc"), "abc");
    }
}
