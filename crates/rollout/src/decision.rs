//! Who is on v2.

use std::collections::HashMap;
use std::fmt;

use serde_json::Value as JsonValue;
use sha2::{Digest as _, Sha256};

use crate::percentage::Percentage;

/// A flag, as the table `feature_flags` holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Its name.
    pub name: String,
    /// The master switch: off puts everybody on v1.
    pub enabled: bool,
    /// The share of tenants on v2.
    pub percentage: Percentage,
    /// Tenants for whom somebody decided.
    pub overrides: HashMap<String, bool>,
}

/// Why a tenant is where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing is known of the flag.
    Unknown,
    /// The master switch is off.
    SwitchedOff,
    /// Somebody decided for this tenant.
    Override,
    /// Its bucket, compared with the percentage.
    Bucket,
}

/// What is decided for a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// True: v2.
    pub v2: bool,
    /// Why.
    pub reason: Reason,
}

impl Reason {
    /// As JSON names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::SwitchedOff => "switched_off",
            Self::Override => "override",
            Self::Bucket => "bucket",
        }
    }
}

impl Decision {
    /// v1 or v2.
    pub fn version(self) -> &'static str {
        if self.v2 { "v2" } else { "v1" }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.version())
    }
}

/// The bucket of a tenant: the first eight bytes, big endian, of SHA-256(`flag:tenant`), in UTF-8.
/// Divided by 2^64 and times 100 it is compared with the percentage.
pub fn bucket(flag: &str, tenant: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(flag.as_bytes());
    hash.update(b":");
    hash.update(tenant.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut first = [0_u8; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

/// A bucket in percent with ten decimals, cut off: `61.2345678901`.
pub fn bucket_percent(bucket: u64) -> String {
    let scaled = (u128::from(bucket) * 100 * 10_000_000_000) >> 64;
    format!(
        "{}.{:010}",
        scaled / 10_000_000_000,
        scaled % 10_000_000_000
    )
}

impl Flag {
    /// A flag that is on for nobody.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            enabled: true,
            percentage: Percentage::zero(),
            overrides: HashMap::new(),
        }
    }

    /// The rule: the master switch, then the tenant's override, then its bucket.
    pub fn decide(&self, tenant: &str) -> Decision {
        self.decide_with(tenant, || bucket(&self.name, tenant))
    }

    /// The rule, with a bucket that may be known already.
    pub(crate) fn decide_with(&self, tenant: &str, bucket: impl FnOnce() -> u64) -> Decision {
        let (v2, reason) = if !self.enabled {
            (false, Reason::SwitchedOff)
        } else if let Some(decided) = self.override_of(tenant) {
            (decided, Reason::Override)
        } else {
            let v2 = self.percentage.takes(bucket());
            (v2, Reason::Bucket)
        };
        Decision { v2, reason }
    }

    fn override_of(&self, tenant: &str) -> Option<bool> {
        if self.overrides.is_empty() {
            return None;
        }
        self.overrides.get(tenant).copied()
    }
}

/// The overrides in the column `tenant_overrides`: those entries of an object that are true or
/// false. Whatever else stands there decides nothing; the SQL function does the same.
pub fn overrides_of_column(column: &JsonValue) -> HashMap<String, bool> {
    let entries = column.as_object().into_iter().flatten();
    entries
        .filter_map(|(tenant, value)| Some((tenant.clone(), value.as_bool()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_vectors_hold() {
        let text = include_str!("../../../docs/rollout.md");
        let mut seen = 0;
        for line in text
            .lines()
            .filter(|line| line.starts_with("| `voice_agent_v2` |"))
        {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let tenant = cells[2].trim_matches('`');
            let number = bucket("voice_agent_v2", tenant);
            assert_eq!(cells[3], format!("`{number:016x}`"), "{tenant}");
            assert_eq!(cells[4], bucket_percent(number), "{tenant}");
            seen += 1;
        }
        assert!(seen >= 8, "docs/rollout.md has {seen} vectors");
    }

    #[test]
    fn what_is_no_truth_value_overrides_nothing() {
        let column = serde_json::json!({"a": true, "b": false, "c": "true", "d": null, "e": 1});
        let overrides = overrides_of_column(&column);
        assert_eq!(overrides.len(), 2);
        assert_eq!(overrides_of_column(&serde_json::json!([true])).len(), 0);
        assert_eq!(overrides_of_column(&JsonValue::Null).len(), 0);
    }
}
