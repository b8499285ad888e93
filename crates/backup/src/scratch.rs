//! A database that must not outlive the program that made it.

use std::process::Stdio;

use sunset_core::Result;
use sunset_core::schema::name::quote_literal;
use sunset_core::secret::Secret;
use sunset_targets::postgres::{LibpqVariables, quote_identifier};

use crate::child;
use crate::tools::Tools;

/// Drops a database when it goes out of scope, unless it was dropped in order before: a program
/// that is stopped by a signal drops its work where it stands, and waits for nothing any more.
/// `psql` does it, because a connection needs a runtime that is still there.
pub(crate) struct Scratch<'a> {
    /// Its name.
    pub name: String,
    tools: &'a Tools,
    variables: LibpqVariables,
    force: bool,
    dropped: bool,
}

impl<'a> Scratch<'a> {
    /// Watches over the database `name` on the server of `url`, made or not.
    ///
    /// # Errors
    /// `Configuration` for an unreadable URL.
    pub fn of(name: String, url: &Secret, tools: &'a Tools, server_version: i32) -> Result<Self> {
        Ok(Self {
            name,
            tools,
            variables: LibpqVariables::of(url, None, "backup")?,
            force: server_version >= 130_000,
            dropped: false,
        })
    }

    /// It is gone, or never was.
    pub fn is_dropped(&mut self) {
        self.dropped = true;
    }
}

/// `DROP DATABASE …`, with those who are in it where the server can do that.
pub(crate) fn drop_statement(name: &str, force: bool) -> String {
    let force = if force { " WITH (FORCE)" } else { "" };
    format!("DROP DATABASE IF EXISTS {}{force}", quote_identifier(name))
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        if self.dropped {
            return;
        }
        let program = self.tools.path("psql");
        let command = child::of_postgres(&program, Some(&self.variables));
        let mut command = command.into_std();
        let making = format!("CREATE DATABASE {}", quote_identifier(&self.name));
        let end = format!(
            include_str!("sql/end_making.sql"),
            making = quote_literal(&making)
        );
        let gone = drop_statement(&self.name, self.force);
        command.args(["-X", "-q", "-c", &end, "-c", &gone]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // What cannot be dropped now is dropped by a later check, after an hour.
        drop(command.status());
    }
}
