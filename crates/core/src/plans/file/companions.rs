//! What a step of which kind may say, and what it has to.

use std::ops::Range;

use toml::Spanned;

use super::steps::Stepping;
use super::syntax::{self, StepKind};
use crate::error::Result;

impl Stepping<'_, '_> {
    /// Checks that a step says what its kind asks for, and nothing else.
    pub(super) fn belongs(&self, step: &syntax::Step) -> Result<()> {
        let kind = *step.kind.get_ref();
        let sql = matches!(kind, StepKind::Set | StepKind::Merge);
        if self.of_documents.is_some() && !sql {
            let what = "where documents become rows, the steps behind it are of the kinds \
                        `set` and `merge`; schema-push brings the schema, final-check asks the checks";
            return Err(self.text.fault(step.kind.span(), what));
        }
        if let (Some(_), Some(noted)) = (self.of_documents, &step.noted) {
            let what = "where documents become rows, warnings are of documents; leave `noted` out";
            return Err(self.text.fault(noted.span(), what));
        }
        let set = kind == StepKind::Set;
        let ruled = kind == StepKind::Rows;
        let rows = sql || ruled;
        let merge = kind == StepKind::Merge;
        let asks = matches!(kind, StepKind::Verify | StepKind::Validate);
        /// Where a word stands, if it was written.
        fn at<T>(word: &Option<Spanned<T>>) -> Option<Range<usize>> {
            word.as_ref().map(Spanned::span)
        }
        let given = [
            ("table", at(&step.table), rows, rows),
            ("noun", at(&step.noun), rows, false),
            ("set", at(&step.set), set, set),
            ("where", at(&step.condition), set || ruled, false),
            ("unless_true", at(&step.unless_true), set || ruled, false),
            ("groups", at(&step.groups), set || ruled, false),
            ("noted", at(&step.noted), set, false),
            ("done", at(&step.done), rows, step.planned.is_some()),
            ("planned", at(&step.planned), rows, step.done.is_some()),
            ("rules", at(&step.rules), ruled, ruled),
            ("quarantine", at(&step.quarantine), ruled, false),
            ("query", at(&step.query), merge, merge),
            ("columns", at(&step.columns), merge, merge),
            ("along", at(&step.along), merge, false),
            ("checks", at(&step.checks), asks, false),
            (
                "tables",
                at(&step.tables),
                kind == StepKind::Backup,
                kind == StepKind::Backup,
            ),
        ];
        for (word, at, may, must) in given {
            match at {
                Some(at) if !may => {
                    let what = format!("`{word}` means nothing to a step of this kind");
                    return Err(self.text.fault(at, what));
                }
                None if must => {
                    let what = format!("the step {} has no `{word}`", step.name.get_ref());
                    return Err(self.text.fault(step.name.span(), what));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
