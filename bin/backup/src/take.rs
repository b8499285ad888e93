//! Taking a backup.

use serde_json::json;
use sunset_backup::redis::Redis;
use sunset_backup::take::Taking;
use sunset_backup::{Backup, Shelf};
use sunset_cli::{Consented, Session, Status};
use sunset_core::config::Faults;
use sunset_core::secret::Secret;
use sunset_core::{Result, env_vars};

use crate::Arguments;
use crate::place::{Place, by, plan_name};

pub async fn take(arguments: &Arguments, session: &Session) -> Result<Status> {
    let plan = plan_name(&arguments.plan)?;
    // Everything that is needed is looked for before anything begins.
    let redis = session
        .settings(|variables, _: &mut Faults| variables.get(env_vars::REDIS_URL))?
        .filter(|_| !arguments.without_redis)
        .map(|url| Redis::parse(&Secret::new(url)))
        .transpose()?;
    let redis = match redis {
        Some(redis) => {
            let facts = redis.facts().await?;
            session.detail(&format!("Redis {} at {}", facts.version, redis.shown()));
            Some((redis, facts))
        }
        None => None,
    };
    let place = Place::of(&plan, session).await?;
    let taking = Taking {
        database: &place.database,
        url: &place.url,
        redis: redis.as_ref().map(|(redis, facts)| (redis, facts.clone())),
        tools: &place.tools,
        plan: &plan,
        by: by(),
    };
    match arguments.write.consent(session) {
        Consented::DryRun => {
            session.print(&format!(
                "would back up {} with {} into {}",
                place.database.describe(),
                place.tools.version(),
                arguments.dir.display()
            ));
            if let Some((redis, facts)) = &redis {
                session.print(&format!("and {} with {} keys", redis.shown(), facts.keys));
            }
            session.json(|| json!({"status": "done", "dry_run": true, "plan": plan}));
        }
        Consented::Write(_) => {
            let shelf = Shelf::new(&arguments.dir);
            let backup = taking.take(&shelf, &|line| session.detail(line)).await?;
            told(&backup, session);
            session.json(|| {
                json!({
                    "status": "done", "dry_run": false,
                    "folder": backup.folder, "manifest": backup.manifest,
                })
            });
        }
    }
    Ok(Status::Done)
}

/// What was taken, in words.
pub fn told(backup: &Backup, session: &Session) {
    let manifest = &backup.manifest;
    session.print(&format!("backup {}", manifest.id));
    for file in &manifest.files {
        session.print(&format!(
            "  {}: {}, {}, SHA-256 {}",
            file.name,
            file.what,
            sunset_cli::bytes(file.size),
            file.sha256
        ));
    }
    session.print(&format!(
        "  {} tables with {} rows, as of {}",
        manifest.database.tables.len(),
        sunset_cli::thousands(manifest.rows()),
        manifest.taken_at
    ));
    if let Some(redis) = &manifest.redis {
        session.print(&format!(
            "  Redis {} with {} keys",
            redis.server_version, redis.keys
        ));
    }
    session.print(&format!("  in {}", backup.folder.display()));
}
