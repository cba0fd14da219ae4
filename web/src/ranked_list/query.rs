//! Evaluates queries: search, filters and sorting.

use super::RankedList;
use crate::protocol::{CellFilter, ColumnFilter, Query, Sort};
use std::cmp::Ordering;

impl RankedList {
    /// Returns the matching leads in order. Filtering keeps rank order and sorting is stable, so equal cells stay best
    /// first.
    pub(super) fn find(&self, query: &Query) -> Vec<u32> {
        let needle = query.search.trim().to_lowercase();
        let mut leads = self.list.order().to_vec();
        leads.retain(|lead| self.matches(*lead as usize, query, &needle));
        match query.sort {
            Sort::Score if query.reversed => leads.reverse(),
            Sort::Score => {}
            Sort::Column(index) => self.sort(&mut leads, index, query.reversed),
        }
        leads
    }

    /// True when the lead passes all filters, the cheapest first.
    fn matches(&self, lead: usize, query: &Query, needle: &str) -> bool {
        let score = self.list.score(lead);
        let has_grade = || query.grades.is_empty() || score.grade.is_some_and(|grade| query.grades.contains(&grade));
        let is_in_range = || {
            let displayed = displayed_score(score.probability);
            (query.score_range.0..=query.score_range.1).contains(&displayed)
        };
        let has_mark = || query.marks.is_empty() || query.marks.contains(&self.marks.mark_of(lead));
        let passes = |filter: &ColumnFilter| {
            let cell = self.list.cell(lead, filter.column as usize).trim();
            match &filter.cells {
                CellFilter::Values(values) => values.iter().any(|value| value == cell),
                CellFilter::NonEmpty => !cell.is_empty(),
            }
        };
        !(query.deduplicated && self.list.is_duplicate(lead))
            && (!query.selected || self.marks.is_selected(lead))
            && has_grade()
            && is_in_range()
            && has_mark()
            && query.column_filters.iter().all(passes)
            && (needle.is_empty() || self.list.cells(lead).any(|cell| contains_ignoring_case(cell, needle)))
    }

    fn sort(&self, leads: &mut Vec<u32>, index: u32, reversed: bool) {
        let numeric = self.columns.iter().any(|column| column.index == index && column.numeric);
        let mut keyed: Vec<(SortKey, u32)> =
            leads.iter().map(|lead| (self.sort_key(*lead, index, numeric), *lead)).collect();
        keyed.sort_by(|(a, _), (b, _)| a.compare(b, reversed));
        *leads = keyed.into_iter().map(|(_, lead)| lead).collect();
    }

    fn sort_key(&self, lead: u32, index: u32, numeric: bool) -> SortKey {
        let cell = self.list.cell(lead as usize, index as usize).trim();
        match cell.parse() {
            _ if cell.is_empty() => SortKey::Empty,
            Ok(number) if numeric => SortKey::Number(number),
            _ => SortKey::Text(cell.to_lowercase()),
        }
    }
}

/// Returns the score as displayed, with halves rounded to even.
fn displayed_score(probability: f32) -> u32 {
    (f64::from(probability) * 100.0).round_ties_even() as u32
}

enum SortKey {
    Empty,
    Number(f64),
    Text(String),
}

impl SortKey {
    /// Compares two keys; empty cells come last in either direction.
    fn compare(&self, other: &SortKey, reversed: bool) -> Ordering {
        let ascending = match (self, other) {
            (SortKey::Empty, SortKey::Empty) => return Ordering::Equal,
            (SortKey::Empty, _) => return Ordering::Greater,
            (_, SortKey::Empty) => return Ordering::Less,
            (SortKey::Number(a), SortKey::Number(b)) => a.total_cmp(b),
            (SortKey::Text(a), SortKey::Text(b)) => a.cmp(b),
            (SortKey::Number(_), SortKey::Text(_)) => Ordering::Less,
            (SortKey::Text(_), SortKey::Number(_)) => Ordering::Greater,
        };
        if reversed { ascending.reverse() } else { ascending }
    }
}

/// True when the cell contains a lowercase needle in any case. ASCII cells are compared without a copy.
fn contains_ignoring_case(cell: &str, needle: &str) -> bool {
    if needle.is_empty() || !cell.is_ascii() {
        return cell.to_lowercase().contains(needle);
    }
    cell.as_bytes().windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_ignores_case() {
        let contains = contains_ignoring_case;
        assert!(contains("Head of SALES", "sales") && contains("Société ÉTÉ", "été") && contains("", ""));
        assert!(!contains("Sale", "sales"));
    }

    #[test]
    fn empty_cells_come_last_in_either_direction() {
        let keys = || vec![SortKey::Empty, SortKey::Number(2.0), SortKey::Number(10.0)];
        for (reversed, first) in [(false, 2.0), (true, 10.0)] {
            let mut keys = keys();
            keys.sort_by(|a, b| a.compare(b, reversed));
            assert!(matches!(keys[0], SortKey::Number(number) if number == first));
            assert!(matches!(keys[2], SortKey::Empty));
        }
    }

    #[test]
    fn score_range_applies_to_displayed_scores() {
        for probability in [0.0, 0.005, 0.015, 0.784, 0.785, 1.0] {
            assert_eq!(displayed_score(probability).to_string(), crate::format::points(f64::from(probability)));
        }
    }
}
