//! The model, checked in every state that it can come to.

use std::io::Write as _;

use stateright::{Checker, Model};
use sunset_model::{Fate, Fault, Protocol};

fn protocol(fates: &[Fate], fault: Option<Fault>) -> Protocol {
    Protocol {
        workers: 2,
        survey: 0,
        fates: fates.to_vec(),
        crashes: 1,
        silences: 1,
        rollback: true,
        fault,
    }
}

fn told(text: &str) {
    drop(writeln!(std::io::stderr(), "model: {text}"));
}

fn holds(what: &str, protocol: Protocol) {
    let fates = protocol.fates.clone();
    let checker = protocol.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    told(&format!(
        "{what}, {fates:?}: {} states, {} of them different, all of them looked at",
        checker.state_count(),
        checker.unique_state_count()
    ));
}

/// Units may be claimed in any order, so that which of two documents comes first says nothing.
#[test]
fn two_workers_a_crash_a_silence_and_a_rollback_whatever_becomes_of_two_documents() {
    let mut pairs = 0;
    for (place, one) in Fate::ALL.into_iter().enumerate() {
        for other in Fate::ALL.into_iter().skip(place) {
            let both = protocol(&[one, other], None);
            holds("2 workers, a rollback", both);
            pairs += 1;
        }
    }
    assert_eq!(pairs, 10);
}

#[test]
fn three_workers_that_share_a_run() {
    for fates in [
        [Fate::Overwrites, Fate::Quarantine],
        [Fate::Superseded, Fate::Row],
    ] {
        let shared = Protocol {
            workers: 3,
            rollback: false,
            ..protocol(&fates, None)
        };
        holds("3 workers", shared);
    }
}

#[test]
fn two_workers_that_share_the_survey() {
    for fate in Fate::ALL {
        let surveying = Protocol {
            survey: 2,
            ..protocol(&[fate], None)
        };
        holds("2 workers, 2 units of the survey, a rollback", surveying);
    }
}

#[test]
fn one_worker_that_crashes_again_and_again() {
    for fates in [
        [Fate::Overwrites, Fate::Quarantine, Fate::Superseded],
        [Fate::Row, Fate::Superseded, Fate::Overwrites],
    ] {
        let alone = Protocol {
            workers: 1,
            crashes: 3,
            ..protocol(&fates, None)
        };
        holds("1 worker, 3 crashes, a rollback", alone);
    }
}

#[test]
fn a_protocol_that_lacks_a_part_is_caught_whatever_becomes_of_the_document() {
    let twice = "nothing is written twice";
    let restored = "what was rolled back is as it was";
    let decided = "it is decided from everything";
    for (fault, property, rollback) in [
        (Fault::BatchWithoutFence, twice, false),
        (Fault::BatchWithoutLease, restored, true),
        (Fault::FenceBesideBatch, twice, false),
        (Fault::RollbackBesideBatch, restored, true),
        (Fault::CompleteFirst, "a unit that is done is done", false),
        (Fault::SumEarly, "the sum is taken of everything", false),
        (Fault::DecideEarly, decided, false),
    ] {
        for fate in Fate::ALL {
            let wrong = Protocol {
                survey: usize::from(fault == Fault::DecideEarly),
                crashes: 0,
                rollback,
                ..protocol(&[fate], Some(fault))
            };
            let checker = wrong.checker().spawn_bfs().join();
            let path = checker.discovery(property);
            let path =
                path.unwrap_or_else(|| panic!("{fault:?} of {fate:?} is not caught: {property}"));
            let steps = path.into_actions();
            told(&format!(
                "{fault:?} of {fate:?} breaks {property:?} in {} steps: {steps:?}",
                steps.len()
            ));
        }
    }
}
