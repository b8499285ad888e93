//! Where values and names of secrets are known from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sunset_cli::Session;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::secret::Secret;
use sunset_deployment::env_file::EnvFile;
use sunset_deployment::inventory::{Inventory, Service};
use sunset_deployment::secret_form::Known;
use sunset_deployment::wrangler::{Wrangler, secret_names};

use crate::arguments::Subject;
use crate::deployment::{bytes, text};

/// See the module.
pub struct Sources {
    /// Of one service, or of all.
    env_files: Vec<(Option<String>, EnvFile)>,
    lists: Vec<(Option<String>, BTreeSet<String>)>,
    /// What each service's wrangler.toml says, where it can be read.
    wranglers: BTreeMap<String, Wrangler>,
    session: Session,
}

fn is_for(owner: Option<&String>, service: &Service) -> bool {
    owner.is_none_or(|owner| *owner == service.name)
}

impl Sources {
    /// Reads the files that are named.
    ///
    /// # Errors
    /// `NotFound`, `Malformed`, `Configuration` for a service that the inventory does not have.
    pub fn read(subject: &Subject, inventory: &Inventory, session: &Session) -> Result<Self> {
        let mut env_files = Vec::new();
        for argument in &subject.env_file {
            let (owner, path) = owner_and_path(argument, inventory)?;
            env_files.push((owner, env_file(Path::new(&path))?));
        }
        let mut lists = Vec::new();
        for argument in &subject.wrangler_secrets {
            let (owner, path) = owner_and_path(argument, inventory)?;
            let names = secret_names(&text(Path::new(&path))?).map_err(|error| error.item(path))?;
            lists.push((owner, names.into_iter().collect()));
        }
        let mut wranglers = BTreeMap::new();
        for service in &inventory.services {
            let Some(file) = &service.wrangler else {
                continue;
            };
            // The section wrangler says what is wrong with a file.
            let read = std::fs::read_to_string(subject.repository.join(file)).ok();
            if let Some(wrangler) = read.and_then(|text| Wrangler::parse(&text).ok()) {
                wranglers.insert(service.name.clone(), wrangler);
            }
        }
        Ok(Self {
            env_files,
            lists,
            wranglers,
            session: session.clone(),
        })
    }

    /// The value of a variable: from the env files, then the environment, then `[vars]`.
    pub fn value(&self, name: &str) -> Option<String> {
        let from_file = self.env_files.iter().find_map(|(_, file)| {
            let value = file.get(name)?.value();
            String::from_utf8(value).ok()
        });
        from_file
            .or_else(|| self.session.variable(name))
            .or_else(|| {
                let mut files = self.wranglers.values();
                files.find_map(|file| file.var(name).map(str::to_owned))
            })
            .filter(|value| !value.trim().is_empty())
    }

    /// A secret's value.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.value(name).map(|value| Secret::new(value.trim()))
    }

    /// What is known of a service's secret. Where a list of names was given for the service, that
    /// list says whether the secret exists; values that are known besides tell its form.
    pub fn known(&self, service: &Service, name: &str) -> Known {
        let as_text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
        let mut files = self.env_files.iter();
        let value = files
            .find_map(|(owner, file)| {
                let one = is_for(owner.as_ref(), service).then(|| file.get(name))??;
                Some(as_text(one.value()))
            })
            .or_else(|| self.session.variable(name));
        let wrangler = self.wranglers.get(&service.name);
        let in_vars = wrangler.is_some_and(|file| file.var_names().any(|one| one == name));
        let mut lists = self
            .lists
            .iter()
            .filter(|(owner, _)| is_for(owner.as_ref(), service))
            .peekable();
        let has_list = lists.peek().is_some();
        let listed = lists.any(|(_, names)| names.contains(name));
        if has_list && !listed && !in_vars {
            return Known::Absent;
        }
        let value = value.or_else(|| wrangler?.var(name).map(str::to_owned));
        match value {
            Some(value) => Known::Value(Secret::new(value)),
            None if listed || in_vars => Known::Name,
            None => Known::Absent,
        }
    }

    /// Where a service's secrets are looked for, in words.
    pub fn described(&self, service: &Service) -> String {
        let mut words = Vec::new();
        if self
            .lists
            .iter()
            .any(|(owner, _)| is_for(owner.as_ref(), service))
        {
            words.push("wrangler's list");
        }
        if self
            .env_files
            .iter()
            .any(|(owner, _)| is_for(owner.as_ref(), service))
        {
            words.push("the env file");
        }
        words.push("the environment");
        words.join(", ")
    }
}

fn env_file(path: &Path) -> Result<EnvFile> {
    EnvFile::read(&bytes(path)?).map_err(|error| error.item(path.display().to_string()))
}

/// `server=FILE`, or a file for all services. A file's name may hold `=` too.
fn owner_and_path(argument: &str, inventory: &Inventory) -> Result<(Option<String>, String)> {
    let Some((owner, path)) = argument.split_once('=') else {
        return Ok((None, argument.to_owned()));
    };
    if inventory
        .services
        .iter()
        .any(|service| service.name == owner)
    {
        return Ok((Some(owner.to_owned()), path.to_owned()));
    }
    if Path::new(argument).exists() {
        return Ok((None, argument.to_owned()));
    }
    let names: Vec<&str> = inventory
        .services
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    Err(Error::new(
        ErrorKind::Configuration,
        format!("the inventory has no service {owner}"),
    )
    .remedy(format!("name one of: {}", names.join(", "))))
}
