//! Recordings that workers share: what a worker that died had done counts, whoever tells it.

use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::{Value as JsonValue, json};
use sunset_core::audio::format::Format;
use sunset_core::audio::plan::Plan;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::progress::Silent;
use sunset_core::ports::work::{Ask, Claim, Completed, Standing, Unit, WorkDesk};
use sunset_engine::audio::CopyOptions;
use sunset_engine::audio::shared::{Done, Shared, add_up, execute};
use sunset_engine::retry::Retries;

use super::{World, mp3};

/// Units of one run, which one worker after the other takes.
#[derive(Default)]
struct Desk {
    units: Mutex<Vec<(Unit, Option<JsonValue>)>>,
    /// Whoever completes a unit of copies is told that others took it over.
    fenced: Mutex<bool>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("nobody panicked")
}

#[async_trait]
impl WorkDesk for Desk {
    async fn published(&self) -> Result<Option<String>> {
        Ok((!lock(&self.units).is_empty()).then(|| "recordings".to_owned()))
    }

    async fn publish(&self, _fingerprint: &str, units: &[Unit]) -> Result<()> {
        let mut known = lock(&self.units);
        if known.is_empty() {
            known.extend(units.iter().map(|unit| (unit.clone(), None)));
        }
        Ok(())
    }

    async fn publish_survey(&self, _units: &[Unit]) -> Result<()> {
        Ok(())
    }

    async fn keep(&self, _unit: &Unit, _notes: &[u8]) -> Result<()> {
        Ok(())
    }

    async fn kept(&self, _number: u32) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    async fn claim(&self, ask: &Ask<'_>) -> Result<Claim> {
        let units = lock(&self.units);
        let mut open = units.iter().filter(|(_, outcome)| outcome.is_none());
        let stage = open.clone().map(|(unit, _)| unit.stage).min();
        let waiting = open.find(|(unit, _)| {
            let name = (unit.stage, unit.number);
            Some(unit.stage) == stage && !ask.orphaned && !ask.at_work.contains(&name)
        });
        Ok(match (waiting, stage) {
            (Some((unit, _)), _) => Claim::Unit(unit.clone()),
            (None, Some(_)) => Claim::Wait,
            (None, None) => Claim::Over,
        })
    }

    async fn complete(&self, unit: &Unit, outcome: &JsonValue) -> Result<()> {
        if *lock(&self.fenced) && unit.stage > 0 {
            return Err(Error::new(ErrorKind::Conflict, "others took it over"));
        }
        let mut units = lock(&self.units);
        let known = units.iter_mut().find(|(known, _)| known == unit);
        known.expect("a unit of this run").1 = Some(outcome.clone());
        Ok(())
    }

    async fn outcomes(&self, _stage: u32) -> Result<Vec<Completed>> {
        let units = lock(&self.units);
        let done = units.iter().filter_map(|(unit, outcome)| {
            Some(Completed {
                stage: unit.stage,
                number: unit.number,
                outcome: outcome.clone()?,
                span: (0, 0),
            })
        });
        Ok(done.collect())
    }

    async fn standing(&self) -> Result<Standing> {
        Ok(Standing::default())
    }
}

async fn take_part(world: &World, desk: &Desk, plan: &Plan) -> Result<Done> {
    execute(&Shared {
        plan,
        told: json!({ "audio": plan.audio.objects }),
        source: world.source.clone(),
        store: world.bucket.clone(),
        journal: world.ledger.clone(),
        ledger: &*world.ledger,
        desk,
        options: CopyOptions {
            concurrency: 2,
            rate: None,
            retries: Retries(1),
            public_url: world.options.public_url.clone(),
            scratch: None,
        },
        progress: &Silent,
    })
    .await
}

#[tokio::test]
async fn what_a_dead_worker_did_counts_for_who_planned_later() {
    let world = World::new();
    for (seed, name) in (1..).zip(["A", "B", "C"]) {
        world
            .source
            .put(&format!("rec/{name}.mp3"), mp3(seed, 1_000));
        let uri = format!("gs://old/rec/{name}.mp3");
        world.ledger.conversation(name, None, Some(&uri));
    }
    // Its first format is no audio, its second one is.
    world.source.put("rec/D.mp3", b"plain text".to_vec());
    let ogg = b"OggS\0\x02\0\0\0\0\0\0\0\0\x01vorbis....".to_vec();
    world.source.put("rec/D.ogg", ogg);
    world
        .ledger
        .conversation("D", None, Some("gs://old/rec/D.mp3"));

    let desk = Desk::default();
    let first = world.plan().await;
    *lock(&desk.fenced) = true;
    let fault = take_part(&world, &desk, &first).await;
    assert_eq!(
        fault.expect_err("fenced").kind(),
        ErrorKind::Conflict,
        "everything was copied, and nobody heard of it"
    );
    *lock(&desk.fenced) = false;
    let later = world.plan().await;
    assert_eq!(later.unchanged.objects, 4, "{later:#?}");
    let done = take_part(&world, &desk, &later).await.expect("done");
    assert_eq!(done.planned, first.planned(), "as the run began");
    assert_eq!(done.planned.unchanged.objects, 0);
    assert_eq!(done.plan, json!({ "audio": first.audio.objects }));
    assert_eq!(done.report.copied.objects, 4, "{:#?}", done.report);
    assert_eq!(done.report.linked, 4);
    assert_eq!(done.report.quarantined.len(), 1);
    assert!(done.report.is_incomplete());

    // Who joins when everything is done, and who comes after the end, tell the same.
    let last = world.plan().await;
    for done in [
        take_part(&world, &desk, &last).await.expect("done"),
        add_up(desk.outcomes(u32::MAX).await.expect("read")).expect("added up"),
    ] {
        assert_eq!(done.planned, first.planned());
        let report = done.report;
        let numbers = (
            report.copied.objects,
            report.linked,
            report.quarantined.len(),
        );
        assert_eq!(numbers, (4, 4, 1));
    }
}

#[tokio::test]
async fn another_format_takes_the_place_of_one_that_an_earlier_run_copied() {
    for dies in [false, true] {
        let mut world = World::new();
        world.source.put("rec/A.mp3", mp3(1, 1_000));
        let ogg = b"OggS\0\x02\0\0\0\0\0\0\0\0\x01vorbis....".to_vec();
        world.source.put("rec/A.ogg", ogg);
        world.ledger.conversation("A", None, None);
        assert_eq!(world.run().await.expect("copied").linked, 1);
        let mp3 = world.ledger.audio_url("A");
        assert!(mp3.is_some_and(|url| url.ends_with("/A.mp3")));

        world.options.prefer = Some(Format::Ogg);
        let desk = Desk::default();
        if dies {
            *lock(&desk.fenced) = true;
            let first = world.plan().await;
            let fault = take_part(&world, &desk, &first).await;
            fault.expect_err("fenced, when everything was copied");
            *lock(&desk.fenced) = false;
        }
        let plan = world.plan().await;
        let done = take_part(&world, &desk, &plan).await.expect("done");
        let report = done.report;
        assert_eq!((report.copied.objects, report.linked), (1, 1), "{dies}");
        let ogg = world.ledger.audio_url("A");
        assert!(ogg.is_some_and(|url| url.ends_with("/A.ogg")), "{dies}");
    }
}
