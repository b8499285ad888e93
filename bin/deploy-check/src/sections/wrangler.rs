//! Each service's wrangler.toml.

use sunset_core::check::{Check, Finding};
use sunset_core::error::ErrorKind;
use sunset_deployment::wrangler::Wrangler;

use super::Found;
use crate::deployment::{Deployment, text};

/// See the module.
pub fn check(deployment: &Deployment) -> Found {
    let today = Deployment::now().strftime("%Y-%m-%d").to_string();
    let mut checks = Vec::new();
    let mut absent = Vec::new();
    let mut there = 0;
    for service in &deployment.inventory.services {
        let Some(file) = &service.wrangler else {
            continue;
        };
        let path = deployment.repository.join(file);
        let shown = path.display().to_string();
        let named = format!("{}: wrangler.toml parses", service.name);
        let read = text(&path).and_then(|text| Wrangler::parse(&text));
        match read {
            Ok(wrangler) => {
                there += 1;
                checks.push(Check::new(named, shown.as_str()));
                checks.extend(wrangler.judge(service, &shown, &today));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                absent.push(shown.clone());
                checks.push(Check::new(named, shown.as_str()).with(Some(
                    Finding::failure("the file is not there", 1, vec![]).remedy(
                        "run in the repository of the services, give --repository DIR, or correct \
                         the inventory; sunset reads wrangler.toml, not wrangler.jsonc",
                    ),
                )));
            }
            Err(error) => {
                there += 1;
                let finding = Finding::failure(error.what(), 1, vec![]);
                let remedy = error.remedy_text().unwrap_or("correct the file");
                checks.push(Check::new(named, shown.as_str()).with(Some(finding.remedy(remedy))));
            }
        }
    }
    if there == 0 {
        let files = if absent.is_empty() {
            "the inventory names no wrangler.toml".to_owned()
        } else {
            format!(
                "{} not there; run in the repository of the services, or give --repository DIR",
                if absent.len() == 1 {
                    format!("{} is", absent.join(", "))
                } else {
                    format!("{} are", absent.join(" and "))
                }
            )
        };
        return Found::skipped(files);
    }
    checks.into()
}
