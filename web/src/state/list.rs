//! State of the ranked list: its query, the window received, and which of its tools are open.

use super::ImportProgress;
use crate::protocol::ProjectInfo;
use crate::protocol::{
    CellFilter, ColumnFilter, ColumnValues, Export, JobId, LeadDetail, ListSummary, Mark, MarkCounts, Query,
    RejectGroup, Reply, SheetInfo, Sort, Window,
};
use std::collections::BTreeMap;

/// Rows per page, and rows per request while scrolling.
pub const PAGE_ROWS: u32 = 100;

/// Maximum number of columns shown by default.
const COLUMNS_SHOWN: usize = 30;

/// Ranked list of the leads of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeadList {
    /// Job of the import.
    pub job: JobId,
    /// File name.
    pub file: String,
    /// Sheet that was read, when the file is a workbook.
    pub sheet: Option<SheetInfo>,
    /// Duration of reading and scoring in milliseconds, without unpacking.
    pub elapsed_ms: f64,
    /// Summary of the file.
    pub summary: std::rc::Rc<ListSummary>,
    /// Query to show.
    pub query: Query,
    /// Window received last; of an older query while the newest reply is pending.
    pub window: Option<Window>,
    /// Rejects, once received.
    pub rejects: Option<Vec<RejectGroup>>,
    /// True when the rejects are shown.
    pub rejects_open: bool,
    /// Export in progress.
    pub exporting: Option<Export>,
    /// Numbers of selected and marked leads.
    pub counts: MarkCounts,
    /// Row of the keyboard cursor, among the matching rows.
    pub active: u32,
    /// Number of cursor moves; each one scrolls the row into view, even when it stays the same.
    pub moves: u32,
    /// Lead shown in the side panel.
    pub open: Option<OpenLead>,
    /// Open tool.
    pub tool: Option<Tool>,
    /// Column whose values are offered as filters.
    pub column: Option<u32>,
    /// Values by column, once received.
    pub values: BTreeMap<u32, ColumnValues>,
    /// True for pages, false for scrolling.
    pub paged: bool,
    /// True when the last export is on the clipboard.
    pub copied: bool,
}

/// Lead shown in the side panel.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenLead {
    /// Index in the file.
    pub lead: u32,
    /// Details, once received.
    pub detail: Option<LeadDetail>,
}

/// Tool panel of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Filters.
    Filters,
    /// Choice and order of columns.
    Columns,
    /// Export.
    Export,
}

/// Change of the query.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryChange {
    /// Sort by this column; reverses the order when it is already the sort column.
    Sort(Sort),
    /// Search for this text.
    Search(String),
    /// Toggle a grade.
    Grade(char),
    /// Limit the displayed score, inclusive.
    ScoreRange(u32, u32),
    /// Toggle a mark.
    Mark(Option<Mark>),
    /// Toggle the filter on selected leads.
    Selected,
    /// Toggle a value of a column.
    Value(u32, String),
    /// Toggle the filter on non-empty cells of a column.
    NonEmpty(u32),
    /// Remove the filter on a column.
    ClearColumn(u32),
    /// Remove all filters.
    ClearFilters,
    /// Toggle showing each person once.
    Deduplicate,
    /// Show these columns.
    Columns(Vec<u32>),
    /// Move the window to this row.
    Offset(u32),
}

/// Change of the display that needs no other rows.
#[derive(Debug, Clone, PartialEq)]
pub enum DisplayChange {
    /// Toggle the rejects.
    Rejects,
    /// Toggle a tool.
    Tool(Tool),
    /// Offer the values of this column as filters.
    Column(Option<u32>),
    /// Move the keyboard cursor to this row.
    Row(u32),
    /// Open this lead in the side panel.
    OpenLead(u32),
    /// Close the side panel.
    CloseLead,
    /// Toggle paging.
    Paged,
    /// The export is on the clipboard.
    Copied,
}

impl Default for Query {
    fn default() -> Self {
        Query {
            sort: Sort::Score,
            reversed: false,
            search: String::new(),
            grades: Vec::new(),
            score_range: (0, 100),
            column_filters: Vec::new(),
            marks: Vec::new(),
            selected: false,
            deduplicated: false,
            columns: Vec::new(),
            offset: 0,
            limit: PAGE_ROWS,
        }
    }
}

impl Query {
    /// Returns the query after a change; changes of rows or order go back to the first row.
    pub fn apply(&self, change: QueryChange) -> Query {
        let mut query = Query { offset: 0, ..self.clone() };
        match change {
            QueryChange::Sort(sort) => {
                query.reversed = query.sort == sort && !query.reversed;
                query.sort = sort;
            }
            QueryChange::Search(text) => query.search = text,
            QueryChange::Grade(grade) => toggle(&mut query.grades, grade),
            QueryChange::ScoreRange(from, to) => query.score_range = (from.min(100), to.min(100)),
            QueryChange::Mark(mark) => toggle(&mut query.marks, mark),
            QueryChange::Selected => query.selected = !query.selected,
            QueryChange::Value(column, value) => query.toggle_value(column, value),
            QueryChange::NonEmpty(column) => {
                let was_set = query.column_filter(column) == Some(&CellFilter::NonEmpty);
                query.set_filter(column, (!was_set).then_some(CellFilter::NonEmpty));
            }
            QueryChange::ClearColumn(column) => query.set_filter(column, None),
            QueryChange::ClearFilters => {
                let Query { sort, reversed, deduplicated, columns, limit, .. } = query;
                query = Query { sort, reversed, deduplicated, columns, limit, ..Query::default() };
            }
            QueryChange::Deduplicate => query.deduplicated = !query.deduplicated,
            QueryChange::Columns(columns) => (query.columns, query.offset) = (columns, self.offset),
            QueryChange::Offset(offset) => query.offset = offset,
        }
        query
    }

