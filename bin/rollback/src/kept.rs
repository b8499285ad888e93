//! What programs kept before they wrote (`--backup`): listed, and brought back.

use serde_json::{Value, json};
use sunset_backup::Shelf;
use sunset_cli::{BackupChoice, Consented, Program, Session, Status, render, thousands};
use sunset_core::config::{BackupWish, DatabaseSettings, NeonSettings, Pace};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::backups::{BackupRecord, BackupSort, Branch};
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_engine::backup::restore_branch;
use sunset_engine::retry::Retries;
use sunset_targets::neon::Neon;
use sunset_targets::postgres::{ActiveRun, ConnectOptions, Database, Ledger, PutBack};

use crate::level::Level;
use crate::{Arguments, levels};

/// What ids of such backups begin with; those of the program `backup` do not.
const STEM: &str = "backup_";

/// Runs of schema-push and fix-schema are recorded under this name in place of a plan's.
const SCHEMA: &str = "schema";

/// Backups that are named where another one is asked for.
const NAMED: usize = 5;

/// The backups of the plan, and of changes of the schema, the last first.
pub async fn list(arguments: &Arguments, session: &Session) -> Result<Status> {
    let name = plan_name(arguments)?;
    let (database, _) = connect(arguments, session).await?;
    let mut backups = match Ledger::open(&database).await? {
        Some(ledger) => ledger.backups(None).await?,
        None => Vec::new(),
    };
    backups.retain(|backup| is_of(backup, &name));
    if backups.is_empty() {
        session.print("There are no backups.");
    }
    for (at, backup) in backups.iter().enumerate() {
        let (line, tables) = render::backup_lines(at + 1, backup);
        session.print(&line);
        for table in tables {
            session.detail(&table);
        }
    }
    session.json(|| {
        let list: Vec<Value> = backups.iter().map(render::backup_json).collect();
        json!({"status": "done", "backups": list})
    });
    Ok(Status::Done)
}

/// Restores what `--level data --backup-id` names, where it is whole tables or a branch; `None`
/// where something else is asked for.
pub async fn undo(arguments: &Arguments, session: &Session) -> Result<Option<Status>> {
    let (Some(Level::Data), Some(id)) = (arguments.levels.level, &arguments.levels.backup_id)
    else {
        return Ok(None);
    };
    let shelf = Shelf::new(&arguments.levels.backups);
    if !id.starts_with(STEM) && (levels::moves_tenants(&arguments.plan)? || is_on(&shelf, id)) {
        return Ok(None);
    }
    let name = plan_name(arguments)?;
    let (database, confirmed) = match connect(arguments, session).await {
        // Of that sort there is none of this id, whatever the database may hold.
        Err(error) if !id.starts_with(STEM) && error.kind() == ErrorKind::Configuration => {
            return Err(unknown(id, &[], &shelf));
        }
        connected => connected?,
    };
    let backups = match Ledger::open(&database).await? {
        Some(ledger) => ledger.backups(None).await?,
        None => Vec::new(),
    };
    let found = backups.iter().find(|backup| backup.id == *id).cloned();
    let record = match found {
        Some(record) if record.sort == BackupSort::Step => return Ok(None),
        Some(record) if is_of(&record, &name) => record,
        Some(record) => {
            return Err(Error::new(
                ErrorKind::Refused,
                format!("the backup is of the plan {}, not of {name}", record.plan),
            )
            .item(id.clone())
            .remedy("name the plan with --plan"));
        }
        None => {
            let of_plan = backups.iter().filter(|backup| is_of(backup, &name));
            let kept: Vec<&str> = of_plan.map(|backup| backup.id.as_str()).collect();
            return Err(unknown(id, &kept, &shelf));
        }
    };
    let pace = session.settings(Pace::read)?;
    let restoring = Restoring {
        arguments,
        session,
        database,
        retries: Retries(pace.max_retries),
        confirmed: confirmed || arguments.yes,
        name,
        record,
    };
    let consent = arguments.write.consent(session);
    let done = match &restoring.record.branch {
        Some(branch) => restoring.branch(branch, &consent).await,
        None => restoring.tables(&consent).await,
    };
    done.map(Some)
}

