//! How far a step has come, as whoever watches is told it.

use std::sync::Mutex;

use sunset_core::instant::Instant;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::plans::in_place::{Parameters, registered};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_core::secret::Secret;
use sunset_engine::in_place::{InPlaceOptions, Ports, Writers, step};
use sunset_engine::retry::Retries;
use sunset_targets::postgres::{ConnectOptions, Database, InPlaceLook, Ledger, LiveReader};

use super::{run, sample};

/// Every bar: what it counts, its end, and how far it came.
#[derive(Default)]
struct Bars(Mutex<Vec<(String, Option<u64>, u64)>>);

impl Bars {
    fn take(&self) -> Vec<(String, Option<u64>, u64)> {
        std::mem::take(&mut *self.0.lock().expect("the bars"))
    }
}

impl Progress for Bars {
    fn start(&self, label: &str, total: Option<u64>) {
        let mut bars = self.0.lock().expect("the bars");
        bars.push((label.to_owned(), total, 0));
    }

    fn advance(&self, count: u64) {
        let mut bars = self.0.lock().expect("the bars");
        bars.last_mut().expect("a bar was begun").2 += count;
    }

    fn finish(&self) {}
}

fn bar(label: &str, total: u64) -> (String, Option<u64>, u64) {
    (label.to_owned(), Some(total), total)
}

#[tokio::test]
async fn configurations_calls_and_metrics_have_a_bar_with_an_end_each() {
    let Some(scratch) = sample().await else {
        return;
    };
    assert_eq!(run(&scratch, "schema-push", &[]).status, 0);
    // What the server has no estimate of has no end.
    scratch.run("VACUUM ANALYZE voice_agent_calls").await;
    let database = Database::connect(
        &Secret::new(scratch.url.clone()),
        ConnectOptions::for_program("test").connections(4),
    )
    .await
    .expect("connect");
    let permit = WritePermit::bind(&Consent::given_by_arguments(), database.identity().clone());
    let ledger = Ledger::install(&database, &permit).await.expect("ledger");
    let start = RunStart {
        plan: "voice-agent".into(),
        program: "data-migrate".into(),
        version: "0.0.0".into(),
        source: None,
        read_time: None,
        options: serde_json::json!({}),
        host: "testhost".into(),
        pid: 1,
    };
    let active = ledger.begin_run(&permit, &start).await.expect("run");
    let began = Instant::parse_rfc3339("2026-02-03T04:05:06Z", false).expect("an instant");
    let mut parameters = Parameters::new("public", began);
    parameters.ledger = true;
    let plan = registered("voice-agent")
        .expect("registered")
        .describe(&parameters)
        .expect("a plan");
    let schema = LiveReader::new(database.clone());
    let rows = InPlaceLook::new(database.clone());
    let (steps, writer, backups) = (active.schema(), active.in_place(), active.backups());
    let bars = Bars::default();
    let looking = Ports {
        schema: &schema,
        rows: &rows,
        writer: None,
        witness: None,
        progress: &bars,
    };
    let writing = Ports {
        writer: Some(Writers {
            schema: &steps,
            rows: &writer,
            backups: &backups,
        }),
        ..looking
    };
    let options = InPlaceOptions {
        batches: plan.batches,
        connections: 2,
        began,
        retries: Retries(0),
        again: false,
    };
    let go = async |name: &str, ports: Ports<'_>| {
        let named = plan.step(name).expect("a step");
        let report = step(&plan, named, ports, options).await.expect("done");
        (bars.take(), report.written)
    };
    assert_eq!(go("metrics", looking).await, (vec![bar("metrics", 12)], 12));
    assert_eq!(
        go("transform", writing).await,
        (vec![bar("configs", 45)], 45)
    );
    let (calls, written) = go("outcomes", writing).await;
    assert_eq!(written, 1_139);
    let [(label, total, done)] = calls.as_slice() else {
        panic!("one bar: {calls:?}");
    };
    assert_eq!((label.as_str(), *total), ("calls", Some(1_234)));
    assert!(*done <= 1_234, "{done}");
    assert_eq!(go("metrics", writing).await, (vec![bar("metrics", 12)], 12));
    // Where nothing changes the bar comes to its end, too.
    assert_eq!(go("metrics", writing).await, (vec![bar("metrics", 12)], 0));
    let end = RunEnd::done(serde_json::json!({}), serde_json::json!({}));
    active.finish(&end).await.expect("finish");
}
