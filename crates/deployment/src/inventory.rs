//! What a deployment consists of: `deploy.toml`.

use serde::Deserialize;
use sunset_core::error::{Error, ErrorKind, Result};
use url::Url;

use crate::toml_text;

/// The domain of the inventory that comes with sunset, which everybody replaces.
pub const UNSET_DOMAIN: &str = "your-domain.com";

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// What people call it.
    pub name: String,
    /// Put in the place of `{domain}`.
    #[serde(default = "unset_domain")]
    pub domain: String,
    /// Its services, in the order in which they are deployed.
    #[serde(rename = "service")]
    pub services: Vec<Service>,
    /// The database.
    #[serde(default)]
    pub database: DatabaseWish,
    /// The health endpoint.
    #[serde(default)]
    pub health: HealthWish,
    /// Who may call the API from a browser.
    #[serde(default)]
    pub cors: CorsWish,
    /// Slash commands.
    #[serde(default)]
    pub slack: SlackWish,
    /// Signing in.
    #[serde(default)]
    pub auth: AuthWish,
    /// Certificates.
    #[serde(default)]
    pub tls: TlsWish,
    /// Thresholds of `watch`.
    #[serde(default)]
    pub watch: WatchWish,
    /// The GitHub Actions workflow.
    #[serde(default)]
    pub workflow: WorkflowWish,
}

fn unset_domain() -> String {
    UNSET_DOMAIN.into()
}

/// What a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It answers the web's calls, and tells its health.
    Api,
    /// Pages for browsers.
    Web,
    /// It answers Slack.
    Bot,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Short, as in `server`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its address.
    pub url: String,
    /// The address without TLS that must redirect here [default: `http://<host>/`].
    pub plain_url: Option<String>,
    /// Its folder in the repository.
    pub directory: String,
    /// Its `wrangler.toml`, within the repository.
    pub wrangler: Option<String>,
    /// Variables that the file must set.
    #[serde(default)]
    pub vars: Vec<String>,
    /// The binding of an R2 bucket that the file must have.
    pub r2_binding: Option<String>,
    /// Commands that build it.
    #[serde(default)]
    pub build: Vec<String>,
    /// The command that deploys it.
    pub deploy: String,
    /// The command that deploys a preview of it.
    pub preview: Option<String>,
    /// Repository variables that its build needs.
    #[serde(default)]
    pub build_vars: Vec<String>,
    /// What it must be given.
    #[serde(default, rename = "secret")]
    pub secrets: Vec<SecretWish>,
}

/// A secret, or a setting that is kept like one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretWish {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Where it is found or made.
    pub source: String,
    /// The form that its value has.
    #[serde(default)]
    pub form: Form,
    /// What the value begins with.
    pub prefix: Option<String>,
    /// The fewest characters that it has.
    #[serde(default)]
    pub min_length: usize,
    /// How often it should be replaced, in days.
    pub rotate_days: Option<u32>,
}

/// The form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Any text.
    #[default]
    Text,
    /// `https://host…`
    Url,
    /// `postgresql://user@host/database`
    DatabaseUrl,
}

/// What the database must be like.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseWish {
    /// The least major version.
    pub min_version: u32,
    /// The tables that must be there.
    pub tables: Vec<String>,
}

impl Default for DatabaseWish {
    fn default() -> Self {
        Self {
            min_version: 15,
            tables: Vec::new(),
        }
    }
}

/// What the health endpoint must answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthWish {
    /// Its path.
    pub path: String,
    /// Entries of `services` that must be there; all that are there must be connected.
    pub services: Vec<String>,
    /// How often it is asked.
    pub samples: u32,
    /// What the median of the answers' times must stay below, in milliseconds.
    pub max_median_ms: u64,
    /// How far its clock may be off, in seconds.
    pub max_clock_skew_s: u64,
}

impl Default for HealthWish {
    fn default() -> Self {
        Self {
            path: "/api/health".into(),
            services: Vec::new(),
            samples: 5,
            max_median_ms: 500,
            max_clock_skew_s: 300,
        }
    }
}

/// What a preflight must answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CorsWish {
    /// The path that is asked.
    pub path: String,
    /// The origin that is allowed [default: that of the web service].
    pub origin: Option<String>,
    /// The method that the web uses.
    pub method: String,
}

impl Default for CorsWish {
    fn default() -> Self {
        Self {
            path: "/rpc".into(),
            origin: None,
            method: "POST".into(),
        }
    }
}

/// A harmless slash command.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SlackWish {
    /// Where Slack sends commands.
    pub path: String,
    /// The command.
    pub command: String,
    /// What follows it.
    pub text: String,
}

impl Default for SlackWish {
    fn default() -> Self {
        Self {
            path: "/slack/commands".into(),
            command: "/analyze".into(),
            text: "help".into(),
        }
    }
}

/// Signing in by Google.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthWish {
    /// Tells who is signed in.
    pub session_path: String,
    /// Begins signing in.
    pub sign_in_path: String,
    /// The URI registered with Google [default: `/api/auth/callback/google` of the API].
    pub redirect_uri: Option<String>,
}

