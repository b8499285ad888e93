//! Plan `voice-agent`: configurations, calls and metrics of a voice agent become those of its
//! second version, where they stand, tenant by tenant. The columns of v1 stay as they are, for the
//! code of v1.

mod calls;
mod checks;
mod configuration;
mod prompt;
mod schema;
mod scope;
mod words;

#[cfg(test)]
mod specified_tests;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::in_place::{
    BackupSpec, BackupTable, BatchSizes, InPlacePlan, Maker, OptionName, Parameters, PlanStep,
    Precondition, Registered, SqlText, Tenancy, Work,
};
use super::schemas::PlanSchema;
use crate::error::{Error, ErrorKind, Result};
use scope::Scope;

pub use schema::schema;

/// The plan's name.
pub const NAME: &str = "voice-agent";

/// See the module.
pub const REGISTERED: Registered = Registered {
    name: Cow::Borrowed(NAME),
    options: Cow::Borrowed(&[OptionName::TenantIds, OptionName::SkipBackup]),
    database: Cow::Borrowed(&["DATABASE_URL"]),
    maker: Maker::BuiltIn(describe),
};

const TENANTS: &str = "tenants";
const CONFIGS: &str = "voice_agent_configs";
const CALLS: &str = "voice_agent_calls";
const METRICS: &str = "voice_agent_metrics";

const DEFAULT_VOICE: &str = "coral";
const DEFAULT_LANGUAGE: &str = "es-MX";

const NEXT: &str = "Next: begin the rollout with 5 % of the tenants: rollout init, then \
    rollout set 5 --by you@example.com --reason \"first step\"; rollout status shows where it is.";

/// The plan, for a run's parameters.
///
/// # Errors
/// `Configuration` for an empty list of tenants.
pub fn describe(parameters: &Parameters) -> Result<InPlacePlan> {
    let namespace = &parameters.namespace;
    let only = tenants(parameters)?;
    let scope = Scope::new(namespace, only.clone(), parameters.ledger);
    let began = format!("{}Z", parameters.began.to_timestamp_text());
    let skip = parameters.has(OptionName::SkipBackup);
    let v2 = checks::v2(&scope, &began);
    Ok(InPlacePlan {
        name: NAME.to_owned(),
        named: NAME.to_owned(),
        title: "voice agent v1 to v2".to_owned(),
        namespace: namespace.clone(),
        schema: PlanSchema {
            schema: schema::schema(namespace),
            faults: Vec::new(),
            renames: Vec::new(),
        },
        preconditions: precondition(&scope, only.is_some()),
        steps: steps(&scope, &began, skip),
        sections: vec![v2],
        states: only
            .map(|only| ("tenant_ids".to_owned(), only.join(",")))
            .into_iter()
            .collect(),
        kept: Vec::new(),
        prisma_name: None,
        batches: BatchSizes {
            rows: 100,
            sets: 10_000,
        },
        tenancy: Some(Tenancy {
            table: TENANTS.to_owned(),
            column: "tenant_id".to_owned(),
            flag: "voice_agent_v2".to_owned(),
        }),
        next: Some(NEXT.to_owned()),
    })
}

fn tenants(parameters: &Parameters) -> Result<Option<Vec<String>>> {
    let Some(mut only) = parameters.list(OptionName::TenantIds) else {
        return Ok(None);
    };
    only.sort();
    only.dedup();
    if only.is_empty() {
        return Err(
            Error::new(ErrorKind::Configuration, "--tenant-ids names no tenant")
                .remedy("write ids with commas between them: --tenant-ids acme,globex"),
        );
    }
    Ok(Some(only))
}

fn precondition(scope: &Scope, narrowed: bool) -> Vec<Precondition> {
    let violators = SqlText {
        sql: format!(
            "SELECT named.id AS item FROM jsonb_array_elements_text($1::text::jsonb) AS named (id) \
             WHERE NOT EXISTS (SELECT 1 FROM {} AS tenant WHERE tenant.id::text = named.id)",
            scope.tenants
        ),
        binds: scope.binds(),
    };
    let unknown = Precondition {
        violators,
        what: "--tenant-ids names a tenant that is not there".to_owned(),
        remedy: "check the ids in the table tenants".to_owned(),
    };
    if narrowed { vec![unknown] } else { Vec::new() }
}

fn steps(scope: &Scope, began: &str, skip_backup: bool) -> Vec<PlanStep> {
    let backup_of = |table: &str, noun: &str| BackupTable {
        table: table.to_owned(),
        noun: noun.to_owned(),
        rows: scope.rows("t.tenant_id"),
    };
    vec![
        PlanStep::new(
            "backup",
            "Backup of the affected tables",
            Work::Backup(BackupSpec {
                prefix: "migration_backup_".to_owned(),
                tables: vec![
                    backup_of(CONFIGS, "configs"),
                    backup_of(CALLS, "calls"),
                    backup_of(METRICS, "metrics"),
                ],
                left_out: skip_backup.then(|| "left out: --skip-backup".to_owned()),
            }),
        ),
        PlanStep::new("schema", "Columns and tables of version 2", Work::Schema),
        PlanStep::new(
            "validate",
            "Validation of version 1",
            Work::Validate(vec![checks::v1(scope)]),
        ),
        PlanStep::new(
            "transform",
            "Configurations",
            Work::Rows(vec![configuration::migration(scope, began)]),
        )
        .needing(CONFIGS, "assistant_type")
        .needing(CONFIGS, "voice_config")
        .needing(CONFIGS, "personality")
        .needing(CONFIGS, "capabilities")
        .needing(CONFIGS, "schema_version")
        .needing(CONFIGS, "migrated_at")
        .needing(CONFIGS, "migrated_from"),
        PlanStep::new(
            "outcomes",
            "Outcomes of calls",
            Work::Set(vec![calls::outcomes(scope)]),
        )
        .needing(CALLS, "outcome")
        .needing(CALLS, "transcript")
        .needing(CALLS, "status")
        .needing(CALLS, "ended_reason"),
        PlanStep::new(
            "metrics",
            "Metrics of tenants",
            Work::Merge(vec![calls::metrics(scope, began)]),
        )
        .needing(METRICS, "tenant_id")
        .needing(METRICS, "outcomes")
        .needing(CALLS, "outcome")
        .needing(CALLS, "status")
        .needing(CALLS, "duration_seconds")
        .needing(CALLS, "latency_ms"),
        PlanStep::new(
            "verify",
            "Verification",
            Work::Verify(vec![checks::v2(scope, began)]),
        )
        .needing(METRICS, "tenant_id"),
    ]
}
