//! `wrangler.toml`, and the names that `wrangler secret list` prints.

use std::collections::BTreeMap;

use serde::Deserialize;
use sunset_core::check::{Check, Finding};
use sunset_core::error::{Error, ErrorKind, Result};

use crate::inventory::Service;
use crate::placeholder;
use crate::toml_text;

/// What of `wrangler.toml` is looked at.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Wrangler {
    name: Option<String>,
    main: Option<String>,
    compatibility_date: Option<String>,
    compatibility_flags: Vec<String>,
    vars: BTreeMap<String, toml::Value>,
    r2_buckets: Vec<R2Binding>,
    env: BTreeMap<String, Environment>,
}

#[derive(Clone, Deserialize, Default)]
#[serde(default)]
struct R2Binding {
    binding: Option<String>,
    bucket_name: Option<String>,
}

#[derive(Clone, Deserialize, Default)]
#[serde(default)]
struct Environment {
    vars: BTreeMap<String, toml::Value>,
    r2_buckets: Vec<R2Binding>,
}

impl Wrangler {
    /// Reads the file's text.
    ///
    /// # Errors
    /// `Malformed`, without quoting the text.
    pub fn parse(text: &str) -> Result<Self> {
        toml_text::read(
            text,
            "correct the file, and try `bunx wrangler deploy --dry-run`",
        )
    }

    /// Names that the file gives a value to.
    pub fn var_names(&self) -> impl Iterator<Item = &str> {
        self.vars.keys().map(String::as_str)
    }

    /// A variable's text.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name)?.as_str()
    }

    /// Checks the file of a service. `today` as `2026-01-31`.
    pub fn judge(&self, service: &Service, file: &str, today: &str) -> Vec<Check> {
        let check = |what: &str, finding: Option<Finding>| {
            Check::new(format!("{}: {what}", service.name), file).with(finding)
        };
        let mut checks = vec![
            check("name", self.text_fault("name", self.name.as_deref())),
            check("main", self.text_fault("main", self.main.as_deref())),
            check("compatibility_date", self.date_fault(today)),
            check("nodejs_compat", self.flag_fault()),
            check("vars", self.vars_fault(service)),
            check("no secret among vars", self.secrets_fault(service)),
        ];
        if let Some(binding) = &service.r2_binding {
            checks.push(check("R2 binding", r2_fault(&self.r2_buckets, binding, "")));
        }
        checks.push(check("env.preview", self.preview_fault(service)));
        checks
    }

    fn text_fault(&self, name: &str, value: Option<&str>) -> Option<Finding> {
        let fault = match value.map(str::trim) {
            None | Some("") => "is not set",
            Some(text) if placeholder::is_one(text) => "still holds a placeholder",
            Some(_) => return None,
        };
        Some(
            Finding::failure(format!("{name} {fault}"), 1, vec![])
                .remedy(format!("set {name} at the top of the file")),
        )
    }

    fn date_fault(&self, today: &str) -> Option<Finding> {
        let fault = match self.compatibility_date.as_deref() {
            None => "compatibility_date is not set".to_owned(),
            Some(date) => match date.parse::<jiff::civil::Date>() {
                Err(_) => "compatibility_date is no date".to_owned(),
                Ok(day) if day.to_string().as_str() > today => {
                    "compatibility_date lies in the future".to_owned()
                }
                Ok(_) => return None,
            },
        };
        Some(
            Finding::failure(fault, 1, vec![])
                .remedy("write the day on which the code was tested, as 2024-12-01"),
        )
    }

    fn flag_fault(&self) -> Option<Finding> {
        let there = ["nodejs_compat", "nodejs_compat_v2"]
            .iter()
            .any(|flag| self.compatibility_flags.iter().any(|one| one == flag));
        (!there).then(|| {
            Finding::failure("compatibility_flags lacks nodejs_compat", 1, vec![])
                .remedy("write compatibility_flags = [\"nodejs_compat\"]")
        })
    }

    fn vars_fault(&self, service: &Service) -> Option<Finding> {
        let mut items = Vec::new();
        for name in &service.vars {
            match self.vars.get(name) {
                None => items.push(format!("{name} is not set")),
                Some(toml::Value::String(text)) if text.trim().is_empty() => {
                    items.push(format!("{name} is empty"));
                }
                Some(toml::Value::String(text)) if placeholder::is_one(text) => {
                    items.push(format!("{name} still holds a placeholder"));
                }
                Some(toml::Value::String(text))
                    if name.ends_with("ORIGIN")
                        && text.split(',').any(|origin| origin.trim().ends_with('/')) =>
                {
                    items.push(format!(
                        "{name} has a slash at its end, which no origin has"
                    ));
                }
                Some(_) => {}
            }
        }
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        (count > 0).then(|| {
            Finding::failure("vars are not as the service needs them", count, items)
                .remedy("set them under [vars], and deploy again")
        })
    }

    /// Everybody who reads the repository reads these.
    fn secrets_fault(&self, service: &Service) -> Option<Finding> {
        use crate::inventory::Form;
        let secrets = service.secrets.iter().filter(|one| one.form != Form::Url);
        let items: Vec<String> = secrets
            .filter(|secret| self.has_anywhere(&secret.name))
            .map(|secret| secret.name.clone())
            .collect();
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        (count > 0).then(|| {
            Finding::failure("secrets stand in the file in plain text", count, items).remedy(
                "take them out, replace them where they were made, and set the new ones by \
                 `bunx wrangler secret put NAME`",
            )
        })
    }

    fn has_anywhere(&self, name: &str) -> bool {
        self.vars.contains_key(name) || self.env.values().any(|env| env.vars.contains_key(name))
    }

    fn preview_fault(&self, service: &Service) -> Option<Finding> {
        let Some(preview) = self.env.get("preview") else {
            return Some(
                Finding::failure("there is no [env.preview]", 1, vec![])
                    .remedy("add [env.preview] with a name and vars of its own"),
            );
        };
        // Wrangler inherits neither vars nor bindings.
        let vars = service.vars.iter();
        let mut items: Vec<String> = vars
            .filter(|name| !preview.vars.contains_key(*name))
            .cloned()
            .collect();
        if let Some(binding) = &service.r2_binding
            && r2_fault(&preview.r2_buckets, binding, "").is_some()
        {
            items.push(format!("R2 binding {binding}"));
        }
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        (count > 0).then(|| {
            Finding::note(
                "the preview lacks these: an environment inherits neither vars nor bindings",
                count,
                items,
            )
            .remedy("set them under [env.preview.vars] and [[env.preview.r2_buckets]]")
        })
    }
}

