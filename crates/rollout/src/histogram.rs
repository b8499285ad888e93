//! Quantiles of histograms with upper bounds, as Prometheus keeps them.

use std::collections::BTreeMap;

/// Counts by upper bound, each including those below it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    counts: BTreeMap<Bound, f64>,
}

/// A bound in an order that every number has.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bound(f64);

impl Eq for Bound {}

impl PartialOrd for Bound {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bound {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Histogram {
    /// Adds to the count of observations at or below a bound.
    pub fn add(&mut self, bound: f64, count: f64) {
        *self.counts.entry(Bound(bound)).or_default() += count;
    }

    /// Adds another histogram.
    pub fn merge(&mut self, other: &Self) {
        for (bound, count) in &other.counts {
            self.add(bound.0, *count);
        }
    }

    /// The observations.
    pub fn total(&self) -> f64 {
        self.counts.values().copied().fold(0.0, f64::max)
    }

    /// The value that a share `quantile` (0–1) of the observations does not exceed, by linear
    /// interpolation between bounds. Above the last finite bound nothing is known: infinite.
    /// `None` without observations.
    pub fn quantile(&self, quantile: f64) -> Option<f64> {
        let total = self.total();
        if total <= 0.0 {
            return None;
        }
        let rank = quantile * total;
        let (mut below, mut lower) = (0.0_f64, 0.0_f64);
        for (bound, count) in &self.counts {
            // Buckets of different series may not be of one moment: counts never go down.
            let count = count.max(below);
            if count >= rank && count > 0.0 {
                if bound.0.is_infinite() {
                    return Some(f64::INFINITY);
                }
                let within = count - below;
                let lower = lower.min(bound.0);
                let share = if within > 0.0 {
                    ((rank - below) / within).clamp(0.0, 1.0)
                } else {
                    1.0
                };
                return Some(lower + (bound.0 - lower) * share);
            }
            below = count;
            lower = bound.0;
        }
        Some(f64::INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: &[(f64, f64)]) -> Histogram {
        let mut histogram = Histogram::default();
        for (bound, count) in counts {
            histogram.add(*bound, *count);
        }
        histogram
    }

    #[test]
    fn quantiles_are_interpolated() {
        let histogram = of(&[
            (0.1, 50.0),
            (0.2, 90.0),
            (0.5, 100.0),
            (f64::INFINITY, 100.0),
        ]);
        assert_eq!(histogram.quantile(0.5), Some(0.1));
        assert!((histogram.quantile(0.95).unwrap() - 0.35).abs() < 1e-12);
        assert_eq!(histogram.quantile(1.0), Some(0.5));
        assert_eq!(of(&[]).quantile(0.95), None);
        assert_eq!(of(&[(0.1, 0.0), (f64::INFINITY, 0.0)]).quantile(0.95), None);
    }

    #[test]
    fn beyond_the_last_bound_nothing_is_known() {
        let histogram = of(&[(0.1, 90.0), (f64::INFINITY, 100.0)]);
        assert_eq!(histogram.quantile(0.95), Some(f64::INFINITY));
        assert_eq!(histogram.quantile(0.45), Some(0.05));
    }
}
