//! Back again: whatever happens to who takes back, V3 is what it was before the first run, but for
//! what somebody changed since; and forward again gives what the first run gave.

use std::sync::Arc;

use sunset_core::digest::Digest;
use sunset_core::error::ErrorKind;
use sunset_core::ports::progress::Silent;
use sunset_core::ports::rollback::{KeptReason, RollbackOptions, RollbackReport, Scope};
use sunset_engine::retry::Retries;
use sunset_engine::rollback::rollback;
use sunset_testkit::simulation::{Mishaps, RowName, Seat, World};

use super::{Crew, Expected, Held, Known, follow, held, until_done};

/// What stands in V3 before anything is migrated: rows of others, and one where a migrated one will
/// be.
pub(super) fn furnish(world: &World, taken: &RowName) {
    for id in ["theirs", "zz-theirs"] {
        world.put((taken.0.clone(), id.to_owned()), Digest::of(id.as_bytes()));
    }
    world.put(taken.clone(), Digest::of(b"as it stood"));
}

pub(super) async fn taking_back(
    seat: &Seat,
    options: RollbackOptions,
) -> sunset_core::error::Result<RollbackReport> {
    rollback(seat, &Scope::default(), options, Retries(2), &Silent).await
}

/// Begins again until it comes to its end.
async fn until_back(world: &World, options: RollbackOptions) -> RollbackReport {
    let (mut seat, mut death) = world.enter();
    loop {
        let ended = tokio::select! {
            biased;
            _ = &mut death => None,
            ended = taking_back(&seat, options) => Some(ended),
        };
        match ended {
            Some(Ok(report)) => {
                world.leave(&seat);
                return report;
            }
            Some(Err(error)) => assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}"),
            None => {}
        }
        (seat, death) = follow(world, &seat);
    }
}

/// Every table is as it was before the first run, and nothing of others was touched.
pub(super) fn assert_proven(report: &RollbackReport, as_before: bool, what: &str) {
    assert!(!report.proof.is_empty(), "{what}");
    for (table, proof) in &report.proof {
        assert!(proof.others_untouched, "{what}: {table}");
    }
    let mut proofs = report.proof.values();
    assert_eq!(
        proofs.all(|proof| proof.as_before == Some(true)),
        as_before,
        "{what}"
    );
}

/// From a world that is migrated back to the one before it, and forward again. With an odd seed a
/// user changes a row in between, which stays until force is asked for. Forward again with two seeds
/// of sixteen.
pub(super) async fn there_and_back(
    world: &World,
    known: &Arc<Known>,
    seed: u64,
    expected: &Expected,
    mishaps: Mishaps,
) {
    let what = format!("seed {seed}");
    let (before, migrated) = (&expected.before, &expected.held.1);
    let changed = seed % 2 == 1;
    // One that stood there before in half of the cases.
    let row = match seed % 4 {
        1 => Some(&expected.taken),
        _ => migrated.keys().find(|row| !before.contains_key(*row)),
    };
    let row = row.expect("a row that migration wrote");
    let theirs = Digest::of(b"changed by a user");
    if changed {
        world.put(row.clone(), theirs);
    }
    world.allow(mishaps);
    let report = until_back(world, RollbackOptions::default()).await;
    assert_proven(&report, !changed, &what);
    let mut left = before.clone();
    if changed {
        left.insert(row.clone(), theirs);
        let kept: Vec<_> = report
            .undone
            .kept
            .iter()
            .map(|kept| (&kept.row_id, kept.reason))
            .collect();
        assert_eq!(kept, [(&row.1, KeptReason::Changed)], "{what}");
        assert_eq!(world.rows(), left, "{what}");
        let forced = RollbackOptions {
            force: true,
            ..RollbackOptions::default()
        };
        let report = until_back(world, forced).await;
        assert_proven(&report, true, &what);
    }
    assert_eq!(&world.rows(), before, "{what}");
    assert!(world.items().is_empty(), "{what}: {:?}", world.items());
    let once = world.taken_back();
    assert!(once.values().all(|times| *times == 1), "{what}: {once:?}");
    let wrote = migrated
        .keys()
        .filter(|row| before.get(*row) != migrated.get(*row));
    assert!(wrote.eq(once.keys()), "{what}: {once:?}");
    // One process maps everything anew, which takes longer than all the rest.
    if seed % 16 > 1 {
        return;
    }
    world.next_run();
    until_done(world.clone(), Arc::clone(known), Crew::Alone, 1).await;
    let again: Held = held(world);
    assert_eq!(again, expected.held, "{what}, forward again");
}
