//! The model, checked in every state that it can come to.

use std::io::Write as _;

use stateright::{Checker, Model};
use sunset_model::{Fault, Protocol};

fn protocol(fault: Option<Fault>) -> Protocol {
    Protocol {
        workers: 2,
        survey: 0,
        documents: 2,
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
    let checker = protocol.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    told(&format!(
        "{what}: {} states, {} of them different, all of them looked at",
        checker.state_count(),
        checker.unique_state_count()
    ));
}

#[test]
fn two_workers_a_crash_a_silence_and_a_rollback() {
    holds("2 workers, 2 documents, a rollback", protocol(None));
}

#[test]
fn three_workers_that_share_a_run() {
    let shared = Protocol {
        workers: 3,
        documents: 2,
        rollback: false,
        ..protocol(None)
    };
    holds("3 workers, 2 documents", shared);
}

#[test]
fn two_workers_that_share_the_survey() {
    let surveying = Protocol {
        survey: 2,
        documents: 1,
        ..protocol(None)
    };
    holds(
        "2 workers, 2 units of the survey, 1 document, a rollback",
        surveying,
    );
}

#[test]
fn one_worker_that_crashes_again_and_again() {
    let alone = Protocol {
        workers: 1,
        documents: 3,
        crashes: 3,
        silences: 1,
        ..protocol(None)
    };
    holds("1 worker, 3 documents, 3 crashes, a rollback", alone);
}

#[test]
fn a_protocol_that_lacks_a_part_is_caught() {
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
        let wrong = Protocol {
            survey: usize::from(fault == Fault::DecideEarly),
            documents: 1,
            crashes: 0,
            rollback,
            ..protocol(Some(fault))
        };
        let checker = wrong.checker().spawn_bfs().join();
        let path = checker.discovery(property);
        let path = path.unwrap_or_else(|| panic!("{fault:?} is not caught: {property}"));
        let steps = path.into_actions();
        told(&format!(
            "{fault:?} breaks {property:?} in {} steps: {steps:?}",
            steps.len()
        ));
    }
}
