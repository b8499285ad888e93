//! Pictures: inline SVG in the page's colours, with the figures as text.

use std::collections::BTreeMap;

use maud::{Markup, html};
use sunset_core::report::Pace;

use super::went::seconds;
use crate::numbers::thousands;

/// The width of the flow: narrow enough to be read on a phone.
const WIDTH: f64 = 460.0;

/// What all streams are high together; every place gets some more, so that its name can stand.
const HEIGHT: f64 = 200.0;

/// The least height of a place with its name.
const LEAST: f64 = 34.0;

/// A bar's thickness.
const BAR: f64 = 10.0;

/// Places on one side; the smallest beyond them are put together.
const PLACES: usize = 14;

struct Place {
    name: String,
    count: u64,
    top: f64,
    height: f64,
    /// How much of the bar the streams drawn so far take.
    used: f64,
}

/// From where to where, the wider the more.
pub(super) fn flow(streams: &[(String, String, u64)], label: &str) -> Markup {
    let mut left: Vec<(String, u64)> = sums(streams.iter().map(|s| (&s.0, s.2)));
    let mut right: Vec<(String, u64)> = sums(streams.iter().map(|s| (&s.1, s.2)));
    let total: u64 = streams.iter().map(|stream| stream.2).sum();
    shorten(&mut left);
    shorten(&mut right);
    let scale = HEIGHT / (total.max(1) as f64);
    let mut left = places(&left, scale);
    let mut right = places(&right, scale);
    let height = bottom(&left).max(bottom(&right)) + 4.0;
    let mut ribbons: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for (from, to, count) in streams {
        let pair = (position(&left, from), position(&right, to));
        *ribbons.entry(pair).or_default() += count;
    }
    let mut shapes: Vec<String> = Vec::new();
    for ((from, to), count) in ribbons {
        let (Some(from), Some(to)) = (left.get_mut(from), right.get_mut(to)) else {
            continue;
        };
        let thick = (count as f64 * scale).max(0.8);
        let (a, b) = (from.top + from.used, to.top + to.used);
        from.used += count as f64 * scale;
        to.used += count as f64 * scale;
        let (x, y) = (BAR, WIDTH - BAR);
        let middle = WIDTH / 2.0;
        let (under_a, under_b) = (a + thick, b + thick);
        shapes.push(format!(
            "M{x} {a:.1} C{middle} {a:.1} {middle} {b:.1} {y} {b:.1} L{y} {under_b:.1} \
             C{middle} {under_b:.1} {middle} {under_a:.1} {x} {under_a:.1} Z"
        ));
    }
    html! {
        svg.flow role="img" aria-label=(label) viewBox=(format!("0 0 {WIDTH} {height:.0}")) xmlns="http://www.w3.org/2000/svg" {
            @for path in &shapes { path.ribbon d=(path) {} }
            @for place in &left {
                rect.bar x="0" y=(format!("{:.1}", place.top)) width=(BAR) height=(format!("{:.1}", place.height)) {}
                text x=(BAR + 5.0) y=(format!("{:.1}", place.top + 12.0)) { (place.name) }
                text.count x=(BAR + 5.0) y=(format!("{:.1}", place.top + 26.0)) { (thousands(place.count)) }
            }
            @for place in &right {
                rect.bar x=(WIDTH - BAR) y=(format!("{:.1}", place.top)) width=(BAR) height=(format!("{:.1}", place.height)) {}
                text x=(WIDTH - BAR - 5.0) y=(format!("{:.1}", place.top + 12.0)) text-anchor="end" { (place.name) }
                text.count x=(WIDTH - BAR - 5.0) y=(format!("{:.1}", place.top + 26.0)) text-anchor="end" { (thousands(place.count)) }
            }
        }
    }
}

/// Sums by name, the largest first.
fn sums<'s>(streams: impl Iterator<Item = (&'s String, u64)>) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<&String, u64> = BTreeMap::new();
    for (name, count) in streams {
        *sums.entry(name).or_default() += count;
    }
    let mut sums: Vec<(String, u64)> = sums
        .into_iter()
        .map(|(name, count)| (name.clone(), count))
        .collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    sums
}

fn shorten(sums: &mut Vec<(String, u64)>) {
    if sums.len() > PLACES {
        let rest: u64 = sums.drain(PLACES - 1..).map(|(_, count)| count).sum();
        sums.push(("…".to_owned(), rest));
    }
}

fn places(sums: &[(String, u64)], scale: f64) -> Vec<Place> {
    let mut top = 2.0;
    let place = |(name, count): &(String, u64)| {
        let height = (*count as f64 * scale).max(1.0);
        let place = Place {
            name: short(name),
            count: *count,
            top,
            height,
            used: 0.0,
        };
        top += height.max(LEAST) + 4.0;
        place
    };
    sums.iter().map(place).collect()
}

/// A name that leaves room for the other side's.
fn short(name: &str) -> String {
    const LONGEST: usize = 24;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn position(places: &[Place], name: &str) -> usize {
    let name = short(name);
    let found = places.iter().position(|place| place.name == name);
    found.unwrap_or(places.len().saturating_sub(1))
}

fn bottom(places: &[Place]) -> f64 {
    places
        .last()
        .map_or(0.0, |place| place.top + place.height.max(LEAST))
}

/// How many a second, over time.
pub(super) fn curve(pace: &Pace, label: &str) -> Markup {
    const HIGH: f64 = 110.0;
    const TOP: f64 = 20.0;
    // The last slot is as long as the run was in it.
    let lengths = |at: usize| {
        let rest = pace.seconds - at as f64 * pace.slot_seconds;
        rest.clamp(0.05, pace.slot_seconds.max(0.05))
    };
    let rates: Vec<f64> = pace
        .slots
        .iter()
        .enumerate()
        .map(|(at, items)| *items as f64 / lengths(at))
        .collect();
    let most = rates.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return html! {};
    }
    let step = WIDTH / rates.len() as f64;
    let floor = TOP + HIGH;
    let mut path = format!("M0 {floor:.1}");
    for (index, rate) in rates.iter().enumerate() {
        let y = floor - rate / most * HIGH;
        let (from, to) = (index as f64 * step, (index + 1) as f64 * step);
        path.push_str(&format!(" L{from:.1} {y:.1} L{to:.1} {y:.1}"));
    }
    path.push_str(&format!(" L{WIDTH} {floor:.1} Z"));
    html! {
        svg.curve role="img" aria-label=(label) viewBox=(format!("0 0 {WIDTH} {:.0}", floor + 20.0)) xmlns="http://www.w3.org/2000/svg" {
            path.area d=(path) {}
            text x="2" y="14" { (thousands(most.round() as u64)) "/s" }
            text.count x="2" y=(floor + 15.0) { "0" }
            text.count x=(WIDTH - 2.0) y=(floor + 15.0) text-anchor="end" { (seconds(pace.seconds)) }
        }
    }
}
