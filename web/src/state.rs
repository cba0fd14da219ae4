//! What the page knows, and the one pure function that changes it.
//!
//! Owns the state, the actions and the reducer. May not know the browser, the worker's ways, words or components; the
//! time comes in with the actions.

mod hand;

pub use hand::{ByHand, Hand};

use crate::agent::{Export, Failure, Job, ModelFacts, Query, RejectLine, Reply, Sort, Summary, Window};
use std::rc::Rc;
use yew::Reducible;

/// Rows that the list shows at once.
pub const PAGE_ROWS: u32 = 100;

/// What the page knows.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Whether leads can be scored.
    pub engine: Engine,
    /// The models in use.
    pub models: Rc<Vec<ModelFacts>>,
    /// What the page shows.
    pub view: View,
    /// The file being read.
    pub reading: Option<Reading>,
    /// The list of the last file.
    pub list: Option<Rc<List>>,
    /// The lead typed by hand.
    pub hand: Hand,
    /// Something to tell, until it is put away, another view is shown or the next file comes.
    pub notice: Option<Notice>,
}

/// Whether leads can be scored.
#[derive(Debug, Clone, PartialEq)]
pub enum Engine {
    /// Parts are fetched and started.
    Loading,
    /// Files may come.
    Ready,
    /// It will not come up.
    Failed(Stop),
}

/// Why leads cannot be scored.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    /// A part of the page could not be fetched.
    Unfetched {
        /// Which.
        name: String,
    },
    /// The browser does not start the worker.
    Unstarted,
    /// The models cannot be used.
    Models {
        /// Why.
        reason: String,
    },
}

/// What the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Where a file is dropped.
    Start,
    /// The ranked leads.
    List,
    /// One lead by hand.
    Lead,
}

/// A file being read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Its reading.
    pub job: Job,
    /// Its name.
    pub file: String,
    /// Its size in bytes.
    pub size: f64,
    /// Bytes read so far.
    pub bytes: f64,
    /// Rows scored so far.
    pub rows: u32,
    /// When it began, in milliseconds.
    pub since: f64,
    /// How long it has been going on, in milliseconds.
    pub elapsed: f64,
}

/// The leads of a file, ranked.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The reading that made it.
    pub job: Job,
    /// The file's name.
    pub file: String,
    /// How long reading and scoring took, in milliseconds.
    pub took: f64,
    /// What the file holds.
    pub summary: Summary,
    /// What is to be shown.
    pub query: Query,
    /// What is shown: of an older query while the answer to the newest is under way.
    pub window: Option<Window>,
    /// The first rejects, once asked for.
    pub rejects: Option<Vec<RejectLine>>,
    /// Whether the rejects are in sight.
    pub rejects_open: bool,
    /// What is being made for keeping.
    pub exporting: Option<Export>,
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// The worker died and was started again.
    Restarted,
    /// A file gave no list.
    Unreadable {
        /// Its reading.
        job: Job,
        /// Its name.
        file: String,
        /// Why.
        failure: Failure,
    },
    /// A reading was stopped by the user.
    Cancelled,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The scorer will not come up.
    Stopped(Stop),
    /// The worker died; another is being started.
    Died,
    /// A file was handed to the worker.
    Chosen {
        /// Its reading.
        job: Job,
        /// Its name.
        file: String,
        /// Its size in bytes.
        size: f64,
        /// The time in milliseconds.
        now: f64,
    },
    /// The user stopped the reading.
    Cancelled,
    /// The worker said something.
    Heard {
        /// What.
        reply: Reply,
        /// The time in milliseconds.
        now: f64,
    },
    /// The user wants another view.
    Shown(View),
    /// The user wants other rows, from the first on.
    Asked(Ask),
    /// The user wants the rejects in sight, or out of it.
    RejectsToggled,
    /// A file to keep was asked for.
    ExportAsked(Export),
    /// A lead by hand was handed to the worker.
    HandSent,
    /// A field of the lead by hand was changed.
    HandChanged {
        /// Its name.
        field: String,
        /// What stands in it now.
        text: String,
    },
    /// All fields of the lead by hand were emptied.
    HandCleared,
    /// The notice is read.
    NoticeClosed,
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
    /// Each person once, or every lead.
    Fold,
    /// From this row on.
    Page(u32),
}

impl Default for State {
    fn default() -> Self {
        State {
            engine: Engine::Loading,
            models: Rc::default(),
            view: View::Start,
            reading: None,
            list: None,
            hand: Hand::default(),
            notice: None,
        }
    }
}

impl Default for Query {
    fn default() -> Self {
        Query {
            sort: Sort::Score,
            reversed: false,
            search: String::new(),
            grades: Vec::new(),
            folded: false,
            offset: 0,
            limit: PAGE_ROWS,
        }
    }
}

