//! Scoring worker: holds the models and the list, imports files, and answers the page's requests.
//!
//! Must not depend on the page or its texts. Lead data leaves the worker only as requested rows and as exports.

mod export;
mod read;

use crate::protocol::{self, ExtraFields, FieldError, JobId, MarkCounts, ModelInfo, Query, Reply, Request, Score};
use crate::ranked_list::RankedList;
use crate::worker_port::WorkerPort;
use js_sys::Uint8Array;
use scorer::lead::import::ImportOptions;
use scorer::lead::json::{BodyError, Issue, IssueKind, PathSegment, read_lead};
use scorer::lead::text::TextEncoding;
use scorer::pipeline::{Model, Scorer};
use scorer::scored_list::Rejects;
use serde_json::{Map, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

/// Maximum size of the user's own model in bytes: the limit of any model file.
const MODEL_MAX: f64 = scorer::model::bundle::FILE_MAX as f64;

struct WorkerState {
    port: WorkerPort,
    scorer: RefCell<Option<Arc<Scorer>>>,
    /// List that the page shows.
    current: RefCell<Option<LoadedList>>,
    /// List that was reported to the page last. It replaces the current one when the page requests its rows: until then
    /// the user may have cancelled it, in a message that arrived while the import was finishing.
    pending: RefCell<Option<LoadedList>>,
    /// Rejects of the last file, when all of its rows were rejected.
    all_rejected: RefCell<Option<(JobId, Rejects)>>,
    /// Import in progress; any other value stops it.
    active_job: Cell<JobId>,
}

/// Ranked list and its source file.
struct LoadedList {
    job: JobId,
    list: RankedList,
    file: Blob,
}

/// Starts the worker and reports that it is ready.
pub fn start() {
    let port = WorkerPort::current();
    let state = Rc::new(WorkerState {
        port: port.clone(),
        scorer: RefCell::default(),
        current: RefCell::default(),
        pending: RefCell::default(),
        all_rejected: RefCell::default(),
        active_job: Cell::new(0),
    });
    let handler = state.clone();
    port.listen(move |message| {
        if let Ok((request, attachments)) = protocol::unpack::<Request>(message) {
            handler.clone().handle(request, &attachments);
        }
    });
    state.reply(&Reply::Ready);
}

impl WorkerState {
    fn handle(self: Rc<Self>, request: Request, attachments: &[JsValue]) {
        match request {
            Request::LoadModels { files } => self.load_site_models(files, attachments),
            Request::LoadCustomModel { name } => {
                let file = attachments.first().and_then(|file| file.dyn_ref::<Blob>().cloned());
                spawn_local(async move { self.load_custom_model(name, file).await });
            }
            Request::ReadFile { job, mapping, encoding, known, keep_marks } => {
                let file = attachments.first().and_then(|file| file.dyn_ref::<File>().cloned());
                self.active_job.set(job);
                self.pending.take();
                self.all_rejected.take();
                let encoding = encoding.and_then(|label| TextEncoding::for_label(&label));
                let options = ImportOptions { encoding, mapping, remembered: known, ..ImportOptions::default() };
                spawn_local(async move { self.read(job, file, options, keep_marks).await });
            }
            Request::Cancel { job } if self.active_job.get() == job => {
                self.active_job.set(0);
                self.pending.take();
            }
            Request::Cancel { .. } => {}
            Request::Rows { job, query } => self.send_rows(job, query),
            Request::Rejects { job } => {
                self.reply_from_list(job, |list| Some(Reply::Rejects { job, rejects: list.rejects() }));
            }
            Request::Values { job, column } => {
                self.reply_from_list(job, |list| Some(Reply::Values { job, values: list.values(column) }));
            }
            Request::Lead { job, lead } => {
                self.reply_from_list(job, |list| Some(Reply::Lead { job, detail: list.detail(lead)? }));
            }
            Request::Select { job, leads, selected } => {
                self.reply_from_list(job, |list| Some(counts(job, list.select(&leads, selected))));
            }
            Request::Mark { job, leads, mark } => {
                self.reply_from_list(job, |list| Some(counts(job, list.mark(&leads, mark))));
            }
            Request::Export { job, what, file, query, labels } => self.export(job, what, (file, query), &labels),
            Request::Score { revision, fields } => self.score(revision, fields),
        }
    }

    /// Replies with data of the current list; ignores requests for any other list.
    fn reply_from_list(&self, job: JobId, reply: impl FnOnce(&mut RankedList) -> Option<Reply>) {
        let mut current = self.current.borrow_mut();
        let reply = current.as_mut().filter(|current| current.job == job).and_then(|current| reply(&mut current.list));
        if let Some(reply) = reply {
            self.reply(&reply);
        }
    }

    fn load_site_models(&self, names: Vec<String>, attachments: &[JsValue]) {
        let bytes = attachments.iter().map(|buffer| Uint8Array::new(buffer).to_vec());
        let files: Vec<(String, Vec<u8>)> = names.into_iter().zip(bytes).collect();
        self.load_models(&files, None);
    }

    /// Loads the user's own model; on failure, the models in use stay.
    async fn load_custom_model(&self, name: String, file: Option<Blob>) {
        let reject = |reason: &str| {
            self.reply(&Reply::ModelRejected { reason: format!("{name}: {reason}"), custom: true });
        };
        let Some(file) = file else { return reject("it cannot be read") };
        if file.size() > MODEL_MAX {
            return reject("it is larger than any model that can be served");
        }
        match read::read_range(&file, 0.0, file.size()).await {
            Ok(bytes) => self.load_models(&[(name.clone(), bytes)], Some(name)),
            Err(_) => reject("the browser cannot read it any more"),
        }
    }

    fn load_models(&self, files: &[(String, Vec<u8>)], custom: Option<String>) {
        match Scorer::open(files) {
            Ok(scorer) => {
                let models = scorer.models().iter().map(model_info).collect();
                self.reply(&Reply::ModelsLoaded { models, fields: ExtraFields::from_schema(scorer.schema()), custom });
                *self.scorer.borrow_mut() = Some(Arc::new(scorer));
            }
            Err(error) => self.reply(&Reply::ModelRejected { reason: error.to_string(), custom: custom.is_some() }),
        }
    }

    fn send_rows(&self, job: JobId, query: Query) {
        if let Some(pending) = self.pending.borrow_mut().take_if(|pending| pending.job == job) {
            *self.current.borrow_mut() = Some(pending);
        }
        self.reply_from_list(job, |list| Some(Reply::Rows { job, window: list.window(query) }));
    }

    fn score(&self, revision: u32, fields: Vec<(String, String)>) {
        let Some(scorer) = self.scorer.borrow().clone() else { return };
        self.reply(&match score(&scorer, fields) {
            Ok(score) => Reply::Scored { revision, score },
            Err(errors) => Reply::ScoreFailed { revision, errors },
        });
    }

    fn reply(&self, reply: &Reply) {
        self.port.post(reply, &[]);
    }
}

/// Scores one lead through the API's JSON parser, so that the same text gets the same result.
fn score(scorer: &Scorer, fields: Vec<(String, String)>) -> Result<Score, Vec<FieldError>> {
    let members: Map<String, Value> = fields.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
    let lead = read_lead(Value::Object(members).to_string().as_bytes(), scorer.schema()).map_err(field_errors)?;
    let lead_error = |reason: String| vec![FieldError::Lead { reason }];
    let scores = scorer.score(&[lead]).map_err(|error| lead_error(error.to_string()))?;
    let score = scores.into_iter().next().ok_or_else(|| lead_error("the model gave no score".to_owned()))?;
    let score = score.map_err(|error| lead_error(error.to_string()))?;
    Ok(Score { probability: score.probability, grade: score.grade, model: score.model as u32 })
}

fn counts(job: JobId, counts: MarkCounts) -> Reply {
    Reply::Counts { job, counts }
}

fn model_info(model: &Model) -> ModelInfo {
    ModelInfo { card: model.card().clone(), grades: model.grades().clone(), sha256: model.sha256().to_owned() }
}

/// Converts parser errors. The body is an object of strings, built above: only field values can be invalid.
fn field_errors(error: BodyError) -> Vec<FieldError> {
    let field_error = |issue: &Issue| match (issue.path.last(), &issue.kind) {
        (Some(PathSegment::Key(field)), IssueKind::Value(error)) => {
            Some(FieldError::Field { field: field.clone(), error: error.clone() })
        }
        _ => None,
    };
    let found: Vec<FieldError> = match &error {
        BodyError::Invalid(issues) => issues.iter().filter_map(field_error).collect(),
        _ => Vec::new(),
    };
    if found.is_empty() { vec![FieldError::Lead { reason: error.to_string() }] } else { found }
}
