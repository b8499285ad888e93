//! Where a database is: its URL, read before anything connects.

use std::net::IpAddr;
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result};
use url::Url;

/// A database URL that has been checked, with what is safe to show of it.
#[derive(Clone)]
pub struct Address {
    options: PgConnectOptions,
    shown: String,
    local: bool,
    pooled_host: Option<String>,
}

const REMEDY: &str = "set DATABASE_URL to postgresql://USER:PASSWORD@HOST:PORT/DATABASE; \
    characters like @ : / # ? % in the password are written as %40 %3A %2F %23 %3F %25";

impl Address {
    /// Reads a URL.
    ///
    /// Away from loopback the connection is encrypted whatever the URL says, at least as
    /// `sslmode=require`. Of a Neon pooler's host the direct host is taken.
    ///
    /// # Errors
    /// `Configuration`, without the URL's text, which holds a password.
    pub fn parse(url: &Secret) -> Result<Self> {
        let parsed = Url::parse(url.expose().trim()).map_err(|cause| {
            Error::new(ErrorKind::Configuration, "the database URL cannot be read")
                .cause(cause)
                .remedy(REMEDY)
        })?;
        if !matches!(parsed.scheme(), "postgres" | "postgresql") {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!(
                    "the database URL begins with {}:, not with postgresql:",
                    parsed.scheme()
                ),
            )
            .remedy(REMEDY));
        }
        // Behind a password with / ? or # in it the rest of the password is taken for a database's
        // name or an option, and its beginning for a host and a port: all of that would be shown.
        if is_torn(&parsed) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the database URL has an @ behind the host: the password is cut short, or a name is \
                 not escaped",
            )
            .remedy(REMEDY));
        }
        // The cause quotes the part that it does not like, and any part may be a secret put in the
        // wrong place.
        let mut options = PgConnectOptions::from_str(parsed.as_str()).map_err(|_| {
            Error::new(
                ErrorKind::Configuration,
                "the database URL has an option (sslmode, …) or a port that cannot be read",
            )
            .remedy(REMEDY)
        })?;
        if options.get_database().is_none() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the database URL names no database",
            )
            .remedy(REMEDY));
        }
        let pooled_host = direct_host(options.get_host()).map(|direct| {
            let pooled = options.get_host().to_owned();
            options = options.clone().host(&direct);
            pooled
        });
        let socket = options.get_socket().is_some() || options.get_host().starts_with('/');
        let local = socket || is_loopback(options.get_host());
        if !local && weaker_than_require(options.get_ssl_mode()) {
            options = options.ssl_mode(PgSslMode::Require);
        }
        let shown = shown(&options);
        Ok(Self {
            options,
            shown,
            local,
            pooled_host,
        })
    }

    /// The options to connect with.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// `postgresql://user@host:port/database`.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// `host:port`, for an identity where the server tells none.
    pub fn host_and_port(&self) -> String {
        format!("{}:{}", self.options.get_host(), self.options.get_port())
    }

    /// Whether it is on this machine.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// The pooler's host that the URL named, when the direct host is used in its place.
    pub fn replaced_pooler(&self) -> Option<&str> {
        self.pooled_host.as_deref()
    }
}

/// Whether an @ stands where none is read as the end of a password.
fn is_torn(url: &Url) -> bool {
    let parts = [Some(url.path()), url.query(), url.fragment()];
    parts.into_iter().flatten().any(|part| part.contains('@'))
}

fn shown(options: &PgConnectOptions) -> String {
    let host = match options.get_socket() {
        Some(socket) => socket.to_string_lossy().into_owned(),
        None => options.get_host().to_owned(),
    };
    let host = if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host
    };
    format!(
        "postgresql://{}@{host}:{}/{}",
        options.get_username(),
        options.get_port(),
        options.get_database().unwrap_or_default()
    )
}

