//! What the page knows, and the one pure function that changes it.
//!
//! Owns the state, the actions and the reducer. May not know the browser, the worker's ways, words or components; the
//! time comes in with the actions.

mod hand;
mod list;

pub use hand::{ByHand, Hand};
pub use list::{Ask, List, Look, Opened, PAGE_ROWS, Tool};

use crate::agent::{Export, Failure, Job, ModelFacts, PickedSheet, Reply};
use crate::language::{self, Language};
use scorer::lead::schema::Schema;
use std::rc::Rc;
use yew::Reducible;

/// What the page knows.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Whether leads can be scored.
    pub engine: Engine,
    /// The models in use.
    pub models: Rc<Vec<ModelFacts>>,
    /// The fields that they know.
    pub schema: Rc<Schema>,
    /// The name of the user's own model, where it is in use.
    pub own: Option<String>,
    /// What the page shows.
    pub view: View,
    /// The file being read.
    pub reading: Option<Reading>,
    /// The list of the last file.
    pub list: Option<Rc<List>>,
    /// The lead typed by hand.
    pub hand: Hand,
    /// The language of its words.
    pub language: Language,
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
    /// How the promise is kept.
    Privacy,
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
    /// Whether it is a workbook that is being unpacked.
    pub unpacking: bool,
    /// The sheet that is read, where it came in a workbook.
    pub sheet: Option<PickedSheet>,
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
    /// The user's own model cannot be used.
    ModelRefused {
        /// Why.
        reason: String,
    },
    /// A project was saved with another model.
    ModelChanged,
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
        /// The sheet that it was, where it was unpacked before.
        sheet: Option<PickedSheet>,
        /// Its size in bytes.
        size: f64,
        /// The time in milliseconds.
        now: f64,
    },
    /// The file was a workbook; now its sheet is handed to the worker.
    Unpacked {
        /// Of which reading.
        job: Job,
        /// Which sheet.
        sheet: PickedSheet,
        /// The size of its text in bytes.
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
    /// The user looks at the list otherwise.
    Looked(Look),
    /// The user wants another language.
    Spoken(Language),
    /// The user wants to change a lead of the list by hand: its fields.
    Taken(Vec<(String, String)>),
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

impl Default for State {
    fn default() -> Self {
        State {
            engine: Engine::Loading,
            models: Rc::default(),
            schema: Rc::new(Schema::leads()),
            own: None,
            view: View::Start,
            reading: None,
            list: None,
            hand: Hand::default(),
            language: language::current(),
            notice: None,
        }
    }
}

impl Reading {
    fn new(job: Job, (file, sheet): (String, Option<PickedSheet>), size: f64, now: f64) -> Self {
        Reading { job, file, size, bytes: 0.0, rows: 0, since: now, elapsed: 0.0, unpacking: false, sheet }
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
                next = State { engine: Engine::Failed(stop), language: self.language, ..State::default() }
            }
            Action::Died => next = self.without_worker(),
            Action::Chosen { job, file, sheet, size, now } => {
                next.reading = Some(Reading::new(job, (file, sheet), size, now));
                next.notice = None;
                next.view = View::Start;
            }
            Action::Unpacked { job, sheet, size, now } => {
                if let Some(reading) = next.reading_of(job) {
                    *reading = Reading::new(job, (reading.file.clone(), Some(sheet)), size, now);
                }
            }
            Action::Cancelled => {
                next.reading = None;
                next.notice = Some(Notice::Cancelled);
            }
            Action::Heard { reply, now } => next.hear(reply, now),
            Action::Shown(view) => next.show(view),
            Action::Asked(ask) => next.change_list(|list| list.ask(ask)),
            Action::Looked(look) => next.change_list(|list| list.look(look)),
            Action::Spoken(language) => next.language = language,
            Action::Taken(fields) => {
                next.hand.fill(fields);
                next.show(View::Lead);
            }
            Action::ExportAsked(what) => {
                next.change_list(|list| (list.exporting, list.copied) = (Some(what), false));
            }
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
        State {
            models: self.models.clone(),
            schema: self.schema.clone(),
            own: self.own.clone(),
            hand,
            language: self.language,
            notice: Some(Notice::Restarted),
            ..State::default()
        }
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

    /// The reading under way, where it is this one.
    fn reading_of(&mut self, job: Job) -> Option<&mut Reading> {
        self.reading.as_mut().filter(|reading| reading.job == job)
    }

    fn hear(&mut self, reply: Reply, now: f64) {
        match reply {
            Reply::Awake => {}
            Reply::Opened { models, fields, own } => {
                self.engine = Engine::Ready;
                self.models = Rc::new(models);
                self.schema = Rc::new(fields.schema());
                self.own = own;
                // What was said of the lead by hand was said by another model.
                self.hand.forget();
            }
            Reply::Refused { reason, own: true } => self.notice = Some(Notice::ModelRefused { reason }),
            Reply::Refused { reason, own: false } => *self = self.after(Action::Stopped(Stop::Models { reason })),
            Reply::Workbook { job } => {
                if let Some(reading) = self.reading_of(job) {
                    reading.unpacking = true;
                }
            }
            Reply::Progress { job, bytes, rows } => {
                if let Some(reading) = self.reading_of(job) {
                    (reading.bytes, reading.rows, reading.elapsed) = (bytes, rows, now - reading.since);
                }
            }
            Reply::Read { job, summary, project } => {
                if let Some(reading) = self.reading.take_if(|reading| reading.job == job) {
                    let is_changed = project.as_ref().is_some_and(|project| !project.same_models);
                    self.notice = is_changed.then_some(Notice::ModelChanged);
                    self.list = Some(Rc::new(List::new(&reading, summary, project, now)));
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
            _ => self.change_list(|list| list.hear(reply)),
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
