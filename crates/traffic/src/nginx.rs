//! Traffic through nginx: the include file, the test, the reload, and the proof that it serves.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::Percentage;
use sunset_rollout::drive::{Mover, Standing};
use sunset_rollout::traffic::{Nginx, Weights};
use tokio::time::Instant;

use crate::{http, program};

/// How long the new weights may take to serve.
const PATIENCE: Duration = Duration::from_secs(15);
/// As many fresh connections in a row must meet the new weights.
const PROOFS: u32 = 5;

/// Moves requests between two upstreams.
pub struct NginxMover {
    settings: Nginx,
    client: reqwest::Client,
}

impl NginxMover {
    /// Checks the settings.
    pub fn new(settings: &Nginx) -> Result<Self> {
        settings.check()?;
        Ok(Self {
            settings: settings.clone(),
            client: http::client(Duration::from_secs(2))?,
        })
    }

    /// The weights of the file; `None` where there is no file yet.
    fn written(&self) -> Result<Option<Weights>> {
        let path = &self.settings.include;
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(unwritable("cannot read the include file", path, cause)),
        };
        Weights::find(&text).map(Some).ok_or_else(|| {
            Error::new(
                ErrorKind::Refused,
                "the include file was not written by rollout",
            )
            .item(path.display().to_string())
            .remedy("name another file as `include`, or move this one away")
        })
    }

    /// The weights that nginx says it serves.
    async fn served(&self) -> std::result::Result<Weights, String> {
        let text = http::text(&self.client, &format!("http://{}/", self.settings.status)).await?;
        Weights::find(&text).ok_or_else(|| "answers something else".to_owned())
    }

    async fn nginx(&self, arguments: &[&str], what: &str) -> Result<()> {
        let output = program::output(&self.settings.command, arguments).await?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Configuration, what)
            .item(program::words(&output))
            .remedy(
                "nginx goes on with what it served before; correct its configuration (the http \
                 section must include the generated file, and no other), and that it runs",
            ))
    }

    async fn load(&self, weights: &Weights) -> Result<()> {
        self.nginx(&["-t"], "nginx refuses the configuration")
            .await?;
        self.nginx(&["-s", "reload"], "nginx cannot be told to reload")
            .await?;
        let give_up = Instant::now() + PATIENCE;
        let mut proofs = 0;
        loop {
            let seen = match self.served().await {
                Ok(served) if served == *weights => {
                    proofs += 1;
                    if proofs >= PROOFS {
                        return Ok(());
                    }
                    continue;
                }
                Ok(served) => format!("it serves {}", served.line()),
                Err(why) => why,
            };
            proofs = 0;
            if Instant::now() > give_up {
                return Err(Error::new(
                    ErrorKind::Unreachable,
                    "nginx was told to reload, and does not serve the new weights",
                )
                .item(format!("http://{}/: {seen}", self.settings.status))
                .remedy(
                    "see nginx' error log; check that it includes the generated file and that \
                     `status` is a free address",
                ));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[async_trait]
impl Mover for NginxMover {
    async fn standing(&self) -> Result<Standing> {
        let percentage = self
            .written()?
            .map_or_else(Percentage::zero, |weights| weights.percentage);
        Ok(Standing {
            percentage,
            enabled: true,
        })
    }

    async fn move_to(&self, expected: &[Percentage], to: &Percentage, _why: &str) -> Result<()> {
        let present = self.written()?;
        if let Some(weights) = &present {
            if weights.percentage == *to && self.served().await.as_ref() == Ok(weights) {
                return Ok(());
            }
            if weights.percentage != *to && !expected.contains(&weights.percentage) {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    format!("the share of v2 is {} by now", weights.percentage),
                )
                .remedy("see `rollout history`; repeat the command if it is still meant"));
            }
        }
        let weights = Weights {
            percentage: to.clone(),
            generation: uuid::Uuid::new_v4().simple().to_string(),
        };
        let path = &self.settings.include;
        let before = std::fs::read(path).ok();
        replace(path, self.settings.render(&weights).as_bytes())?;
        let loaded = self.load(&weights).await;
        if let Err(error) = &loaded
            && error.kind() == ErrorKind::Configuration
        {
            // What nginx did not take must not be what it finds when it starts the next time.
            match before {
                Some(before) => replace(path, &before)?,
                None => drop(std::fs::remove_file(path)),
            }
        }
        loaded
    }
}

/// Writes a file whole or not at all.
fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let mut beside: PathBuf = path.to_owned();
    // Not *.conf, which nginx' configuration may include.
    beside.set_extension("rollout-new");
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|cause| unwritable("cannot write the include file", path, cause))
}

fn unwritable(what: &str, path: &Path, cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Configuration, what)
        .item(path.display().to_string())
        .cause(cause)
        .remedy("name a file in a folder that exists and that this user may write to")
}
