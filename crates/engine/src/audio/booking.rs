//! Recording proofs: those that come while a transaction is under way go into the next one together.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{LinkOutcome, ObjectJournal, Proof};
use tokio::sync::{Mutex, oneshot};

use crate::retry::{Retries, retry};

/// Proofs a transaction at the most.
pub const TOGETHER: usize = 256;

/// What a proof did to its link. One that is there already, and was not when this run planned, is
/// there because of this run: the answer that said so was lost.
pub fn because_of(proof: &Proof, outcome: Option<LinkOutcome>) -> Option<LinkOutcome> {
    let planned = proof.conversation.as_ref();
    let stood = planned.is_some_and(|conversation| {
        let url = proof.record.url.as_deref();
        url.is_some_and(|url| conversation.points_at(url))
    });
    match outcome {
        Some(LinkOutcome::AlreadyLinked) if !stood => Some(LinkOutcome::Linked),
        other => other,
    }
}

/// A proof that waits, and who waits for its outcome.
struct Waiting {
    proof: Proof,
    told: oneshot::Sender<Option<LinkOutcome>>,
}

/// See the module.
pub struct Booking {
    journal: Arc<dyn ObjectJournal>,
    retries: Retries,
    waiting: StdMutex<VecDeque<Waiting>>,
    /// Who holds it writes, for all that wait.
    pen: Mutex<()>,
}

impl Booking {
    /// Into that journal.
    pub fn new(journal: Arc<dyn ObjectJournal>, retries: Retries) -> Self {
        Self {
            journal,
            retries,
            waiting: StdMutex::default(),
            pen: Mutex::default(),
        }
    }

    /// Records a proof and links its conversation, in one transaction, and waits for that.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn book(&self, proof: Proof) -> Result<Option<LinkOutcome>> {
        let (told, mut outcome) = oneshot::channel();
        self.waiting().push_back(Waiting { proof, told });
        loop {
            let pen = self.pen.lock().await;
            match outcome.try_recv() {
                Ok(outcome) => return Ok(outcome),
                Err(oneshot::error::TryRecvError::Empty) => self.write().await?,
                Err(oneshot::error::TryRecvError::Closed) => {
                    return Err(Error::new(
                        ErrorKind::Internal,
                        "who was to record a proof broke off",
                    ));
                }
            }
            drop(pen);
        }
    }

    /// Writes what waits. After a fault everything waits again, so that everybody meets it.
    async fn write(&self) -> Result<()> {
        let batch = self.next();
        let proofs: Vec<_> = batch.iter().map(|waiting| waiting.proof.clone()).collect();
        let outcomes = match retry(self.retries, || self.journal.prove(&proofs)).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                let mut waiting = self.waiting();
                batch
                    .into_iter()
                    .rev()
                    .for_each(|one| waiting.push_front(one));
                return Err(error);
            }
        };
        for (waiting, outcome) in batch.into_iter().zip(outcomes) {
            // Who waits no longer was dropped with the run.
            let _ = waiting.told.send(because_of(&waiting.proof, outcome));
        }
        Ok(())
    }

    /// The next proofs; none twice for one object or one conversation.
    fn next(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting();
        let (mut conversations, mut names) = (BTreeSet::new(), BTreeSet::new());
        let mut batch: Vec<Waiting> = Vec::new();
        while batch.len() < TOGETHER
            && let Some(next) = waiting.front()
        {
            let conversation = next.proof.conversation.as_ref().map(|one| one.id.clone());
            let (uri, id) = next.proof.record.name();
            let new = names.insert((uri.to_owned(), id.map(ToOwned::to_owned)))
                && conversation.is_none_or(|id| conversations.insert(id));
            if !new {
                break;
            }
            batch.extend(waiting.pop_front());
        }
        batch
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunset_core::audio::record::{
        Conversation, Intent, MeasuredPart, ObjectRecord, Role, State, Version,
    };

    /// Counts what it is given, and answers late, so that others come meanwhile.
    #[derive(Default)]
    struct Slow {
        batches: StdMutex<Vec<usize>>,
        broken: bool,
    }

    #[async_trait::async_trait]
    impl ObjectJournal for Slow {
        async fn record(&self, _: &[ObjectRecord]) -> Result<()> {
            Ok(())
        }

        async fn discard(&self, _: &[(String, Option<String>)]) -> Result<()> {
            Ok(())
        }

        async fn intend(&self, _: &[Intent]) -> Result<()> {
            Ok(())
        }

        async fn measured(&self, _: &str, _: &Version) -> Result<Vec<MeasuredPart>> {
            Ok(Vec::new())
        }

        async fn measure(&self, _: &str, _: &Version, _: &MeasuredPart) -> Result<()> {
            Ok(())
        }

        async fn forget(&self, _: &str) -> Result<()> {
            Ok(())
        }

        async fn prove(&self, proofs: &[Proof]) -> Result<Vec<Option<LinkOutcome>>> {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            self.batches.lock().expect("free").push(proofs.len());
            if self.broken {
                return Err(Error::new(ErrorKind::Denied, "no"));
            }
            let linked = |proof: &Proof| {
                let conversation = proof.conversation.as_ref()?;
                Some(if conversation.id == "c3" {
                    LinkOutcome::Changed
                } else {
                    LinkOutcome::Linked
                })
            };
            Ok(proofs.iter().map(linked).collect())
        }
    }

    fn proof(uri: &str, id: &str) -> Proof {
        Proof {
            record: ObjectRecord::new(uri, Some(id), Role::Recording, State::Copied),
            conversation: Some(Conversation {
                id: id.to_owned(),
                ..Conversation::default()
            }),
        }
    }

    #[tokio::test]
    async fn proofs_that_come_together_are_written_together_and_each_gets_its_own_outcome() {
        let journal = Arc::new(Slow::default());
        let booking = Booking::new(Arc::clone(&journal) as _, Retries(0));
        let ids: Vec<String> = (0..40).map(|number| format!("c{number}")).collect();
        let booked = ids.iter().map(|id| booking.book(proof(id, id)));
        let outcomes = futures::future::join_all(booked).await;
        for (id, outcome) in ids.iter().zip(outcomes) {
            let expected = if id == "c3" {
                LinkOutcome::Changed
            } else {
                LinkOutcome::Linked
            };
            assert_eq!(outcome.expect("booked"), Some(expected), "{id}");
        }
        // The first goes alone; the others come while it is under way.
        assert_eq!(*journal.batches.lock().expect("free"), [1, 39]);
    }

    #[tokio::test]
    async fn one_conversation_is_not_linked_twice_in_a_transaction() {
        let journal = Arc::new(Slow::default());
        let booking = Booking::new(Arc::clone(&journal) as _, Retries(0));
        let booked = ["a", "b", "c"].map(|uri| booking.book(proof(uri, "same")));
        futures::future::join_all(booked).await;
        assert_eq!(*journal.batches.lock().expect("free"), [1, 1, 1]);
    }

    #[tokio::test]
    async fn everybody_meets_the_fault() {
        let journal = Arc::new(Slow {
            broken: true,
            ..Slow::default()
        });
        let booking = Booking::new(Arc::clone(&journal) as _, Retries(0));
        let booked = ["a", "b", "c"].map(|id| booking.book(proof(id, id)));
        for outcome in futures::future::join_all(booked).await {
            assert_eq!(outcome.expect_err("broken").kind(), ErrorKind::Denied);
        }
    }
}
