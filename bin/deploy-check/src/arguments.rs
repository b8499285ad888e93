//! What the command line says.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sunset_cli::{CommonArgs, Program, WriteArgs};

/// Checks a deployment from outside: is the new system really up?
///
/// Reads an inventory of services, domains and secrets, asks each service what a user's browser,
/// Slack and an operator would ask, and says of every failure what to do next. It needs no
/// account. What it writes is one small object in the bucket, which it removes again; with
/// --dry-run not even that.
#[derive(Debug, Parser)]
#[command(name = "deploy-check", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    pub common: CommonArgs,

    #[command(flatten)]
    pub write: WriteArgs,

    #[command(flatten)]
    pub subject: Subject,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What is checked, and how.
#[derive(Debug, Clone, Args)]
pub struct Subject {
    /// The inventory [default: deploy.toml, and without that file the one of Sales AI V3]
    #[arg(long, global = true, value_name = "FILE")]
    pub inventory: Option<PathBuf>,

    /// The domain, in place of the inventory's
    #[arg(long, global = true, value_name = "DOMAIN")]
    pub domain: Option<String>,

    /// Only these sections, separated by commas
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "SECTION",
        value_delimiter = ','
    )]
    pub only: Vec<SectionName>,

    /// Patience with one answer, as 10s, 500ms or 1m
    #[arg(long, global = true, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub timeout: Duration,

    /// Where the services' wrangler.toml files are
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub repository: PathBuf,

    /// Look for values in this env file, of one service or of all
    #[arg(long, global = true, value_name = "[SERVICE=]FILE")]
    pub env_file: Vec<String>,

    /// Look for names in the JSON of `wrangler secret list`, of one service or of all
    #[arg(long, global = true, value_name = "[SERVICE=]FILE")]
    pub wrangler_secrets: Vec<String>,
}

/// What can be asked beside the check.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Keep checking, and tell SLACK_WEBHOOK_URL when the state changes
    Watch {
        /// How long to wait between rounds
        #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
        every: Duration,

        /// Stop after so many rounds
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        rounds: Option<u64>,

        /// Tell the webhook at once that watching begins, to try it
        #[arg(long)]
        tell_now: bool,
    },
    /// Write the documents that the owner keeps
    Docs {
        /// The folder; made when absent
        #[arg(long, value_name = "DIR")]
        out: PathBuf,

        /// Replace files that somebody changed by hand
        #[arg(long)]
        force: bool,
    },
    /// Print a GitHub Actions file that tests and deploys
    Workflow,
    /// Print the inventory that is used, to begin one's own with
    Inventory,
    /// Make a branch of the Neon database: a preview, or an instant backup
    Branch {
        /// Its name
        #[arg(long, value_name = "NAME")]
        create: String,

        /// The id of the branch that it begins as [default: the project's default branch]
        #[arg(long, value_name = "ID")]
        parent: Option<String>,

        /// No compute: the data as it is now, to come back to
        #[arg(long)]
        backup: bool,
    },
}

/// A section of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SectionName {
    /// What each service must be given is there and has its form
    Secrets,
    /// Each wrangler.toml is complete
    Wrangler,
    /// The database answers by TLS, is new enough, has its tables
    Database,
    /// An object can be written, read by its public address, and deleted
    Storage,
    /// The health endpoint is healthy and fast
    Health,
    /// Certificates, HTTP/2, the redirect from http
    Tls,
    /// The web's origin is let in, and no other
    Cors,
    /// The page and its assets
    Web,
    /// The bot takes what Slack signed, and nothing else
    Slack,
    /// The session endpoint, and the way to Google
    Auth,
}

impl SectionName {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Wrangler => "wrangler",
            Self::Database => "database",
            Self::Storage => "storage",
            Self::Health => "health",
            Self::Tls => "tls",
            Self::Cors => "cors",
            Self::Web => "web",
            Self::Slack => "slack",
            Self::Auth => "auth",
        }
    }
}

/// A time, as `10s`, `500ms`, `5m`, `1h`; a number alone is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| WRONG.to_owned())?;
    let millis = match unit.trim() {
        "ms" => Some(number),
        "" | "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    match millis {
        Some(millis) if (1..=7 * 24 * 3_600_000).contains(&millis) => {
            Ok(Duration::from_millis(millis))
        }
        _ => Err(WRONG.to_owned()),
    }
}

const WRONG: &str = "write a time up to a week, as 10s, 500ms, 5m or 1h";

const AFTER_HELP: &str = "\
Environment (the process's own, then .env.migration, then .env; --env-file before them):
  the secrets that the inventory names, as DATABASE_URL, SLACK_SIGNING_SECRET
  CLOUDFLARE_ACCOUNT_ID or CLOUDFLARE_R2_ENDPOINT, CLOUDFLARE_R2_ACCESS_KEY,
  CLOUDFLARE_R2_SECRET_KEY, CLOUDFLARE_R2_BUCKET, CLOUDFLARE_R2_PUBLIC_URL   (section storage)
  SLACK_WEBHOOK_URL          whom watch tells
  NEON_API_KEY, NEON_PROJECT_ID, NEON_API_URL   for branch
  SSL_CERT_FILE              roots of an authority of your own, as PEM
  DRY_RUN, VERBOSE

Exit status: 0 every check passes, 1 error, 2 usage, 4 a check fails or something could not be
checked. No value of a secret is ever shown.

  deploy-check --domain example.org
  deploy-check inventory > deploy.toml
  deploy-check --only health,tls,cors --json
  deploy-check watch --every 5m
  deploy-check docs --out deployment/
  deploy-check workflow > .github/workflows/deploy.yml
  deploy-check branch --create preview";

impl Program for Arguments {
    const NAME: &'static str = "deploy-check";

    fn common(&self) -> &CommonArgs {
        &self.common
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("2"), Ok(Duration::from_secs(2)));
        for wrong in ["", "s", "0", "-1s", "1y", "99999999999999999999s", "200h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
