//! Changes by hand.

use serde_json::json;
use sunset_cli::{Consented, Session, Status};
use sunset_core::permit::WritePermit;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::Percentage;
use sunset_rollout::drive::Event;
use sunset_rollout::schedule::Schedule;
use sunset_targets::postgres::{FlagChange, FlagStore, Ledger, Rollouts, StoredFlag};

use crate::arguments::{AuthorArgs, SetArgs, SwitchArgs, TenantArgs};
use crate::subject::{connect, mover, schedule};

pub async fn set(arguments: &SetArgs, session: &Session) -> Result<Status> {
    let to = Percentage::parse(&arguments.percentage)?;
    let expected = arguments
        .expect
        .as_deref()
        .map(Percentage::parse)
        .transpose()?;
    let schedule = schedule(&arguments.subject)?;
    match &schedule.flag {
        Some(flag) => {
            let change = Change {
                flag: &flag.name,
                expected,
                author: &arguments.author,
                write: arguments.write.consent(session),
                session,
            };
            change.make(FlagChange::Percentage(to)).await
        }
        None => set_traffic(arguments, &schedule, &to, expected, session).await,
    }
}

pub async fn switch(arguments: &SwitchArgs, session: &Session, on: bool) -> Result<Status> {
    let change = Change {
        flag: &arguments.flag,
        expected: None,
        author: &arguments.author,
        write: arguments.write.consent(session),
        session,
    };
    change.make(FlagChange::Enabled(on)).await
}

pub async fn tenant(
    arguments: &TenantArgs,
    session: &Session,
    decided: Option<bool>,
) -> Result<Status> {
    let database = connect(session).await?;
    let store = FlagStore::new(database);
    check_tenant(&store, &arguments.tenant, arguments.force).await?;
    let change = Change {
        flag: &arguments.flag,
        expected: None,
        author: &arguments.author,
        write: arguments.write.consent(session),
        session,
    };
    change
        .make(FlagChange::Override(arguments.tenant.clone(), decided))
        .await
}

/// Refuses a tenant that the database does not know.
pub async fn check_tenant(store: &FlagStore, tenant: &str, force: bool) -> Result<()> {
    if force {
        return Ok(());
    }
    match store.knows_tenant(tenant).await? {
        Some(true) => Ok(()),
        Some(false) => Err(Error::new(
            ErrorKind::NotFound,
            format!("there is no tenant {tenant:?}"),
        )
        .remedy("check the id in the table tenants; --force takes one that is not there")),
        None => Err(Error::new(
            ErrorKind::NotFound,
            "there is no table tenants to look the tenant up in",
        )
        .item(tenant)
        .remedy("say --force if the id is right")),
    }
}

struct Change<'a> {
    flag: &'a str,
    expected: Option<Percentage>,
    author: &'a AuthorArgs,
    write: Consented,
    session: &'a Session,
}

impl Change<'_> {
    async fn make(self, change: FlagChange) -> Result<Status> {
        let database = connect(self.session).await?;
        let store = FlagStore::new(database.clone());
        let before = store.stored(self.flag).await?;
        check_expected(self.expected.as_ref(), &share(before.as_ref()))?;
        if matches!(change, FlagChange::Override(_, None)) && before.is_none() {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("there is no flag {:?}", self.flag),
            )
            .remedy("check --flag; `rollout set 0` makes a flag"));
        }
        let by = self.author.who(self.session);
        let after = match &self.write {
            Consented::DryRun => {
                self.session.print(&format!(
                    "flag {}: {} would be done; it stands at {}",
                    self.flag,
                    change.action(),
                    standing(before.as_ref())
                ));
                None
            }
            Consented::Write(consent) => {
                let permit = WritePermit::bind(consent, database.identity().clone());
                let seen = before.as_ref().map(|stored| stored.version.as_str());
                let author = (by.as_str(), self.author.reason.as_deref());
                store
                    .change(&permit, self.flag, seen, &change, author)
                    .await?;
                let after = store.stored(self.flag).await?;
                self.session.print(&format!(
                    "flag {}: {} → {}",
                    self.flag,
                    standing(before.as_ref()),
                    standing(after.as_ref())
                ));
                if after.as_ref().is_some_and(|stored| !stored.flag.enabled) {
                    self.session.say(
                        "the flag is off: everybody is on v1 until `rollout enable` switches it on",
                    );
                }
                after
            }
        };
        self.session.json(|| {
            json!({
                "status": "done",
                "flag": self.flag,
                "action": change.action(),
                "dry_run": after.is_none(),
                "by": by,
                "before": before.as_ref().map(stored_json),
                "after": after.as_ref().map(stored_json),
            })
        });
        Ok(Status::Done)
    }
}

