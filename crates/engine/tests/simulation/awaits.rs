//! A process, or one worker of three, dies at every await that it comes to: it is dropped before its
//! `n`th turn, for every `n` until it lives to its end. Whoever is started in its place dies once
//! more, at a moment that is drawn.

use std::future::Future;
use std::io::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use sunset_core::error::Result;
use sunset_core::ports::rollback::{RollbackOptions, RollbackReport};
use sunset_core::report::LoadReport;
use sunset_testkit::generate::SplitMix;
use sunset_testkit::simulation::World;

use super::rollback::{assert_proven, furnish, taking_back};
use super::{Crew, Expected, Known, NONE, held, live, runtime, settled, undisturbed, until_done};

/// A life that is dropped instead of being woken once more. What it waited for has happened by then,
/// and nobody hears of it.
struct Mortal<'a, T> {
    life: BoxFuture<'a, T>,
    wakings: u64,
}

impl<T> Future for Mortal<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(left) = self.wakings.checked_sub(1) else {
            return Poll::Ready(None);
        };
        self.wakings = left;
        self.life.as_mut().poll(context).map(Some)
    }
}

/// Lives one after the other, each as long as `wakings` says and the last one to its end. Gives how
/// many of them died.
async fn lives(
    world: World,
    known: Arc<Known>,
    crew: Crew,
    wakings: &[u64],
) -> (LoadReport, usize) {
    let (mut seat, _) = world.enter();
    for died in 0.. {
        let life = Mortal {
            life: Box::pin(live(&known, &seat, crew)),
            wakings: wakings.get(died).copied().unwrap_or(u64::MAX),
        };
        let ended: Option<Result<LoadReport>> = life.await;
        if let Some(report) = ended {
            world.leave(&seat);
            return (report.expect("nothing but deaths happens"), died);
        }
        // It comes in before the old one goes, so that the others wait for it.
        let (next, _) = world.enter();
        world.leave(&seat);
        seat = next;
    }
    unreachable!("the last one lives");
}

/// Gives how many awaits there were to die at.
async fn at_every_await(known: &Arc<Known>, expected: &Expected, crew: Crew) -> u64 {
    for first in 0.. {
        let world = World::new(first, NONE);
        furnish(&world, &expected.taken);
        let again = SplitMix::new(first).below(first + 1);
        let wakings = [first, again];
        let mortal = lives(world.clone(), Arc::clone(known), crew, &wakings);
        let others = if crew == Crew::Alone { 0 } else { 2 };
        let others = until_done(world.clone(), Arc::clone(known), crew, others);
        let ((report, died), mut reports) = tokio::join!(mortal, others);
        reports.push(report);
        let what = format!("{crew:?}, dead before waking {first}, then {again}");
        assert_eq!(held(&world), expected.held, "{what}");
        for report in reports {
            assert_eq!(settled(&report), expected.settled, "{what}");
        }
        if died == 0 {
            return first;
        }
    }
    unreachable!("a life is finite");
}

/// The same of a rollback: whoever begins it again ends it.
async fn back_at_every_await(known: &Arc<Known>, expected: &Expected) -> u64 {
    for first in 0.. {
        let world = World::new(first, NONE);
        furnish(&world, &expected.taken);
        until_done(world.clone(), Arc::clone(known), Crew::Alone, 1).await;
        let again = SplitMix::new(first).below(first + 1);
        let mut died = 0;
        for wakings in [first, again, u64::MAX] {
            let (seat, _) = world.enter();
            let life = Mortal {
                life: Box::pin(taking_back(&seat, RollbackOptions::default())),
                wakings,
            };
            let ended: Option<Result<RollbackReport>> = life.await;
            world.leave(&seat);
            if let Some(report) = ended {
                let report = report.expect("nothing but deaths happens");
                assert_proven(
                    &report,
                    true,
                    &format!("dead before waking {first}, then {again}"),
                );
                break;
            }
            died += 1;
        }
        assert_eq!(
            world.rows(),
            expected.before,
            "dead before waking {first}, then {again}"
        );
        assert!(
            world.items().is_empty(),
            "dead before waking {first}, then {again}"
        );
        if died == 0 {
            return first;
        }
    }
    unreachable!("a life is finite");
}

#[test]
fn a_rollback_that_dies_at_every_await_leaves_what_was_before() {
    let runtime = runtime();
    let (known, expected) = runtime.block_on(undisturbed());
    let awaits = runtime.block_on(back_at_every_await(&known, &expected));
    assert!(awaits > 6, "{awaits}");
    drop(writeln!(
        std::io::stderr(),
        "simulation: a rollback died before each of {awaits} wakings, and whoever took its place once \
         more: V3 as it was before"
    ));
}

#[test]
fn a_death_at_every_await_leaves_what_one_process_leaves() {
    let runtime = runtime();
    let (known, expected) = runtime.block_on(undisturbed());
    let [alone, worker, surveyor] = [Crew::Alone, Crew::Workers, Crew::Surveyors]
        .map(|crew| runtime.block_on(at_every_await(&known, &expected, crew)));
    // Each batch asks and writes, and each unit is claimed and completed on top of that.
    let least = alone.min(worker).min(surveyor);
    assert!(least > 12, "{alone}, {worker} and {surveyor}");
    drop(writeln!(
        std::io::stderr(),
        "simulation: one process died before each of {alone} wakings, one of three workers before each \
         of {worker}, one of three that share the survey before each of {surveyor}, and whoever took its \
         place died once more: the items and rows of one that nothing happens to"
    ));
}
