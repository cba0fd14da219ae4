//! State of the page and its reducer, a pure function.
//!
//! Must not depend on the browser, the worker, texts or components; timestamps come in with the actions.

mod list;
mod manual_lead;

pub use list::{DisplayChange, LeadList, OpenLead, PAGE_ROWS, QueryChange, Tool};
pub use manual_lead::{ManualLead, ManualOutcome};

use crate::language::{self, Language};
use crate::protocol::{Export, FileError, JobId, ModelInfo, Reply, SheetInfo};
use scorer::lead::schema::Schema;
use std::rc::Rc;
use yew::Reducible;

/// State of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageState {
    /// Readiness of the worker.
    pub engine: EngineStatus,
    /// Models in use.
    pub models: Rc<Vec<ModelInfo>>,
    /// Input fields of these models.
    pub schema: Rc<Schema>,
    /// Name of the user's own model, when it is in use.
    pub custom_model: Option<String>,
    /// Current view.
    pub view: View,
    /// Import in progress.
    pub import: Option<ImportProgress>,
    /// List of the last imported file.
    pub list: Option<Rc<LeadList>>,
    /// Manually entered lead.
    pub manual_lead: ManualLead,
    /// Display language.
    pub language: Language,
    /// Message to the user, until it is closed, another view opens or the next file is chosen.
    pub notice: Option<Notice>,
}

/// Readiness of the worker.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineStatus {
    /// Assets are being fetched and started.
    Loading,
    /// Files may be imported.
    Ready,
    /// Startup failed for good.
    Failed(EngineError),
}

/// Error of the startup.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineError {
    /// An asset could not be fetched.
    AssetMissing {
        /// Name of the asset.
        name: String,
    },
    /// The browser did not start the worker.
    WorkerNotStarted,
    /// The site's models cannot be loaded.
    ModelsRejected {
        /// Error message.
        reason: String,
    },
}

/// View of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Start page with the drop target.
    Start,
    /// Ranked list.
    List,
    /// Form for one lead.
    Lead,
    /// Explanation of the privacy guarantee.
    Privacy,
}

/// Import in progress.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportProgress {
    /// Job of the import.
    pub job: JobId,
    /// File name.
    pub file: String,
    /// File size in bytes.
    pub size: f64,
    /// Bytes read so far.
    pub bytes: f64,
    /// Rows scored so far.
    pub rows: u32,
    /// Start, in milliseconds since the page was opened.
    pub started_ms: f64,
    /// Duration so far, in milliseconds.
    pub elapsed_ms: f64,
    /// True while a workbook is being unpacked.
    pub unpacking: bool,
    /// Sheet that is read, when the file is a workbook.
    pub sheet: Option<SheetInfo>,
}

/// Message to the user.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// The worker crashed and was restarted.
    WorkerRestarted,
    /// A file could not be imported.
    FileFailed {
        /// Job of the import.
        job: JobId,
        /// File name.
        file: String,
        /// Cause.
        error: FileError,
    },
    /// The user cancelled an import.
    Cancelled,
    /// The user's own model cannot be loaded.
    ModelRejected {
        /// Error message.
        reason: String,
    },
    /// A project was saved with another model.
    ModelChanged,
}

/// Event that changes the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Startup failed for good.
    EngineFailed(EngineError),
    /// The worker crashed; another one is being started.
    WorkerCrashed,
    /// A file was sent to the worker.
    FileChosen {
        /// Job of the import.
        job: JobId,
        /// File name.
        file: String,
        /// Sheet of the workbook, when it was unpacked before.
        sheet: Option<SheetInfo>,
        /// File size in bytes.
        size: f64,
        /// Time in milliseconds.
        now: f64,
    },
    /// A workbook is unpacked, and its sheet was sent to the worker.
    WorkbookUnpacked {
        /// Job of the import.
        job: JobId,
        /// Sheet that is read.
        sheet: SheetInfo,
        /// Size of its CSV in bytes.
        size: f64,
        /// Time in milliseconds.
        now: f64,
    },
    /// The user cancelled the import.
    Cancelled,
    /// The worker sent a message.
    ReplyReceived {
        /// The message.
        reply: Box<Reply>,
        /// Time in milliseconds.
        now: f64,
    },
    /// The user opened a view.
    ViewSelected(View),
    /// The user changed the query.
    QueryChanged(QueryChange),
    /// The user changed the display of the list.
    DisplayChanged(DisplayChange),
    /// The user chose a language.
    LanguageSelected(Language),
    /// The user copied the fields of a listed lead to the form.
    LeadCopiedToForm(Vec<(String, String)>),
    /// An export was requested.
    ExportRequested(Export),
    /// The manually entered lead was submitted.
    ManualLeadSubmitted,
    /// A field of the form was changed.
    ManualFieldChanged {
        /// Field name.
        field: String,
        /// New text.
        text: String,
    },
    /// The form was cleared.
    ManualLeadCleared,
    /// The notice was closed.
    NoticeClosed,
}

impl Default for PageState {
    fn default() -> Self {
        PageState {
            engine: EngineStatus::Loading,
            models: Rc::default(),
            schema: Rc::new(Schema::leads()),
            custom_model: None,
            view: View::Start,
            import: None,
            list: None,
            manual_lead: ManualLead::default(),
            language: language::current(),
            notice: None,
        }
    }
}

