//! Tables and functions.

use sunset_cli::render::schema::{counted, plan_text};
use sunset_cli::{Consented, Session, Status};
use sunset_core::Result;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::schemas::{PlanSchema, schema_named};
use sunset_core::ports::runs::RunEnd;
use sunset_core::schema::diff::Directions;
use sunset_core::schema::live::LiveSchema;
use sunset_core::schema::steps::SchemaPlan;
use sunset_engine::schema;
use sunset_targets::postgres::{ActiveRun, Database, FlagStore, Ledger, LiveReader};

use crate::Arguments;
use crate::arguments::InitArgs;
use crate::subject::connect;

pub async fn init(arguments: &InitArgs, session: &Session) -> Result<Status> {
    let wanted = schema_named("rollout", "public")?;
    // Asked first: it marks the lines of a dry run.
    let consent = arguments.write.consent(session);
    let database = connect(session).await?;
    let reader = LiveReader::new(database.clone());
    let (plan, live) = schema::plan(&reader, &wanted, &Directions::default()).await?;
    session.print(&plan_text(&plan, session.is_verbose()));
    if let Consented::Write(consent) = &consent {
        install(
            &database,
            consent,
            (&plan, &live),
            &reader,
            &wanted,
            session,
        )
        .await?;
        session.print(&format!(
            "{} done; functions feature_flag_enabled(flag, tenant) and voice_agent_v2_enabled(tenant) are there",
            counted(plan.steps.len(), "step", "steps")
        ));
    }
    session.json(|| {
        let steps: Vec<_> = plan.steps.iter().map(|step| step.title.clone()).collect();
        let dry_run = matches!(consent, Consented::DryRun);
        serde_json::json!({"status": "done", "dry_run": dry_run, "steps": steps})
    });
    Ok(Status::Done)
}

async fn install(
    database: &Database,
    consent: &Consent,
    plan: (&SchemaPlan, &LiveSchema),
    reader: &LiveReader,
    wanted: &PlanSchema,
    session: &Session,
) -> Result<()> {
    let permit = WritePermit::bind(consent, database.identity().clone());
    let ledger = Ledger::install(database, &permit).await?;
    if !plan.0.steps.is_empty() {
        let options = serde_json::json!({"schema": "public"});
        let start = sunset_cli::run_start::<Arguments>("schema", options);
        let run = ledger.begin_run(&permit, &start).await?;
        match push(&run, plan, reader, wanted, session).await {
            Ok(()) => {
                let counts = serde_json::json!({"steps": plan.0.steps.len()});
                run.finish(&RunEnd::done(counts, serde_json::json!({})))
                    .await?;
            }
            Err(error) => return Err(run.failed(error).await),
        }
    }
    FlagStore::new(database.clone())
        .install_functions(&permit)
        .await
}

async fn push(
    run: &ActiveRun,
    plan: (&SchemaPlan, &LiveSchema),
    reader: &LiveReader,
    wanted: &PlanSchema,
    session: &Session,
) -> Result<()> {
    let progress = session.progress();
    schema::push(reader, &run.schema(), wanted, plan, progress.as_ref())
        .await
        .map(drop)
}
