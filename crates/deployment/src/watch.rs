//! When somebody is told: on a change of state, and only then.

use std::collections::VecDeque;

use crate::health::median;
use crate::inventory::WatchWish;

/// What one round saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    /// Sections that fail.
    pub failing: Vec<String>,
    /// The requests to the health endpoint: how many milliseconds each took, `None` where it failed.
    pub requests: Vec<Option<u64>>,
}

/// What a round means.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// What is wrong; nothing when all is well.
    pub troubles: Vec<String>,
    /// Of the latest requests, how many percent failed.
    pub error_percent: f64,
    /// The median of this round's answers, in milliseconds, where there were any.
    pub median_ms: Option<u64>,
}

impl Observation {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.troubles.is_empty()
    }
}

/// Remembers what was seen and what was told.
#[derive(Debug, Clone)]
pub struct Watch {
    name: String,
    wish: WatchWish,
    /// The latest requests: whether each failed.
    window: VecDeque<bool>,
    well: bool,
    told: bool,
    latest: Option<Observation>,
}

impl Watch {
    /// Nothing was seen yet, and nobody has to be told that all is well.
    pub fn new(name: &str, wish: &WatchWish) -> Self {
        Self {
            name: name.to_owned(),
            wish: wish.clone(),
            window: VecDeque::new(),
            well: true,
            told: true,
            latest: None,
        }
    }

    /// Takes a round in.
    pub fn observe(&mut self, round: &Round) -> Observation {
        if !self.well {
            // Whether it is over is for what comes now to say, not for the trouble that was.
            self.window.clear();
        }
        for request in &round.requests {
            self.window.push_back(request.is_none());
        }
        while self.window.len() > self.wish.window {
            self.window.pop_front();
        }
        let failed = self.window.iter().filter(|failed| **failed).count();
        let seen = self.window.len();
        let mut troubles: Vec<String> = round
            .failing
            .iter()
            .map(|section| format!("the section {section} fails"))
            .collect();
        let limit = usize::try_from(self.wish.max_error_percent).unwrap_or(usize::MAX);
        if failed * 100 > limit * seen {
            troubles.push(format!(
                "{failed} of the latest {seen} requests failed (more than {limit} %)"
            ));
        }
        let times: Vec<u64> = round.requests.iter().flatten().copied().collect();
        let median_ms = (!times.is_empty()).then(|| median(&times));
        if let Some(median) = median_ms
            && median > self.wish.max_response_ms
        {
            troubles.push(format!(
                "the median response time is {median} ms (more than {} ms)",
                self.wish.max_response_ms
            ));
        }
        let observation = Observation {
            troubles,
            error_percent: percent(failed, seen),
            median_ms,
        };
        self.well = observation.is_well();
        self.latest = Some(observation.clone());
        observation
    }

    /// What has to be told now, and was not yet.
    pub fn untold(&self) -> Option<String> {
        if self.well == self.told {
            return None;
        }
        if self.well {
            return Some(format!("RECOVERED: {} is well again.", self.name));
        }
        let troubles = self
            .latest
            .as_ref()
            .map(|latest| latest.troubles.join("; "));
        Some(format!(
            "TROUBLE: {}: {}.",
            self.name,
            troubles.unwrap_or_default()
        ))
    }

    /// Somebody was told.
    pub fn told(&mut self) {
        self.told = self.well;
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a window holds few requests, and the figure is shown only"
)]
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 * 100.0 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(failed: usize, millis: u64) -> Round {
        let mut requests = vec![Some(millis); 20 - failed];
        requests.extend(vec![None; failed]);
        Round {
            failing: vec![],
            requests,
        }
    }

    fn told(watch: &mut Watch, round: &Round) -> Option<String> {
        watch.observe(round);
        let text = watch.untold();
        watch.told();
        text
    }

    #[test]
    fn only_changes_are_told() {
        let mut watch = Watch::new("V3", &WatchWish::default());
        assert_eq!(told(&mut watch, &round(0, 10)), None);
        let slow = told(&mut watch, &round(0, 1_001)).expect("told");
        assert!(
            slow.starts_with("TROUBLE: V3: the median response time is 1001 ms"),
            "{slow}"
        );
        assert_eq!(told(&mut watch, &round(0, 2_000)), None);
        assert_eq!(told(&mut watch, &round(20, 1)), None);
        assert_eq!(
            told(&mut watch, &round(0, 1_000)),
            Some("RECOVERED: V3 is well again.".into())
        );
        assert_eq!(told(&mut watch, &round(0, 10)), None);
        let section = Round {
            failing: vec!["tls".into()],
            ..round(0, 10)
        };
        assert!(told(&mut watch, &section).is_some());
    }

    #[test]
    fn more_than_one_percent_of_the_latest_hundred() {
        let mut watch = Watch::new("V3", &WatchWish::default());
        for _ in 0..4 {
            assert_eq!(told(&mut watch, &round(0, 10)), None);
        }
        // 1 of 100 is not more than 1 %.
        assert_eq!(told(&mut watch, &round(1, 10)), None);
        let trouble = told(&mut watch, &round(1, 10)).expect("told");
        assert!(
            trouble.contains("2 of the latest 100 requests"),
            "{trouble}"
        );
        assert!(told(&mut watch, &round(0, 10)).is_some_and(|text| text.starts_with("RECOVERED")));
    }

    #[test]
    fn what_could_not_be_told_is_told_later_if_it_still_holds() {
        let mut watch = Watch::new("V3", &WatchWish::default());
        watch.observe(&round(20, 10));
        assert!(watch.untold().is_some());
        watch.observe(&round(20, 10));
        assert!(watch.untold().is_some());
        watch.observe(&round(0, 10));
        assert_eq!(watch.untold(), None);
    }

    #[test]
    fn a_long_trouble_is_over_with_the_first_round_that_is_well() {
        let mut watch = Watch::new("V3", &WatchWish::default());
        for _ in 0..10 {
            watch.observe(&round(20, 10));
        }
        watch.told();
        assert!(told(&mut watch, &round(0, 10)).is_some());
        assert_eq!(told(&mut watch, &round(0, 10)), None);
    }
}
