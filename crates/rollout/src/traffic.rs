//! Two upstreams behind nginx, or two versions of a Worker, as a schedule file names them.

use std::path::PathBuf;

use serde::Deserialize;
use sunset_core::{Error, ErrorKind, Result};

use crate::percentage::Percentage;

/// Traffic through nginx.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nginx {
    /// The file that is generated; the http section of nginx' configuration includes it.
    pub include: PathBuf,
    /// Addresses of v1's servers, `host:port` or `unix:/path`.
    pub v1: Vec<String>,
    /// Addresses of v2's servers.
    pub v2: Vec<String>,
    /// What begins the names of the generated upstreams and of the variable `$NAME`.
    #[serde(default = "name")]
    pub name: String,
    /// What a client is told apart by: who is on v2 stays there while the share rises.
    #[serde(default = "key")]
    pub key: String,
    /// Where nginx is to say which weights it serves; a private address.
    #[serde(default = "status")]
    pub status: String,
    /// The program with its arguments (`-c`, `-p`, `-g`, sudo in front).
    #[serde(default = "command")]
    pub command: Vec<String>,
}

/// Traffic by Cloudflare Workers' gradual deployments.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrangler {
    /// The Worker.
    pub name: String,
    /// The id of the version that is v1.
    pub v1: String,
    /// The id of the version that is v2.
    pub v2: String,
    /// The program with its arguments.
    #[serde(default = "wrangler")]
    pub command: Vec<String>,
}

fn name() -> String {
    "rollout".to_owned()
}

fn key() -> String {
    "$remote_addr$http_user_agent".to_owned()
}

fn status() -> String {
    "127.0.0.1:8099".to_owned()
}

fn command() -> Vec<String> {
    vec!["nginx".to_owned()]
}

fn wrangler() -> Vec<String> {
    vec!["npx".to_owned(), "wrangler".to_owned()]
}

/// What a generated include says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// The share of v2.
    pub percentage: Percentage,
    /// Another one for every generated file.
    pub generation: String,
}

impl Weights {
    /// The line in the file, and what the status address answers.
    pub fn line(&self) -> String {
        format!(
            "rollout v2={} generation={}",
            self.percentage.as_str(),
            self.generation
        )
    }

    /// Reads the line, wherever it stands in a text.
    pub fn find(text: &str) -> Option<Self> {
        let line = text.lines().find_map(|line| {
            let at = line.find("rollout v2=")?;
            Some(&line[at + "rollout v2=".len()..])
        })?;
        let (percentage, generation) = line.trim().split_once(" generation=")?;
        Some(Self {
            percentage: Percentage::parse(percentage).ok()?,
            generation: generation.to_owned(),
        })
    }
}

impl Nginx {
    /// Checks what becomes part of nginx' configuration.
    ///
    /// # Errors
    /// `Configuration`.
    pub fn check(&self) -> Result<()> {
        let refused = |what: String| {
            Err(Error::new(ErrorKind::Configuration, what)
                .remedy("correct the section [nginx] of the schedule file"))
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if self.name.is_empty() || !self.name.chars().all(plain) {
            return refused(format!("{:?} is no name for upstreams", self.name));
        }
        let address = |text: &String| {
            let good = |c: char| c.is_ascii_alphanumeric() || "._-:[]/".contains(c);
            !text.is_empty() && text.chars().all(good)
        };
        if self.v1.is_empty() || self.v2.is_empty() {
            return refused("v1 and v2 each need the address of a server".to_owned());
        }
        let addresses = self.v1.iter().chain(&self.v2).chain([&self.status]);
        if let Some(bad) = addresses.into_iter().find(|text| !address(text)) {
            return refused(format!("{bad:?} is no address"));
        }
        if self.key.is_empty() || self.key.contains(['"', '\\', '\n', ';', '{', '}']) {
            return refused(format!("{:?} is no key to tell clients apart by", self.key));
        }
        if self.command.is_empty() {
            return refused("`command` is empty".to_owned());
        }
        Ok(())
    }

    /// The include file for these weights. v2 takes the lowest part of the keys' range, so raising
    /// its share moves no client back.
    pub fn render(&self, weights: &Weights) -> String {
        let name = &self.name;
        let servers = |addresses: &[String]| -> String {
            let line = |address: &String| format!("    server {address};\n");
            addresses.iter().map(line).collect()
        };
        let split = if weights.percentage.is_zero() {
            format!("    * {name}_v1;\n")
        } else if weights.percentage.is_all() {
            format!("    * {name}_v2;\n")
        } else {
            format!(
                "    {}% {name}_v2;\n    * {name}_v1;\n",
                weights.percentage.as_str()
            )
        };
        format!(
            "# {line}\n\
             # Written by `rollout`; what is changed here is lost. In a server of yours:\n\
             #     location / {{ proxy_pass http://${name}; }}\n\
             upstream {name}_v1 {{\n{v1}    keepalive 32;\n}}\n\
             upstream {name}_v2 {{\n{v2}    keepalive 32;\n}}\n\
             split_clients \"{key}\" ${name} {{\n{split}}}\n\
             server {{\n    listen {status};\n    access_log off;\n    \
             location / {{ return 200 \"{line}\\n\"; }}\n}}\n",
            line = weights.line(),
            v1 = servers(&self.v1),
            v2 = servers(&self.v2),
            key = self.key,
            status = self.status,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nginx() -> Nginx {
        Nginx {
            include: "/etc/nginx/conf.d/rollout.conf".into(),
            v1: vec!["127.0.0.1:3000".into()],
            v2: vec!["127.0.0.1:4000".into(), "unix:/run/v2.sock".into()],
            name: name(),
            key: key(),
            status: status(),
            command: command(),
        }
    }

    fn weights(percentage: &str) -> Weights {
        Weights {
            percentage: Percentage::parse(percentage).unwrap(),
            generation: "7".into(),
        }
    }

    #[test]
    fn the_include_says_what_it_serves() {
        let text = nginx().render(&weights("12.5"));
        assert!(
            text.contains("    12.5% rollout_v2;\n    * rollout_v1;\n"),
            "{text}"
        );
        assert_eq!(Weights::find(&text), Some(weights("12.5")));
        // nginx takes neither 0% nor a remainder behind 100%.
        assert!(
            nginx()
                .render(&weights("0"))
                .contains("{\n    * rollout_v1;\n}")
        );
        assert!(
            nginx()
                .render(&weights("100"))
                .contains("{\n    * rollout_v2;\n}")
        );
    }

    #[test]
    fn nothing_else_gets_into_the_configuration() {
        for change in [
            |n: &mut Nginx| n.name = "a b".into(),
            |n: &mut Nginx| n.v1 = vec![],
            |n: &mut Nginx| n.v2 = vec!["h:1; include /etc/passwd".into()],
            |n: &mut Nginx| n.key = "\" x".into(),
            |n: &mut Nginx| n.status = String::new(),
        ] {
            let mut bad = nginx();
            change(&mut bad);
            assert!(bad.check().is_err());
        }
        nginx().check().unwrap();
    }
}
