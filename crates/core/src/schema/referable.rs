//! What a foreign key may refer to.

use super::live::{ConstraintKind, LiveIndex, LiveTable};
use super::model::index_key;

impl LiveTable {
    /// Whether something makes sure that no two rows have the same values in exactly these columns,
    /// as a foreign key wants it: a key, or a unique index, whatever its order.
    pub fn has_key(&self, columns: &[String]) -> bool {
        let constrained = self.constraints.iter().any(|constraint| {
            matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey | ConstraintKind::Unique
            ) && constraint.columns == columns
                && constraint.plain
        });
        constrained
            || self
                .indexes
                .iter()
                .any(|index| self.is_immediate(index) && index.makes_unique(columns))
    }

    /// Whether it is no constraint's that waits for the end of a transaction.
    fn is_immediate(&self, index: &LiveIndex) -> bool {
        !index.of_constraint
            || self
                .constraint(&index.name)
                .is_some_and(|owner| !owner.definition.contains(" DEFERRABLE"))
    }
}

impl LiveIndex {
    fn makes_unique(&self, columns: &[String]) -> bool {
        self.valid
            && self.unique
            && self.condition.is_none()
            && self.method == "btree"
            && self.keys.len() == columns.len()
            && columns
                .iter()
                .all(|column| self.keys.iter().any(|key| is_of(key, &index_key(column))))
    }
}

/// Whether a key of an index is that column, in any order.
fn is_of(key: &str, column: &str) -> bool {
    key.strip_prefix(column)
        .is_some_and(|order| matches!(order, "" | " DESC" | " NULLS FIRST" | " DESC NULLS LAST"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_index_is_a_key_whatever_its_order_and_not_one_of_some_rows() {
        let with = |key: &str, condition: Option<&str>| {
            let index = LiveIndex {
                name: "i".into(),
                method: "btree".into(),
                keys: vec![key.into()],
                unique: true,
                valid: true,
                condition: condition.map(str::to_owned),
                ..LiveIndex::default()
            };
            let table = LiveTable {
                indexes: vec![index],
                ..LiveTable::default()
            };
            table.has_key(&["id".to_owned()])
        };
        assert!(with("id", None) && with("id DESC", None));
        assert!(!with("id", Some("id > 1")) && !with("lower(id)", None) && !with("id2", None));
    }
}
