//! Waiting for others, and saying so.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::schema::{FoundRows, SchemaReader};
use sunset_core::schema::effect::Effect;
use sunset_core::schema::steps::{Note, Step};

use crate::retry::{Retries, retry};

/// How often a lock that is not to be had is asked for again; with the pauses between, some
/// minutes in all.
pub const LOCK_RETRIES: Retries = Retries(10);

/// Who is in the way is said no more often than this.
const SAID: Duration = Duration::from_secs(10);

/// How often it is looked at what becomes of an index, …
const LOOK: Duration = Duration::from_secs(1);
/// … and how long a look may take.
const LONGEST_LOOK: Duration = Duration::from_secs(5);

/// As [`retry`] for whatever needs locks, and says who is in the way.
pub(super) async fn patiently<T, F>(
    progress: &dyn Progress,
    mut operation: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let said: Mutex<Option<Instant>> = Mutex::new(None);
    retry(LOCK_RETRIES, || {
        let (attempt, said) = (operation(), &said);
        async move {
            let outcome = attempt.await;
            if let Err(fault) = &outcome
                && fault.kind() == ErrorKind::Contended
            {
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                if said.is_none_or(|last| last.elapsed() >= SAID) {
                    *said = Some(Instant::now());
                    progress.note(&format!("waiting: {}", fault.what()));
                }
            }
            outcome
        }
    })
    .await
}

/// Does `work`, and says of an index meanwhile how far it is and whom it waits for: others read
/// and write while it is built or dropped, and it waits for all of them without a time-out.
pub(super) async fn told<T>(
    reader: &dyn SchemaReader,
    progress: &dyn Progress,
    (title, effect): (&str, &Effect),
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    progress.doing(title);
    let Effect::CreatesIndex { index } = effect else {
        return work.await;
    };
    let mut work = std::pin::pin!(work);
    let mut last = String::new();
    loop {
        tokio::select! {
            outcome = &mut work => return outcome,
            () = tokio::time::sleep(LOOK) => {}
        }
        let look = tokio::time::timeout(LONGEST_LOOK, reader.index_work(index));
        let now = tokio::select! {
            outcome = &mut work => return outcome,
            now = look => now,
        };
        // Whoever cannot look has nothing to say; the work goes on all the same.
        let Ok(Ok(Some(now))) = now else { continue };
        if let Some(who) = now.waits_for {
            if who != last {
                progress.note(&format!("{title}: waiting for {who}"));
                last = who;
            }
        } else {
            last.clear();
        }
        if let Some(share) = (now.done * 100).checked_div(now.total) {
            progress.doing(&format!("{title}: {}, {share} %", now.phase));
        } else if !now.phase.is_empty() {
            progress.doing(&format!("{title}: {}", now.phase));
        }
    }
}

/// Rows that are there whenever the locks are had, and gone when they are asked for.
pub(super) fn come_and_go(steps: &[Step], rows: &FoundRows) -> Error {
    let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
    Error::new(
        ErrorKind::Contended,
        format!(
            "rows that stand in the way come and go ({}): {}",
            rows.sample.join(", "),
            titles.join(", ")
        ),
    )
    .remedy("stop what writes them, then start this command again: it goes on where it stopped")
}

/// Rows that break a step whenever its turn comes, and that no question finds.
pub(super) fn came_meanwhile(broken: &Note) -> Error {
    Error::new(
        ErrorKind::Contended,
        format!(
            "rows that came while this ran break what was to be done: {}",
            broken.object
        ),
    )
    .item(broken.text.clone())
    .remedy("run this command again: it lists such rows, with what to do about them; what is done stays done")
}
