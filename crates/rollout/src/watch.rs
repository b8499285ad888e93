//! What happened between scrapes: counters that grow, start again at zero, come and go.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde::Deserialize;

use crate::histogram::Histogram;
use crate::prometheus::{Sample, Selector};

/// Which series say what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Requests that were answered; a counter.
    #[serde(default = "requests")]
    pub requests: Selector,
    /// Requests that failed; a counter.
    #[serde(default = "errors")]
    pub errors: Selector,
    /// How long requests took; a histogram, named without `_bucket`. In seconds, or in
    /// milliseconds where its name ends with `_ms` or `_milliseconds`.
    #[serde(default = "duration")]
    pub duration: Selector,
    /// What was taken in to be processed; a counter. Default: the requests.
    pub received: Option<Selector>,
    /// What was processed; a counter. Without it the processing rate is no gate.
    pub processed: Option<Selector>,
}

fn selector(text: &str) -> Selector {
    #[allow(clippy::expect_used, reason = "constants, read by a test")]
    Selector::parse(text).expect("a selector")
}

fn requests() -> Selector {
    selector("http_requests_total")
}

fn errors() -> Selector {
    selector("http_requests_total{status=~\"5..\"}")
}

fn duration() -> Selector {
    selector("http_request_duration_seconds")
}

impl Default for Series {
    fn default() -> Self {
        Self {
            requests: requests(),
            errors: errors(),
            duration: duration(),
            received: None,
            processed: None,
        }
    }
}

/// What one version did in a stretch of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measured {
    /// Requests answered.
    pub requests: f64,
    /// Of these failed.
    pub errors: f64,
    /// Things taken in, where that is counted.
    pub received: f64,
    /// Things processed, where that is counted.
    pub processed: Option<f64>,
    /// The 95th percentile of the durations in milliseconds; infinite above the last bucket.
    pub p95_ms: Option<f64>,
    /// Seconds of real time that it covers.
    pub seconds: f64,
}

#[derive(Debug, Clone, Default)]
struct Stretch {
    lasted: Duration,
    requests: f64,
    errors: f64,
    received: f64,
    processed: f64,
    durations: Histogram,
}

/// Follows the counters of one version from scrape to scrape.
#[derive(Debug, Clone)]
pub struct Watch {
    series: Series,
    /// The last value of every series ever seen: one that comes back goes on from there, or has
    /// started again.
    last: HashMap<String, f64>,
    begun: bool,
    stretches: VecDeque<Stretch>,
    longest: Duration,
}

impl Watch {
    /// Keeps stretches of together `longest`.
    pub fn new(series: Series, longest: Duration) -> Self {
        Self {
            series,
            last: HashMap::new(),
            begun: false,
            stretches: VecDeque::new(),
            longest,
        }
    }

    /// Takes a scrape in, `since` the one before. The first gives only where counters stand.
    pub fn see(&mut self, samples: &[Sample], since: Duration) {
        let mut stretch = Stretch {
            lasted: since,
            ..Stretch::default()
        };
        let series = self.series.clone();
        let received = series.received.as_ref().unwrap_or(&series.requests);
        let unit = unit_ms(&series.duration);
        for sample in samples {
            let requests = series.requests.takes(sample, "");
            let errors = series.errors.takes(sample, "");
            let taken = received.takes(sample, "");
            let processed = series
                .processed
                .as_ref()
                .is_some_and(|s| s.takes(sample, ""));
            let bucket = series.duration.takes(sample, "_bucket");
            if !(requests || errors || taken || processed || bucket) || !sample.value.is_finite() {
                continue;
            }
            let grown = self.growth(sample);
            if requests {
                stretch.requests += grown;
            }
            if errors {
                stretch.errors += grown;
            }
            if taken {
                stretch.received += grown;
            }
            if processed {
                stretch.processed += grown;
            }
            if bucket && let Some(bound) = bound(sample) {
                stretch.durations.add(bound * unit, grown);
            }
        }
        if self.begun {
            self.stretches.push_back(stretch);
            self.shorten();
        }
        self.begun = true;
    }

    /// Forgets the stretches, and keeps where counters stand: after a change of weights what was
    /// before says nothing.
    pub fn restart(&mut self) {
        self.stretches.clear();
    }

    /// Whether any scrape was seen.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// How much a counter grew; all of its value where it started again, or is new.
    fn growth(&mut self, sample: &Sample) -> f64 {
        let mut key = sample.name.clone();
        for (label, value) in &sample.labels {
            // Labels are sorted; the debug form keeps quotes apart.
            key.push_str(&format!(",{label}={value:?}"));
        }
        match self.last.insert(key, sample.value) {
            Some(before) if sample.value >= before => sample.value - before,
            _ => sample.value.max(0.0),
        }
    }

