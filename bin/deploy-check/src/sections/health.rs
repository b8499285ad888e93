//! The health endpoint.

use sunset_core::check::Check;
use sunset_deployment::answer::Answer;
use sunset_deployment::health;
use sunset_deployment::inventory::Kind;

use super::{Found, service};
use crate::client::{NoAnswer, Request};
use crate::deployment::Deployment;

/// Answers of the endpoint, one after the other.
pub struct Asked {
    /// The address.
    pub address: String,
    /// What came.
    pub answers: Vec<Result<Answer, NoAnswer>>,
}

impl Asked {
    /// The time of each, in milliseconds; `None` where it failed.
    pub fn requests(&self) -> Vec<Option<u64>> {
        let answers = self.answers.iter();
        answers
            .map(|answer| {
                let answer = answer.as_ref().ok()?;
                (answer.status == 200).then_some(answer.millis)
            })
            .collect()
    }

    /// The latest answer with status 200, else the latest at all.
    pub fn best(&self) -> Option<&Answer> {
        let answers = || self.answers.iter().rev().flatten();
        answers()
            .find(|answer| answer.status == 200)
            .or_else(|| answers().next())
    }
}

/// Asks so many times.
pub async fn ask(deployment: &Deployment, times: u32) -> Result<Asked, Found> {
    let api = service(deployment, Kind::Api)?;
    let address = api.address(&deployment.inventory.health.path);
    let mut answers = Vec::new();
    for _ in 0..times {
        let answer = deployment.client.ask(Request::get(&address)).await;
        // What does not answer at all would only cost time.
        let gone = answer.is_err();
        answers.push(answer);
        if gone && answers.iter().all(Result::is_err) && answers.len() >= 3 {
            break;
        }
    }
    Ok(Asked { address, answers })
}

/// See the module.
pub async fn check(deployment: &Deployment) -> Found {
    let wish = &deployment.inventory.health;
    let asked = match ask(deployment, wish.samples).await {
        Ok(asked) => asked,
        Err(found) => return found,
    };
    let failed = asked
        .answers
        .iter()
        .find_map(|answer| answer.as_ref().err());
    let mut checks = vec![
        Check::new("answers", format!("GET {}", asked.address)).with(failed.map(NoAnswer::finding)),
    ];
    if let Some(answer) = asked.best() {
        let times: Vec<u64> = asked
            .answers
            .iter()
            .flatten()
            .map(|one| one.millis)
            .collect();
        checks.extend(health::judge(
            wish,
            &asked.address,
            answer,
            &times,
            Deployment::now(),
        ));
    }
    checks.into()
}
