//! The list in sight: what is asked of it, what came, and what of its tools is open.
//!
//! Owns how these change. May not know the browser, the worker's ways or words.

use super::Reading;
use crate::agent::{
    Condition, Detail, Export, Job, Mark, PickedSheet, Query, RejectGroup, Reply, Sort, Summary, Tally, Values, Wanted,
    Window,
};
use crate::project::ProjectFacts;
use std::collections::BTreeMap;

/// Rows that the list shows at once when it is shown page by page.
pub const PAGE_ROWS: u32 = 100;

/// Columns that are shown of a file that has more, until the user chooses others.
const COLUMNS_SHOWN: usize = 30;

/// The leads of a file, ranked.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The reading that made it.
    pub job: Job,
    /// The file's name.
    pub file: String,
    /// The sheet that it was, where it came in a workbook.
    pub sheet: Option<PickedSheet>,
    /// How long reading and scoring took, in milliseconds; of a workbook, once it was unpacked.
    pub took: f64,
    /// What the file holds.
    pub summary: std::rc::Rc<Summary>,
    /// What is to be shown.
    pub query: Query,
    /// What is shown: of an older query while the answer to the newest is under way.
    pub window: Option<Window>,
    /// The rejects, once asked for.
    pub rejects: Option<Vec<RejectGroup>>,
    /// Whether the rejects are in sight.
    pub rejects_open: bool,
    /// What is being made for keeping.
    pub exporting: Option<Export>,
    /// What is selected and marked.
    pub tally: Tally,
    /// The row that the keyboard is at, among those found.
    pub active: u32,
    /// How often the keyboard was moved: its row comes into sight each time, also where it stays the same.
    pub moves: u32,
    /// The lead that is looked at.
    pub open: Option<Opened>,
    /// The tool that is open.
    pub tool: Option<Tool>,
    /// The column whose values are to choose from.
    pub column: Option<u32>,
    /// The values of columns, once they came.
    pub values: BTreeMap<u32, Values>,
    /// Whether rows come page by page.
    pub paged: bool,
    /// Whether the last text went to the clipboard.
    pub copied: bool,
}

/// The lead that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Its place in the file.
    pub lead: u32,
    /// All of it, once it came.
    pub detail: Option<Detail>,
}

/// A tool of the list that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// What is shown.
    Filters,
    /// Which columns, in which order.
    Columns,
    /// What is taken out.
    Take,
}

/// A change to what the list shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Sorted by this column; once more: the other way round.
    Sort(Sort),
    /// With this text.
    Search(String),
    /// With or without this grade.
    Grade(char),
    /// With scores between these two.
    Points(u32, u32),
    /// With or without this mark.
    Marked(Option<Mark>),
    /// Only what is selected, or all.
    Selected,
    /// With or without this value in a column.
    Value(u32, String),
    /// With anything in a column, or no longer so.
    Filled(u32),
    /// Without a condition on a column.
    Unconditioned(u32),
    /// Without any filter.
    Everything,
    /// Each person once, or every lead.
    Fold,
    /// These columns.
    Columns(Vec<u32>),
    /// From this row on.
    From(u32),
}

/// A change to how the list is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// The rejects in sight, or out of it.
    Rejects,
    /// A tool open, or closed where it was open.
    Tool(Tool),
    /// The values of this column to choose from.
    Column(Option<u32>),
    /// The keyboard at this row.
    At(u32),
    /// This lead looked at.
    Lead(u32),
    /// No lead looked at.
    NoLead,
    /// Rows page by page, or one below the other.
    Paged,
    /// The last text is on the clipboard.
    Copied,
}

impl Default for Query {
    fn default() -> Self {
        Query {
            sort: Sort::Score,
            reversed: false,
            search: String::new(),
            grades: Vec::new(),
            points: (0, 100),
            conditions: Vec::new(),
            marks: Vec::new(),
            selected: false,
            folded: false,
            columns: Vec::new(),
            offset: 0,
            limit: PAGE_ROWS,
        }
    }
}

