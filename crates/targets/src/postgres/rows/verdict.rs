//! What is to be done with a row: a pure decision.

use sunset_core::digest::Digest;
use sunset_core::ports::rows::{OnConflict, RowCounts};

/// What is known of one row before anything is done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// Digest of the row as the mapping makes it.
    pub mapped: Digest,
    /// The same with the cells that a later step linked.
    pub desired: Digest,
    /// The ledger's entry: digest as mapped then, and whether the item that owns it is this one.
    pub recorded: Option<Recorded>,
    /// Digest of the row in the table, over the columns of the mapping.
    pub current: Option<Digest>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Recorded {
    pub mapped: Digest,
    pub written: Digest,
    /// Whether the row in the table is as this tool left it.
    pub untouched: bool,
    /// Whether the entry names this item and these columns.
    pub same_owner: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Write a new row.
    Insert,
    /// Somebody wrote the very same row: note it, and never remove it.
    Adopt,
    /// The table is right; the ledger's entry is brought up to date.
    Record,
    /// Nothing at all.
    Nothing,
    /// Change a row that is as this tool left it.
    Update,
    /// Change a row that somebody else wrote or changed, because the operator said so.
    Overwrite,
    /// Somebody changed or removed the row, and the mapping says what it said before.
    Leave,
    /// The row stays as somebody else left it.
    Conflict(Reason),
}

impl Verdict {
    /// Whether the table's row will be as the mapping wants it.
    pub fn writes(self) -> bool {
        matches!(self, Self::Insert | Self::Update | Self::Overwrite)
    }
}

/// Why a row is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// A row with this key is there and differs, and this tool did not write it.
    Exists,
    /// Somebody changed the row, and V2 changed too.
    Changed,
    /// Somebody removed the row, and V2 changed since.
    Deleted,
    /// Another row has the value of a unique column.
    Unique,
    /// The row that it refers to is not there.
    MissingParent,
    /// Two items of one batch want the same row.
    Claimed,
    /// Others refer to a row that is to go.
    Referenced,
    /// The server refused the row.
    Refused,
}

impl Reason {
    /// Counts a row that is left alone among those of this reason, where they are told apart from
    /// what somebody else wrote or changed.
    pub fn count(self, rows: &mut RowCounts) {
        match self {
            Self::Unique | Self::Claimed => rows.unique += 1,
            Self::MissingParent => rows.missing_parent += 1,
            Self::Refused => rows.refused += 1,
            Self::Exists | Self::Changed | Self::Deleted | Self::Referenced => {}
        }
    }

    /// As the ledger names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Unique => "unique",
            Self::MissingParent => "missing_parent",
            Self::Claimed => "claimed",
            Self::Referenced => "referenced",
            Self::Refused => "refused",
        }
    }

    /// For a person.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Exists => "a different row with this key was there before migration",
            Self::Changed => "somebody changed the row after migration wrote it",
            Self::Deleted => "somebody removed the row after migration wrote it",
            Self::Unique => "another row has a value that must be unique",
            Self::MissingParent => "the row it refers to is not there",
            Self::Claimed => "two documents give the same row",
            Self::Referenced => "other rows refer to it",
            Self::Refused => "the server refused the row",
        }
    }
}

/// Decides about one row by itself; unique values and references are judged after this.
pub(super) fn decide(facts: &Facts, on_conflict: OnConflict) -> Verdict {
    let overwrite = on_conflict == OnConflict::Overwrite;
    match (facts.recorded, facts.current) {
        (None, None) => Verdict::Insert,
        (None, Some(current)) if current == facts.desired => Verdict::Adopt,
        (None, Some(_)) if overwrite => Verdict::Overwrite,
        (None, Some(_)) => Verdict::Conflict(Reason::Exists),
        (Some(recorded), None) => {
            if recorded.mapped == facts.mapped {
                Verdict::Leave
            } else if overwrite {
                Verdict::Insert
            } else {
                Verdict::Conflict(Reason::Deleted)
            }
        }
        (Some(recorded), Some(current)) => {
            if current == facts.desired {
                let same = recorded.same_owner
                    && recorded.mapped == facts.mapped
                    && recorded.written == facts.desired;
                if same {
                    Verdict::Nothing
                } else {
                    Verdict::Record
                }
            } else if recorded.untouched {
                Verdict::Update
            } else if recorded.mapped == facts.mapped {
                Verdict::Leave
            } else if overwrite {
                Verdict::Overwrite
            } else {
                Verdict::Conflict(Reason::Changed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    /// `recorded` is (mapped then, written then), `current` what the table holds.
    fn judge(
        mapped: &str,
        recorded: Option<(&str, &str)>,
        current: Option<&str>,
        on_conflict: OnConflict,
    ) -> Verdict {
        let facts = Facts {
            mapped: digest(mapped),
            desired: digest(mapped),
            recorded: recorded.map(|(mapped, written)| Recorded {
                mapped: digest(mapped),
                written: digest(written),
                untouched: Some(written) == current,
                same_owner: true,
            }),
            current: current.map(digest),
        };
        decide(&facts, on_conflict)
    }

    #[test]
    fn every_state_of_a_row_has_its_verdict() {
        use OnConflict::{Keep, Overwrite};
        let v1 = Some(("v1", "v1"));
        for (mapped, recorded, current, keep, overwrite) in [
            ("v1", None, None, Verdict::Insert, Verdict::Insert),
            ("v1", None, Some("v1"), Verdict::Adopt, Verdict::Adopt),
            (
                "v1",
                None,
                Some("theirs"),
                Verdict::Conflict(Reason::Exists),
                Verdict::Overwrite,
            ),
            ("v1", v1, Some("v1"), Verdict::Nothing, Verdict::Nothing),
            ("v2", v1, Some("v1"), Verdict::Update, Verdict::Update),
            ("v2", v1, Some("v2"), Verdict::Record, Verdict::Record),
            ("v1", v1, Some("theirs"), Verdict::Leave, Verdict::Leave),
            (
                "v2",
                v1,
                Some("theirs"),
                Verdict::Conflict(Reason::Changed),
                Verdict::Overwrite,
            ),
            ("v1", v1, None, Verdict::Leave, Verdict::Leave),
            (
                "v2",
                v1,
                None,
                Verdict::Conflict(Reason::Deleted),
                Verdict::Insert,
            ),
        ] {
            assert_eq!(
                judge(mapped, recorded, current, Keep),
                keep,
                "{mapped} {recorded:?} {current:?}"
            );
            assert_eq!(
                judge(mapped, recorded, current, Overwrite),
                overwrite,
                "{mapped} {recorded:?} {current:?}"
            );
        }
    }

    #[test]
    fn a_linked_cell_is_neither_a_change_of_ours_nor_of_somebody_else() {
        // Mapped to M, linked to L: the table holds L, and so does `desired`.
        let facts = |mapped: &str, desired: &str| Facts {
            mapped: digest(mapped),
            desired: digest(desired),
            recorded: Some(Recorded {
                mapped: digest("M"),
                written: digest("L"),
                untouched: true,
                same_owner: true,
            }),
            current: Some(digest("L")),
        };
        assert_eq!(decide(&facts("M", "L"), OnConflict::Keep), Verdict::Nothing);
        assert_eq!(
            decide(&facts("M2", "L2"), OnConflict::Keep),
            Verdict::Update
        );
    }
}
