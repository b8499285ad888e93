//! Connect, probe, show, repair, verify.

use sunset_cli::render::schema::{counted, foreseen_lines, listed_lines, step_lines};
use sunset_cli::{Consented, Program, Session, Status};
use sunset_core::config::{BackupWish, DatabaseSettings, Pace};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::schemas::PlanSchema;
use sunset_core::ports::runs::RunEnd;
use sunset_core::ports::schema::SchemaReader as _;
use sunset_engine::repair::{Diagnosis, Listed, diagnose, repair};
use sunset_engine::retry::Retries;
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger, LiveReader};

use crate::Arguments;

pub async fn fix(arguments: Arguments, session: Session) -> Result<Status> {
    let wanted = sunset_cli::desired_schema(&arguments.plan, &arguments.schema)?;
    let (settings, pace) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read(variables, faults),
            Pace::read(variables, faults),
        )
    })?;
    let backup = arguments.backup.wish(&session)?;
    let consent = arguments.write.consent(&session);
    let connecting = ConnectOptions::for_program(Arguments::NAME);
    let database = Database::connect(&settings.url, connecting).await?;
    session.detail(&format!("database {}", database.describe()));
    let fix = Fix {
        backup,
        retries: Retries(pace.max_retries),
        owner: session.variable(env_vars::MIGRATION_USER_ID),
        reader: LiveReader::new(database.clone()),
        session,
        database,
        wanted,
    };
    let diagnosis = diagnose(&fix.reader, &fix.wanted, fix.owner.as_deref()).await?;
    let detailed = fix.session.is_verbose() || matches!(consent, Consented::DryRun);
    fix.show(&diagnosis, detailed);
    match consent {
        Consented::Write(consent) if !diagnosis.due.is_empty() => {
            fix.execute(&consent, &diagnosis).await
        }
        Consented::Write(_) => {
            diagnosis.preflight()?;
            Ok(fix.end(&diagnosis, None, None))
        }
        Consented::DryRun => {
            let foreseen = diagnosis.preflight();
            if let Err(refused) = &foreseen {
                for line in foreseen_lines(refused) {
                    fix.session.print(&line);
                }
            }
            Ok(fix.end(&diagnosis, None, Some(foreseen.is_ok())))
        }
    }
}

struct Fix {
    backup: BackupWish,
    retries: Retries,
    session: Session,
    database: Database,
    reader: LiveReader,
    wanted: PlanSchema,
    owner: Option<String>,
}

impl Fix {
    fn show(&self, diagnosis: &Diagnosis, detailed: bool) {
        if diagnosis.due.is_empty() {
            self.session.print("nothing to repair");
            return;
        }
        let mut number = 0;
        for due in &diagnosis.due {
            let rows = match due.rows.count {
                0 => String::new(),
                count => format!(
                    " ({})",
                    counted(usize::try_from(count).unwrap_or(usize::MAX), "row", "rows")
                ),
            };
            self.session.print(&format!("{}{rows}", due.repair.title));
            for step in &due.repair.steps {
                number += 1;
                for line in step_lines(number, step, detailed) {
                    self.session.print(&line);
                }
            }
        }
        if !diagnosis.losses.is_empty() {
            self.session
                .print("values that are not carried over as they are:");
            self.list(&diagnosis.losses);
        }
    }

    fn list(&self, listed: &[Listed]) {
        for each in listed {
            for line in listed_lines(&each.what, each.rows.count, &each.rows.sample, &each.advice) {
                self.session.print(&line);
            }
        }
    }

