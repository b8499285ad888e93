//! What holds of every flag and every tenant.

use proptest::prelude::*;
use sunset_rollout::{Flag, Percentage, Reason, bucket};

fn percentage() -> impl Strategy<Value = Percentage> {
    prop_oneof![
        (0_u8..=100).prop_map(Percentage::whole),
        (0_u32..10_000).prop_map(|n| {
            Percentage::parse(&format!("{}.{:02}", n / 100, n % 100)).expect("a percentage")
        }),
        (0_u64..100, any::<u64>()).prop_map(|(whole, decimals)| {
            Percentage::parse(&format!("{whole}.{decimals:020}")).expect("a percentage")
        }),
    ]
}

fn flag(name: &str, percentage: Percentage) -> Flag {
    Flag {
        percentage,
        ..Flag::new(name)
    }
}

proptest! {
    #[test]
    fn raising_never_moves_a_tenant_back(
        tenant in ".{0,40}",
        name in "[a-z_]{1,20}",
        one in percentage(),
        other in percentage(),
    ) {
        let (low, high) = if one <= other { (one, other) } else { (other, one) };
        let (low, high) = (flag(&name, low), flag(&name, high));
        prop_assert!(!low.decide(&tenant).v2 || high.decide(&tenant).v2);
    }

    #[test]
    fn an_override_wins_over_every_percentage(
        tenant in ".{0,40}",
        decided in any::<bool>(),
        share in percentage(),
    ) {
        let mut flag = flag("f", share);
        flag.overrides.insert(tenant.clone(), decided);
        let decision = flag.decide(&tenant);
        prop_assert_eq!(decision.v2, decided);
        prop_assert_eq!(decision.reason, Reason::Override);
    }

    #[test]
    fn the_master_switch_beats_everything(
        tenant in ".{0,40}",
        decided in any::<Option<bool>>(),
        share in percentage(),
    ) {
        let mut flag = flag("f", share);
        flag.overrides.extend(decided.map(|v2| (tenant.clone(), v2)));
        flag.enabled = false;
        prop_assert!(!flag.decide(&tenant).v2);
    }

    #[test]
    fn the_ends_take_nobody_and_everybody(tenant in ".{0,40}") {
        prop_assert!(!flag("f", Percentage::zero()).decide(&tenant).v2);
        prop_assert!(flag("f", Percentage::whole(100)).decide(&tenant).v2);
    }

    #[test]
    fn the_comparison_is_exact(tenant in ".{0,40}", share in percentage()) {
        // bucket × 100 < percentage × 2^64, in whole numbers.
        let (whole, decimals) = share.as_str().split_once('.').unwrap_or((share.as_str(), ""));
        let number = bucket("f", &tenant);
        let digits: Vec<u8> = whole.bytes().chain(decimals.bytes()).map(|b| b - b'0').collect();
        let mut left = whole_number(&number.to_string());
        left.extend(std::iter::repeat_n(0, decimals.len() + 2));
        let right = times_two(digits, 64);
        prop_assert_eq!(share.takes(number), less(left, right));
    }
}

fn whole_number(text: &str) -> Vec<u8> {
    text.bytes().map(|b| b - b'0').collect()
}

fn times_two(mut digits: Vec<u8>, times: u32) -> Vec<u8> {
    for _ in 0..times {
        let mut carry = 0;
        for digit in digits.iter_mut().rev() {
            let doubled = *digit * 2 + carry;
            *digit = doubled % 10;
            carry = doubled / 10;
        }
        if carry > 0 {
            digits.insert(0, carry);
        }
    }
    digits
}

fn less(mut left: Vec<u8>, mut right: Vec<u8>) -> bool {
    let length = left.len().max(right.len());
    for digits in [&mut left, &mut right] {
        let missing = length - digits.len();
        digits.splice(0..0, std::iter::repeat_n(0, missing));
    }
    left < right
}

#[test]
fn the_share_is_within_one_percent_for_a_hundred_thousand_tenants() {
    for percent in [1, 5, 10, 25, 50, 75, 90, 99] {
        let flag = flag("voice_agent_v2", Percentage::whole(percent));
        let on = (0..100_000)
            .filter(|number| flag.decide(&format!("tenant-{number}")).v2)
            .count();
        let share = on as f64 / 1_000.0;
        assert!(
            (share - f64::from(percent)).abs() < 1.0,
            "{percent} % took {share} %"
        );
    }
}

#[test]
fn flags_choose_their_tenants_independently() {
    let on = |name: &str| -> Vec<bool> {
        let flag = flag(name, Percentage::whole(50));
        (0..10_000)
            .map(|number| flag.decide(&format!("tenant-{number}")).v2)
            .collect()
    };
    let both = on("a")
        .iter()
        .zip(on("b"))
        .filter(|(a, b)| **a && *b)
        .count();
    assert!((2_300..2_700).contains(&both), "{both}");
}
