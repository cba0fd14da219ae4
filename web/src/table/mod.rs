//! The scored list as the page asks for it: what it holds, and windows of what was found in it.
//!
//! Owns the list, the last query's answer and the user's marks. May not know messages, the page, or how scores come
//! about.

mod find;
mod marks;
mod rejects;
mod take;
mod values;

pub use marks::Marks;
pub use rejects::groups;
pub use take::Parts;

use crate::agent::{
    Column, Detail, MappedColumn, Mark, Origin, Query, RejectGroup, Row, Score, Summary, Tally, Values, Who, Window,
};
use crate::columns::shown_order;
use scorer::lead::text::TextEncoding;
use scorer::scored_list::ScoredList;

/// The most characters of a cell that leave the worker for the table: more than any screen shows.
const CELL_CHARS: usize = 200;

/// The most characters of a cell of the lead that is looked at.
const DETAIL_CHARS: usize = 20_000;

/// A scored list with what is needed to show it.
pub struct Table {
    sheet: ScoredList,
    columns: Vec<Column>,
    marks: Marks,
    /// The last query, and what it found.
    found: Option<(Query, Vec<u32>)>,
}

impl Table {
    /// Prepares a list for showing.
    pub fn new(sheet: ScoredList) -> Self {
        let columns = shown_order(sheet.columns()).into_iter().map(|index| column(&sheet, index)).collect();
        Table { marks: Marks::of(sheet.len()), sheet, columns, found: None }
    }

    /// The list.
    pub fn sheet(&self) -> &ScoredList {
        &self.sheet
    }

    /// What the list holds.
    pub fn summary(&self) -> Summary {
        Summary {
            columns: self.columns.clone(),
            rows: self.sheet.len() as u32,
            rejects: self.sheet.rejects().len() as u32,
            models: self.models(),
            grades: self.grades(),
            missing: self.sheet.missing_fields().to_vec(),
            fields: self.sheet.scorer().schema().len() as u32,
            unknown: self.sheet.unknown_columns().to_vec(),
            repeated: self.leads().filter(|lead| self.sheet.is_duplicate(*lead)).count() as u32,
            mapped: self.mapped(),
            origin: self.origin(),
        }
    }

    fn mapped(&self) -> Vec<MappedColumn> {
        let intake = self.sheet.summary();
        let examples = self.sheet.format().examples.iter();
        let columns = intake.mapping.columns.iter().zip(&intake.unrecognized_cells).zip(examples);
        let mapped = columns.map(|((column, unread), examples)| MappedColumn {
            column: column.clone(),
            examples: examples.clone(),
            unread: (*unread).try_into().unwrap_or(u32::MAX),
        });
        mapped.collect()
    }

    fn origin(&self) -> Origin {
        let origin = self.sheet.format();
        let is_usual = origin.encoding == TextEncoding::Utf8;
        Origin {
            encoding: (!is_usual).then(|| origin.encoding.name().to_owned()),
            line: origin.line as f64,
            short_rows: self.sheet.summary().short_rows.try_into().unwrap_or(u32::MAX),
        }
    }

    /// The rows that a query asks for.
    pub fn window(&mut self, query: Query) -> Window {
        if self.found.as_ref().is_none_or(|(last, _)| !last.finds_the_same(&query)) {
            let leads = self.find(&query);
            self.found = Some((query.clone(), leads));
        }
        let leads = self.found();
        let rows = leads.iter().skip(query.offset as usize).take(query.limit as usize);
        let rows = rows.map(|lead| Row { cells: self.cells(*lead, &query.columns), ..self.row(*lead) }).collect();
        Window { found: leads.len() as u32, rows, query }
    }

    /// What the last query found, in its order.
    fn found(&self) -> &[u32] {
        self.found.as_ref().map_or(&[], |(_, leads)| leads)
    }

    /// One lead wholly; none where there is no such lead.
    pub fn detail(&self, lead: u32) -> Option<Detail> {
        let at = lead as usize;
        if at >= self.sheet.len() {
            return None;
        }
        let cut = |cell: &str| cell.chars().take(DETAIL_CHARS).collect::<String>();
        let cells =
            self.columns.iter().map(|column| (column.name.clone(), cut(self.sheet.cell(at, column.index as usize))));
        Some(Detail {
            row: self.row(lead),
            repeated: self.sheet.is_duplicate(at),
            cells: cells.collect(),
            fields: self.sheet.fields(at),
        })
    }

