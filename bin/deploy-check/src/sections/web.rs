//! The page, and what it loads.

use futures::{StreamExt, stream};
use sunset_core::check::Check;
use sunset_deployment::inventory::Kind;
use sunset_deployment::page;
use url::Url;

use super::{Found, unset};
use crate::client::Request;
use crate::deployment::Deployment;

/// Assets that are fetched; a page that loads more is not looked at further.
const MOST: usize = 100;

/// Fetched at once.
const AT_ONCE: usize = 4;

/// See the module.
pub async fn check(deployment: &Deployment) -> Found {
    let mut checks = Vec::new();
    let services = deployment.inventory.services.iter();
    for web in services.filter(|service| service.kind == Kind::Web) {
        if let Some(check) = unset(web) {
            checks.push(check);
            continue;
        }
        let Ok(address) = Url::parse(&web.url) else {
            // The inventory was read: its addresses are URLs.
            continue;
        };
        let request = Request {
            headers: vec![("accept", "text/html".to_owned())],
            follow: true,
            ..Request::get(address.as_str())
        };
        match deployment.client.ask(request).await {
            Err(none) => checks.push(
                Check::new(format!("{}: page", web.name), address.as_str())
                    .with(Some(none.finding())),
            ),
            Ok(answer) => {
                let check = page::judge(&web.name, address.as_str(), &answer);
                let is_page = check.passed();
                checks.push(check);
                if is_page {
                    checks.push(assets(deployment, &web.name, &address, &answer.body).await);
                }
            }
        }
    }
    if checks.is_empty() {
        return Found::skipped("the inventory has no service of the kind web");
    }
    checks.into()
}

async fn assets(deployment: &Deployment, name: &str, page: &Url, body: &[u8]) -> Check {
    let mut assets = page::assets(page, body);
    assets.truncate(MOST);
    let faults: Vec<Option<String>> = stream::iter(&assets)
        .map(|asset| async move {
            let request = Request {
                follow: true,
                ..Request::get(asset.url.as_str())
            };
            match deployment.client.ask(request).await {
                Ok(answer) => page::fault_of(page, asset, &answer),
                Err(none) => Some(format!("{}: {}", asset.url, none.why)),
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let faults = faults.into_iter().flatten().collect();
    page::judge_assets(name, page, assets.len(), faults)
}
