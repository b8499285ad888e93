//! Connect, survey, show the plan, carry it out.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use sunset_cli::render;
use sunset_cli::{Consented, Program, ReportBehind, Session, Status};
use sunset_core::audio::outcome::{AudioReport, Planned};
use sunset_core::audio::plan::{Options, Plan};
use sunset_core::config::{AudioSourceSettings, BackupWish, DatabaseSettings, Pace, R2Settings};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::{ObjectLedger, ObjectSource, ObjectStore};
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_engine::audio::{self, CopyOptions, UrlCheck};
use sunset_engine::retry::Retries;
use sunset_sources::objects::PublicUrls;
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger, ObjectBook};
use sunset_targets::r2::R2Bucket;

use crate::arguments::Arguments;
use crate::shared;

/// How many conversations an error names.
const NAMED: usize = 10;

pub async fn migrate(arguments: Arguments, session: Session) -> Result<Status> {
    let not_beside = [
        ("--worker", arguments.worker.is_some()),
        ("--report", arguments.report.is_some()),
    ];
    if let Some(unfit) = arguments.write.unfit_beside(&session, &not_beside) {
        return Ok(session.usage(&unfit));
    }
    let begun = Instant::now();
    let consent = arguments.write.consent(&session);
    let (database, source, bucket, pace) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read(variables, faults),
            AudioSourceSettings::read(variables, faults),
            R2Settings::read(variables, faults),
            Pace::read(variables, faults),
        )
    })?;
    let backup = arguments.backup.wish(&session)?;
    let source = source.ok_or_else(|| Error::new(ErrorKind::Configuration, "no source"))?;
    let source = sunset_sources::objects::open(&source)?;
    let connecting = ConnectOptions::for_program(Arguments::NAME);
    let database = Database::connect(&database.url, connecting).await?;
    let store = R2Bucket::new(&bucket);
    session.say(&format!(
        "From {} to {}",
        source.identity(),
        store.identity()
    ));
    session.detail(&format!("database {}", database.describe()));
    session.announce(&format!(
        "from {} to {}",
        source.identity(),
        store.identity()
    ));
    let retries = Retries(pace.max_retries);
    let options = Options {
        only: arguments.only(),
        retry_failed: arguments.retry_failed,
        orphans: arguments.orphans.into(),
        prefer: arguments.prefer,
        public_url: bucket.public_url.clone(),
    };
    let copying = CopyOptions {
        concurrency: arguments
            .concurrency
            .map_or(pace.audio_concurrency, usize::from),
        rate: arguments.limit_rate,
        retries,
        public_url: bucket.public_url,
        scratch: Some(std::env::temp_dir()),
    };
    let flow = Flow {
        backup,
        arguments,
        session,
        source,
        store,
        database,
        options,
        copying,
    };
    match consent {
        Consented::DryRun => flow.dry_run().await,
        Consented::Write(consent) => {
            let permit = WritePermit::bind(&consent, flow.database.identity().clone());
            Ledger::open_or_upgrade(&flow.database, &permit).await?;
            let work = async {
                if flow.arguments.worker.is_some() {
                    shared::work(&flow, &consent).await
                } else {
                    flow.write(&consent).await
                }
            };
            let status = flow.session.unless_stopped(work).await;
            let report = ReportBehind {
                folder: flow.arguments.report.as_deref(),
                session: &flow.session,
                plan: &flow.arguments.plan,
                target: flow.database.describe(),
                begun,
            };
            let history = Ledger::history_in(&flow.database);
            report.behind::<Arguments, _>(status, history).await
        }
    }
}

pub struct Flow {
    backup: BackupWish,
    pub arguments: Arguments,
    pub session: Session,
    pub source: Arc<dyn ObjectSource>,
    pub store: R2Bucket,
    pub database: Database,
    pub options: Options,
    pub copying: CopyOptions,
}

impl Flow {
    pub async fn book(&self) -> Result<ObjectBook> {
        let ledger = Ledger::open(&self.database).await?;
        let target = self.store.identity();
        Ok(ObjectBook::new(
            self.database.clone(),
            ledger.is_some(),
            target,
        ))
    }

    pub async fn plan(&self, book: &dyn ObjectLedger) -> Result<Plan> {
        let retries = self.copying.retries;
        let plan = audio::survey(
            self.source.as_ref(),
            &self.store,
            book,
            &self.options,
            retries,
        )
        .await?;
        if !plan.unknown_ids.is_empty() {
            return Err(Error::new(
                ErrorKind::NotFound,
                "--conversation-ids names conversations that migration did not write",
            )
            .item(plan.unknown_ids.join(", "))
            .remedy("run data-migrate first, and give ids as they stand in conversations.id"));
        }
        if !plan.nowhere.is_empty() {
            return Err(wrong_source(&self.source.identity(), &plan.nowhere));
        }
        let text = render::plan_text(&plan, self.session.is_verbose());
        self.session.print(&text);
        Ok(plan)
    }

    /// Shows the plan. There is no writer here to write with.
    async fn dry_run(&self) -> Result<Status> {
        let book = self.book().await?;
        let plan = self.plan(&book).await?;
        self.session
            .json(|| json!({ "dry_run": true, "plan": render::plan_json(&plan) }));
        Ok(if plan.quarantined.is_empty() && plan.lost.is_empty() {
            Status::Done
        } else {
            Status::Incomplete
        })
    }

