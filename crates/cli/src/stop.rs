//! A program that somebody stops.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sunset_core::error::{Error, ErrorKind, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long a program that heeds it may take to tell what was done until then.
const LAST_WORDS: Duration = Duration::from_secs(20);

/// That somebody wants the program to stop.
#[derive(Debug)]
pub(crate) struct Stop {
    asked: watch::Sender<Option<&'static str>>,
    /// Whether the program ends by itself when it is asked to.
    heeded: AtomicBool,
}

impl Stop {
    pub fn new() -> Self {
        Self {
            asked: watch::Sender::new(None),
            heeded: AtomicBool::new(false),
        }
    }

    /// Runs a program until it ends, or somebody stops it. What it was doing is dropped then, and with
    /// it the programs that it started; where it heeds that ([`Stop::heeded_by`]) it ends by
    /// itself, unless it takes long or somebody insists.
    ///
    /// # Errors
    /// The program's; `Interrupted` where it was stopped.
    pub async fn or_end<T>(&self, program: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::pin!(program);
        let what = tokio::select! {
            result = &mut program => return result,
            what = stopped() => what,
        };
        if !self.heeded.load(Ordering::Relaxed) {
            return Err(interrupted(what));
        }
        self.asked.send_replace(Some(what));
        tokio::select! {
            result = &mut program => result,
            again = stopped() => Err(interrupted(again)),
            () = tokio::time::sleep(LAST_WORDS) => Err(interrupted(what)),
        }
    }

    /// Does `work` until it ends, or the program is to stop; what comes behind is still done.
    ///
    /// # Errors
    /// Those of the work; `Interrupted` where it was stopped.
    pub async fn heeded_by<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let mut asked = self.asked.subscribe();
        self.heeded.store(true, Ordering::Relaxed);
        tokio::select! {
            done = work => {
                self.heeded.store(false, Ordering::Relaxed);
                done
            }
            asked = asked.wait_for(Option::is_some) => {
                Err(interrupted(asked.ok().and_then(|what| *what).unwrap_or("stopped")))
            }
        }
    }
}

fn interrupted(what: &str) -> Error {
    Error::new(ErrorKind::Interrupted, what)
        .remedy("run the same command again: it goes on where it stopped")
}

/// Waits until somebody stops the program, and says how: from the keyboard, or by SIGTERM, as `kill`,
/// systemd and Kubernetes do.
pub(crate) async fn stopped() -> &'static str {
    let keyboard = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            // The keyboard is left.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = keyboard => "stopped from the keyboard",
        _ = terminated => "stopped by SIGTERM",
    }
}
