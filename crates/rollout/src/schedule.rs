//! The schedule file: what is moved, in which steps, and what must hold meanwhile.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use sunset_core::{Error, ErrorKind, Result};

use crate::gate::Limits;
use crate::percentage::Percentage;
use crate::traffic::{Nginx, Wrangler};
use crate::watch::Series;

/// A schedule file, whole.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// What a gate's failure leads to.
    #[serde(default)]
    pub on_breach: OnBreach,
    /// Tenants are moved by a flag.
    pub flag: Option<FlagTarget>,
    /// Requests are moved by nginx.
    pub nginx: Option<Nginx>,
    /// Requests are moved by Cloudflare Workers' gradual deployments.
    pub wrangler: Option<Wrangler>,
    /// What must hold.
    #[serde(default)]
    pub gates: Gates,
    /// The steps, upwards; those of the specification where none are named.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

/// A flag that is moved.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagTarget {
    /// Its name.
    pub name: String,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The share of v2.
    pub percentage: Percentage,
    /// How long it is kept, watched, before the next.
    #[serde(default, deserialize_with = "duration", serialize_with = "shown")]
    pub hold: Duration,
}

/// Where a rollout goes when a gate fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnBreach {
    /// To the step before; and, when that does not help, to the one before it.
    #[default]
    StepBack,
    /// To 0 %.
    Abort,
}

/// What must hold, and how it is looked at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gates {
    /// Between two evaluations.
    #[serde(deserialize_with = "duration")]
    pub every: Duration,
    /// As many failures in a row lead back.
    pub failures: u32,
    /// Fewer requests say nothing.
    pub min_requests: f64,
    /// How far back an evaluation may look to find so many requests.
    #[serde(deserialize_with = "duration")]
    pub window: Duration,
    /// In percent.
    pub max_error_rate: f64,
    /// In milliseconds.
    pub max_p95_ms: f64,
    /// In percent.
    pub processing_tolerance: f64,
    /// How long an answer is waited for.
    #[serde(deserialize_with = "duration")]
    pub timeout: Duration,
    /// URLs that must answer 200.
    pub health: Vec<String>,
    /// Counters and histograms of both versions.
    pub prometheus: Option<Prometheus>,
    /// The same from the database.
    pub sql: Option<Sql>,
    /// True: go through the steps without any gate.
    pub none: bool,
}

/// Metrics in Prometheus' text format.
#[derive(Debug, Clone, Deserialize)]
pub struct Prometheus {
    /// The URL of v2's.
    pub v2: String,
    /// The URL of v1's, for the processing rate.
    pub v1: Option<String>,
    /// Which series are meant.
    #[serde(flatten)]
    pub series: Series,
    /// Which series of v1 are meant; default: the same.
    pub v1_series: Option<Series>,
}

/// Numbers from the database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sql {
    /// A SELECT with the bound value `$1`, seconds back from now, that gives a row a version:
    /// version ('v1', 'v2'), requests, errors, received, processed, p95_ms. Default: over the
    /// table `voice_agent_calls`.
    pub query: Option<String>,
}

impl Default for Gates {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(30),
            failures: 3,
            min_requests: 100.0,
            window: Duration::from_secs(300),
            max_error_rate: 0.1,
            max_p95_ms: 200.0,
            processing_tolerance: 1.0,
            timeout: Duration::from_secs(5),
            health: Vec::new(),
            prometheus: None,
            sql: None,
            none: false,
        }
    }
}

impl Gates {
    /// The numbers.
    pub fn limits(&self) -> Limits {
        Limits {
            min_requests: self.min_requests,
            max_error_rate: self.max_error_rate,
            max_p95_ms: self.max_p95_ms,
            processing_tolerance: self.processing_tolerance,
        }
    }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text)
        .map_err(|cause| serde::de::Error::custom(format!("{text:?} is no duration: {cause}")))
}

fn shown<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&humantime::format_duration(*duration).to_string())
}

fn steps(of: &[(u8, u64)]) -> Vec<Step> {
    let step = |(percent, hours): &(u8, u64)| Step {
        percentage: Percentage::whole(*percent),
        hold: Duration::from_secs(hours * 3_600),
    };
    of.iter().map(step).collect()
}

/// 5 % 24 h, 10 % 24 h, 25 % 24 h, 50 % 48 h, 75 % 48 h, 100 %.
pub fn flag_steps() -> Vec<Step> {
    steps(&[(5, 24), (10, 24), (25, 24), (50, 48), (75, 48), (100, 0)])
}

/// 10, 25, 50, 100 %: an hour each.
pub fn traffic_steps() -> Vec<Step> {
    steps(&[(10, 1), (25, 1), (50, 1), (100, 0)])
}

impl Schedule {
    /// The default schedule of a flag, whose gates come from the database.
    pub fn of_flag(name: &str) -> Self {
        Self {
            on_breach: OnBreach::StepBack,
            flag: Some(FlagTarget {
                name: name.to_owned(),
            }),
            nginx: None,
            wrangler: None,
            gates: Gates {
                sql: Some(Sql::default()),
                ..Gates::default()
            },
            steps: flag_steps(),
        }
    }