    /// Returns the filter on a column.
    pub fn column_filter(&self, column: u32) -> Option<&CellFilter> {
        let filter = self.column_filters.iter().find(|filter| filter.column == column);
        filter.map(|filter| &filter.cells)
    }

    /// Number of active filters, without grades and search, which are always visible.
    pub fn filter_count(&self) -> usize {
        let flags = [self.score_range != (0, 100), !self.marks.is_empty(), self.selected];
        self.column_filters.len() + flags.iter().filter(|is_set| **is_set).count()
    }

    fn toggle_value(&mut self, column: u32, value: String) {
        let mut values = match self.column_filter(column) {
            Some(CellFilter::Values(values)) => values.clone(),
            Some(CellFilter::NonEmpty) | None => Vec::new(),
        };
        toggle(&mut values, value);
        self.set_filter(column, (!values.is_empty()).then_some(CellFilter::Values(values)));
    }

    /// Replaces the filter on a column; `None` removes it.
    fn set_filter(&mut self, column: u32, cells: Option<CellFilter>) {
        self.column_filters.retain(|filter| filter.column != column);
        self.column_filters.extend(cells.map(|cells| ColumnFilter { column, cells }));
    }
}

fn toggle<T: PartialEq>(chosen: &mut Vec<T>, one: T) {
    if chosen.contains(&one) {
        chosen.retain(|other| *other != one);
    } else {
        chosen.push(one);
    }
}

impl LeadList {
    /// Creates the list of a finished import, with the query of the project if it is one.
    pub fn new(import: &ImportProgress, summary: ListSummary, project: Option<Box<ProjectInfo>>, now: f64) -> Self {
        let columns = summary.columns.iter().take(COLUMNS_SHOWN).map(|column| column.index).collect();
        let fresh = Query { columns, ..Query::default() };
        let (file, query) = match project {
            Some(project) => (project.file, Query { offset: 0, limit: PAGE_ROWS, ..project.query }),
            None => (import.file.clone(), fresh),
        };
        LeadList {
            job: import.job,
            file,
            sheet: import.sheet.clone(),
            elapsed_ms: now - import.started_ms,
            summary: std::rc::Rc::new(summary),
            query,
            ..LeadList::default()
        }
    }

    pub(super) fn change_query(&mut self, change: QueryChange) {
        let query = self.query.apply(change);
        if !query.has_same_rows(&self.query) {
            self.active = 0;
        }
        self.query = query;
    }

    pub(super) fn change_display(&mut self, change: DisplayChange) {
        match change {
            DisplayChange::Rejects => self.rejects_open = !self.rejects_open,
            DisplayChange::Tool(tool) => self.tool = if self.tool == Some(tool) { None } else { Some(tool) },
            DisplayChange::Column(column) => self.column = column,
            DisplayChange::Row(row) => {
                self.active = row.min(self.found().saturating_sub(1));
                self.moves = self.moves.wrapping_add(1);
            }
            DisplayChange::OpenLead(lead) => self.open = Some(OpenLead { lead, detail: None }),
            DisplayChange::CloseLead => self.open = None,
            DisplayChange::Paged => {
                self.paged = !self.paged;
                self.query.offset = if self.paged { self.active / PAGE_ROWS * PAGE_ROWS } else { 0 };
            }
            DisplayChange::Copied => self.copied = true,
        }
    }

    /// Number of rows that match the last received query.
    pub fn found(&self) -> u32 {
        self.window.as_ref().map_or(0, |window| window.found)
    }

    /// Stores a reply; ignores replies to another list or to an outdated query.
    pub(super) fn receive(&mut self, reply: Reply) {
        match reply {
            Reply::Rows { job, window } if self.job == job && self.query.has_same_rows(&window.query) => {
                self.active = self.active.min(window.found.saturating_sub(1));
                self.window = Some(window);
            }
            Reply::Rejects { job, rejects } if self.job == job => self.rejects = Some(rejects),
            Reply::Values { job, values } if self.job == job => {
                self.values.insert(values.column, values);
            }
            Reply::Counts { job, counts } if self.job == job => self.counts = counts,
            Reply::Lead { job, detail } if self.job == job => {
                if let Some(open) = self.open.as_mut().filter(|open| open.lead == detail.row.lead) {
                    open.detail = Some(detail);
                }
            }
            Reply::Exported { job, what, .. } if self.job == job && self.exporting == Some(what) => {
                self.exporting = None;
            }
            _ => {}
        }
    }
}
