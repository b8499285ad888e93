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

const DECISIONS: usize = 2_000_000;

fn main() {
    let tenants: Vec<String> = (0..4_096)
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
    for (name, flag) in [("by bucket", plain), ("by bucket, 1,000 overrides", flag)] {
        let client = runtime.block_on(FlagClient::start(Fixed(flag), "voice_agent_v2"));
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let begun = Instant::now();
            let mut on = 0_usize;
            for number in 0..DECISIONS {
                let tenant = &tenants[number % tenants.len()];
                on += usize::from(client.enabled(black_box(tenant)));
            }
            black_box(on);
            best = best.min(begun.elapsed().as_secs_f64() * 1e9 / DECISIONS as f64);
        }
        println!("{name}: {best:.1} ns a decision");
    }
}