    fn shorten(&mut self) {
        let mut kept = Duration::ZERO;
        let mut enough = 0;
        for stretch in self.stretches.iter().rev() {
            if enough > 0 && kept >= self.longest {
                break;
            }
            kept += stretch.lasted;
            enough += 1;
        }
        while self.stretches.len() > enough {
            self.stretches.pop_front();
        }
    }

    /// The last stretch, and as many before it as it takes to have `least` requests.
    pub fn latest(&self, least: f64) -> Measured {
        let mut sum = Stretch::default();
        for stretch in self.stretches.iter().rev() {
            sum.lasted += stretch.lasted;
            sum.requests += stretch.requests;
            sum.errors += stretch.errors;
            sum.received += stretch.received;
            sum.processed += stretch.processed;
            sum.durations.merge(&stretch.durations);
            if sum.requests >= least {
                break;
            }
        }
        Measured {
            requests: sum.requests,
            errors: sum.errors,
            received: sum.received,
            processed: self.series.processed.as_ref().map(|_| sum.processed),
            p95_ms: sum.durations.quantile(0.95),
            seconds: sum.lasted.as_secs_f64(),
        }
    }
}

fn unit_ms(duration: &Selector) -> f64 {
    let name = duration.name();
    if name.ends_with("_ms") || name.ends_with("_milliseconds") {
        1.0
    } else {
        1_000.0
    }
}

fn bound(sample: &Sample) -> Option<f64> {
    match sample.label("le")? {
        "+Inf" => Some(f64::INFINITY),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prometheus::parse;

    const EVERY: Duration = Duration::from_secs(30);

    fn scrape(watch: &mut Watch, text: &str) {
        watch.see(&parse(text).unwrap(), EVERY);
    }

    fn counts(ok: u64, bad: u64) -> String {
        let bad = if bad == 0 {
            String::new()
        } else {
            format!("http_requests_total{{status=\"500\"}} {bad}\n")
        };
        format!("http_requests_total{{status=\"200\"}} {ok}\n{bad}")
    }

    #[test]
    fn only_what_grew_counts() {
        let mut watch = Watch::new(Series::default(), EVERY * 10);
        scrape(&mut watch, &counts(1_000_000, 500));
        assert_eq!(watch.latest(100.0).requests, 0.0);
        scrape(&mut watch, &counts(1_000_990, 510));
        let measured = watch.latest(100.0);
        assert_eq!((measured.requests, measured.errors), (1_000.0, 10.0));
    }

    #[test]
    fn a_counter_that_starts_again_loses_nothing_and_gains_nothing() {
        let mut watch = Watch::new(Series::default(), EVERY * 10);
        scrape(&mut watch, &counts(5_000, 50));
        scrape(&mut watch, &counts(200, 0));
        assert_eq!(watch.latest(1.0).requests, 200.0);
        // The first error after the start makes a series that is 3 from nothing.
        scrape(&mut watch, &counts(400, 3));
        let measured = watch.latest(1.0);
        assert_eq!((measured.requests, measured.errors), (203.0, 3.0));
    }

    #[test]
    fn a_series_that_is_away_for_a_scrape_is_not_counted_again() {
        let mut watch = Watch::new(Series::default(), EVERY * 10);
        scrape(&mut watch, &counts(5_000, 0));
        scrape(&mut watch, "up 1\n");
        scrape(&mut watch, &counts(5_010, 0));
        assert_eq!(watch.latest(1.0).requests, 10.0);
    }

    #[test]
    fn a_thin_stretch_is_taken_with_those_before_it() {
        let mut watch = Watch::new(Series::default(), EVERY * 3);
        for step in 0..10 {
            scrape(&mut watch, &counts(step * 40, 0));
        }
        let measured = watch.latest(100.0);
        assert_eq!((measured.requests, measured.seconds), (120.0, 90.0));
        assert_eq!(
            watch.latest(10_000.0).requests,
            120.0,
            "no longer than allowed"
        );
        watch.restart();
        assert_eq!(watch.latest(100.0).requests, 0.0);
    }

    #[test]
    fn durations_are_of_the_stretch_in_milliseconds() {
        let mut watch = Watch::new(Series::default(), EVERY);
        let text = |fast: u64, all: u64| {
            format!(
                "http_request_duration_seconds_bucket{{le=\"0.1\"}} {fast}\n\
                 http_request_duration_seconds_bucket{{le=\"0.5\"}} {all}\n\
                 http_request_duration_seconds_bucket{{le=\"+Inf\"}} {all}\n\
                 http_request_duration_seconds_count {all}\n"
            )
        };
        scrape(&mut watch, &text(1_000_000, 1_000_000));
        scrape(&mut watch, &text(1_000_000, 1_000_100));
        let p95 = watch.latest(0.0).p95_ms.unwrap();
        assert!((p95 - 480.0).abs() < 1e-9, "{p95}");
    }
}
