//! Signing in.

use serde_json::json;
use sunset_core::check::Check;
use sunset_deployment::inventory::Kind;
use sunset_deployment::sign_in;

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
    let session = api.address(&inventory.auth.session_path);
    let mut checks = Vec::new();
    match deployment.client.ask(Request::get(&session)).await {
        Ok(answer) => checks.push(sign_in::judge_session(&session, &answer)),
        Err(none) => {
            let check = Check::new("session endpoint answers", session.as_str());
            checks.push(check.with(Some(none.finding())));
            return checks.into();
        }
    }
    let Some(registered) = inventory.redirect_uri() else {
        return checks.into();
    };
    let origin = inventory.web_origin().unwrap_or_else(|| api.url.clone());
    let address = api.address(&inventory.auth.sign_in_path);
    let body = json!({ "provider": "google", "callbackURL": origin }).to_string();
    let mut request = Request::post(&address, "application/json", body);
    request.headers.push(("origin", origin));
    match deployment.client.ask(request).await {
        Ok(answer) => {
            let client_id = deployment.sources.secret("GOOGLE_CLIENT_ID");
            checks.extend(sign_in::judge_google(
                &address,
                &answer,
                &registered,
                client_id.as_ref(),
            ));
        }
        Err(none) => {
            let check = Check::new("sign-in leads to Google", address.as_str());
            checks.push(check.with(Some(none.finding())));
        }
    }
    checks.into()
}
