//! The PostgreSQL server, through its own psql: what a migration without sunset would use.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::RunArguments;

/// A server on which databases may be made and dropped.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    arguments: &'a RunArguments,
}

impl<'a> Server<'a> {
    pub fn new(arguments: &'a RunArguments) -> Self {
        Self { arguments }
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        let server = self.arguments.server.trim_end_matches('/');
        format!("{server}/{database}")
    }

    /// psql on a database, ready for its commands.
    pub fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(&self.arguments.psql);
        command
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(self.url(database))
            .env("PGOPTIONS", "-c client_min_messages=warning");
        command
    }

    /// What a statement answers; nothing where it fails.
    pub fn ask(&self, database: &str, statement: &str) -> String {
        self.psql(database)
            .args(["-c", statement])
            .output()
            .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
            .unwrap_or_default()
    }

    /// Runs statements.
    pub fn execute(&self, database: &str, statements: &[&str]) -> Result<()> {
        let mut command = self.psql(database);
        for statement in statements {
            command.args(["-c", statement]);
        }
        let output = command.output().context("cannot start psql")?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    /// A new database with the V3 tables, in place of one of the same name.
    pub fn make(&self, database: &str) -> Result<()> {
        self.drop(database)?;
        self.execute("postgres", &[&format!("CREATE DATABASE {database}")])?;
        let output = self
            .program("schema-push", database)
            .output()
            .context("cannot start schema-push: build it first")?;
        if !output.status.success() {
            bail!("schema-push: {}", String::from_utf8_lossy(&output.stderr));
        }
        // What the last measurement left to be written is not this one's to wait for.
        self.execute("postgres", &["CHECKPOINT"])
    }

    /// A new database with nothing in it, in place of one of the same name.
    pub fn make_empty(&self, database: &str) -> Result<()> {
        self.drop(database)?;
        self.execute("postgres", &[&format!("CREATE DATABASE {database}")])
    }

    /// A copy of a database to which nobody is connected, in place of one of the same name.
    pub fn copy(&self, from: &str, database: &str) -> Result<()> {
        self.drop(database)?;
        let statement = format!("CREATE DATABASE {database} TEMPLATE {from}");
        self.execute("postgres", &[&statement, "CHECKPOINT"])
    }

    /// psql with a file of statements, which is kept by this name, and in which `:n` is a number.
    pub fn file(&self, database: &str, name: &str, statements: &str, n: u64) -> Result<Command> {
        let file = self.arguments.work_dir.join(format!("{name}.sql"));
        std::fs::write(&file, statements).with_context(|| file.display().to_string())?;
        let mut psql = self.psql(database);
        psql.args(["-v", &format!("n={n}"), "-f"]).arg(file);
        Ok(psql)
    }

    /// Runs it.
    pub fn run_file(&self, database: &str, statements: &str, n: u64) -> Result<()> {
        let output = self.file(database, database, statements, n)?.output();
        let output = output.context("cannot start psql")?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    pub fn drop(&self, database: &str) -> Result<()> {
        self.execute(
            "postgres",
            &[&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")],
        )
    }

    /// One of the programs, working on a database and on nothing else.
    pub fn program(&self, name: &str, database: &str) -> Command {
        self.program_at(name, &self.url(database))
    }

    /// The same, at another address.
    pub fn program_at(&self, name: &str, url: &str) -> Command {
        let mut command = Command::new(self.arguments.bin_dir.join(name));
        for (variable, _) in std::env::vars_os() {
            let text = variable.to_string_lossy();
            let settings = [
                "CLOUDFLARE_",
                "FIREBASE_",
                "FIRESTORE_",
                "V2_",
                "MIGRATION_",
            ];
            if settings.iter().any(|prefix| text.starts_with(prefix)) {
                command.env_remove(&variable);
            }
        }
        for variable in [
            "DIRECT_URL",
            "DRY_RUN",
            "VERBOSE",
            "BATCH_SIZE",
            "MAX_RETRIES",
        ] {
            command.env_remove(variable);
        }
        // There is no .env in the folder of the measurements.
        command
            .current_dir(&self.arguments.work_dir)
            .env("DATABASE_URL", url);
        command
    }

    /// data-migrate of a project.
    pub fn migrate(&self, database: &str, project: &Path) -> Command {
        self.migrate_at(&self.url(database), project)
    }

    /// final-check of its documents and rows.
    pub fn check(&self, database: &str, project: &Path) -> Command {
        let mut command = self.program("final-check", database);
        command
            .args(["--no-report", "--only", "data"])
            .env("V2_FIRESTORE", format!("file://{}", project.display()))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        command
    }

    /// The same, at another address.
    pub fn migrate_at(&self, url: &str, project: &Path) -> Command {
        let mut command = self.program_at("data-migrate", url);
        command
            .env("V2_FIRESTORE", format!("file://{}", project.display()))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        command
    }
}
