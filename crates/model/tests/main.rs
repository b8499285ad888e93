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

/// Holds in every state; `transitions` over `states` are all that there are, so that a step that is no
/// longer possible is noticed, too. docs/scaling.md has these numbers.
fn holds(what: &str, protocol: Protocol, (transitions, states): (usize, usize)) {
    let fates = protocol.fates.clone();
    let checker = protocol.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    told(&format!(
        "{what}, {fates:?}: {} states, {} of them different, all of them looked at",
        checker.state_count(),
        checker.unique_state_count()
    ));
    assert_eq!(
        (checker.state_count(), checker.unique_state_count()),
        (transitions, states),
        "{what}, {fates:?}"
    );
}

/// Units may be claimed in any order, so that which of two documents comes first says nothing.
#[test]
fn two_workers_a_crash_a_silence_and_a_rollback_whatever_becomes_of_two_documents() {
    let mut pairs = 0;
    for (place, one) in Fate::ALL.into_iter().enumerate() {
        for other in Fate::ALL.into_iter().skip(place) {
            let both = protocol(&[one, other], None);
            holds("2 workers, a rollback", both, (147_369, 61_085));
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
        holds("3 workers", shared, (1_824_427, 584_515));
    }
}

#[test]
fn two_workers_that_share_the_survey() {
    for fate in Fate::ALL {
        let surveying = Protocol {
            survey: 2,
            ..protocol(&[fate], None)
        };
        holds(
            "2 workers, 2 units of the survey, a rollback",
            surveying,
            (146_437, 62_909),
        );
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
        holds(
            "1 worker, 3 crashes, a rollback",
            alone,
            (1_232_714, 505_807),
        );
    }
}

/// Looks for a way in which the protocol without a part of it breaks `property`.
fn is_caught(wrong: Protocol, property: &'static str) {
    let (fault, fates) = (wrong.fault, wrong.fates.clone());
    let checker = wrong.checker().spawn_bfs().join();
    let path = checker.discovery(property);
    let path = path.unwrap_or_else(|| panic!("{fault:?} of {fates:?} is not caught: {property}"));
    let steps = path.into_actions();
    told(&format!(
        "{fault:?} of {fates:?} breaks {property:?} in {} steps: {steps:?}",
        steps.len()
    ));
}

const TWICE: &str = "nothing is written twice";
const RESTORED: &str = "what was rolled back is as it was";
const DONE: &str = "a unit that is done is done";

#[test]
fn a_protocol_that_lacks_a_part_is_caught_whatever_becomes_of_the_document() {
    let decided = "it is decided from everything";
    for (fault, property, rollback) in [
        (Fault::BatchWithoutFence, TWICE, false),
        (Fault::BatchWithoutLease, TWICE, false),
        (Fault::BatchWithoutLease, RESTORED, true),
        (Fault::FenceBesideBatch, TWICE, false),
        (Fault::RollbackBesideBatch, RESTORED, true),
        (Fault::RenewBesideBatch, TWICE, false),
        (Fault::CompleteFirst, DONE, false),
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
            is_caught(wrong, property);
        }
    }
}

/// A rollback asks the ledger alone, so that it is wrong where the ledger is.
#[test]
fn a_ledger_that_does_not_hold_what_v3_was_is_caught_when_a_run_is_taken_back() {
    for (fault, property, fates) in [
        (Fault::ImageAgain, RESTORED, &[Fate::Overwrites][..]),
        (Fault::WithoutImage, RESTORED, &[Fate::Overwrites]),
        (Fault::ForgetFirst, RESTORED, &[Fate::Row, Fate::Overwrites]),
        (Fault::ForgetLater, DONE, &[Fate::Row, Fate::Overwrites]),
    ] {
        for fate in fates {
            is_caught(protocol(&[*fate], Some(fault)), property);
        }
    }
}

/// Nothing is wrong without a crash, a silence or a second worker: both transactions of a row come one
/// after the other then, and no unit is loaded twice.
#[test]
fn a_ledger_that_is_wrong_between_two_transactions_needs_a_mishap_to_be_caught() {
    for fault in [Fault::ImageAgain, Fault::ForgetFirst, Fault::ForgetLater] {
        let calm = Protocol {
            workers: 1,
            crashes: 0,
            silences: 0,
            ..protocol(&[Fate::Row, Fate::Overwrites], Some(fault))
        };
        let checker = calm.checker().spawn_bfs().join();
        checker.assert_properties();
    }
}
