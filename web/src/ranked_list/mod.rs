//! Scored list with the user's marks, and the result of the last query.
//!
//! Must not depend on the message port or the page.

mod column_order;
mod column_values;
mod export;
mod file_format;
mod marks;
mod query;
mod rejects;

pub use export::BlobWriter;
pub use marks::Marks;
pub use rejects::group_rejects;

use crate::protocol::{
    Column, ColumnValues, FileFormat, LeadDetail, LeadSet, ListSummary, MappedColumn, Mark, MarkCounts, Query,
    RejectGroup, Row, Score, UnseenValues, Window,
};
use column_order::display_order;
use file_format::{file_dialect, file_encoding};
use scorer::lead::level::UnseenField;
use scorer::lead::mapping::Target;
use scorer::scored_list::ScoredList;

/// Maximum characters of a cell in the table: more than any screen shows.
const CELL_CHARS: usize = 200;

/// Maximum characters of a cell in the details of a lead.
const DETAIL_CHARS: usize = 20_000;

/// Scored list with the user's marks.
pub struct RankedList {
    list: ScoredList,
    columns: Vec<Column>,
    marks: Marks,
    /// Last query and its matches.
    found: Option<(Query, Vec<u32>)>,
}

impl RankedList {
    /// Creates an unmarked list.
    pub fn new(list: ScoredList) -> Self {
        let columns = display_order(list.columns()).into_iter().map(|index| column(&list, index)).collect();
        RankedList { marks: Marks::new(list.len()), list, columns, found: None }
    }

    /// Returns the scored list.
    pub fn scored_list(&self) -> &ScoredList {
        &self.list
    }

    /// Summarizes the list.
    pub fn summary(&self) -> ListSummary {
        ListSummary {
            columns: self.columns.clone(),
            rows: self.list.len() as u32,
            rejects: self.list.rejects().len() as u32,
            models: self.leads_per_model(),
            grades: self.leads_per_grade(),
            missing_fields: self.list.missing_fields().to_vec(),
            field_count: self.list.scorer().schema().len() as u32,
            unmapped_columns: self.list.unknown_columns().to_vec(),
            duplicates: self.leads().filter(|lead| self.list.is_duplicate(*lead)).count() as u32,
            mapped_columns: self.mapped_columns(),
            format: self.format(),
        }
    }

    fn mapped_columns(&self) -> Vec<MappedColumn> {
        let import = self.list.summary();
        let examples = self.list.format().examples.iter();
        let counts = import.unrecognized_cells.iter().zip(&import.cell_counts);
        let columns = import.mapping.columns.iter().zip(counts).zip(examples);
        let mapped = columns.map(|((column, (unparsed, counts)), examples)| MappedColumn {
            column: column.clone(),
            examples: examples.clone(),
            unparsed: saturated(*unparsed),
            counts: *counts,
            unseen: self.unseen(column.target.as_ref()),
        });
        mapped.collect()
    }

    /// Returns the values of a column that the model has never seen.
    fn unseen(&self, target: Option<&Target>) -> UnseenValues {
        let is_target = |unseen: &&UnseenField| matches!(target, Some(Target::Field(field)) if *field == unseen.field);
        let unseen = self.list.unseen().iter().find(is_target);
        unseen.map_or_else(UnseenValues::default, |unseen| UnseenValues {
            cells: saturated(unseen.cells),
            most_common: unseen.commonest.iter().map(|(text, cells)| (text.clone(), saturated(*cells))).collect(),
        })
    }

    fn format(&self) -> FileFormat {
        let format = self.list.format();
        FileFormat {
            encoding: file_encoding(format.encoding),
            dialect: file_dialect(format),
            header_line: format.line as f64,
            short_rows: saturated(self.list.summary().short_rows),
            html_cells: saturated(self.list.summary().html_cells),
            skipped_rows: saturated(self.list.summary().skipped.rows),
            skipped_lines: self.list.summary().skipped.lines.iter().map(|line| *line as f64).collect(),
        }
    }

    /// Returns the window of a query; repeated queries reuse the matches.
    pub fn window(&mut self, query: Query) -> Window {
        if self.found.as_ref().is_none_or(|(last, _)| !last.has_same_rows(&query)) {
            let leads = self.find(&query);
            self.found = Some((query.clone(), leads));
        }
        let leads = self.found();
        let rows = leads.iter().skip(query.offset as usize).take(query.limit as usize);
        let rows = rows.map(|lead| Row { cells: self.cells(*lead, &query.columns), ..self.row(*lead) }).collect();
        Window { found: leads.len() as u32, rows, query }
    }

    /// Returns the matches of the last query, in its order.
    fn found(&self) -> &[u32] {
        self.found.as_ref().map_or(&[], |(_, leads)| leads)
    }

    /// Returns the details of a lead; `None` when the index is out of range.
    pub fn detail(&self, lead: u32) -> Option<LeadDetail> {
        let index = lead as usize;
        if index >= self.list.len() {
            return None;
        }
        let cell = |column: &Column| {
            let text = self.list.cell(index, column.index as usize).chars().take(DETAIL_CHARS).collect::<String>();
            (column.name.clone(), text)
        };
        Some(LeadDetail {
            row: self.row(lead),
            is_duplicate: self.list.is_duplicate(index),
            cells: self.columns.iter().map(cell).collect(),
            fields: self.list.fields(index),
        })
    }

