//! One run of a program: what it may ask, and where it speaks.

use std::future::Future;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Parser;
use indicatif::ProgressBar;
use serde_json::Value;
use sunset_core::config::{self, Faults, Variables};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::backups::Taken;
use sunset_core::ports::progress::Progress;
use sunset_core::secret::Secret;

use crate::arguments::CommonArgs;
use crate::colour::visible;
use crate::environment::Environment;
use crate::failure::{self, failure_json, failure_text};
use crate::heard;
use crate::language::Language;
use crate::manual;
use crate::metrics::{Counted, Metrics, MetricsArgs};
use crate::notice::{NoticeArgs, Notices, Notifier};
use crate::output;
use crate::progress;
use crate::status::Status;
use crate::stop::{self, Stop};
use crate::usage;

/// A program's arguments.
pub trait Program: Parser {
    /// The program's name, `data-migrate`.
    const NAME: &'static str;

    /// Whether `.env.migration` and `.env` of the working folder count as variables.
    const READS_ENV_FILES: bool = true;

    /// The shared ones.
    fn common(&self) -> &CommonArgs;

    /// Whom it tells of its beginning, end and failure; a program without them tells nobody.
    fn notices(&self) -> Option<&NoticeArgs> {
        None
    }

    /// Where it tells Prometheus how far it is.
    fn metrics(&self) -> Option<&MetricsArgs> {
        None
    }
}

/// Standard error, for people.
#[derive(Debug, Clone)]
pub(crate) struct Talk {
    dry_run: Arc<AtomicBool>,
    language: Language,
    /// What is drawn on the terminal just now.
    bar: Arc<Mutex<Option<ProgressBar>>>,
}

impl Talk {
    /// Talk in a language, with nothing drawn.
    #[cfg(test)]
    pub fn of(language: Language) -> Self {
        Self {
            dry_run: Arc::default(),
            language,
            bar: Arc::default(),
        }
    }

    pub fn say(&self, text: &str) {
        match self.bar() {
            // The bar is taken away while the line is written.
            Some(bar) => bar.suspend(|| self.write(text)),
            None => self.write(text),
        }
    }

    /// What is drawn on the terminal just now.
    pub fn bar(&self) -> Option<ProgressBar> {
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        bar.clone()
    }

    /// Draws another, or none; gives the one before.
    pub fn draw(&self, bar: Option<ProgressBar>) -> Option<ProgressBar> {
        let mut drawn = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *drawn, bar)
    }

    fn write(&self, text: &str) {
        let mark = self.mark();
        let mut out = io::stderr().lock();
        for line in text.lines() {
            // Nobody listens any more: there is nobody to tell.
            drop(writeln!(
                out,
                "{mark}{}",
                visible(&self.language.words(line))
            ));
        }
    }

    /// What stands before every line.
    fn mark(&self) -> &'static str {
        if self.dry_run.load(Ordering::Relaxed) {
            "[DRY RUN] "
        } else {
            ""
        }
    }

    /// A line in the language of talk.
    pub fn words(&self, line: &str) -> String {
        self.language.words(line).into_owned()
    }
}

/// What a program is given.
#[derive(Debug, Clone)]
pub struct Session {
    environment: Arc<Environment>,
    talk: Talk,
    json: bool,
    verbose: bool,
    dry_run_asked: bool,
    notices: Arc<Notices>,
    metrics: Option<Metrics>,
    stop: Arc<Stop>,
}

