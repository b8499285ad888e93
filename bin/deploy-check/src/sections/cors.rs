//! Preflights.

use reqwest::Method;
use sunset_core::check::Check;
use sunset_deployment::cors;
use sunset_deployment::inventory::Kind;

use super::{Found, service};
use crate::client::Request;
use crate::deployment::Deployment;

/// See the module.
pub async fn check(deployment: &Deployment) -> Found {
    let api = match service(deployment, Kind::Api) {
        Ok(api) => api,
        Err(found) => return found,
    };
    let inventory = &deployment.inventory;
    let Some(origin) = inventory.web_origin() else {
        return Found::skipped("the inventory has no web service, and no origin under [cors]");
    };
    let address = api.address(&inventory.cors.path);
    let mut checks = vec![cors::judge_origin(&origin, "the inventory")];
    // What the server was given, where it is known: several are separated by commas.
    if let Some(set) = deployment.sources.value("CORS_ORIGIN") {
        let origins = set.split(',').map(str::trim).filter(|one| !one.is_empty());
        checks.extend(origins.map(|one| cors::judge_origin(one, "CORS_ORIGIN")));
    }
    let preflight = |from: String| Request {
        method: Method::OPTIONS,
        headers: vec![
            ("origin", from),
            (
                "access-control-request-method",
                inventory.cors.method.clone(),
            ),
            ("access-control-request-headers", "content-type".to_owned()),
        ],
        ..Request::get(&address)
    };
    let own = origin.trim_end_matches('/').to_owned();
    match deployment.client.ask(preflight(own.clone())).await {
        Ok(answer) => {
            checks.extend(cors::judge_own(
                &own,
                &inventory.cors.method,
                &address,
                &answer,
            ));
        }
        Err(none) => {
            let check = Check::new("the web's origin is allowed", format!("OPTIONS {address}"));
            checks.push(check.with(Some(none.finding())));
            return checks.into();
        }
    }
    for stranger in cors::strangers(&own) {
        let answer = deployment.client.ask(preflight(stranger.clone())).await;
        checks.push(match answer {
            Ok(answer) => cors::judge_stranger(&stranger, &address, &answer),
            Err(none) => Check::new(
                format!("{stranger} is not allowed"),
                format!("OPTIONS {address}"),
            )
            .with(Some(none.finding())),
        });
    }
    checks.into()
}
