//! Redis: where it is, what it says of itself, and its copy by `redis-cli --rdb`.

use std::path::Path;
use std::time::{Duration, Instant};

use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result};
use tokio::process::Command;
use url::Url;

use crate::child;

/// One Redis, as `REDIS_URL` names it.
#[derive(Debug, Clone)]
pub struct Redis {
    place: Vec<String>,
    password: Option<Secret>,
    shown: String,
}

/// What it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisFacts {
    /// `7.0.15`
    pub version: String,
    /// Keys in all its databases.
    pub keys: u64,
}

const CLI: &str = "redis-cli";
/// An answer takes no longer. redis-cli itself waits for ever, for instance for the handshake of a
/// server that speaks no TLS.
const ANSWER: Duration = Duration::from_secs(10);
/// A copy that does not grow for so long does not come. Redis may write a file of its own first.
const STILL: Duration = Duration::from_secs(600);
const ESCAPED: &str =
    "characters like @ : / # ? % in the password are written as %40 %3A %2F %23 %3F %25";
const REMEDY: &str = "set REDIS_URL to redis://USER:PASSWORD@HOST:PORT (rediss:// with TLS)";

impl Redis {
    /// Reads a URL.
    ///
    /// # Errors
    /// `Configuration`, without the URL's text, which may hold a password.
    pub fn parse(url: &Secret) -> Result<Self> {
        let odd = |what: &str| Error::new(ErrorKind::Configuration, what).remedy(REMEDY);
        let parsed =
            Url::parse(url.expose().trim()).map_err(|_| odd("REDIS_URL cannot be read"))?;
        // Behind a password with / ? or # in it its beginning is taken for a host, and shown.
        let behind = [Some(parsed.path()), parsed.query(), parsed.fragment()];
        let torn = behind.into_iter().flatten().any(|part| part.contains('@'));
        if torn && matches!(parsed.scheme(), "redis" | "rediss") {
            return Err(odd("REDIS_URL has an @ behind the host").remedy(ESCAPED));
        }
        let mut place = Vec::new();
        let mut add = |words: &[&str]| place.extend(words.iter().map(|word| (*word).to_owned()));
        let port = parsed.port().unwrap_or(6_379);
        let host = parsed.host_str().unwrap_or("127.0.0.1");
        let host = host.trim_start_matches('[').trim_end_matches(']');
        match parsed.scheme() {
            "redis" => add(&["-h", host, "-p", &port.to_string()]),
            "rediss" => add(&["-h", host, "-p", &port.to_string(), "--tls", "--sni", host]),
            "unix" | "redis+unix" => add(&["-s", parsed.path()]),
            other => {
                return Err(odd(&format!(
                    "REDIS_URL begins with {other}:, not with redis:"
                )));
            }
        }
        let decoded = |text: &str| {
            let pair = format!("v={}", text.replace('+', "%2B"));
            url::form_urlencoded::parse(pair.as_bytes())
                .next()
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        let user = decoded(parsed.username());
        let password = parsed.password().map(|text| Secret::new(decoded(text)));
        // The user "default" is whom a password alone is for, also on servers without users.
        if password.is_some() && !user.is_empty() && user != "default" {
            add(&["--user", &user]);
        }
        let shown = match parsed.scheme() {
            "unix" | "redis+unix" => format!("unix:{}", parsed.path()),
            scheme => format!("{scheme}://{host}:{port}"),
        };
        Ok(Self {
            place,
            password,
            shown,
        })
    }

    /// The URL without its password.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    fn command(&self) -> Command {
        let mut command = child::of_postgres(Path::new(CLI), None);
        command.arg("--no-auth-warning").args(&self.place);
        command.env_remove("REDISCLI_AUTH");
        if let Some(password) = &self.password {
            command.env("REDISCLI_AUTH", password.expose());
        }
        command
    }

    async fn output(&self, arguments: &[&str]) -> Result<std::process::Output> {
        let mut command = self.command();
        command.args(arguments);
        command.output().await.map_err(|cause| {
            Error::new(
                ErrorKind::Configuration,
                "cannot run redis-cli; nothing was begun",
            )
            .cause(cause)
            .remedy(
                "install it (Debian: apt-get install redis-tools; macOS: brew install redis), \
                     or leave Redis out with --without-redis",
            )
        })
    }

