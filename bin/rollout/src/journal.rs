//! What a run tells: to the database, the webhook, and whoever looks on.

use std::sync::Mutex;

use async_trait::async_trait;
use sunset_cli::Session;
use sunset_core::{Error, Result};
use sunset_rollout::drive::{Event, Journal, Record};
use sunset_rollout::gate::{Evaluation, Verdict};
use sunset_rollout::machine::{End, Machine};
use sunset_targets::postgres::ActiveRollout;

use crate::webhook::{Webhook, in_words};

pub struct Book<'a> {
    pub session: &'a Session,
    pub run: &'a ActiveRollout,
    pub machine: &'a Machine,
    pub subject: String,
    pub by: String,
    pub webhook: Option<Webhook>,
    pub told: Mutex<Vec<Event>>,
}

#[async_trait]
impl Journal for Book<'_> {
    async fn save(&self, record: &Record) -> Result<()> {
        self.run.save(record, None).await?;
        self.run.keep_lock().await
    }

    async fn finish(&self, record: &Record, end: End) -> Result<()> {
        self.run.save(record, Some(end.name())).await
    }

    async fn tell(&self, event: &Event) {
        self.session.say(&in_words(event));
        if let Ok(mut told) = self.told.lock() {
            told.push(event.clone());
        }
        if let Err(error) = self.run.note(&self.by, event).await {
            self.trouble(&error);
        }
        // What the gates say in between is for the audit; moves and ends are for people.
        if event.kind != "verdict"
            && let Some(webhook) = &self.webhook
            && let Err(error) = webhook.tell(&self.subject, self.run.id(), event).await
        {
            self.trouble(&error);
        }
    }

    fn seen(&self, record: &Record, evaluation: &Evaluation) {
        let hold = self.machine.hold(record.state.at);
        let words = match evaluation.verdict {
            Verdict::Pass => String::new(),
            _ => format!(": {}", evaluation.words()),
        };
        self.session.detail(&format!(
            "v2 at {}, kept {} of {}, {}{words}",
            record.target,
            sunset_cli::duration(record.state.kept),
            sunset_cli::duration(hold),
            evaluation.verdict.name(),
        ));
    }

    fn trouble(&self, error: &Error) {
        self.session.say(&format!("warning: {error}"));
    }
}