/// Whether the program `backup` has one of this id, whole or not.
fn is_on(shelf: &Shelf, id: &str) -> bool {
    match shelf.open(id) {
        Ok(_) => true,
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

/// That there is none of this id, with the last of both sorts.
fn unknown(id: &str, kept: &[&str], shelf: &Shelf) -> Error {
    let kept = kept.iter().take(NAMED).copied().collect::<Vec<_>>();
    let (all, _) = shelf.list().unwrap_or_default();
    let copies = all.iter().rev().filter_map(|each| each.as_ref().ok());
    let copies = copies.take(NAMED).map(|copy| copy.manifest.id.as_str());
    let copies = copies.collect::<Vec<_>>().join(", ");
    let folder = shelf.root().display();
    let of_backup = format!("those of the program backup in {folder} are: {copies}");
    let before = format!("those kept before writing are: {}", kept.join(", "));
    let those = match (kept.is_empty(), copies.is_empty()) {
        (true, true) => "none was taken yet: --backup tables keeps what is there before a program \
                         writes, and the program backup copies a database"
            .into(),
        (true, false) => of_backup,
        (false, true) => before,
        (false, false) => format!("{before}; {of_backup}"),
    };
    Error::new(ErrorKind::NotFound, format!("there is no backup {id:?}")).remedy(those)
}

fn is_of(backup: &BackupRecord, plan: &str) -> bool {
    backup.plan == plan || backup.plan == SCHEMA
}

fn plan_name(arguments: &Arguments) -> Result<String> {
    match sunset_cli::in_place_plan(&arguments.plan)? {
        Some(registered) => Ok(registered.name.into_owned()),
        None => Ok(sunset_cli::document_plan(&arguments.plan)?
            .name()
            .to_owned()),
    }
}

async fn connect(arguments: &Arguments, session: &Session) -> Result<(Database, bool)> {
    let registered = sunset_cli::in_place_plan(&arguments.plan)?;
    let names: &[&str] = match &registered {
        Some(registered) => &registered.database,
        None => &[env_vars::DATABASE_URL],
    };
    let (settings, confirmed) = session.settings(|variables, faults| {
        (
            DatabaseSettings::read_first(variables, names, faults),
            variables.flag(env_vars::CONFIRM_ROLLBACK, faults),
        )
    })?;
    let options = ConnectOptions::for_program(Arguments::NAME);
    let database = Database::connect(&settings.url, options).await?;
    session.detail(&format!("database {}", database.describe()));
    Ok((database, confirmed))
}

struct Restoring<'a> {
    arguments: &'a Arguments,
    session: &'a Session,
    database: Database,
    retries: Retries,
    confirmed: bool,
    /// The plan.
    name: String,
    record: BackupRecord,
}

impl Restoring<'_> {
    async fn tables(&self, consent: &Consented) -> Result<Status> {
        let planned = self.database.would_put_back(&self.record).await?;
        self.session.print(&format!(
            "Backup {} of {}: {}",
            self.record.id,
            self.record.taken_at,
            render::backup_rows(&self.record)
        ));
        let consent = match consent {
            Consented::Write(consent) if self.confirmed => consent,
            other => {
                self.show(&planned, true);
                let status = self.not_done(other);
                self.tables_json(&planned, None, status);
                return Ok(status);
            }
        };
        let keep = self.keep_first()?;
        sunset_backup::may_keep(&keep, &self.database).await?;
        self.announce();
        let permit = WritePermit::bind(consent, self.database.identity().clone());
        let ledger = Ledger::install(&self.database, &permit).await?;
        let run = ledger.begin_run(&permit, &self.start()).await?;
        match self.put_back(&run, consent, &keep).await {
            Ok((done, before)) => {
                run.finish(&RunEnd::done(told(&done), json!({}))).await?;
                self.show(&done, false);
                self.tables_json(&done, before.as_deref(), Status::Done);
                Ok(Status::Done)
            }
            Err(error) => Err(run.failed(error).await),
        }
    }

    /// What is given up is kept first, unless that is not wanted, so that it can be had back.
    fn keep_first(&self) -> Result<BackupWish> {
        match self.arguments.backup.backup {
            None => Ok(BackupWish::Tables),
            Some(_) => self.arguments.backup.wish(self.session),
        }
    }

    async fn put_back(
        &self,
        run: &ActiveRun,
        consent: &Consent,
        wish: &BackupWish,
    ) -> Result<(Vec<PutBack>, Option<String>)> {
        let copied = self.record.tables.iter().map(|copied| copied.table.clone());
        let tables: Vec<String> = copied.chain(self.record.absent.iter().cloned()).collect();
        let what = (tables.as_slice(), self.record.namespace.as_str());
        let taken = sunset_backup::before_writing(wish, consent, run, what, self.retries).await?;
        self.session.tell_backup(taken.as_ref());
        let before = taken.map(|taken| taken.record.id);
        let done = run.backups().put_back(&self.record).await?;
        Ok((done, before))
    }

    fn show(&self, tables: &[PutBack], planned: bool) {
        for table in tables {
            let (going, coming, rows) = (
                thousands(table.going),
                thousands(table.coming),
                thousands(table.rows),
            );
            let line = if planned {
                format!(
                    "{}: {going} rows that came or were changed since would go, {coming} would come back",
                    table.table
                )
            } else {
                format!(
                    "{}: {going} rows that came or were changed since went, {coming} came back; its {rows} rows have the digest of the backup",
                    table.table
                )
            };
            self.session.print(&line);
            if !planned {
                self.session.sum_up(&line);
            }
        }
    }

    fn not_done(&self, consent: &Consented) -> Status {
        match consent {
            Consented::DryRun => Status::Done,
            Consented::Write(_) => {
                self.session.say("Nothing was done. To do it, run the same command with --yes, or with CONFIRM_ROLLBACK=yes.");
                Status::Error
            }
        }
    }

    fn announce(&self) {
        self.session.announce(&format!(
            "back to {} in {}",
            self.record.id,
            self.database.describe()
        ));
    }

    fn start(&self) -> RunStart {
        let options = json!({"level": "data", "backup_id": self.record.id});
        sunset_cli::run_start::<Arguments>(&self.name, options)
    }

    fn tables_json(&self, tables: &[PutBack], before: Option<&str>, status: Status) {
        self.session.json(|| {
            json!({
                "status": status.name(),
                "plan": self.name,
                "backup": render::backup_json(&self.record),
                "restored": self.is_written() && status == Status::Done,
                "tables": told(tables),
                "backup_of_before": before,
            })
        });
    }

    fn is_written(&self) -> bool {
        self.confirmed && !self.arguments.write.dry_run
    }

    async fn branch(&self, branch: &Branch, consent: &Consented) -> Result<Status> {
        let settings = self.session.settings(NeonSettings::read)?;
        if settings.project != branch.project {
            return Err(Error::new(
                ErrorKind::Refused,
                format!(
                    "the backup is a branch of the project {}, and NEON_PROJECT_ID names {}",
                    branch.project, settings.project
                ),
            )
            .item(self.record.id.clone())
            .remedy("set NEON_PROJECT_ID to the project of the backup"));
        }
        if matches!(
            self.arguments.backup.backup,
            Some(BackupChoice::Tables | BackupChoice::NeonBranch)
        ) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "--backup is not needed to restore a branch: what is there now stays as a branch",
            )
            .remedy("leave it out"));
        }
        self.session.print(&format!(
            "Backup {} of {}: branch {} ({}), the whole database",
            self.record.id, self.record.taken_at, branch.name, branch.id
        ));
        let document = |status: Status, kept: Option<&str>| {
            self.session.json(|| {
                json!({
                    "status": status.name(),
                    "plan": self.name,
                    "backup": render::backup_json(&self.record),
                    "restored": kept.is_some(),
                    "branch_of_before": kept,
                })
            });
        };
        let consent = match consent {
            Consented::Write(consent) if self.confirmed => consent,
            other => {
                self.session.print(
                    "The whole database would become what the branch holds, other tables and users among it; \
                     what is there now would stay as another branch",
                );
                let status = self.not_done(other);
                document(status, None);
                return Ok(status);
            }
        };
        self.announce();
        let neon = Neon::new(&settings)?;
        let host = self.database.host();
        let what = (self.record.id.as_str(), branch);
        let kept = restore_branch(&neon, host, what, consent, self.retries).await?;
        let line = format!(
            "the database is what the branch held; what was there stays as the branch {kept}"
        );
        self.session.print(&line);
        self.session.sum_up(&line);
        document(Status::Done, Some(&kept));
        Ok(Status::Done)
    }
}

fn told(tables: &[PutBack]) -> Value {
    let list = tables.iter().map(|table| {
        json!({
            "table": table.table, "going": table.going, "coming": table.coming, "rows": table.rows,
        })
    });
    Value::Array(list.collect())
}