    /// The values of a column.
    pub fn values(&self, column: u32) -> Values {
        values::values(&self.sheet, column)
    }

    /// Selects leads, or no longer.
    pub fn select(&mut self, who: &Who, on: bool) -> Tally {
        let leads = self.who(who);
        self.marks.select(&leads, on);
        self.changed(|query| query.selected)
    }

    /// Marks leads.
    pub fn mark(&mut self, who: &Who, mark: Option<Mark>) -> Tally {
        let leads = self.who(who);
        self.marks.mark(&leads, mark);
        self.changed(|query| !query.marks.is_empty())
    }

    /// Takes over marks that were made on the same file, by its lines.
    pub fn take_marks(&mut self, marks: &[(u64, Mark)], selected: &[u64]) {
        let lines: Vec<u64> = self.leads().map(|lead| self.sheet.line(lead)).collect();
        let lead = |line: &u64| lines.binary_search(line).ok().map(|lead| lead as u32);
        for (line, mark) in marks {
            self.marks.mark(&lead(line).into_iter().collect::<Vec<_>>(), Some(*mark));
        }
        self.marks.select(&selected.iter().filter_map(lead).collect::<Vec<_>>(), true);
    }

    /// The lines of leads that bear a mark.
    pub fn marked_lines(&self) -> Vec<(u64, Mark)> {
        self.marks.marked().map(|(lead, mark)| (self.sheet.line(lead), mark)).collect()
    }

    /// The lines of leads that are selected.
    pub fn selected_lines(&self) -> Vec<u64> {
        self.leads().filter(|lead| self.marks.is_selected(*lead)).map(|lead| self.sheet.line(lead)).collect()
    }

    /// What is selected and marked.
    pub fn tally(&self) -> Tally {
        self.marks.tally()
    }

    /// What a query that asked for what was changed had found is out of date.
    fn changed(&mut self, asks: fn(&Query) -> bool) -> Tally {
        self.found.take_if(|(query, _)| asks(query));
        self.marks.tally()
    }

    fn who(&self, who: &Who) -> Vec<u32> {
        match who {
            Who::Lead(lead) => (self.leads().contains(&(*lead as usize))).then_some(*lead).into_iter().collect(),
            Who::Found => self.found().to_vec(),
            Who::Selected => {
                self.leads().filter(|lead| self.marks.is_selected(*lead)).map(|lead| lead as u32).collect()
            }
        }
    }

    /// The rejects, by what is to be done about them.
    pub fn rejects(&self) -> Vec<RejectGroup> {
        groups(self.sheet.rejects())
    }

    /// How many leads each model scored.
    fn models(&self) -> Vec<u32> {
        let mut models = vec![0; self.sheet.scorer().models().len()];
        self.leads().for_each(|lead| models[self.sheet.score(lead).model] += 1);
        models
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

    fn leads(&self) -> std::ops::Range<usize> {
        0..self.sheet.len()
    }

    fn cells(&self, lead: u32, columns: &[u32]) -> Vec<String> {
        let cell = |column: &u32| self.sheet.cell(lead as usize, *column as usize).chars().take(CELL_CHARS).collect();
        columns.iter().map(cell).collect()
    }

    fn row(&self, lead: u32) -> Row {
        let at = lead as usize;
        let score = self.sheet.score(at);
        Row {
            lead,
            rank: self.sheet.rank(at),
            line: self.sheet.line(at) as f64,
            score: Score { probability: score.probability, grade: score.grade, model: score.model as u32 },
            mark: self.marks.of_lead(at),
            selected: self.marks.is_selected(at),
            cells: Vec::new(),
        }
    }
}

fn column(sheet: &ScoredList, index: usize) -> Column {
    let mut cells = (0..sheet.len()).map(|lead| sheet.cell(lead, index).trim()).filter(|cell| !cell.is_empty());
    let numeric = cells.next().is_some_and(is_number) && cells.all(is_number);
    Column { index: index as u32, name: sheet.columns().get(index).cloned().unwrap_or_default(), numeric }
}

fn is_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers_make_a_column_of_numbers() {
        assert!(is_number("-1.5e3") && !is_number("inf") && !is_number("12 %"));
    }
}
