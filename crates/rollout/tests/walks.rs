//! Schedules walked in memory, with time that passes at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::Percentage;
use sunset_rollout::drive::{Drive, Event, Journal, Mover, Pace, Probe, Record, Standing};
use sunset_rollout::gate::{Evaluation, Finding, Verdict};
use sunset_rollout::machine::{End, Machine, RunState};
use sunset_rollout::schedule::{OnBreach, flag_steps};

/// What moves, what remembers, and the faults of both.
#[derive(Clone, Default)]
struct World(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    share: Option<Percentage>,
    off: bool,
    record: Option<Record>,
    events: Vec<(String, String)>,
    ended: Option<End>,
    /// Failures still to come.
    moves_fail: u32,
    saves_fail: u32,
    troubles: u32,
}

impl World {
    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap())
    }

    fn share(&self) -> String {
        self.with(|state| state.share.clone())
            .unwrap_or_else(Percentage::zero)
            .as_str()
            .to_owned()
    }

    fn moves(&self) -> Vec<String> {
        self.with(|state| {
            let moves = state.events.iter().filter(|(kind, _)| kind != "verdict");
            moves.map(|(kind, to)| format!("{kind} {to}")).collect()
        })
    }
}

fn away() -> Error {
    Error::new(ErrorKind::Unreachable, "away")
}

#[async_trait]
impl Mover for World {
    async fn standing(&self) -> Result<Standing> {
        Ok(self.with(|state| Standing {
            percentage: state.share.clone().unwrap_or_else(Percentage::zero),
            enabled: !state.off,
        }))
    }

    async fn move_to(&self, expected: &[Percentage], to: &Percentage, _why: &str) -> Result<()> {
        self.with(|state| {
            if state.moves_fail > 0 {
                state.moves_fail -= 1;
                return Err(away());
            }
            let present = state.share.clone().unwrap_or_else(Percentage::zero);
            assert!(expected.contains(&present) || present == *to);
            state.share = Some(to.clone());
            Ok(())
        })
    }
}

#[async_trait]
impl Journal for World {
    async fn save(&self, record: &Record) -> Result<()> {
        self.with(|state| {
            if state.saves_fail > 0 {
                state.saves_fail -= 1;
                return Err(away());
            }
            state.record = Some(record.clone());
            Ok(())
        })
    }

    async fn finish(&self, record: &Record, end: End) -> Result<()> {
        self.with(|state| {
            state.record = Some(record.clone());
            state.ended = Some(end);
        });
        Ok(())
    }

    async fn tell(&self, event: &Event) {
        let entry = (event.kind.clone(), event.to.as_str().to_owned());
        self.with(|state| state.events.push(entry));
    }

    fn seen(&self, _record: &Record, _evaluation: &Evaluation) {}

    fn trouble(&self, _error: &Error) {
        self.with(|state| state.troubles += 1);
    }
}

/// Judges by the share of v2.
struct By<F>(World, F);

#[async_trait]
impl<F: FnMut(&str) -> Verdict + Send> Probe for By<F> {
    async fn evaluate(&mut self) -> Evaluation {
        let share = self.0.share();
        Evaluation::of(vec![Finding::new("test", (self.1)(&share), "as told")])
    }

    fn restart(&mut self) {}
}

fn machine() -> Machine {
    Machine {
        steps: flag_steps(),
        failures: 3,
        on_breach: OnBreach::StepBack,
    }
}

fn pace() -> Pace {
    Pace {
        every: Duration::from_secs(30),
        scale: 1.0,
    }
}

fn beginning() -> Record {
    Record {
        state: RunState::at(0),
        target: Percentage::zero(),
        moving_from: None,
        last: None,
    }
}

async fn walk(
    world: &World,
    record: Record,
    judge: impl FnMut(&str) -> Verdict + Send,
) -> Result<End> {
    let machine = machine();
    let mut probe = By(world.clone(), judge);
    Drive {
        machine: &machine,
        mover: world,
        probe: &mut probe,
        journal: world,
        pace: pace(),
    }
    .run(record)
    .await
}

