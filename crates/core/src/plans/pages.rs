//! Many of one kind, in pages that never move: growing copies none of them, and whoever uses them
//! up gives their memory back page by page.

use std::cmp::Ordering;
use std::iter::Flatten;
use std::{mem, ops, vec};

use super::texts::Index;

/// Places a page.
const PAGE: usize = 4_096;

/// A list whose pages are all full but the last one.
#[derive(Debug)]
pub(super) struct Pages<N> {
    pages: Vec<Vec<N>>,
}

impl<N> Default for Pages<N> {
    fn default() -> Self {
        Self { pages: Vec::new() }
    }
}

impl<N> Pages<N> {
    pub fn len(&self) -> usize {
        match self.pages.split_last() {
            Some((last, full)) => full.len() * PAGE + last.len(),
            None => 0,
        }
    }

    pub fn push(&mut self, one: N) {
        match self.pages.last_mut() {
            Some(last) if last.len() < PAGE => last.push(one),
            // The first page grows: most lists are short.
            None => self.pages.push(vec![one]),
            Some(_) => {
                let mut page = Vec::with_capacity(PAGE);
                page.push(one);
                self.pages.push(page);
            }
        }
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &N> {
        (0..self.len()).map(|place| &self[place])
    }

    /// The place of the one that is `Equal`, where all are in order.
    pub fn find_by(&self, compare: impl Fn(&N) -> Ordering) -> Option<usize> {
        let before = |page: &Vec<N>| page.last().is_some_and(|last| compare(last).is_lt());
        let page = self.pages.partition_point(before);
        let within = self.pages.get(page)?.binary_search_by(compare).ok()?;
        Some(page * PAGE + within)
    }

    /// Puts at each place the one whose place `order` names there. It names every place once.
    pub fn permute(&mut self, mut order: Vec<Index>) {
        for start in 0..order.len() {
            // Round the circle of places that begins here; those behind us are at rest.
            let mut to = start;
            loop {
                let from = mem::replace(&mut order[to], Index::of(to)).get();
                if from == start {
                    break;
                }
                self.swap(to, from);
                to = from;
            }
        }
    }

    pub fn truncate(&mut self, length: usize) {
        self.pages.truncate(length.div_ceil(PAGE));
        let before = self.pages.len().saturating_sub(1) * PAGE;
        if let Some(last) = self.pages.last_mut() {
            last.truncate(length - before);
        }
    }

    fn swap(&mut self, one: usize, other: usize) {
        let (page, place) = (one / PAGE, one % PAGE);
        let (other_page, other_place) = (other / PAGE, other % PAGE);
        match self.pages.get_disjoint_mut([page, other_page]) {
            Ok([page, other]) => mem::swap(&mut page[place], &mut other[other_place]),
            Err(_) => self.pages[page].swap(place, other_place),
        }
    }
}

impl<N> ops::Index<usize> for Pages<N> {
    type Output = N;

    fn index(&self, place: usize) -> &N {
        &self.pages[place / PAGE][place % PAGE]
    }
}

impl<N> IntoIterator for Pages<N> {
    type Item = N;
    type IntoIter = Flatten<vec::IntoIter<Vec<N>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.pages.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(of: impl IntoIterator<Item = usize>) -> Pages<usize> {
        let mut pages = Pages::default();
        of.into_iter().for_each(|one| pages.push(one));
        pages
    }

    /// Around the ends of pages.
    const LENGTHS: [usize; 8] = [0, 1, 5, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 3 * PAGE + 7];

    #[test]
    fn pages_hold_what_was_pushed_in_its_order() {
        for length in LENGTHS {
            let pages = pages(0..length);
            assert_eq!(pages.len(), length);
            assert_eq!(pages.iter().len(), length);
            assert!(pages.iter().copied().eq(0..length));
            assert!((0..length).all(|place| pages[place] == place));
            assert!(pages.into_iter().eq(0..length));
        }
    }

    #[test]
    fn what_is_in_order_is_found_in_every_page() {
        for length in LENGTHS {
            let even = pages((0..length).map(|place| 2 * place));
            for wanted in 0..=2 * length {
                let place = (wanted < 2 * length && wanted % 2 == 0).then_some(wanted / 2);
                assert_eq!(even.find_by(|one| one.cmp(&wanted)), place, "{wanted}");
            }
        }
    }

    #[test]
    fn pages_are_cut_off_anywhere() {
        for length in LENGTHS {
            for kept in LENGTHS.into_iter().filter(|kept| *kept <= length) {
                let mut pages = pages(0..length);
                pages.truncate(kept);
                pages.push(kept);
                assert!(pages.into_iter().eq(0..=kept), "{kept} of {length}");
            }
        }
    }

    #[test]
    fn every_order_is_one_of_the_same_ones() {
        for length in LENGTHS {
            // Steps that have no divisor in common with the length go through all places.
            for step in [1, length / 2, length.saturating_sub(1), 4_099] {
                if (2..=length).any(|by| length % by == 0 && step % by == 0) {
                    continue;
                }
                for first in [0, length / 3] {
                    let order = (0..length).map(|place| (first + place * step) % length);
                    let mut moved = pages((0..length).map(|place| 10 * place));
                    moved.permute(order.clone().map(Index::of).collect());
                    assert!(
                        moved.into_iter().eq(order.map(|place| 10 * place)),
                        "{length} from {first} by {step}"
                    );
                }
            }
        }
    }
}
