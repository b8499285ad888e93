//! How a rollback is told: as text, and as one JSON document.

use serde_json::{Value, json};
use sunset_cli::{Status, render};
use sunset_core::ports::rollback::{RollbackReport, Undone};
use sunset_engine::erasure::Erased;
use sunset_engine::schema;

use super::Flow;
use crate::tell;

impl Flow {
    pub(super) fn nothing(&self) -> Status {
        self.session
            .print("There is nothing to take back: nothing was ever migrated into this database.");
        let document = self.document(&Undone::default(), Status::Done);
        self.session.json(|| document);
        Status::Done
    }

    pub(super) fn end(
        &self,
        report: &RollbackReport,
        emptied: &Erased,
        kept: u64,
        schema: Option<&schema::Undone>,
    ) -> Status {
        let status = if report.proof.values().any(|proof| !proof.others_untouched) {
            Status::CheckFailed
        } else if report.undone.kept.is_empty()
            && !emptied.is_incomplete()
            && kept == 0
            && schema.is_none_or(|undone| undone.remaining.is_empty())
        {
            Status::Done
        } else {
            Status::Incomplete
        };
        self.session.print(&format!(
            "Took back {} in {}:",
            render::scope_text(&self.scope),
            self.database.describe()
        ));
        let language = self.session.language();
        self.session
            .print(&render::rollback_text(&report.undone, false, language));
        self.tell_bucket(emptied, false);
        let proof = render::proof_text(report, &self.scope);
        self.session.print(&proof);
        self.session.sum_up(&proof);
        self.session.json(|| {
            let mut document = self.document(&report.undone, status);
            if let Value::Object(map) = &mut document {
                map.insert("dry_run".into(), false.into());
                map.insert("confirmed".into(), true.into());
                self.put_bucket(emptied, map);
                map.insert("proof".into(), render::proof_json(report, &self.scope));
                if self.schema {
                    map.insert("schema".into(), json!(schema.map(tell::undone_json)));
                }
            }
            document
        });
        status
    }

    pub(super) fn scope_json(&self) -> Value {
        json!({
            "run": self.scope.run,
            "collection": self.scope.collection,
            "id": self.scope.id,
            "audio_urls_only": self.scope.audio_urls_only,
            "force": self.options.force,
            "release_numbers": self.options.release_numbers,
        })
    }

    pub(super) fn document(&self, undone: &Undone, status: Status) -> Value {
        json!({
            "status": status.name(),
            "database": self.database.describe(),
            "scope": self.scope_json(),
            "rows": render::undone_json(undone),
        })
    }
}