impl ImportProgress {
    fn new(job: JobId, (file, sheet): (String, Option<SheetInfo>), size: f64, now: f64) -> Self {
        ImportProgress { job, file, size, started_ms: now, sheet, ..ImportProgress::default() }
    }
}

impl PageState {
    /// True when a file may be chosen.
    pub fn accepts_files(&self) -> bool {
        self.engine == EngineStatus::Ready && self.import.is_none()
    }

    /// Returns the state after an action.
    pub fn apply(&self, action: Action) -> PageState {
        let mut next = self.clone();
        match action {
            Action::EngineFailed(error) => {
                next =
                    PageState { engine: EngineStatus::Failed(error), language: self.language, ..PageState::default() }
            }
            Action::WorkerCrashed => next = self.without_worker(),
            Action::FileChosen { job, file, sheet, size, now } => {
                next.import = Some(ImportProgress::new(job, (file, sheet), size, now));
                next.notice = None;
                next.view = View::Start;
            }
            Action::WorkbookUnpacked { job, sheet, size, now } => {
                if let Some(import) = next.import_of(job) {
                    *import = ImportProgress::new(job, (import.file.clone(), Some(sheet)), size, now);
                }
            }
            Action::Cancelled => {
                next.import = None;
                next.notice = Some(Notice::Cancelled);
            }
            Action::ReplyReceived { reply, now } => next.receive(*reply, now),
            Action::ViewSelected(view) => next.show(view),
            Action::QueryChanged(change) => next.change_list(|list| list.change_query(change)),
            Action::DisplayChanged(change) => next.change_list(|list| list.change_display(change)),
            Action::LanguageSelected(language) => next.language = language,
            Action::LeadCopiedToForm(fields) => {
                next.manual_lead.fill(fields);
                next.show(View::Lead);
            }
            Action::ExportRequested(what) => {
                next.change_list(|list| (list.exporting, list.copied) = (Some(what), false));
            }
            Action::ManualLeadSubmitted => next.manual_lead.submit(),
            Action::ManualFieldChanged { field, text } => next.manual_lead.change(field, text),
            Action::ManualLeadCleared => next.manual_lead.clear(),
            Action::NoticeClosed => next.notice = None,
        }
        next
    }

    /// The list is lost with the worker; the form's input stays.
    fn without_worker(&self) -> PageState {
        let mut manual_lead = self.manual_lead.clone();
        manual_lead.discard_outcome();
        PageState {
            models: self.models.clone(),
            schema: self.schema.clone(),
            custom_model: self.custom_model.clone(),
            manual_lead,
            language: self.language,
            notice: Some(Notice::WorkerRestarted),
            ..PageState::default()
        }
    }

    /// Opens a view and drops the notice, which belongs to the view that it appeared in.
    fn show(&mut self, view: View) {
        self.view = if self.list.is_none() && view == View::List { View::Start } else { view };
        self.notice = None;
    }

    fn change_list(&mut self, change: impl FnOnce(&mut LeadList)) {
        if let Some(list) = &mut self.list {
            change(Rc::make_mut(list));
        }
    }

    /// Returns the import in progress if it is this job.
    fn import_of(&mut self, job: JobId) -> Option<&mut ImportProgress> {
        self.import.as_mut().filter(|import| import.job == job)
    }

    fn receive(&mut self, reply: Reply, now: f64) {
        match reply {
            Reply::Ready => {}
            Reply::ModelsLoaded { models, fields, custom } => {
                self.engine = EngineStatus::Ready;
                self.models = Rc::new(models);
                self.schema = Rc::new(fields.schema());
                self.custom_model = custom;
                // The score of the form came from another model.
                self.manual_lead.discard_outcome();
            }
            Reply::ModelRejected { reason, custom: true } => self.notice = Some(Notice::ModelRejected { reason }),
            Reply::ModelRejected { reason, custom: false } => {
                *self = self.apply(Action::EngineFailed(EngineError::ModelsRejected { reason }));
            }
            Reply::WorkbookDetected { job } => {
                if let Some(import) = self.import_of(job) {
                    import.unpacking = true;
                }
            }
            Reply::Progress { job, bytes, rows } => {
                if let Some(import) = self.import_of(job) {
                    (import.bytes, import.rows, import.elapsed_ms) = (bytes, rows, now - import.started_ms);
                }
            }
            Reply::FileRead { job, summary, project } => {
                if let Some(import) = self.import.take_if(|import| import.job == job) {
                    let is_changed = project.as_ref().is_some_and(|project| !project.same_models);
                    self.notice = is_changed.then_some(Notice::ModelChanged);
                    self.list = Some(Rc::new(LeadList::new(&import, summary, project, now)));
                    self.view = View::List;
                }
            }
            Reply::FileFailed { job, error } => {
                if let Some(import) = self.import.take_if(|import| import.job == job) {
                    self.notice = Some(Notice::FileFailed { job, file: import.file, error });
                }
            }
            Reply::Scored { revision, score } => self.manual_lead.receive(revision, ManualOutcome::Scored(score)),
            Reply::ScoreFailed { revision, errors } => {
                self.manual_lead.receive(revision, ManualOutcome::Rejected(errors));
            }
            _ => self.change_list(|list| list.receive(reply)),
        }
    }
}

impl Reducible for PageState {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        Rc::new(self.apply(action))
    }
}

#[cfg(test)]
mod tests;