fn share(stored: Option<&StoredFlag>) -> Percentage {
    stored.map_or_else(Percentage::zero, |stored| stored.flag.percentage.clone())
}

fn check_expected(expected: Option<&Percentage>, present: &Percentage) -> Result<()> {
    match expected {
        Some(expected) if expected != present => Err(Error::new(
            ErrorKind::Conflict,
            format!("the share of v2 is {present} by now, not {expected}"),
        )
        .remedy("see `rollout history`; repeat the command if it is still meant")),
        _ => Ok(()),
    }
}

/// `on, 25 %, 2 tenants by hand`
pub fn standing(stored: Option<&StoredFlag>) -> String {
    let Some(StoredFlag { flag, .. }) = stored else {
        return "not there".to_owned();
    };
    let switch = if flag.enabled { "on" } else { "off" };
    match flag.overrides.len() {
        0 => format!("{switch}, {}", flag.percentage),
        1 => format!("{switch}, {}, 1 tenant by hand", flag.percentage),
        count => format!("{switch}, {}, {count} tenants by hand", flag.percentage),
    }
}

/// A flag as JSON.
pub fn stored_json(stored: &StoredFlag) -> serde_json::Value {
    let mut overrides: Vec<_> = stored.flag.overrides.iter().collect();
    overrides.sort();
    let overrides: serde_json::Map<_, _> = overrides
        .into_iter()
        .map(|(tenant, decided)| (tenant.clone(), (*decided).into()))
        .collect();
    json!({
        "enabled": stored.flag.enabled,
        "percentage": stored.flag.percentage,
        "tenant_overrides": overrides,
        "updated_at": stored.updated_at,
        "updated_by": stored.updated_by,
    })
}

async fn set_traffic(
    arguments: &SetArgs,
    schedule: &Schedule,
    to: &Percentage,
    expected: Option<Percentage>,
    session: &Session,
) -> Result<Status> {
    if to
        .as_str()
        .split_once('.')
        .is_some_and(|(_, d)| d.len() > 2)
    {
        return Err(Error::new(
            ErrorKind::Configuration,
            "traffic is split by hundredths of a percent at the finest",
        )
        .remedy("write a percentage with at most two decimals"));
    }
    let database = connect(session).await?;
    let by = arguments.author.who(session);
    let subject = schedule.subject();
    let Consented::Write(consent) = arguments.write.consent(session) else {
        let mover = mover(schedule, &database, None, &by)?;
        let present = mover.standing().await?.percentage;
        check_expected(expected.as_ref(), &present)?;
        session.print(&format!("{subject}: v2 {present} → {to} would be done"));
        session.json(|| json!({"status": "done", "subject": subject, "dry_run": true, "from": present, "to": to}));
        return Ok(Status::Done);
    };
    let permit = WritePermit::bind(&consent, database.identity().clone());
    let mover = mover(schedule, &database, Some(&permit), &by)?;
    let present = mover.standing().await?.percentage;
    check_expected(expected.as_ref(), &present)?;
    let why = arguments.author.reason.clone().unwrap_or_default();
    mover
        .move_to(std::slice::from_ref(&present), to, &why)
        .await?;
    session.print(&format!("{subject}: v2 {present} → {to}, serving"));
    // Users come first: the book is written when they are where they should be.
    let ledger = Ledger::install(&database, &permit).await?;
    let event = Event {
        kind: "set".into(),
        from: present.clone(),
        to: to.clone(),
        why,
    };
    Rollouts::new(&ledger)
        .note(&permit, &subject, &by, &event)
        .await?;
    session.json(|| json!({"status": "done", "subject": subject, "dry_run": false, "from": present, "to": to, "by": by}));
    Ok(Status::Done)
}