    /// Returns the most frequent values of a column.
    pub fn values(&self, column: u32) -> ColumnValues {
        column_values::column_values(&self.list, column)
    }

    /// Selects or deselects leads.
    pub fn select(&mut self, leads: &LeadSet, selected: bool) -> MarkCounts {
        let leads = self.resolve(leads);
        self.marks.select(&leads, selected);
        self.invalidate(|query| query.selected)
    }

    /// Marks leads; `None` removes their marks.
    pub fn mark(&mut self, leads: &LeadSet, mark: Option<Mark>) -> MarkCounts {
        let leads = self.resolve(leads);
        self.marks.mark(&leads, mark);
        self.invalidate(|query| !query.marks.is_empty())
    }

    /// Restores marks and selection of an earlier import of the same file, by line.
    pub fn restore_marks(&mut self, marks: &[(u64, Mark)], selected: &[u64]) {
        let lines: Vec<u64> = self.leads().map(|lead| self.list.line(lead)).collect();
        let lead = |line: &u64| lines.binary_search(line).ok().map(|lead| lead as u32);
        for (line, mark) in marks {
            self.marks.mark(&lead(line).into_iter().collect::<Vec<_>>(), Some(*mark));
        }
        self.marks.select(&selected.iter().filter_map(lead).collect::<Vec<_>>(), true);
    }

    /// Returns the marked leads, by line.
    pub fn marked_lines(&self) -> Vec<(u64, Mark)> {
        self.marks.marked().map(|(lead, mark)| (self.list.line(lead), mark)).collect()
    }

    /// Returns the lines of the selected leads.
    pub fn selected_lines(&self) -> Vec<u64> {
        self.leads().filter(|lead| self.marks.is_selected(*lead)).map(|lead| self.list.line(lead)).collect()
    }

    /// Returns the numbers of selected and marked leads.
    pub fn counts(&self) -> MarkCounts {
        self.marks.counts()
    }

    /// Drops the matches of the last query if it depends on what was changed.
    fn invalidate(&mut self, is_affected: fn(&Query) -> bool) -> MarkCounts {
        self.found.take_if(|(query, _)| is_affected(query));
        self.marks.counts()
    }

    fn resolve(&self, leads: &LeadSet) -> Vec<u32> {
        match leads {
            LeadSet::Lead(lead) => (self.leads().contains(&(*lead as usize))).then_some(*lead).into_iter().collect(),
            LeadSet::Found => self.found().to_vec(),
            LeadSet::Selected => {
                self.leads().filter(|lead| self.marks.is_selected(*lead)).map(|lead| lead as u32).collect()
            }
        }
    }

    /// Returns the rejects, grouped by remedy.
    pub fn rejects(&self) -> Vec<RejectGroup> {
        group_rejects(self.list.rejects())
    }

    fn leads_per_model(&self) -> Vec<u32> {
        let mut models = vec![0; self.list.scorer().models().len()];
        self.leads().for_each(|lead| models[self.list.score(lead).model] += 1);
        models
    }

    /// Counts the leads of every grade of the models, also of unused ones.
    fn leads_per_grade(&self) -> Vec<(char, u32)> {
        let mut letters: Vec<char> = Vec::new();
        for model in self.list.scorer().models() {
            letters.extend(model.grades().ranges.iter().map(|range| range.grade));
        }
        letters.sort_unstable();
        letters.dedup();
        let count = |grade: char| self.leads().filter(|lead| self.list.score(*lead).grade == Some(grade)).count();
        letters.into_iter().map(|grade| (grade, count(grade) as u32)).collect()
    }

    fn leads(&self) -> std::ops::Range<usize> {
        0..self.list.len()
    }

    fn cells(&self, lead: u32, columns: &[u32]) -> Vec<String> {
        let cell = |column: &u32| self.list.cell(lead as usize, *column as usize).chars().take(CELL_CHARS).collect();
        columns.iter().map(cell).collect()
    }

    /// Returns the row of a lead, without cells.
    fn row(&self, lead: u32) -> Row {
        let index = lead as usize;
        let score = self.list.score(index);
        Row {
            lead,
            rank: self.list.rank(index),
            line: self.list.line(index) as f64,
            score: Score { probability: score.probability, grade: score.grade, model: score.model as u32 },
            mark: self.marks.mark_of(index),
            selected: self.marks.is_selected(index),
            cells: Vec::new(),
        }
    }
}

fn column(list: &ScoredList, index: usize) -> Column {
    let mut cells = (0..list.len()).map(|lead| list.cell(lead, index).trim()).filter(|cell| !cell.is_empty());
    let numeric = cells.next().is_some_and(is_number) && cells.all(is_number);
    Column { index: index as u32, name: list.columns().get(index).cloned().unwrap_or_default(), numeric }
}

fn is_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Number as sent to the page.
fn saturated(number: u64) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers_are_numeric() {
        assert!(is_number("-1.5e3") && !is_number("inf") && !is_number("12 %"));
    }
}
