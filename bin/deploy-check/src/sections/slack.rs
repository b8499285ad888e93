//! Slash commands: signed, unsigned, forged, old.

use sunset_core::check::Check;
use sunset_core::secret::Secret;
use sunset_deployment::inventory::Kind;
use sunset_deployment::slack;

use super::{Found, service};
use crate::client::Request;
use crate::deployment::Deployment;

/// See the module.
pub async fn check(deployment: &Deployment) -> Found {
    let bot = match service(deployment, Kind::Bot) {
        Ok(bot) => bot,
        Err(found) => return found,
    };
    let wish = &deployment.inventory.slack;
    let address = bot.address(&wish.path);
    let body = slack::body(wish);
    let now = Deployment::now().as_second();
    let old = now - slack::OLDEST - 60;
    let wrong = Secret::new("deploy-check does not know the signing secret");
    let secret = deployment.sources.secret("SLACK_SIGNING_SECRET");
    let mut forged = vec![
        ("an unsigned request", None),
        ("a request signed with another secret", Some((&wrong, now))),
    ];
    if let Some(secret) = &secret {
        forged.push(("a signed request six minutes old", Some((secret, old))));
    }
    let mut checks = Vec::new();
    for (what, signed) in forged {
        let answer = deployment
            .client
            .ask(request(&address, &body, signed))
            .await;
        match answer {
            Ok(answer) => checks.push(slack::judge_forged(what, &address, &answer)),
            Err(none) => {
                let check = Check::new(format!("{what} is refused"), format!("POST {address}"));
                checks.push(check.with(Some(none.finding())));
                return checks.into();
            }
        }
    }
    let Some(secret) = secret else {
        return Found {
            checks,
            skipped: Some(
                "a signed request: SLACK_SIGNING_SECRET is not known here; set it, or give \
                 --env-file FILE"
                    .into(),
            ),
        };
    };
    let answer = deployment
        .client
        .ask(request(&address, &body, Some((&secret, now))))
        .await;
    checks.push(match answer {
        Ok(answer) => slack::judge_signed(&address, &answer),
        Err(none) => Check::new("a signed request is accepted", format!("POST {address}"))
            .with(Some(none.finding())),
    });
    checks.into()
}

fn request<'a>(address: &'a str, body: &str, signed: Option<(&Secret, i64)>) -> Request<'a> {
    let mut request = Request::post(
        address,
        "application/x-www-form-urlencoded",
        body.to_owned(),
    );
    if let Some((secret, time)) = signed {
        let signature = slack::signature(secret, time, body);
        request
            .headers
            .push(("x-slack-request-timestamp", time.to_string()));
        request.headers.push(("x-slack-signature", signature));
    }
    request
}
