//! What moves requests between v1 and v2, for the programs that do: nginx' weights, Cloudflare
//! Workers' versions, and the schedule files that name them.

pub mod http;
pub mod nginx;
mod program;
pub mod schedule_file;
pub mod wrangler;

use std::sync::Arc;

use sunset_core::Result;
use sunset_rollout::drive::Mover;
use sunset_rollout::schedule::Schedule;

/// What moves a schedule's requests; `None` where it moves tenants by a flag.
///
/// # Errors
/// `Configuration` for settings that make no sense.
pub fn mover(schedule: &Schedule) -> Result<Option<Arc<dyn Mover>>> {
    Ok(match (&schedule.nginx, &schedule.wrangler) {
        (Some(nginx), _) => Some(Arc::new(nginx::NginxMover::new(nginx)?)),
        (None, Some(wrangler)) => Some(Arc::new(wrangler::WranglerMover::new(wrangler)?)),
        (None, None) => None,
    })
}