impl Session {
    /// Settings, with all their faults reported together.
    ///
    /// # Errors
    /// `Configuration`.
    pub fn settings<T>(&self, read: impl FnOnce(&Variables<'_>, &mut Faults) -> T) -> Result<T> {
        config::settings(&|name| self.environment.get(name), read)
    }

    /// A variable.
    pub fn variable(&self, name: &str) -> Option<String> {
        let value = self.environment.get(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// Lines on standard error.
    pub fn say(&self, text: &str) {
        self.talk.say(text);
    }

    /// Lines on standard error, when more was asked for.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.talk.say(text);
        }
    }

    /// Lines of a result: on standard output, or on standard error where that holds JSON.
    pub fn print(&self, text: &str) {
        if self.json {
            self.talk.say(text);
            return;
        }
        let mark = self.talk.mark();
        let mut lines = String::with_capacity(text.len() + 16);
        for line in text.lines() {
            let words = self.language().words(line);
            lines.push_str(&format!("{mark}{}\n", visible(&words)));
        }
        output::write(lines.as_bytes());
    }

    /// Text on standard output as it stands, for files and pipes.
    pub fn print_raw(&self, text: &str) {
        output::write(text.as_bytes());
    }

    /// The one JSON document of `--json`; nothing otherwise.
    pub fn json(&self, document: impl FnOnce() -> Value) {
        if self.json {
            output::write(format!("{:#}\n", document()).as_bytes());
        }
    }

    /// Says what is wrong with the arguments, where only more than one of them together tell.
    pub fn usage(&self, fault: &Error) -> Status {
        self.say(&failure_text(fault));
        self.json(|| failure_json(fault));
        Status::Usage
    }

    /// What somebody types when asked, on standard input; `None` when nobody is there.
    pub fn typed(&self, question: &str) -> Option<String> {
        drop(write!(io::stderr().lock(), "{question}"));
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).ok()?;
        drop(writeln!(io::stderr().lock()));
        (read > 0).then(|| line.trim().to_owned())
    }

    /// Whether `--json` was given.
    pub fn wants_json(&self) -> bool {
        self.json
    }

    /// The language that was asked for.
    pub fn language(&self) -> Language {
        self.talk.language
    }

    pub(crate) fn talk(&self) -> Talk {
        self.talk.clone()
    }

    /// Whether more was asked for.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Shows progress where somebody looks.
    pub fn progress(&self) -> Box<dyn Progress> {
        let shown = progress::for_terminal(self.talk.clone(), self.json);
        match &self.metrics {
            Some(metrics) => Box::new(Counted::new(shown, metrics.clone())),
            None => shown,
        }
    }

    /// What Prometheus is told, where it was asked to be.
    pub fn metrics(&self) -> Option<&Metrics> {
        self.metrics.as_ref()
    }

    /// The work begins: tells the webhook, where there is one and this is no dry run, `plan
    /// sales-ai into postgresql://db/v3`. The end, or the failure, is told by itself.
    pub fn announce(&self, what: &str) {
        if !self.talk.dry_run.load(Ordering::Relaxed) {
            self.notices.begin(what);
        }
    }

    /// Says what was kept before writing, where something was.
    pub fn tell_backup(&self, taken: Option<&Taken>) {
        if let Some(taken) = taken {
            let text = crate::render::backup_text(&taken.record, taken.before);
            self.print(&text);
            self.sum_up(&text);
        }
    }

    /// Does `work` until it ends, or somebody stops the program: then what comes behind is still
    /// done, as long as it takes no more than some seconds.
    ///
    /// # Errors
    /// Those of the work; `Interrupted` where it was stopped.
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.stop.heeded_by(work).await
    }

    /// A line of what came of it, for the notice of the end.
    pub fn sum_up(&self, line: &str) {
        self.notices.sum_up(line);
    }

    pub(crate) fn dry_run_by_environment(&self) -> bool {
        self.dry_run_asked
    }

    pub(crate) fn mark_dry_run(&self) {
        self.talk.dry_run.store(true, Ordering::Relaxed);
    }
}

/// Parses the arguments, reads the environment, runs the program, and says how it ended.
pub fn run<P, F>(program: impl FnOnce(P, Session) -> F) -> ExitCode
where
    P: Program,
    F: Future<Output = Result<Status>>,
{
    if let Some(status) = manual::print_if_asked::<P>() {
        return output::settled(status, Language::En).into();
    }
    let arguments = match parse::<P>() {
        Ok(arguments) => arguments,
        Err(refusal) => {
            let said = usage::print(&refusal, &manual::command::<P>());
            if refusal.use_stderr() {
                return Status::Usage.into();
            }
            output::note(said);
            return output::settled(Status::Done, Language::En).into();
        }
    };
    let (json, language) = (arguments.common().json, arguments.common().lang);
    let status = start(arguments, program).unwrap_or_else(|error| {
        failure::tell(&error, language);
        if json {
            output::write(format!("{:#}\n", failure_json(&error)).as_bytes());
        }
        Status::Error
    });
    output::settled(status, language).into()
}