#[tokio::test(start_paused = true)]
async fn seven_days_pass_when_every_gate_holds() {
    let world = World::default();
    let begun = tokio::time::Instant::now();
    let end = walk(&world, beginning(), |_| Verdict::Pass).await.unwrap();
    assert_eq!(end, End::Done);
    let hours = begun.elapsed().as_secs() / 3_600;
    assert_eq!(hours, 24 * 3 + 48 * 2);
    let moves = world.moves();
    assert_eq!(
        moves,
        [
            "forward 5",
            "forward 10",
            "forward 25",
            "forward 50",
            "forward 75",
            "forward 100",
            "done 100"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_grows_with_the_share_leads_to_the_step_before() {
    let world = World::default();
    let end = walk(&world, beginning(), |share| {
        if share == "25" {
            Verdict::Breach
        } else {
            Verdict::Pass
        }
    })
    .await
    .unwrap();
    assert_eq!((end, world.share().as_str()), (End::SteppedBack, "10"));
    assert_eq!(
        world.moves(),
        [
            "forward 5",
            "forward 10",
            "forward 25",
            "back 10",
            "stepped_back 10"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn killed_anywhere_it_goes_on_with_the_time_it_had() {
    let world = World::default();
    let begun = tokio::time::Instant::now();
    let mut kills = 0;
    let end = loop {
        let record = world
            .with(|state| state.record.clone())
            .unwrap_or_else(beginning);
        let run = walk(&world, record, |_| Verdict::Pass);
        // An odd number of seconds, so that kills fall everywhere within intervals and steps.
        match tokio::time::timeout(Duration::from_secs(7_213), run).await {
            Ok(end) => break end.unwrap(),
            Err(_) => kills += 1,
        }
    };
    assert_eq!(end, End::Done);
    let hours = begun.elapsed().as_secs_f64() / 3_600.0;
    assert!(kills > 80, "{kills}");
    assert!((168.0..170.0).contains(&hours), "{hours}");
    assert_eq!(
        world
            .moves()
            .iter()
            .filter(|e| e.starts_with("forward"))
            .count(),
        6
    );
}

#[tokio::test(start_paused = true)]
async fn a_move_that_was_broken_off_is_completed() {
    let world = World::default();
    let record = Record {
        state: RunState::at(2),
        target: Percentage::whole(10),
        moving_from: Some(Percentage::whole(5)),
        last: None,
    };
    world.with(|state| state.share = Some(Percentage::whole(5)));
    let run = walk(&world, record, |_| Verdict::Pass);
    assert!(
        tokio::time::timeout(Duration::from_secs(60), run)
            .await
            .is_err()
    );
    assert_eq!(world.share(), "10");
    assert_eq!(world.moves(), ["completed 10"]);
}

#[tokio::test(start_paused = true)]
async fn what_fails_in_passing_is_tried_again() {
    let world = World::default();
    world.with(|state| (state.moves_fail, state.saves_fail) = (4, 3));
    let end = walk(&world, beginning(), |_| Verdict::Pass).await.unwrap();
    assert_eq!(end, End::Done);
    assert_eq!(world.with(|state| state.troubles), 7);
}

#[tokio::test(start_paused = true)]
async fn going_back_is_tried_until_it_works_and_does_not_wait_for_the_book() {
    let world = World::default();
    let record = Record {
        state: RunState::at(1),
        target: Percentage::whole(5),
        moving_from: None,
        last: None,
    };
    world.with(|state| {
        state.share = Some(Percentage::whole(5));
        state.moves_fail = 2;
        state.saves_fail = 1_000;
    });
    let begun = tokio::time::Instant::now();
    let end = walk(&world, record, |_| Verdict::Breach).await.unwrap();
    assert_eq!((end, world.share().as_str()), (End::Aborted, "0"));
    assert!(begun.elapsed() <= Duration::from_secs(4 * 30));
}

#[tokio::test(start_paused = true)]
async fn it_stops_when_somebody_else_moves_or_switches_off() {
    for change in [
        |state: &mut State| state.share = Some(Percentage::whole(40)),
        |state: &mut State| state.off = true,
    ] {
        let world = World::default();
        let meddler = world.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            meddler.with(change);
        });
        let error = walk(&world, beginning(), |_| Verdict::Pass)
            .await
            .expect_err("stops");
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }
}
