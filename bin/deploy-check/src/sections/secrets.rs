//! What each service must be given.

use sunset_deployment::secret_form;

use super::Found;
use crate::deployment::Deployment;

/// See the module.
pub fn check(deployment: &Deployment) -> Found {
    let sources = &deployment.sources;
    let checks: Vec<_> = deployment
        .inventory
        .services
        .iter()
        .flat_map(|service| {
            let from = sources.described(service);
            secret_form::judge(service, &from, |name| sources.known(service, name))
        })
        .collect();
    checks.into()
}
