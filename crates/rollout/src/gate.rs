//! Gates: what must hold of v2 for a rollout to go on.

use serde::{Deserialize, Serialize};

use crate::watch::Measured;

/// What an evaluation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every gate holds.
    Pass,
    /// Too few requests to say; neither passes nor fails.
    Inconclusive,
    /// A gate does not hold.
    Breach,
}

impl Verdict {
    /// As it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Breach => "breach",
        }
    }
}

/// One gate, looked at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// `health`, `error rate`, …
    pub gate: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What was seen, and what must be: `0.98 % of 4,112 requests failed; must be < 0.1 %`.
    pub words: String,
}

/// All gates, looked at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The worst that a gate came to; a breach before too few requests.
    pub verdict: Verdict,
    /// Gate by gate.
    pub findings: Vec<Finding>,
}

impl Evaluation {
    /// From findings.
    pub fn of(findings: Vec<Finding>) -> Self {
        let any = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
        let verdict = if any(Verdict::Breach) {
            Verdict::Breach
        } else if any(Verdict::Inconclusive) {
            Verdict::Inconclusive
        } else {
            Verdict::Pass
        };
        Self { verdict, findings }
    }

    /// What those gates say that have the verdict of all.
    pub fn words(&self) -> String {
        let words: Vec<_> = self
            .findings
            .iter()
            .filter(|finding| finding.verdict == self.verdict)
            .map(|finding| format!("{}: {}", finding.gate, finding.words))
            .collect();
        words.join("; ")
    }
}

/// What v2 is measured by.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Fewer requests say nothing.
    pub min_requests: f64,
    /// In percent; the error rate must be below.
    pub max_error_rate: f64,
    /// In milliseconds; the 95th percentile must be below.
    pub max_p95_ms: f64,
    /// In percent of v1's processing rate; v2's may be lower by that much, for what is in flight.
    pub processing_tolerance: f64,
}

impl Finding {
    /// A finding.
    pub fn new(gate: &str, verdict: Verdict, words: impl Into<String>) -> Self {
        Self {
            gate: gate.to_owned(),
            verdict,
            words: words.into(),
        }
    }

    fn holds(gate: &str, holds: bool, words: String) -> Self {
        let verdict = if holds {
            Verdict::Pass
        } else {
            Verdict::Breach
        };
        Self::new(gate, verdict, words)
    }
}

/// Looks at what v2 did, and v1 where that is known.
pub fn measure(limits: &Limits, v2: &Measured, v1: Option<&Measured>) -> Vec<Finding> {
    if v2.requests < limits.min_requests {
        return vec![Finding::new(
            "requests",
            Verdict::Inconclusive,
            format!(
                "{} within {:.0} s are too few to say anything; {} are needed",
                v2.requests.round(),
                v2.seconds,
                limits.min_requests
            ),
        )];
    }
    let rate = v2.errors / v2.requests * 100.0;
    let mut findings = vec![Finding::holds(
        "error rate",
        rate < limits.max_error_rate,
        format!(
            "{rate:.3} % of {} requests failed; must be < {} %",
            v2.requests.round(),
            limits.max_error_rate
        ),
    )];
    findings.push(match v2.p95_ms {
        None => Finding::new(
            "P95",
            Verdict::Inconclusive,
            "there are no durations; check the selector `duration`",
        ),
        Some(p95) if p95.is_infinite() => Finding::new(
            "P95",
            Verdict::Breach,
            format!(
                "above the histogram's last bound; must be < {} ms",
                limits.max_p95_ms
            ),
        ),
        Some(p95) => Finding::holds(
            "P95",
            p95 < limits.max_p95_ms,
            format!("{p95:.1} ms; must be < {} ms", limits.max_p95_ms),
        ),
    });
    findings.extend(v1.and_then(|v1| processing(limits, v2, v1)));
    findings
}

/// What v2 processes of what it takes in, compared with v1; nothing while either has too little.
fn processing(limits: &Limits, v2: &Measured, v1: &Measured) -> Option<Finding> {
    let share = |measured: &Measured| {
        let processed = measured.processed?;
        (measured.received >= limits.min_requests.max(1.0))
            .then(|| processed / measured.received * 100.0)
    };
    let (v2, v1) = (share(v2)?, share(v1)?);
    let least = v1 * (1.0 - limits.processing_tolerance / 100.0);
    Some(Finding::holds(
        "processing rate",
        v2 >= least,
        format!(
            "v2 processed {v2:.2} % of what it received, v1 {v1:.2} %; must be at least {least:.2} %"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            min_requests: 100.0,
            max_error_rate: 0.1,
            max_p95_ms: 200.0,
            processing_tolerance: 1.0,
        }
    }

    fn good() -> Measured {
        Measured {
            requests: 10_000.0,
            errors: 9.0,
            received: 10_000.0,
            processed: Some(9_990.0),
            p95_ms: Some(199.9),
            seconds: 30.0,
        }
    }

    fn verdict(v2: &Measured, v1: Option<&Measured>) -> Verdict {
        Evaluation::of(measure(&limits(), v2, v1)).verdict
    }

    #[test]
    fn limits_are_not_reached() {
        assert_eq!(verdict(&good(), None), Verdict::Pass);
        let errors = Measured {
            errors: 10.0,
            ..good()
        };
        assert_eq!(
            verdict(&errors, None),
            Verdict::Breach,
            "0.1 % is not below 0.1 %"
        );
        let slow = Measured {
            p95_ms: Some(200.0),
            ..good()
        };
        assert_eq!(verdict(&slow, None), Verdict::Breach);
        let endless = Measured {
            p95_ms: Some(f64::INFINITY),
            ..good()
        };
        assert_eq!(verdict(&endless, None), Verdict::Breach);
    }

    #[test]
    fn too_few_requests_say_nothing_even_when_all_fail() {
        let few = Measured {
            requests: 99.0,
            errors: 99.0,
            ..good()
        };
        assert_eq!(verdict(&few, None), Verdict::Inconclusive);
    }

    #[test]
    fn a_gate_that_fails_outweighs_what_cannot_be_said() {
        let findings = vec![
            Finding::new("requests", Verdict::Inconclusive, "few"),
            Finding::new("health", Verdict::Breach, "503"),
        ];
        let evaluation = Evaluation::of(findings);
        assert_eq!(evaluation.verdict, Verdict::Breach);
        assert_eq!(evaluation.words(), "health: 503");
    }

    #[test]
    fn v2_processes_as_much_of_its_share_as_v1() {
        let idle = Measured {
            processed: Some(9_000.0),
            ..good()
        };
        assert_eq!(verdict(&idle, Some(&good())), Verdict::Breach);
        assert_eq!(verdict(&good(), Some(&idle)), Verdict::Pass);
        let gone = Measured::default();
        assert_eq!(
            verdict(&idle, Some(&gone)),
            Verdict::Pass,
            "v1 has no traffic left"
        );
    }
}
