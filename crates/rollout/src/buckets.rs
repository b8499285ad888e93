//! Buckets that were reckoned before.

use std::hash::{BuildHasher as _, RandomState};

use arc_swap::ArcSwapOption;

use crate::decision::bucket;

/// Slots of a flag; a tenant has one, and shares it with others.
const SLOTS: usize = 1 << 14;
/// Longer names are reckoned every time, so that memory stays bounded.
const LONGEST: usize = 200;

/// A tenant and its bucket.
type Known = (Box<str>, u64);

/// Remembers buckets of tenants, which never change. SHA-256 is the dear part of a decision.
pub(crate) struct Buckets {
    hasher: RandomState,
    slots: Box<[ArcSwapOption<Known>]>,
}

impl Buckets {
    pub fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            slots: (0..SLOTS).map(|_| ArcSwapOption::empty()).collect(),
        }
    }

    pub fn of(&self, flag: &str, tenant: &str) -> u64 {
        let hash = self.hasher.hash_one(tenant);
        let index = usize::try_from(hash % SLOTS as u64).unwrap_or(0);
        let Some(slot) = self.slots.get(index) else {
            return bucket(flag, tenant);
        };
        // The whole name is compared: a hash alone could put a tenant on another's version.
        if let Some(known) = slot.load().as_deref()
            && *known.0 == *tenant
        {
            return known.1;
        }
        let number = bucket(flag, tenant);
        if tenant.len() <= LONGEST {
            slot.store(Some(std::sync::Arc::new((tenant.into(), number))));
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_is_reckoned() {
        let buckets = Buckets::new();
        for round in 0..2 {
            // Four tenants to a slot: they displace one another.
            for number in 0..4 * SLOTS {
                let tenant = format!("tenant-{number}");
                assert_eq!(buckets.of("f", &tenant), bucket("f", &tenant), "{round}");
            }
        }
    }
}