/// As [`Parser::try_parse`], of the program's arguments with those that every program has beside.
fn parse<P: Program>() -> std::result::Result<P, clap::Error> {
    let mut matches = manual::command::<P>().try_get_matches()?;
    manual::refuse_beside_others(&matches)?;
    P::from_arg_matches_mut(&mut matches)
        .map_err(|refusal| refusal.format(&mut manual::command::<P>()))
}

fn start<P, F>(arguments: P, program: impl FnOnce(P, Session) -> F) -> Result<Status>
where
    P: Program,
    F: Future<Output = Result<Status>>,
{
    let environment = if P::READS_ENV_FILES {
        Environment::load(Path::new("."))?
    } else {
        Environment::of_process()
    };
    let common = arguments.common().clone();
    let look_up = |name: &str| environment.get(name);
    let (verbose, dry_run_asked) = config::settings(&look_up, |variables, faults| {
        (
            variables.flag(sunset_core::env_vars::VERBOSE, faults),
            variables.flag(sunset_core::env_vars::DRY_RUN, faults),
        )
    })?;
    let talk = Talk {
        dry_run: Arc::new(AtomicBool::new(false)),
        language: common.lang,
        bar: Arc::default(),
    };
    let notifier = match arguments.notices() {
        Some(wanted) => notifier(wanted, &environment, &talk)?,
        None => None,
    };
    let listen = arguments.metrics().and_then(|asked| asked.metrics_listen);
    let notices = Notices::new(P::NAME, notifier);
    let stop = Arc::new(Stop::new());
    let session = Session {
        environment: Arc::new(environment),
        talk: talk.clone(),
        json: common.json,
        verbose: common.verbose || verbose,
        dry_run_asked,
        notices: Arc::clone(&notices),
        metrics: listen.map(|_| Metrics::new(P::NAME)),
        stop: Arc::clone(&stop),
    };
    heard::listen(&session);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Error::new(ErrorKind::Internal, "cannot start the runtime").cause(error)
        })?;
    let result = runtime.block_on(async {
        if let (Some(metrics), Some(address)) = (session.metrics(), listen) {
            let address = metrics.listen(address).await?;
            session.say(&format!("Metrics: http://{address}/metrics"));
        }
        let result = stop.or_end(program(arguments, session)).await;
        let told = notices.end(&result, talk.dry_run.load(Ordering::Relaxed));
        let untold = tokio::select! {
            untold = told => untold,
            // Whoever insists does not wait for a webhook.
            _ = stop::stopped() => Vec::new(),
        };
        for error in untold {
            talk.say(&format!("note: {error}"));
        }
        result
    });
    // A thread that waits for a disk cannot be ended, and is not waited for.
    runtime.shutdown_timeout(LAST_WAIT);
    result
}

/// How long threads may take to end what they do once the program is done, or stopped.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// The webhook: one that is named on the command line must be right, one of the environment that
/// is not is only told.
fn notifier(
    wanted: &NoticeArgs,
    environment: &Environment,
    talk: &Talk,
) -> Result<Option<Notifier>> {
    if let Some(url) = &wanted.notify_url {
        return Notifier::new(url.clone()).map(Some);
    }
    let url = environment.get(sunset_core::env_vars::SLACK_WEBHOOK_URL);
    let url = url.filter(|url| !url.trim().is_empty());
    Ok(url.and_then(|url| {
        let notifier = Notifier::new(Secret::new(url.trim()));
        notifier
            .map_err(|error| talk.say(&format!("note: {error}")))
            .ok()
    }))
}