impl Query {
    /// The query after a change; every change but of the page goes back to the first row.
    pub fn after(&self, ask: Ask) -> Query {
        let mut query = Query { offset: 0, ..self.clone() };
        match ask {
            Ask::Sort(sort) => {
                query.reversed = query.sort == sort && !query.reversed;
                query.sort = sort;
            }
            Ask::Search(text) => query.search = text,
            Ask::Grade(grade) if query.grades.contains(&grade) => query.grades.retain(|other| *other != grade),
            Ask::Grade(grade) => query.grades.push(grade),
            Ask::Fold => query.folded = !query.folded,
            Ask::Page(offset) => query.offset = offset,
        }
        query
    }
}

impl State {
    /// True when a file may be chosen.
    pub fn accepts_files(&self) -> bool {
        self.engine == Engine::Ready && self.reading.is_none()
    }

    /// The state after an action.
    pub fn after(&self, action: Action) -> State {
        let mut next = self.clone();
        match action {
            Action::Stopped(stop) => {
                next = State { engine: Engine::Failed(stop), view: View::Start, ..State::default() }
            }
            Action::Died => next = self.without_worker(),
            Action::Chosen { job, file, size, now } => {
                next.reading = Some(Reading { job, file, size, bytes: 0.0, rows: 0, since: now, elapsed: 0.0 });
                next.notice = None;
                next.view = View::Start;
            }
            Action::Cancelled => {
                next.reading = None;
                next.notice = Some(Notice::Cancelled);
            }
            Action::Heard { reply, now } => next.hear(reply, now),
            Action::Shown(view) => next.show(view),
            Action::Asked(ask) => next.change_list(|list| list.query = list.query.after(ask)),
            Action::RejectsToggled => next.change_list(|list| list.rejects_open = !list.rejects_open),
            Action::ExportAsked(what) => next.change_list(|list| list.exporting = Some(what)),
            Action::HandSent => next.hand.send(),
            Action::HandChanged { field, text } => next.hand.change(field, text),
            Action::HandCleared => next.hand.clear(),
            Action::NoticeClosed => next.notice = None,
        }
        next
    }

    /// The list died with the worker; what was typed did not.
    fn without_worker(&self) -> State {
        let mut hand = self.hand.clone();
        hand.forget();
        State { models: self.models.clone(), hand, notice: Some(Notice::Restarted), ..State::default() }
    }

    /// A notice belongs to the view that it came up in.
    fn show(&mut self, view: View) {
        self.view = if self.list.is_none() && view == View::List { View::Start } else { view };
        self.notice = None;
    }

    fn change_list(&mut self, change: impl FnOnce(&mut List)) {
        if let Some(list) = &mut self.list {
            change(Rc::make_mut(list));
        }
    }

    fn hear(&mut self, reply: Reply, now: f64) {
        match reply {
            Reply::Awake => {}
            Reply::Opened { models } => {
                self.engine = Engine::Ready;
                self.models = Rc::new(models);
            }
            Reply::Refused { reason } => *self = self.after(Action::Stopped(Stop::Models { reason })),
            Reply::Progress { job, bytes, rows } => {
                if let Some(reading) = self.reading.as_mut().filter(|reading| reading.job == job) {
                    (reading.bytes, reading.rows, reading.elapsed) = (bytes, rows, now - reading.since);
                }
            }
            Reply::Read { job, summary } => {
                if let Some(reading) = self.reading.take_if(|reading| reading.job == job) {
                    self.list = Some(Rc::new(List::new(&reading, summary, now)));
                    self.view = View::List;
                }
            }
            Reply::Unreadable { job, failure } => {
                if let Some(reading) = self.reading.take_if(|reading| reading.job == job) {
                    self.notice = Some(Notice::Unreadable { job, file: reading.file, failure });
                }
            }
            Reply::Scored { turn, score } => self.hand.hear(turn, ByHand::Scored(score)),
            Reply::Unscored { turn, faults } => self.hand.hear(turn, ByHand::Faulty(faults)),
            Reply::Rows { .. } | Reply::Rejects { .. } | Reply::Exported { .. } => self.hear_of_list(reply),
        }
    }

    /// What is said of a list that is no longer shown, or of a query that is no longer asked, is dropped.
    fn hear_of_list(&mut self, reply: Reply) {
        self.change_list(|list| match reply {
            Reply::Rows { job, window } if list.job == job && list.query == window.query => list.window = Some(window),
            Reply::Rejects { job, rejects } if list.job == job => list.rejects = Some(rejects),
            Reply::Exported { job, what, .. } if list.job == job && list.exporting == Some(what) => {
                list.exporting = None;
            }
            _ => {}
        });
    }
}

impl List {
    fn new(reading: &Reading, summary: Summary, now: f64) -> Self {
        List {
            job: reading.job,
            file: reading.file.clone(),
            took: now - reading.since,
            summary,
            query: Query::default(),
            window: None,
            rejects: None,
            rejects_open: false,
            exporting: None,
        }
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        Rc::new(self.after(action))
    }
}

#[cfg(test)]
mod tests;
