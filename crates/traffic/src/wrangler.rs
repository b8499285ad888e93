//! Traffic by Cloudflare Workers' gradual deployments.

use async_trait::async_trait;
use serde_json::Value as JsonValue;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::Percentage;
use sunset_rollout::drive::{Mover, Standing};
use sunset_rollout::traffic::Wrangler;

use crate::program;

/// Moves requests between two versions of a Worker.
pub struct WranglerMover {
    settings: Wrangler,
}

impl WranglerMover {
    /// Over the program wrangler, which brings its own credentials.
    pub fn new(settings: &Wrangler) -> Result<Self> {
        let odd = |text: &String| {
            let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            text.is_empty() || text.starts_with('-') || !text.chars().all(good)
        };
        let names = [&settings.name, &settings.v1, &settings.v2];
        if names.into_iter().any(odd) || settings.v1 == settings.v2 {
            return Err(Error::new(
                ErrorKind::Configuration,
                "name, v1 and v2 under [wrangler] are a Worker and the ids of two versions",
            )
            .remedy("see `wrangler versions list`"));
        }
        Ok(Self {
            settings: settings.clone(),
        })
    }

    async fn wrangler(&self, arguments: &[&str], what: &str) -> Result<String> {
        let output = program::output(&self.settings.command, arguments).await?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(Error::new(ErrorKind::Unreachable, what)
            .item(program::words(&output))
            .remedy("check `wrangler whoami`, the Worker's name and the versions' ids"))
    }

    async fn deployed(&self) -> Result<Percentage> {
        let name = self.settings.name.as_str();
        let arguments = ["deployments", "status", "--name", name, "--json"];
        let text = self
            .wrangler(&arguments, "cannot ask which versions are deployed")
            .await?;
        share(&text, &self.settings)
    }
}

/// The share of v2 in what `wrangler deployments status --json` prints, with or without a banner.
fn share(text: &str, settings: &Wrangler) -> Result<Percentage> {
    let unreadable = || {
        Error::new(
            ErrorKind::Malformed,
            "wrangler does not say which versions are deployed",
        )
        .remedy("check that `wrangler deployments status --json` prints JSON; update wrangler")
    };
    let start = text.find('{').ok_or_else(unreadable)?;
    let document: JsonValue = serde_json::Deserializer::from_str(&text[start..])
        .into_iter()
        .next()
        .and_then(|value| value.ok())
        .ok_or_else(unreadable)?;
    let versions = document["versions"].as_array().ok_or_else(unreadable)?;
    let mut found = Percentage::zero();
    for version in versions {
        let id = version["version_id"].as_str().ok_or_else(unreadable)?;
        if id == settings.v2 {
            found = Percentage::parse(&version["percentage"].to_string())?;
        } else if id != settings.v1 {
            return Err(Error::new(
                ErrorKind::Conflict,
                "the Worker serves a version that the schedule does not name",
            )
            .item(id)
            .remedy("deploy v1 or v2 first, or correct the ids under [wrangler]"));
        }
    }
    Ok(found)
}

/// 100 % less a share with at most two decimals.
fn rest(percentage: &Percentage) -> String {
    let (whole, decimals) = percentage
        .as_str()
        .split_once('.')
        .unwrap_or((percentage.as_str(), ""));
    let hundredths = |text: &str| text.parse::<u32>().unwrap_or(0);
    let taken = hundredths(whole) * 100 + hundredths(&format!("{decimals:0<2}"));
    let left = 10_000_u32.saturating_sub(taken);
    let text = format!("{}.{:02}", left / 100, left % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[async_trait]
impl Mover for WranglerMover {
    async fn standing(&self) -> Result<Standing> {
        Ok(Standing {
            percentage: self.deployed().await?,
            enabled: true,
        })
    }

    async fn move_to(&self, expected: &[Percentage], to: &Percentage, why: &str) -> Result<()> {
        let present = self.deployed().await?;
        if present == *to {
            return Ok(());
        }
        if !expected.contains(&present) {
            return Err(Error::new(
                ErrorKind::Conflict,
                format!("the share of v2 is {present} by now"),
            )
            .remedy("see `wrangler deployments list`; repeat the command if it is still meant"));
        }
        let (v1, v2) = (&self.settings.v1, &self.settings.v2);
        let versions = if to.is_zero() {
            vec![format!("{v1}@100%")]
        } else if to.is_all() {
            vec![format!("{v2}@100%")]
        } else {
            vec![
                format!("{v1}@{}%", rest(to)),
                format!("{v2}@{}%", to.as_str()),
            ]
        };
        let mut arguments = vec!["versions", "deploy"];
        arguments.extend(versions.iter().map(String::as_str));
        let message = format!("rollout: {}", why.chars().take(80).collect::<String>());
        arguments.extend([
            "--name",
            &self.settings.name,
            "--message",
            &message,
            "--yes",
        ]);
        self.wrangler(&arguments, "wrangler could not deploy the versions")
            .await?;
        let after = self.deployed().await?;
        if after == *to {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Unreachable,
            format!("wrangler deployed {to}, and the Worker still says {after}"),
        )
        .remedy("see `wrangler deployments status`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Wrangler {
        Wrangler {
            name: "server".into(),
            v1: "aaaa".into(),
            v2: "bbbb".into(),
            command: vec!["wrangler".into()],
        }
    }

    #[test]
    fn the_share_is_read_behind_a_banner() {
        let text = "wrangler 4.1.0\n-----\n{\"id\": \"d\", \"versions\": [\
            {\"version_id\": \"aaaa\", \"percentage\": 90}, {\"version_id\": \"bbbb\", \"percentage\": 10}]}\n";
        assert_eq!(share(text, &settings()).unwrap(), Percentage::whole(10));
        let only = "{\"versions\": [{\"version_id\": \"aaaa\", \"percentage\": 100}]}";
        assert_eq!(share(only, &settings()).unwrap(), Percentage::zero());
        let other = "{\"versions\": [{\"version_id\": \"cccc\", \"percentage\": 100}]}";
        assert!(share(other, &settings()).is_err());
        assert!(share("not logged in", &settings()).is_err());
    }

    #[test]
    fn both_shares_make_a_hundred() {
        for (share, left) in [
            ("10", "90"),
            ("12.5", "87.5"),
            ("0.01", "99.99"),
            ("99", "1"),
        ] {
            assert_eq!(rest(&Percentage::parse(share).unwrap()), left);
        }
    }
}
