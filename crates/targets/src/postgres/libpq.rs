//! A database's address for PostgreSQL's own programs: as variables of their environment, so that
//! no command line holds a password.

use sqlx::postgres::PgSslMode;
use sunset_core::Result;
use sunset_core::secret::Secret;
use url::Url;

use super::address::Address;

/// What libpq reads. Nothing of it is shown.
#[derive(Clone)]
pub struct LibpqVariables(Vec<(&'static str, Secret)>);

impl LibpqVariables {
    /// Of a URL; `database` names another one on the same server. What the URL does not say, a
    /// password file for example, is left to libpq.
    ///
    /// # Errors
    /// `Configuration` for an unreadable URL.
    pub fn of(url: &Secret, database: Option<&str>, program: &str) -> Result<Self> {
        let address = Address::parse(url)?;
        let options = address.options();
        let mut variables = Vec::new();
        let mut set =
            |name: &'static str, value: String| variables.push((name, Secret::new(value)));
        let host = match options.get_socket() {
            Some(socket) => socket.to_string_lossy().into_owned(),
            None => options
                .get_host()
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
        };
        set("PGHOST", host);
        set("PGPORT", options.get_port().to_string());
        set("PGUSER", options.get_username().to_owned());
        let name = database.or(options.get_database()).unwrap_or_default();
        set("PGDATABASE", name.to_owned());
        set("PGAPPNAME", format!("sunset/{program}"));
        set("PGCONNECT_TIMEOUT", "15".to_owned());
        set("PGSSLMODE", ssl_mode(options.get_ssl_mode()).to_owned());
        if let Some(options) = options.get_options() {
            set("PGOPTIONS", options.to_owned());
        }
        let parsed = Url::parse(url.expose().trim()).ok();
        let mut certificate = false;
        if let Some(url) = &parsed {
            if let Some(password) = url.password() {
                let bytes = decoded(password);
                set("PGPASSWORD", bytes);
            }
            for (name, value) in url.query_pairs() {
                let variable = match name.as_ref() {
                    "password" => "PGPASSWORD",
                    "sslrootcert" | "ssl-root-cert" | "ssl-ca" => {
                        certificate = true;
                        "PGSSLROOTCERT"
                    }
                    "sslcert" | "ssl-cert" => "PGSSLCERT",
                    "sslkey" | "ssl-key" => "PGSSLKEY",
                    "channel_binding" => "PGCHANNELBINDING",
                    _ => continue,
                };
                set(variable, value.into_owned());
            }
        }
        // sqlx trusts the system's certificates where none is named; libpq from 16 on can.
        if !certificate && matches!(options.get_ssl_mode(), PgSslMode::VerifyFull) {
            set("PGSSLROOTCERT", "system".to_owned());
        }
        Ok(Self(variables))
    }

    /// Each with its value, for the environment of a child.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

/// A part of a URL without its escapes.
fn decoded(text: &str) -> String {
    // As one value of a query, where + would mean a space.
    let pair = format!("v={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn ssl_mode(mode: PgSslMode) -> &'static str {
    match mode {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(url: &str) -> Vec<(&'static str, String)> {
        let found = LibpqVariables::of(&Secret::new(url), None, "backup").expect(url);
        found
            .each()
            .map(|(name, value)| (name, value.expose().to_owned()))
            .collect()
    }

    #[test]
    fn a_url_becomes_variables() {
        let found =
            variables("postgresql://u%40x:p%2Bw%25+d@db.example.com:6543/chat?sslmode=verify-full");
        for wanted in [
            ("PGHOST", "db.example.com"),
            ("PGPORT", "6543"),
            ("PGUSER", "u@x"),
            ("PGDATABASE", "chat"),
            ("PGPASSWORD", "p+w%+d"),
            ("PGSSLMODE", "verify-full"),
            ("PGSSLROOTCERT", "system"),
        ] {
            let found = found.iter().find(|(name, _)| *name == wanted.0);
            assert_eq!(
                found.map(|(_, value)| value.as_str()),
                Some(wanted.1),
                "{}",
                wanted.0
            );
        }
        let pooled = variables("postgresql://u:p@ep-a-1-pooler.us-east-2.aws.neon.tech/x");
        assert!(pooled.contains(&("PGHOST", "ep-a-1.us-east-2.aws.neon.tech".into())));
        assert!(pooled.contains(&("PGSSLMODE", "require".into())));
        let socket = variables("postgresql:///x?host=/run/postgresql&user=u&password=s%20p");
        assert!(socket.contains(&("PGHOST", "/run/postgresql".into())));
        assert!(socket.contains(&("PGPASSWORD", "s p".into())));
    }
}
