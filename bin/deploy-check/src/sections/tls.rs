//! Certificates, as a browser would judge them, and what stands behind plain http.

mod handshake;

use sunset_core::check::{Check, Finding};
use sunset_deployment::certificate;
use sunset_deployment::inventory::Service;
use url::Url;

use self::handshake::Verifier;
use super::{Found, unset};
use crate::client::Request;
use crate::deployment::Deployment;

/// See the module.
pub async fn check(deployment: &Deployment) -> Found {
    let verifier = match Verifier::of_this_machine() {
        Ok(verifier) => verifier,
        Err(error) => return Found::skipped(error.to_string()),
    };
    let services = deployment.inventory.services.iter();
    let each = services.map(|service| one(deployment, &verifier, service));
    let checks: Vec<Check> = futures::future::join_all(each)
        .await
        .into_iter()
        .flatten()
        .collect();
    checks.into()
}

async fn one(deployment: &Deployment, verifier: &Verifier, service: &Service) -> Vec<Check> {
    if let Some(check) = unset(service) {
        return vec![check];
    }
    let Ok(url) = Url::parse(&service.url) else {
        return Vec::new();
    };
    let host = url.host_str().unwrap_or_default().to_owned();
    if url.scheme() != "https" {
        let finding = Finding::failure("the address begins with http://", 1, vec![])
            .remedy("serve it by https, and correct the address in the inventory");
        let check = Check::new(format!("{}: TLS", service.name), service.url.as_str());
        return vec![check.with(Some(finding))];
    }
    let now = Deployment::now();
    let min_days = deployment.inventory.tls.min_days;
    let mut checks = match verifier
        .examine(&url, deployment.timeout, now, min_days)
        .await
    {
        Ok(seen) => certificate::judge(&service.name, &host, &seen, min_days, now),
        Err(why) => vec![certificate::unreachable(&service.name, &host, &why)],
    };
    checks.push(redirect(deployment, service, &host).await);
    checks
}

async fn redirect(deployment: &Deployment, service: &Service, host: &str) -> Check {
    let plain = service
        .plain_url
        .clone()
        .unwrap_or_else(|| format!("http://{host}/"));
    match deployment.client.ask(Request::get(&plain)).await {
        Ok(answer) => {
            let base = Url::parse(&plain).ok();
            let location = answer
                .header("location")
                .and_then(|to| base.and_then(|base| base.join(to).ok()));
            certificate::judge_redirect(
                &service.name,
                &plain,
                host,
                answer.status,
                location.as_ref(),
            )
        }
        Err(none) => Check::new(format!("{}: http redirects to https", service.name), plain).with(
            Some(Finding::failure(none.why, 1, vec![]).remedy(
                "answer on port 80 with a redirect to https (Cloudflare: SSL/TLS, Edge \
                     Certificates, Always Use HTTPS)",
            )),
        ),
    }
}
