//! What must hold in V3 whatever V2 holds: what its tables say, and where assigned numbers stand.

use crate::plans::Integrity;

use super::tables;

const NUMBERS: [(&str, &str, &str); 2] = [
    ("customer", "opportunities", "customer_number"),
    ("case", "conversations", "case_number"),
];

pub(super) fn integrity() -> Integrity {
    Integrity {
        numbers: NUMBERS
            .map(|(kind, table, column)| (kind.into(), table.into(), column.into()))
            .to_vec(),
        users: Some("user".into()),
        ..Integrity::of(&tables::schema("public"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reference_and_no_unique_or_required_column_of_the_tables_is_left_out() {
        let integrity = integrity();
        let keys: Vec<String> = integrity
            .foreign_keys
            .iter()
            .map(|key| format!("{}.{} {}", key.table, key.column, key.target))
            .collect();
        assert_eq!(
            keys,
            [
                "session.user_id user",
                "account.user_id user",
                "user_profiles.user_id user",
                "opportunities.user_id user",
                "conversations.opportunity_id opportunities",
                "meddic_analyses.conversation_id conversations",
                "meddic_analyses.opportunity_id opportunities",
                "alerts.opportunity_id opportunities",
                "alerts.conversation_id conversations",
                "alerts.user_id user",
                "lead_sources.user_id user",
                "utm_campaigns.user_id user",
                "form_submissions.source_id lead_sources",
            ]
        );
        let unique: Vec<String> = integrity
            .unique
            .iter()
            .map(|(table, column)| format!("{table}.{column}"))
            .collect();
        assert_eq!(
            unique,
            [
                "user.email",
                "session.token",
                "opportunities.customer_number",
                "conversations.case_number",
            ]
        );
        assert_eq!(integrity.tables.len(), 12);
        let of_opportunities: Vec<&str> = integrity
            .required
            .iter()
            .filter(|required| required.table == "opportunities")
            .map(|required| required.column.as_str())
            .collect();
        assert_eq!(
            of_opportunities,
            [
                "user_id",
                "customer_number",
                "company_name",
                "source",
                "status",
                "created_at",
                "updated_at",
            ]
        );
        // Rows of profiles have no id of their own.
        let of_profiles = integrity.foreign_keys.iter().map(|key| &key.row_key);
        assert_eq!(of_profiles.filter(|key| *key == "user_id").count(), 1);
    }
}
