//! How long a decision takes, in nanoseconds: `cargo bench -p sunset-rollout`.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints"
)]

use std::hint::black_box;
use std::time::Instant;

use async_trait::async_trait;
use sunset_rollout::{Flag, FlagClient, FlagSource, Percentage};

struct Fixed(Flag);

#[async_trait]
impl FlagSource for Fixed {
    async fn read(&self, _name: &str) -> sunset_core::Result<Option<Flag>> {
        Ok(Some(self.0.clone()))
    }
}

/// Short enough that most batches are not interrupted by other processes of the machine.
const BATCH: usize = 4_096;
const BATCHES: usize = 1_000;

/// Median and best time of a call, in nanoseconds.
fn time(tenants: &[String], mut call: impl FnMut(&str) -> bool) -> (f64, f64) {
    let mut times: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let begun = Instant::now();
            let mut on = 0_usize;
            for number in 0..BATCH {
                on += usize::from(call(black_box(&tenants[number % tenants.len()])));
            }
            black_box(on);
            begun.elapsed().as_secs_f64() * 1e9 / BATCH as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[BATCHES / 2], times[0])
}

fn main() {
    let tenants: Vec<String> = (0..1_000)
        .map(|number| format!("7d9f0a52-2b1c-4f0e-9d2e-{number:012x}"))
        .collect();
    let mut flag = Flag::new("voice_agent_v2");
    flag.percentage = Percentage::whole(25);
    let plain = flag.clone();
    flag.overrides = (0..1_000).map(|n| (format!("tenant-{n}"), true)).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("runtime");
    let show = |name: &str, (median, best): (f64, f64)| {
        println!("{name}: median {median:.1} ns, best {best:.1} ns a decision");
    };
    show(
        "the rule, nothing cached",
        time(&tenants, |tenant| plain.decide(tenant).v2),
    );
    for (name, flag) in [
        ("cached, by bucket", plain.clone()),
        ("cached, by bucket behind 1,000 overrides", flag),
    ] {
        let client = runtime.block_on(FlagClient::start(Fixed(flag), "voice_agent_v2"));
        show(name, time(&tenants, |tenant| client.enabled(tenant)));
    }
}