    async fn write(&self, consent: &Consent) -> Result<Status> {
        let book = self.book().await?;
        let plan = self.plan(&book).await?;
        if plan.is_empty() {
            // Nothing is written, not even that this run took place.
            let report = AudioReport::default();
            return self.end_alone(&book, &plan, &report, None).await;
        }
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        sunset_backup::may_keep(&self.backup, &self.database).await?;
        let ledger = Ledger::install(&self.database, &permit).await?;
        let run = ledger.begin_run(&permit, &self.run_start()).await?;
        let id = run.id();
        match self.copy(&run, plan.clone(), consent).await {
            Ok(report) => {
                let counts = render::audio_json(&report);
                run.finish(&RunEnd::done(counts, json!({}))).await?;
                let book = self.book().await?;
                self.tell_found(&book, id).await?;
                self.end_alone(&book, &plan, &report, Some(id)).await
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    async fn copy(&self, run: &ActiveRun, plan: Plan, consent: &Consent) -> Result<AudioReport> {
        let target = self.store.identity();
        let tables = ["conversations".to_owned()];
        let (wish, what) = (&self.backup, (tables.as_slice(), "public"));
        let retries = self.copying.retries;
        let taken = sunset_backup::before_writing(wish, consent, run, what, retries).await?;
        self.session.tell_backup(taken.as_ref());
        let permit = WritePermit::bind(consent, target.clone());
        let writer = self.store.writer(&permit)?;
        let progress = self.session.progress();
        audio::execute(
            plan,
            Arc::clone(&self.source),
            Arc::new(writer),
            Arc::new(run.objects(target)),
            &self.copying,
            progress.as_ref(),
        )
        .await
    }

    pub fn run_start(&self) -> RunStart {
        let options = json!({
            "target": self.store.identity().as_str(),
            "retry_failed": self.options.retry_failed,
            "digests": self.arguments.run_digests.name(),
        });
        RunStart {
            source: Some(self.source.identity()),
            ..sunset_cli::run_start::<Arguments>(&self.arguments.plan, options)
        }
    }

    /// Says what stood in the bucket before, for another database may use it.
    pub async fn tell_found(&self, book: &ObjectBook, run: i64) -> Result<()> {
        let found = book.found_by(run).await?;
        if found > 0 {
            self.session.say(&format!(
                "{found} objects stood in the bucket under these keys, and this database's ledger had \
                 no entry of them: rollback --delete-objects will leave them. Where another database \
                 uses this bucket, give each its own (docs/audio.md)."
            ));
        }
        Ok(())
    }

    async fn end_alone(
        &self,
        book: &dyn ObjectLedger,
        plan: &Plan,
        report: &AudioReport,
        run: Option<i64>,
    ) -> Result<Status> {
        let done = (&plan.planned(), report);
        self.end(book, done, run, || render::plan_json(plan)).await
    }

    /// Tells what was done of what there was to do, and what that means for the exit status.
    pub async fn end(
        &self,
        book: &dyn ObjectLedger,
        (planned, report): (&Planned, &AudioReport),
        run: Option<i64>,
        plan: impl FnOnce() -> Value,
    ) -> Result<Status> {
        let text = render::audio_text(planned, report);
        self.session.print(&text);
        self.session.sum_up(&text);
        let urls = self.verify_urls(book).await?;
        let broken = urls.iter().any(|check| check.fault.is_some());
        let left = planned.quarantined > 0 || planned.lost > 0;
        let incomplete = report.is_incomplete() || left || broken;
        let status = if incomplete {
            Status::Incomplete
        } else {
            Status::Done
        };
        self.session.json(|| {
            json!({
                "dry_run": false,
                "run": run,
                "plan": plan(),
                "report": render::audio_json(report),
                "urls": urls.iter().map(url_json).collect::<Vec<_>>(),
                "status": status.name(),
            })
        });
        Ok(status)
    }

    async fn verify_urls(&self, book: &dyn ObjectLedger) -> Result<Vec<UrlCheck>> {
        let Some(count) = self.arguments.verify_urls else {
            return Ok(Vec::new());
        };
        let records = book.objects().await?;
        let reader = PublicUrls::new()?;
        let retries = self.copying.retries;
        let checks = audio::verify_urls(&reader, &self.store, &records, count, retries).await?;
        let good = checks.iter().filter(|check| check.fault.is_none()).count();
        self.session.print(&format!(
            "[Audio] {good} of {} public URLs give what the bucket holds",
            checks.len()
        ));
        for check in &checks {
            if let Some(fault) = &check.fault {
                self.session
                    .print(&format!("[Audio] {}: {fault}", check.url));
            }
            if let Some(remedy) = &check.remedy {
                self.session.print(&format!("        next: {remedy}"));
            }
        }
        Ok(checks)
    }
}

/// A source without any audio while recordings are wanted of it: nothing is written for it, lest all
/// of them count as missing.
fn wrong_source(identity: &str, ids: &[String]) -> Error {
    let mut named = ids.iter().take(NAMED).cloned().collect::<Vec<_>>();
    if ids.len() > NAMED {
        named.push("…".to_owned());
    }
    let count = ids.len();
    Error::new(
        ErrorKind::NotFound,
        format!(
            "{identity} holds no audio object, and {count} recordings of V2 are neither there nor \
             in R2: is V2_AUDIO right?"
        ),
    )
    .item(named.join(", "))
    .remedy(
        "set V2_AUDIO, or FIREBASE_STORAGE_BUCKET, to the bucket or the folder of V2's recordings, \
         and see that the folder is mounted; where V2 has no recordings any more, leave \
         audio-migrate out, and give cutover --without-audio",
    )
}

fn url_json(check: &UrlCheck) -> Value {
    json!({ "url": check.url, "fault": check.fault, "remedy": check.remedy })
}
