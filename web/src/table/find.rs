//! Which leads a query finds, and in which order.
//!
//! Owns searching, filtering and sorting. May not know messages or the page.

use super::Table;
use crate::agent::{Condition, Query, Sort, Wanted};
use std::cmp::Ordering;

impl Table {
    /// Filtered from the order of ranks and then sorted stably, so that equal cells stay best first.
    pub(super) fn find(&self, query: &Query) -> Vec<u32> {
        let needle = query.search.trim().to_lowercase();
        let mut leads = self.sheet.order().to_vec();
        leads.retain(|lead| self.is_found(*lead as usize, query, &needle));
        match query.sort {
            Sort::Score if query.reversed => leads.reverse(),
            Sort::Score => {}
            Sort::Column(index) => self.sort(&mut leads, index, query.reversed),
        }
        leads
    }

    /// What is quickly told is asked first.
    fn is_found(&self, lead: usize, query: &Query, needle: &str) -> bool {
        let score = self.sheet.score(lead);
        let has_grade = || query.grades.is_empty() || score.grade.is_some_and(|grade| query.grades.contains(&grade));
        let has_points = || {
            let points = points(score.probability);
            (query.points.0..=query.points.1).contains(&points)
        };
        let has_mark = || query.marks.is_empty() || query.marks.contains(&self.marks.of_lead(lead));
        let meets = |condition: &Condition| {
            let cell = self.sheet.cell(lead, condition.column as usize).trim();
            match &condition.wanted {
                Wanted::Values(values) => values.iter().any(|value| value == cell),
                Wanted::Filled => !cell.is_empty(),
            }
        };
        !(query.folded && self.sheet.is_duplicate(lead))
            && (!query.selected || self.marks.is_selected(lead))
            && has_grade()
            && has_points()
            && has_mark()
            && query.conditions.iter().all(meets)
            && (needle.is_empty() || self.sheet.cells(lead).any(|cell| holds(cell, needle)))
    }

    fn sort(&self, leads: &mut Vec<u32>, index: u32, reversed: bool) {
        let numeric = self.columns.iter().any(|column| column.index == index && column.numeric);
        let mut keyed: Vec<(Key, u32)> = leads.iter().map(|lead| (self.key(*lead, index, numeric), *lead)).collect();
        keyed.sort_by(|(a, _), (b, _)| a.compare(b, reversed));
        *leads = keyed.into_iter().map(|(_, lead)| lead).collect();
    }

    fn key(&self, lead: u32, index: u32, numeric: bool) -> Key {
        let cell = self.sheet.cell(lead as usize, index as usize).trim();
        match cell.parse() {
            _ if cell.is_empty() => Key::Empty,
            Ok(number) if numeric => Key::Number(number),
            _ => Key::Text(cell.to_lowercase()),
        }
    }
}

/// A score as the page shows it, which rounds halves to even.
fn points(probability: f32) -> u32 {
    (f64::from(probability) * 100.0).round_ties_even() as u32
}

/// What a cell is sorted by.
enum Key {
    Empty,
    Number(f64),
    Text(String),
}

impl Key {
    /// Empty cells come last in either direction.
    fn compare(&self, other: &Key, reversed: bool) -> Ordering {
        let ascending = match (self, other) {
            (Key::Empty, Key::Empty) => return Ordering::Equal,
            (Key::Empty, _) => return Ordering::Greater,
            (_, Key::Empty) => return Ordering::Less,
            (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
            (Key::Text(a), Key::Text(b)) => a.cmp(b),
            (Key::Number(_), Key::Text(_)) => Ordering::Less,
            (Key::Text(_), Key::Number(_)) => Ordering::Greater,
        };
        if reversed { ascending.reverse() } else { ascending }
    }
}

/// Whether a cell holds a text, in any case; `needle` is in lower case. Cells of ASCII need no copy.
fn holds(cell: &str, needle: &str) -> bool {
    if needle.is_empty() || !cell.is_ascii() {
        return cell.to_lowercase().contains(needle);
    }
    cell.as_bytes().windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_does_not_mind_the_case() {
        assert!(holds("Head of SALES", "sales") && holds("Société ÉTÉ", "été") && holds("", ""));
        assert!(!holds("Sale", "sales"));
    }

    #[test]
    fn empty_cells_come_last_in_either_direction() {
        let keys = || vec![Key::Empty, Key::Number(2.0), Key::Number(10.0)];
        for (reversed, first) in [(false, 2.0), (true, 10.0)] {
            let mut keys = keys();
            keys.sort_by(|a, b| a.compare(b, reversed));
            assert!(matches!(keys[0], Key::Number(number) if number == first));
            assert!(matches!(keys[2], Key::Empty));
        }
    }

    #[test]
    fn points_are_those_that_are_shown() {
        for probability in [0.0, 0.005, 0.015, 0.784, 0.785, 1.0] {
            assert_eq!(points(probability).to_string(), crate::format::points(f64::from(probability)));
        }
    }
}
