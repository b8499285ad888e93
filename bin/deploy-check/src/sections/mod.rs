//! The sections of the check. Each asks, and lets `sunset_deployment` judge.

mod auth;
mod cors;
mod database;
pub mod health;
mod secrets;
mod slack;
mod storage;
mod tls;
mod web;
mod wrangler;

use futures::future::join_all;
use sunset_core::check::{Check, Finding, Section};
use sunset_deployment::inventory::{Kind, Service};

use crate::arguments::SectionName;
use crate::deployment::Deployment;

/// All sections, in order.
const ALL: [SectionName; 10] = [
    SectionName::Secrets,
    SectionName::Wrangler,
    SectionName::Database,
    SectionName::Storage,
    SectionName::Health,
    SectionName::Tls,
    SectionName::Cors,
    SectionName::Web,
    SectionName::Slack,
    SectionName::Auth,
];

/// The sections that were asked for, in order; all of them where none was named.
pub fn chosen(only: &[SectionName]) -> Vec<SectionName> {
    let wanted = |name: &SectionName| only.is_empty() || only.contains(name);
    ALL.into_iter().filter(wanted).collect()
}

/// What a section found.
#[derive(Debug, Default)]
pub struct Found {
    /// Its checks.
    pub checks: Vec<Check>,
    /// What could not be checked, and why.
    pub skipped: Option<String>,
}

impl Found {
    /// Nothing could be checked.
    pub fn skipped(why: impl Into<String>) -> Self {
        Self {
            checks: Vec::new(),
            skipped: Some(why.into()),
        }
    }
}

impl From<Vec<Check>> for Found {
    fn from(checks: Vec<Check>) -> Self {
        Self {
            checks,
            skipped: None,
        }
    }
}

/// Runs sections. Response times are taken first, while nothing else is asked.
pub async fn run(deployment: &Deployment, names: &[SectionName]) -> Vec<Section> {
    let mut sections: Vec<Option<Section>> = Vec::new();
    for name in names {
        sections.push(if *name == SectionName::Health {
            let found = health::check(deployment).await;
            Some(section(*name, found))
        } else {
            None
        });
    }
    let rest = join_all(names.iter().map(|name| one(deployment, *name))).await;
    sections
        .into_iter()
        .zip(rest)
        .filter_map(|(first, second)| first.or(second))
        .collect()
}

async fn one(deployment: &Deployment, name: SectionName) -> Option<Section> {
    let found = match name {
        SectionName::Secrets => secrets::check(deployment),
        SectionName::Wrangler => wrangler::check(deployment),
        SectionName::Database => database::check(deployment).await,
        SectionName::Storage => storage::check(deployment).await,
        SectionName::Health => return None,
        SectionName::Tls => tls::check(deployment).await,
        SectionName::Cors => cors::check(deployment).await,
        SectionName::Web => web::check(deployment).await,
        SectionName::Slack => slack::check(deployment).await,
        SectionName::Auth => auth::check(deployment).await,
    };
    Some(section(name, found))
}

/// A section of what was found.
pub fn section(name: SectionName, found: Found) -> Section {
    let passed = found.checks.iter().filter(|check| check.passed()).count();
    let more = if found.skipped.is_some() {
        ", and something could not be checked"
    } else {
        ""
    };
    Section {
        title: name.name().into(),
        summary: format!(
            "{}: {passed} of {} checks pass{more}",
            name.name(),
            found.checks.len()
        ),
        checks: found.checks,
        skipped: found.skipped,
    }
}

/// The first service of a kind, or what to say where there is none that can be asked.
pub fn service(deployment: &Deployment, kind: Kind) -> Result<&Service, Found> {
    let Some(service) = deployment.inventory.first(kind) else {
        return Err(Found::skipped(format!(
            "the inventory has no service of the kind {}",
            match kind {
                Kind::Api => "api",
                Kind::Web => "web",
                Kind::Bot => "bot",
            }
        )));
    };
    match unset(service) {
        Some(check) => Err(vec![check].into()),
        None => Ok(service),
    }
}

/// The check that fails while nobody put the domain in.
pub fn unset(service: &Service) -> Option<Check> {
    service.is_unset().then(|| {
        Check::new(format!("{}: address", service.name), service.url.as_str()).with(Some(
            Finding::failure("the inventory's domain was not replaced", 1, vec![]).remedy(
                "give --domain DOMAIN, or write `deploy-check inventory > deploy.toml` and put \
                 your domain in",
            ),
        ))
    })
}