impl Default for AuthWish {
    fn default() -> Self {
        Self {
            session_path: "/api/auth/get-session".into(),
            sign_in_path: "/api/auth/sign-in/social".into(),
            redirect_uri: None,
        }
    }
}

/// What certificates must be like.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsWish {
    /// Days that a certificate must still be valid.
    pub min_days: i64,
}

impl Default for TlsWish {
    fn default() -> Self {
        Self { min_days: 14 }
    }
}

/// When `watch` calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WatchWish {
    /// Requests to the health endpoint a round.
    pub requests: u32,
    /// Latest requests of which the error rate is taken.
    pub window: usize,
    /// The error rate that is too high, in percent.
    pub max_error_percent: u32,
    /// The median response time that is too long, in milliseconds.
    pub max_response_ms: u64,
}

impl Default for WatchWish {
    fn default() -> Self {
        Self {
            requests: 20,
            window: 100,
            max_error_percent: 1,
            max_response_ms: 1_000,
        }
    }
}

/// How the repository is tested and deployed by GitHub Actions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkflowWish {
    /// The branch that is deployed.
    pub branch: String,
    /// The command that installs dependencies.
    pub install: String,
    /// Commands that must succeed before anything is deployed.
    pub test: Vec<String>,
}

impl Default for WorkflowWish {
    fn default() -> Self {
        Self {
            branch: "main".into(),
            install: "bun install --frozen-lockfile".into(),
            test: vec!["bun run check-types".into(), "bun run test".into()],
        }
    }
}

const REMEDY: &str = "write it as `deploy-check inventory` prints the one that comes with sunset";

impl Inventory {
    /// Sales AI V3, as TOML.
    pub const SALES_AI_V3: &str = include_str!("inventory/sales-ai-v3.toml");

    /// Reads an inventory; `domain` is taken in place of the one it names.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse(text: &str, domain: Option<&str>) -> Result<Self> {
        let mut inventory: Self = toml_text::read(text, REMEDY)?;
        if let Some(domain) = domain {
            domain.clone_into(&mut inventory.domain);
        }
        inventory.put_the_domain_in();
        inventory.check()?;
        Ok(inventory)
    }

    fn put_the_domain_in(&mut self) {
        let domain = self.domain.clone();
        let put = |text: &mut String| *text = text.replace("{domain}", &domain);
        for service in &mut self.services {
            put(&mut service.url);
            service.plain_url.iter_mut().for_each(put);
        }
        self.cors.origin.iter_mut().for_each(put);
        self.auth.redirect_uri.iter_mut().for_each(put);
    }

    fn check(&self) -> Result<()> {
        let refuse = |what: String| Err(Error::new(ErrorKind::Malformed, what).remedy(REMEDY));
        let mut names = Vec::new();
        for service in &self.services {
            let name = &service.name;
            let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || !name.chars().all(good) {
                return refuse(format!(
                    "{name:?} is no name of a service: letters, digits and - only"
                ));
            }
            if names.contains(&name) {
                return refuse(format!("two services are called {name}"));
            }
            names.push(name);
            let addresses = [Some(&service.url), service.plain_url.as_ref()];
            for url in addresses.into_iter().flatten() {
                let read = Url::parse(url).ok();
                let good = read.is_some_and(|url| {
                    matches!(url.scheme(), "https" | "http")
                        && url.has_host()
                        && url.password().is_none()
                        && url.username().is_empty()
                });
                if !good {
                    return refuse(format!(
                        "the address of {name} is no https:// address without a password"
                    ));
                }
            }
        }
        if self.health.samples == 0 || self.watch.requests == 0 || self.watch.window == 0 {
            return refuse("samples, requests and window are numbers from 1 on".into());
        }
        Ok(())
    }

    /// The first service of a kind.
    pub fn first(&self, kind: Kind) -> Option<&Service> {
        self.services.iter().find(|service| service.kind == kind)
    }

    /// The origin that browsers call from: never with a slash behind it.
    pub fn web_origin(&self) -> Option<String> {
        match &self.cors.origin {
            Some(origin) => Some(origin.clone()),
            None => {
                let url = Url::parse(&self.first(Kind::Web)?.url).ok()?;
                Some(url.origin().ascii_serialization())
            }
        }
    }

    /// The URI that Google sends people back to.
    pub fn redirect_uri(&self) -> Option<String> {
        match &self.auth.redirect_uri {
            Some(uri) => Some(uri.clone()),
            None => self
                .first(Kind::Api)
                .map(|api| api.address("/api/auth/callback/google")),
        }
    }
}

impl Service {
    /// The address of a path of this service.
    pub fn address(&self, path: &str) -> String {
        format!(
            "{}/{}",
            self.url.trim_end_matches('/'),
            path.trim_start_matches('/')
        )
    }

    /// Whether its address still holds the domain that everybody replaces.
    pub fn is_unset(&self) -> bool {
        self.url.contains(UNSET_DOMAIN)
    }
}

#[cfg(test)]
mod tests;