fn weaker_than_require(mode: PgSslMode) -> bool {
    matches!(
        mode,
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer
    )
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.to_ascii_lowercase().ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// `ep-name-123-pooler.region.aws.neon.tech` → the same without `-pooler`.
fn direct_host(host: &str) -> Option<String> {
    let (first, rest) = host.split_once('.')?;
    let lower = rest.to_ascii_lowercase();
    let neon = ["neon.tech", "neon.build"]
        .iter()
        .any(|domain| lower == *domain || lower.ends_with(&format!(".{domain}")));
    if !neon {
        return None;
    }
    Some(format!("{}.{rest}", first.strip_suffix("-pooler")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Address {
        Address::parse(&Secret::new(url)).expect(url)
    }

    #[test]
    fn a_neon_pooler_gives_way_to_the_direct_host() {
        let address = parse(
            "postgresql://u:p@ep-cool-darkness-123456-pooler.us-east-2.aws.neon.tech/neondb?sslmode=require&channel_binding=require",
        );
        assert_eq!(
            address.shown(),
            "postgresql://u@ep-cool-darkness-123456.us-east-2.aws.neon.tech:5432/neondb"
        );
        assert_eq!(
            address.replaced_pooler(),
            Some("ep-cool-darkness-123456-pooler.us-east-2.aws.neon.tech")
        );
        let other = parse("postgresql://u:p@db-pooler.example.com/x");
        assert_eq!(other.replaced_pooler(), None);
        assert_eq!(other.options().get_host(), "db-pooler.example.com");
    }

    #[test]
    fn away_from_loopback_the_connection_is_encrypted() {
        for (url, encrypted) in [
            ("postgresql://u@db.example.com/x", true),
            ("postgresql://u@db.example.com/x?sslmode=disable", true),
            ("postgresql://u@10.0.0.7/x?sslmode=prefer", true),
            ("postgresql://u@127.0.0.1/x", false),
            ("postgresql://u@[::1]:5433/x", false),
            ("postgresql://u@localhost/x", false),
            ("postgresql:///x?host=/var/run/postgresql&user=u", false),
        ] {
            let address = parse(url);
            assert_eq!(
                !weaker_than_require(address.options().get_ssl_mode()),
                encrypted,
                "{url}"
            );
            assert_eq!(address.is_local(), !encrypted, "{url}");
        }
        assert!(matches!(
            parse("postgresql://u@db.example.com/x?sslmode=verify-full")
                .options()
                .get_ssl_mode(),
            PgSslMode::VerifyFull
        ));
    }

    #[test]
    fn no_message_holds_the_password() {
        for url in [
            "mysql://u:hunter2@h/x",
            "postgresql://u:hunter2@h:notaport/x",
            "u:hunter2@h/x",
            "postgresql://u:hunter2@h/x?sslmode=sometimes",
            "postgresql://postgres:/hunter2@127.0.0.1:5432/v1",
            "postgresql://u:top@se/hunter2@h/v1",
            "postgresql://hunter2:12345/abc@h/v1",
            "postgresql://u:1/hunter2?x@h/v1",
            "postgresql://u:1/hunter2?x=y@h/v1",
            "postgresql://u:1/hunter2#x@h/v1",
        ] {
            let error = Address::parse(&Secret::new(url)).err().expect(url);
            assert_eq!(error.kind(), ErrorKind::Configuration);
            let mut text = format!("{error} {error:?}");
            let mut cause = std::error::Error::source(&error);
            while let Some(inner) = cause {
                text.push_str(&inner.to_string());
                cause = inner.source();
            }
            assert!(!text.contains("hunter2"), "{text}");
            assert_eq!(error.remedy_text(), Some(REMEDY), "{url}");
        }
        assert_eq!(
            parse("postgresql://u:p%2Fq%40@h/x").shown(),
            "postgresql://u@h:5432/x"
        );
        assert!(
            !parse("postgresql://u:hunter2@h/x")
                .shown()
                .contains("hunter2")
        );
    }
}