    /// What is moved: `flag voice_agent_v2`, `nginx …`, `worker …`.
    pub fn subject(&self) -> String {
        match (&self.flag, &self.nginx, &self.wrangler) {
            (Some(flag), _, _) => format!("flag {}", flag.name),
            (None, Some(nginx), _) => format!("nginx {}", nginx.include.display()),
            (None, None, Some(wrangler)) => format!("worker {}", wrangler.name),
            (None, None, None) => "nothing".to_owned(),
        }
    }

    /// Puts in the default steps where none are named, and checks that the whole makes sense.
    ///
    /// # Errors
    /// `Configuration`.
    pub fn checked(mut self) -> Result<Self> {
        let refused = |what: &str, remedy: &str| {
            Err(Error::new(ErrorKind::Configuration, what).remedy(remedy))
        };
        let targets = usize::from(self.flag.is_some())
            + usize::from(self.nginx.is_some())
            + usize::from(self.wrangler.is_some());
        if targets != 1 {
            return refused(
                "a schedule moves one thing",
                "write one of the sections [flag], [nginx] and [wrangler]",
            );
        }
        if self.steps.is_empty() {
            self.steps = if self.flag.is_some() {
                flag_steps()
            } else {
                traffic_steps()
            };
        }
        let rising = |pair: &[Step]| pair[0].percentage < pair[1].percentage;
        if !self.steps.windows(2).all(rising) || self.steps[0].percentage.is_zero() {
            return refused(
                "the steps of a schedule rise",
                "order them so that each percentage is above the one before, beginning above 0",
            );
        }
        if self.flag.is_none() && self.steps.iter().any(|step| fine(&step.percentage)) {
            return refused(
                "traffic is split by hundredths of a percent at the finest",
                "write percentages with at most two decimals",
            );
        }
        let gates = &self.gates;
        let numbers = [gates.min_requests, gates.max_error_rate, gates.max_p95_ms];
        if numbers
            .iter()
            .any(|number| !number.is_finite() || *number < 0.0)
            || !(0.0..=100.0).contains(&gates.processing_tolerance)
            || gates.failures == 0
            || gates.every < Duration::from_millis(100)
            || gates.window < gates.every
        {
            return refused(
                "the gates' numbers make no sense",
                "limits are not negative, failures at least 1, every at least 100ms, and window no shorter than every",
            );
        }
        let watched = !gates.health.is_empty() || gates.prometheus.is_some() || gates.sql.is_some();
        if watched == gates.none {
            return refused(
                if watched {
                    "the gates are switched off by `none` and named as well"
                } else {
                    "the schedule has no gates"
                },
                "write health URLs, [gates.prometheus] or [gates.sql]; or `none = true` under [gates] to go on unwatched",
            );
        }
        // A slip of the pen is no fault of v2's: found only later, it would take everybody back.
        // It is not shown: it may hold a token.
        if let Some(at) = gates.addresses().position(|one| !is_web_address(one)) {
            let which = match at.checked_sub(gates.health.len()) {
                None => format!("number {} of health", at + 1),
                Some(0) => "v2 of prometheus".to_owned(),
                Some(_) => "v1 of prometheus".to_owned(),
            };
            return refused(
                &format!("the gates name an address that is none: {which}"),
                "write it whole: https://host/path",
            );
        }
        Ok(self)
    }
}

impl Gates {
    /// Every address that is asked.
    fn addresses(&self) -> impl Iterator<Item = &str> {
        let metrics = self.prometheus.iter();
        let metrics = metrics.flat_map(|one| std::iter::once(&one.v2).chain(&one.v1));
        self.health.iter().chain(metrics).map(String::as_str)
    }
}

/// `http://` or `https://`, and a host behind it.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://");
    let rest = rest.or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    let good = |c: char| !c.is_whitespace() && !c.is_control();
    host.is_some_and(|host| !host.is_empty() && !host.starts_with(':')) && text.chars().all(good)
}

/// Whether a percentage has more than two decimals.
pub(crate) fn fine(percentage: &Percentage) -> bool {
    let decimals = percentage.as_str().split_once('.');
    decimals.is_some_and(|(_, decimals)| decimals.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn watching(address: &str) -> Result<Schedule> {
        let schedule = json!({"flag": {"name": "x"}, "gates": {"health": [address]}});
        let schedule: Schedule = serde_json::from_value(schedule).expect("a schedule");
        schedule.checked()
    }

    #[test]
    fn an_address_that_is_none_is_refused_before_anything_moves() {
        for good in [
            "http://127.0.0.1:4000/api/health",
            "https://h",
            "http://[::1]:1/x?y=1",
        ] {
            assert!(watching(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "not a url",
            "api.example.com/health",
            "https://",
            "http://:80/",
            "https://h /x",
            "ftp://h/",
        ] {
            let error = watching(bad).expect_err("no address");
            assert!(
                error.to_string().contains("an address that is none"),
                "{error}"
            );
        }
    }
}
