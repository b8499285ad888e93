//! What is told while documents are moved: how many are done, and how many of those are in quarantine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::TryStreamExt as _;
use sunset_core::document::Delivery;
use sunset_core::plans::DocumentPlan as _;
use sunset_core::plans::sales_ai::SalesAi;
use sunset_core::ports::documents::DocumentSource as _;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rows::ItemKey;
use sunset_core::report::LoadReport;
use sunset_engine::load::shared;
use sunset_engine::load::{self, Destination};
use sunset_testkit::simulation::World;

use super::{Expected, Known, NONE, options, runtime, undisturbed};

/// Of one piece of work: how many were done, and what was told of the quarantine.
#[derive(Debug, Default)]
struct Piece {
    done: u64,
    quarantined: Vec<u64>,
}

/// Keeps what it is told.
#[derive(Default)]
struct Told(Mutex<Vec<Piece>>);

impl Told {
    fn add(&self, change: impl FnOnce(&mut Vec<Piece>)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Of all pieces: done, and in quarantine. Nobody is told that none were.
    fn sums(self) -> (u64, u64) {
        let pieces = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let told = || pieces.iter().flat_map(|piece| &piece.quarantined);
        assert!(told().all(|count| *count > 0), "{pieces:#?}");
        let done = pieces.iter().map(|piece| piece.done).sum();
        (done, told().sum())
    }
}

impl Progress for Told {
    fn start(&self, _label: &str, _total: Option<u64>) {
        self.add(|pieces| pieces.push(Piece::default()));
    }

    fn advance(&self, count: u64) {
        self.add(|pieces| pieces.last_mut().expect("it began").done += count);
    }

    fn quarantined(&self, count: u64) {
        self.add(|pieces| {
            let piece = pieces.last_mut().expect("it began");
            piece.quarantined.push(count);
        });
    }

    fn finish(&self) {}
}

/// One run to its end: what it says in the end, how many it told were done, and how many of them in
/// quarantine.
async fn one(known: &Known, world: &World, is_worker: bool) -> (LoadReport, u64, u64) {
    let (seat, _death) = world.enter();
    let told = Told::default();
    let report = if is_worker {
        shared::load(&shared::Shared {
            source: &known.documents,
            plan: &SalesAi,
            surveyed: &known.surveyed,
            fingerprint: known.fingerprint,
            desk: &seat,
            writer: Arc::new(seat.clone()),
            options: options(),
            unit_bytes: 4,
            progress: &told,
        })
        .await
    } else {
        load::load(
            &known.documents,
            &SalesAi,
            &known.surveyed,
            Destination::Writer(Arc::new(seat.clone())),
            options(),
            None,
            &told,
        )
        .await
    };
    world.leave(&seat);
    let (done, quarantined) = told.sums();
    (report.expect("nothing happens to it"), done, quarantined)
}

/// Documents in quarantine that are delivered twice: slices that hold one of the deliveries each
/// find it there.
async fn twins(known: &Known, expected: &Expected) -> usize {
    let read = known.documents.read(&SalesAi.collections());
    let chunks: Vec<Vec<Delivery>> = read.try_collect().await.expect("memory");
    let mut times: BTreeMap<ItemKey, u32> = BTreeMap::new();
    for delivery in chunks.into_iter().flatten() {
        if let Delivery::Document(document) = delivery {
            let key = ItemKey {
                collection: document.collection,
                id: document.id,
            };
            *times.entry(key).or_default() += 1;
        }
    }
    let is_twin = |key: &ItemKey| times.get(key).is_some_and(|times| *times > 1);
    let items = expected.held.0.iter();
    items
        .filter(|(key, (_, quarantined, _))| *quarantined && is_twin(key))
        .count()
}

#[test]
fn it_is_told_how_many_are_in_quarantine_so_far_and_the_report_says_the_same() {
    runtime().block_on(async {
        let (known, expected) = undisturbed().await;
        let items = expected.held.0.values();
        let wanted = items.filter(|item| item.1).count() as u64;
        assert!(twins(&known, &expected).await > 0, "they count once");
        let world = World::new(0, NONE);
        // The first run; another one, for which nothing has changed; and workers likewise.
        for (is_worker, world) in [
            (false, world.clone()),
            (false, world.clone()),
            (true, world),
            (true, World::new(0, NONE)),
        ] {
            let (report, done, quarantined) = one(&known, &world, is_worker).await;
            assert_eq!(quarantined, report.quarantined(), "worker: {is_worker}");
            assert_eq!(quarantined, wanted, "worker: {is_worker}");
            assert!(done > quarantined);
            world.next_run();
        }
    });
}