fn r2_fault(buckets: &[R2Binding], wanted: &str, place: &str) -> Option<Finding> {
    let found = buckets
        .iter()
        .find(|bucket| bucket.binding.as_deref() == Some(wanted));
    let fault = match found {
        Some(bucket) => {
            let named = bucket.bucket_name.as_deref().unwrap_or_default().trim();
            if !named.is_empty() && !placeholder::is_one(named) {
                return None;
            }
            format!("the binding {wanted} names no bucket{place}")
        }
        None => format!("there is no R2 binding {wanted}{place}"),
    };
    Some(Finding::failure(fault, 1, vec![]).remedy(format!(
        "add [[r2_buckets]] with binding = \"{wanted}\" and bucket_name"
    )))
}

/// The names in the JSON that `wrangler secret list` prints.
///
/// # Errors
/// `Malformed` when it is none.
pub fn secret_names(json: &str) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    // Some versions print a banner before the list.
    let begin = json.find('[').unwrap_or(0);
    let list = json.get(begin..).unwrap_or_default();
    let list: Vec<Named> = serde_json::from_str(list.trim()).map_err(|_| {
        Error::new(
            ErrorKind::Malformed,
            "this is not the JSON that `wrangler secret list` prints",
        )
        .remedy("run `bunx wrangler secret list > secrets.json` in the service's folder")
    })?;
    Ok(list.into_iter().map(|named| named.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Inventory;

    const GOOD: &str = "name = \"v3-server\"\nmain = \"src/index.ts\"\ncompatibility_date = \"2024-12-01\"\n\
        compatibility_flags = [\"nodejs_compat\"]\n[vars]\nENVIRONMENT = \"production\"\n\
        CORS_ORIGIN = \"https://app.example.org\"\nCLOUDFLARE_R2_BUCKET = \"audio\"\n\
        CLOUDFLARE_R2_PUBLIC_URL = \"https://audio.example.org\"\n[[r2_buckets]]\n\
        binding = \"AUDIO_BUCKET\"\nbucket_name = \"audio\"\n[env.preview]\nname = \"p\"\n";

    fn server() -> Service {
        let inventory = Inventory::parse(Inventory::SALES_AI_V3, None).expect("the inventory");
        inventory.services.into_iter().next().expect("the server")
    }

    fn failing(text: &str) -> Vec<String> {
        let checks =
            Wrangler::parse(text)
                .expect("TOML")
                .judge(&server(), "wrangler.toml", "2026-01-31");
        let failed = checks.iter().filter(|check| !check.passed());
        failed.map(|check| check.name.clone()).collect()
    }

    #[test]
    fn each_part_is_needed() {
        assert!(failing(GOOD).is_empty(), "{:?}", failing(GOOD));
        for (from, to, check) in [
            ("name = \"v3-server\"\n", "", "server: name"),
            ("main = \"src/index.ts\"\n", "", "server: main"),
            ("2024-12-01", "tomorrow", "server: compatibility_date"),
            ("2024-12-01", "2026-02-01", "server: compatibility_date"),
            (
                "compatibility_date = \"2024-12-01\"\n",
                "",
                "server: compatibility_date",
            ),
            ("[\"nodejs_compat\"]", "[]", "server: nodejs_compat"),
            ("ENVIRONMENT = \"production\"\n", "", "server: vars"),
            (
                "https://app.example.org",
                "https://app.example.org/",
                "server: vars",
            ),
            (
                "https://app.example.org",
                "https://app.your-domain.com",
                "server: vars",
            ),
            ("AUDIO_BUCKET", "OTHER", "server: R2 binding"),
            ("bucket_name = \"audio\"\n", "", "server: R2 binding"),
            ("[env.preview]", "[env.staging]", "server: env.preview"),
            (
                "ENVIRONMENT = ",
                "GROQ_API_KEY = \"gsk_hunter2\"\nENVIRONMENT = ",
                "server: no secret among vars",
            ),
        ] {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD, "{from}");
            assert_eq!(failing(&text), [check], "{from} -> {to}");
        }
    }

    #[test]
    fn names_come_from_the_list() {
        let names =
            secret_names("banner\n[{\"name\":\"A\",\"type\":\"secret_text\"},{\"name\":\"B\"}]\n");
        assert_eq!(names.expect("names"), ["A", "B"]);
        assert!(secret_names("hunter2").is_err());
        let error = secret_names("[{\"hunter2\":1}]").expect_err("no name");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