impl Query {
    /// The query after a change; every change of what is found goes back to the first row.
    pub fn after(&self, ask: Ask) -> Query {
        let mut query = Query { offset: 0, ..self.clone() };
        match ask {
            Ask::Sort(sort) => {
                query.reversed = query.sort == sort && !query.reversed;
                query.sort = sort;
            }
            Ask::Search(text) => query.search = text,
            Ask::Grade(grade) => toggle(&mut query.grades, grade),
            Ask::Points(from, to) => query.points = (from.min(100), to.min(100)),
            Ask::Marked(mark) => toggle(&mut query.marks, mark),
            Ask::Selected => query.selected = !query.selected,
            Ask::Value(column, value) => query.toggle_value(column, value),
            Ask::Filled(column) => {
                let was_filled = query.condition(column) == Some(&Wanted::Filled);
                query.conditions.retain(|condition| condition.column != column);
                if !was_filled {
                    query.conditions.push(Condition { column, wanted: Wanted::Filled });
                }
            }
            Ask::Unconditioned(column) => query.conditions.retain(|condition| condition.column != column),
            Ask::Everything => {
                let Query { sort, reversed, folded, columns, limit, .. } = query;
                query = Query { sort, reversed, folded, columns, limit, ..Query::default() };
            }
            Ask::Fold => query.folded = !query.folded,
            Ask::Columns(columns) => (query.columns, query.offset) = (columns, self.offset),
            Ask::From(offset) => query.offset = offset,
        }
        query
    }

    /// What must stand in a column.
    pub fn condition(&self, column: u32) -> Option<&Wanted> {
        let condition = self.conditions.iter().find(|condition| condition.column == column);
        condition.map(|condition| &condition.wanted)
    }

    /// How many filters are set, beside grades and search, which are always in sight.
    pub fn filters(&self) -> usize {
        let flags = [self.points != (0, 100), !self.marks.is_empty(), self.selected];
        self.conditions.len() + flags.iter().filter(|is_set| **is_set).count()
    }

    fn toggle_value(&mut self, column: u32, value: String) {
        let mut values = match self.condition(column) {
            Some(Wanted::Values(values)) => values.clone(),
            Some(Wanted::Filled) | None => Vec::new(),
        };
        toggle(&mut values, value);
        self.conditions.retain(|condition| condition.column != column);
        if !values.is_empty() {
            self.conditions.push(Condition { column, wanted: Wanted::Values(values) });
        }
    }
}

fn toggle<T: PartialEq>(chosen: &mut Vec<T>, one: T) {
    if chosen.contains(&one) {
        chosen.retain(|other| *other != one);
    } else {
        chosen.push(one);
    }
}

impl List {
    /// A list as it was read; one of a project as it was when that was saved.
    pub fn new(reading: &Reading, summary: Summary, project: Option<Box<ProjectFacts>>, now: f64) -> Self {
        let columns = summary.columns.iter().take(COLUMNS_SHOWN).map(|column| column.index).collect();
        let fresh = Query { columns, ..Query::default() };
        let (file, query) = match project {
            Some(project) => (project.file, Query { offset: 0, limit: PAGE_ROWS, ..project.query }),
            None => (reading.file.clone(), fresh),
        };
        List {
            job: reading.job,
            file,
            sheet: reading.sheet.clone(),
            took: now - reading.since,
            summary: std::rc::Rc::new(summary),
            query,
            window: None,
            rejects: None,
            rejects_open: false,
            exporting: None,
            tally: Tally::default(),
            active: 0,
            moves: 0,
            open: None,
            tool: None,
            column: None,
            values: BTreeMap::new(),
            paged: false,
            copied: false,
        }
    }

    pub(super) fn ask(&mut self, ask: Ask) {
        let query = self.query.after(ask);
        if !query.finds_the_same(&self.query) {
            self.active = 0;
        }
        self.query = query;
    }

    pub(super) fn look(&mut self, look: Look) {
        match look {
            Look::Rejects => self.rejects_open = !self.rejects_open,
            Look::Tool(tool) => self.tool = if self.tool == Some(tool) { None } else { Some(tool) },
            Look::Column(column) => self.column = column,
            Look::At(row) => {
                self.active = row.min(self.found().saturating_sub(1));
                self.moves = self.moves.wrapping_add(1);
            }
            Look::Lead(lead) => self.open = Some(Opened { lead, detail: None }),
            Look::NoLead => self.open = None,
            Look::Paged => {
                self.paged = !self.paged;
                self.query.offset = if self.paged { self.active / PAGE_ROWS * PAGE_ROWS } else { 0 };
            }
            Look::Copied => self.copied = true,
        }
    }

    /// How many rows the last answer found.
    pub fn found(&self) -> u32 {
        self.window.as_ref().map_or(0, |window| window.found)
    }

    /// What is said of a list that is no longer shown, or of a query that is no longer asked, is dropped.
    pub(super) fn hear(&mut self, reply: Reply) {
        match reply {
            Reply::Rows { job, window } if self.job == job && self.query.finds_the_same(&window.query) => {
                self.active = self.active.min(window.found.saturating_sub(1));
                self.window = Some(window);
            }
            Reply::Rejects { job, rejects } if self.job == job => self.rejects = Some(rejects),
            Reply::Values { job, values } if self.job == job => {
                self.values.insert(values.column, values);
            }
            Reply::Tally { job, tally } if self.job == job => self.tally = tally,
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
