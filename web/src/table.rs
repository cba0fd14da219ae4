//! The scored list as the page asks for it: found, sorted and cut into windows.
//!
//! Owns searching and sorting. May not know messages, the page, or how scores come about.

use crate::agent::{Column, MappedColumn, Origin, Query, RejectLine, Row, Score, Sort, Summary, Window};
use crate::columns::shown_order;
use scorer::lead::csv::Reject;
use scorer::lead::text::Encoding;
use scorer::sheet::{Sheet, write_rejects};
use std::cmp::Ordering;
use std::io;

/// The most characters of a cell that leave the worker: more than any screen shows.
const CELL_CHARS: usize = 200;

/// The most rejects that leave the worker other than as a file.
const REJECTS_SHOWN: usize = 200;

/// A scored list with what is needed to show it.
pub struct Table {
    sheet: Sheet,
    columns: Vec<Column>,
    /// Each lead's place among all, best first, from 1.
    ranks: Vec<u32>,
    /// The last query without its window, and what it found.
    found: Option<(Query, Vec<u32>)>,
}

impl Table {
    /// Prepares a list for showing.
    pub fn new(sheet: Sheet) -> Self {
        let columns = shown_order(sheet.columns()).into_iter().map(|index| column(&sheet, index)).collect();
        let mut ranks = vec![0; sheet.len()];
        for (rank, lead) in (1..).zip(sheet.order()) {
            ranks[*lead as usize] = rank;
        }
        Table { sheet, columns, ranks, found: None }
    }

    /// What the list holds.
    pub fn summary(&self) -> Summary {
        Summary {
            columns: self.columns.clone(),
            rows: self.sheet.len() as u32,
            rejects: self.sheet.rejects().len() as u32,
            grades: self.grades(),
            missing: self.sheet.missing_fields().to_vec(),
            fields: self.sheet.scorer().schema().len() as u32,
            unknown: self.sheet.unknown_columns().to_vec(),
            repeated: self.leads().filter(|lead| self.sheet.is_repeated(*lead)).count() as u32,
            mapped: self.mapped(),
            origin: self.origin(),
        }
    }

    fn mapped(&self) -> Vec<MappedColumn> {
        let intake = self.sheet.intake();
        let examples = self.sheet.origin().examples.iter();
        let columns = intake.mapping.columns.iter().zip(&intake.unread).zip(examples);
        let mapped = columns.map(|((column, unread), examples)| MappedColumn {
            column: column.clone(),
            examples: examples.clone(),
            unread: (*unread).try_into().unwrap_or(u32::MAX),
        });
        mapped.collect()
    }

    fn origin(&self) -> Origin {
        let origin = self.sheet.origin();
        let is_usual = origin.encoding == Encoding::Utf8;
        Origin {
            encoding: (!is_usual).then(|| origin.encoding.name().to_owned()),
            line: origin.line as f64,
            short_rows: self.sheet.intake().short_rows.try_into().unwrap_or(u32::MAX),
        }
    }

    /// The rows that a query asks for.
    pub fn window(&mut self, query: Query) -> Window {
        let whole = Query { offset: 0, limit: 0, ..query.clone() };
        if self.found.as_ref().is_none_or(|(last, _)| *last != whole) {
            let leads = self.find(&whole);
            self.found = Some((whole, leads));
        }
        let leads = self.found.as_ref().map_or(&[][..], |(_, leads)| leads);
        let rows = leads.iter().skip(query.offset as usize).take(query.limit as usize);
        let rows = rows.map(|lead| self.row(*lead as usize)).collect();
        Window { found: leads.len() as u32, rows, query }
    }

    /// The first rejects.
    pub fn rejects(&self) -> Vec<RejectLine> {
        first_rejects(self.sheet.rejects())
    }

    /// The scored list as CSV, the same as the command line writes.
    pub fn scores_csv(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.sheet.write_csv(&mut bytes)?;
        Ok(bytes)
    }

    /// The rejects as CSV.
    pub fn rejects_csv(&self) -> io::Result<Vec<u8>> {
        rejects_csv(self.sheet.rejects())
    }

    /// Every grade of the models, also those that no lead has.
    fn grades(&self) -> Vec<(char, u32)> {
        let mut letters: Vec<char> = Vec::new();
        for model in self.sheet.scorer().models() {
            letters.extend(model.grades().ranges.iter().map(|range| range.grade));
        }
        letters.sort_unstable();
        letters.dedup();
        let count = |grade: char| self.leads().filter(|lead| self.sheet.score(*lead).grade == Some(grade)).count();
        letters.into_iter().map(|grade| (grade, count(grade) as u32)).collect()
    }

    fn leads(&self) -> impl Iterator<Item = usize> {
        0..self.sheet.len()
    }

    /// Filtered from the order of ranks and then sorted stably, so that equal cells stay best first.
    fn find(&self, query: &Query) -> Vec<u32> {
        let needle = query.search.trim().to_lowercase();
        let has_grade = |lead: usize| {
            query.grades.is_empty() || self.sheet.score(lead).grade.is_some_and(|grade| query.grades.contains(&grade))
        };
        let has_text = |lead: usize| needle.is_empty() || self.sheet.cells(lead).any(|cell| holds(cell, &needle));
        let mut leads = self.sheet.order().to_vec();
        let is_shown = |lead: usize| !(query.folded && self.sheet.is_repeated(lead));
        leads.retain(|lead| is_shown(*lead as usize) && has_grade(*lead as usize) && has_text(*lead as usize));
        match query.sort {
            Sort::Score if query.reversed => leads.reverse(),
            Sort::Score => {}
            Sort::Column(index) => self.sort(&mut leads, index, query.reversed),
        }
        leads
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

    fn row(&self, lead: usize) -> Row {
        let score = self.sheet.score(lead);
        let cell = |column: &Column| self.sheet.cell(lead, column.index as usize).chars().take(CELL_CHARS).collect();
        Row {
            rank: self.ranks[lead],
            line: self.sheet.line(lead) as f64,
            score: Score { probability: score.probability, grade: score.grade, model: score.model as u32 },
            cells: self.columns.iter().map(cell).collect(),
        }
    }
}

/// The first rejects as shown.
pub fn first_rejects(rejects: &[Reject]) -> Vec<RejectLine> {
    let line = |reject: &Reject| RejectLine {
        line: reject.line as f64,
        column: reject.column.clone(),
        reason: reject.reason.clone(),
    };
    rejects.iter().take(REJECTS_SHOWN).map(line).collect()
}

/// All rejects as CSV.
pub fn rejects_csv(rejects: &[Reject]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write_rejects(rejects, &mut bytes)?;
    Ok(bytes)
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

fn column(sheet: &Sheet, index: usize) -> Column {
    let mut cells = (0..sheet.len()).map(|lead| sheet.cell(lead, index).trim()).filter(|cell| !cell.is_empty());
    let numeric = cells.next().is_some_and(is_number) && cells.all(is_number);
    Column { index: index as u32, name: sheet.columns().get(index).cloned().unwrap_or_default(), numeric }
}

fn is_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok_and(f64::is_finite)
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
    fn only_finite_numbers_make_a_column_of_numbers() {
        assert!(is_number("-1.5e3") && !is_number("inf") && !is_number("12 %"));
    }
}