    async fn execute(&self, consent: &Consent, diagnosis: &Diagnosis) -> Result<Status> {
        diagnosis.preflight()?;
        self.session.announce(self.database.describe());
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        sunset_backup::may_keep(&self.backup, &self.database).await?;
        let ledger = Ledger::install(&self.database, &permit).await?;
        let options = serde_json::json!({"schema": self.wanted.schema.namespace});
        let start = sunset_cli::run_start::<Arguments>("schema", options);
        let run = ledger.begin_run(&permit, &start).await?;
        match self.execute_within(&run, consent, diagnosis).await {
            Ok((diagnosis, after)) => {
                let counts = serde_json::json!({"repairs": diagnosis.due.len()});
                run.finish(&RunEnd::done(counts, serde_json::json!({})))
                    .await?;
                Ok(self.end(&diagnosis, Some(&after), None))
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    async fn execute_within(
        &self,
        run: &ActiveRun,
        consent: &Consent,
        shown: &Diagnosis,
    ) -> Result<(Diagnosis, Diagnosis)> {
        let namespace = self.wanted.schema.namespace.as_str();
        let live = self.reader.read(namespace, Some(&[])).await?;
        let tables: Vec<String> = live.tables.iter().map(|table| table.name.clone()).collect();
        let what = (tables.as_slice(), namespace);
        let taken =
            sunset_backup::before_writing(&self.backup, consent, run, what, self.retries).await?;
        self.session.tell_backup(taken.as_ref());
        let progress = self.session.progress();
        let owner = self.owner.as_deref();
        // What was shown was found before this run had the lock.
        let diagnosis = diagnose(&self.reader, &self.wanted, owner).await?;
        let repairs = |diagnosis: &Diagnosis| -> Vec<_> {
            let due = diagnosis.due.iter();
            due.map(|due| due.repair.clone()).collect()
        };
        if repairs(&diagnosis) != repairs(shown) {
            self.session
                .print("the schema changed meanwhile; this is to be done now:");
            self.show(&diagnosis, self.session.is_verbose());
        }
        let writer = run.schema();
        let after = repair(
            &self.reader,
            &writer,
            &self.wanted,
            owner,
            &diagnosis,
            progress.as_ref(),
        )
        .await?;
        if let Some(due) = after.due.first() {
            return Err(Error::new(ErrorKind::Mismatch, "a repair did not help")
                .item(due.repair.title.clone())
                .remedy(
                    "a trigger may undo what it writes, or somebody changed the database meanwhile; look at one of its rows, then run fix-schema again",
                ));
        }
        Ok((diagnosis, after))
    }

    /// `after` is the diagnosis behind the repairs, where there were any; a dry run says whether
    /// this role may do them.
    fn end(&self, before: &Diagnosis, after: Option<&Diagnosis>, dry_run: Option<bool>) -> Status {
        let last = after.unwrap_or(before);
        if let Some(after) = after {
            let (done, in_part) = before.done(after);
            let mut lines = vec![format!(
                "{} done and verified",
                counted(done, "repair", "repairs")
            )];
            if in_part > 0 {
                lines.push(format!(
                    "{} done in part",
                    counted(in_part, "repair", "repairs")
                ));
            }
            for line in lines {
                self.session.print(&line);
                self.session.sum_up(&line);
            }
        }
        if !last.listed.is_empty() {
            self.session.print("left as they are:");
            self.list(&last.listed);
        }
        for note in &last.refused {
            self.session
                .print(&format!("not repaired: {}: {}", note.object, note.text));
        }
        for blocked in &last.blocked {
            self.session.print(&format!("not done: {}", blocked.title));
            // What schema-push leaves to this program, this program has listed.
            let advice = if blocked.for_repair {
                "put right what is listed, then run fix-schema again"
            } else {
                &blocked.advice
            };
            for line in listed_lines(&blocked.what, blocked.count, &blocked.sample, advice) {
                self.session.print(&line);
            }
        }
        let status = if last.is_incomplete() || dry_run == Some(false) {
            Status::Incomplete
        } else {
            Status::Done
        };
        self.session
            .json(|| document(before, last, status, dry_run.is_some()));
        status
    }
}

fn document(
    before: &Diagnosis,
    last: &Diagnosis,
    status: Status,
    dry_run: bool,
) -> serde_json::Value {
    let listed = |listed: &[Listed]| -> serde_json::Value {
        listed
            .iter()
            .map(|each| {
                serde_json::json!({
                    "what": each.what,
                    "count": each.rows.count,
                    "first": each.rows.sample,
                    "next": each.advice,
                })
            })
            .collect()
    };
    serde_json::json!({
        "status": status.name(),
        "dry_run": dry_run,
        "repairs": before.due.iter().map(|due| serde_json::json!({
            "title": due.repair.title,
            "rows": due.rows.count,
            "steps": due.repair.steps,
        })).collect::<Vec<_>>(),
        "losses": listed(&before.losses),
        "listed": listed(&last.listed),
        "refused": last.refused,
        "blocked": last.blocked,
    })
}