    /// `redis-cli 7.0.15`
    ///
    /// # Errors
    /// `Configuration` when it is not there.
    pub async fn cli_version(&self) -> Result<String> {
        let output = self.output(&["--version"]).await?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Asks what it is and how much it holds.
    ///
    /// # Errors
    /// `Unreachable`, `Denied`; `Configuration` when there is no redis-cli.
    pub async fn facts(&self) -> Result<RedisFacts> {
        let asked = tokio::time::timeout(ANSWER, self.output(&["INFO", "everything"]));
        let Ok(output) = asked.await else {
            return Err(Error::new(
                ErrorKind::Unreachable,
                format!("Redis gave no answer in {} s", ANSWER.as_secs()),
            )
            .item(self.shown.clone())
            .remedy("check host, port and whether it speaks TLS (rediss://) or not (redis://)"));
        };
        let output = output?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = |name: &str| {
            text.lines()
                .find_map(|line| line.trim().strip_prefix(name).map(str::to_owned))
        };
        if let Some(version) = line("redis_version:") {
            return Ok(RedisFacts {
                version,
                keys: keys(&text),
            });
        }
        let said = format!("{text}\n{}", child::words(&output.stderr));
        let denied = ["NOAUTH", "WRONGPASS", "NOPERM", "AUTH failed"]
            .iter()
            .any(|word| said.contains(word));
        let (kind, what) = if denied {
            (ErrorKind::Denied, "Redis refuses REDIS_URL's credentials")
        } else {
            (ErrorKind::Unreachable, "Redis does not answer")
        };
        Err(Error::new(kind, what)
            .item(self.shown.clone())
            .cause(std::io::Error::other(child::words(said.as_bytes())))
            .remedy(REMEDY))
    }

    /// Writes a copy of all it holds to a file.
    ///
    /// # Errors
    /// `Unreachable` when it does not give one; many hosted ones do not.
    pub async fn copy(&self, to: &Path) -> Result<()> {
        let file = to.to_string_lossy().into_owned();
        let arguments = ["--rdb", file.as_str()];
        let copying = self.output(&arguments);
        let output = tokio::select! {
            output = copying => output?,
            () = stood_still(to) => {
                return Err(Error::new(
                    ErrorKind::Unreachable,
                    format!("Redis sent nothing for {} s", STILL.as_secs()),
                )
                .item(self.shown.clone())
                .remedy("look at its log; --without-redis leaves it out"));
            }
        };
        let said = format!(
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        if output.status.success() && is_rdb(to) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unreachable, "Redis gave no copy of its data")
            .item(format!("{}: {}", self.shown, child::words(said.as_bytes())))
            .remedy(
                "hosted Redis often refuses SYNC: use its own backups and leave it out here with \
                 --without-redis",
            ))
    }
}

/// Ends when a file has not grown for long.
async fn stood_still(path: &Path) {
    let size = || std::fs::metadata(path).map_or(0, |facts| facts.len());
    let (mut known, mut since) = (size(), Instant::now());
    while since.elapsed() < STILL {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let now = size();
        if now != known {
            (known, since) = (now, Instant::now());
        }
    }
}

/// Whether a file begins as an RDB file does.
pub fn is_rdb(path: &Path) -> bool {
    use std::io::Read as _;
    let mut head = [0_u8; 9];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head.starts_with(b"REDIS") && head[5..].iter().all(u8::is_ascii_digit)
}

/// What `redis-check-rdb` says of a file; `None` where there is no such program.
///
/// # Errors
/// `Mismatch` when it finds the file broken.
pub async fn check(path: &Path) -> Result<Option<String>> {
    let program = Path::new("redis-check-rdb");
    let mut command = child::of_postgres(program, None);
    let Ok(output) = command.arg(path).output().await else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return Err(
            Error::new(ErrorKind::Mismatch, "the copy of Redis is broken")
                .item(child::words(text.as_bytes()))
                .remedy("take the backup again"),
        );
    }
    let found = text.lines().find_map(|line| {
        line.split("] ")
            .nth(1)
            .filter(|rest| rest.contains("keys read"))
    });
    Ok(Some(found.unwrap_or("sound").trim().to_owned()))
}

/// The sum of `db0:keys=12,expires=0,…`
fn keys(info: &str) -> u64 {
    let of_line = |line: &str| -> Option<u64> {
        let (name, rest) = line.trim().split_once(":keys=")?;
        if !name.starts_with("db") {
            return None;
        }
        rest.split(',').next()?.parse().ok()
    };
    info.lines().filter_map(of_line).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_and_its_password_kept_out_of_everything() {
        let redis =
            Redis::parse(&Secret::new("rediss://app:p%40ss@cache.example.com:6380/2")).unwrap();
        assert_eq!(redis.shown(), "rediss://cache.example.com:6380");
        assert_eq!(
            redis.place,
            [
                "-h",
                "cache.example.com",
                "-p",
                "6380",
                "--tls",
                "--sni",
                "cache.example.com",
                "--user",
                "app"
            ]
        );
        assert_eq!(redis.password.as_ref().unwrap().expose(), "p@ss");
        assert!(!format!("{redis:?}").contains("p@ss"));
        assert!(!format!("{:?}", redis.command()).contains("--user default"));
        for bad in [
            "http://:hunter2@h",
            "hunter2",
            "",
            "redis://:/hunter2@h:6379",
            "redis://hunter2:12/34@h:6379",
            "rediss://u:12?hunter2@h",
        ] {
            let error = Redis::parse(&Secret::new(bad)).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        assert_eq!(
            keys("# Keyspace\r\ndb0:keys=12,expires=3\r\ndb3:keys=5,expires=0\r\n"),
            17
        );
    }
}
