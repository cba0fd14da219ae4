//! The worker: holds the models and the list, reads files piece by piece, answers the page.
//!
//! Owns what is answered to each request. May not know the page, words, or how reading and scoring work. Leads never
//! leave it but as the rows asked for and as files for the user.

mod read;
mod take;

use crate::agent::{self, ExtraFields, FieldFault, Job, ModelFacts, Query, Reply, Request, Score, Tally};
use crate::table::Table;
use js_sys::Uint8Array;
use scorer::lead::import::ImportOptions;
use scorer::lead::json::{BodyError, Issue, IssueKind, PathSegment, read_lead};
use scorer::pipeline::{Model, Scorer};
use scorer::scored_list::Rejects;
use serde_json::{Map, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, DedicatedWorkerGlobalScope, File, MessageEvent};

/// The most bytes of a model of the user's own: as many as any model file may have.
const MODEL_MAX: f64 = scorer::model::bundle::FILE_MAX as f64;

struct Desk {
    port: DedicatedWorkerGlobalScope,
    scorer: RefCell<Option<Arc<Scorer>>>,
    /// The list that the page shows.
    shown: RefCell<Option<Shown>>,
    /// The list that the page was told of last. It takes the other's place when the page asks for its rows: until
    /// then the user may have cancelled it, unheard while it was being finished.
    fresh: RefCell<Option<Shown>>,
    /// All rows of the last file, where none of them was a lead.
    refused: RefCell<Option<(Job, Rejects)>>,
    /// The reading under way; another number means that it is to stop.
    reading: Cell<Job>,
}

/// A list and the file that it was made of.
struct Shown {
    job: Job,
    table: Table,
    file: Blob,
}

/// Starts listening, and says so.
pub fn start() {
    let port: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let desk = Rc::new(Desk {
        port: port.clone(),
        scorer: RefCell::default(),
        shown: RefCell::default(),
        fresh: RefCell::default(),
        refused: RefCell::default(),
        reading: Cell::new(0),
    });
    let listener = desk.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Ok((request, beside)) = agent::unpack::<Request>(event.data()) {
            listener.clone().answer(request, &beside);
        }
    });
    port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It listens as long as the worker lives.
    on_message.forget();
    desk.reply(&Reply::Awake);
}

impl Desk {
    fn answer(self: Rc<Self>, request: Request, beside: &[JsValue]) {
        match request {
            Request::Open { files } => self.open(files, beside),
            Request::OpenOwn { name } => {
                let file = beside.first().and_then(|file| file.dyn_ref::<Blob>().cloned());
                spawn_local(async move { self.open_own(name, file).await });
            }
            Request::Read { job, mapping, known, again } => {
                let file = beside.first().and_then(|file| file.dyn_ref::<File>().cloned());
                self.reading.set(job);
                self.fresh.take();
                self.refused.take();
                let given = ImportOptions { mapping, remembered: known, ..ImportOptions::default() };
                spawn_local(async move { self.read(job, file, given, again).await });
            }
            Request::Cancel { job } if self.reading.get() == job => {
                self.reading.set(0);
                self.fresh.take();
            }
            Request::Cancel { .. } => {}
            Request::Rows { job, query } => self.send_rows(job, query),
            Request::Rejects { job } => {
                self.tell(job, |table| Some(Reply::Rejects { job, rejects: table.rejects() }));
            }
            Request::Values { job, column } => {
                self.tell(job, |table| Some(Reply::Values { job, values: table.values(column) }));
            }
            Request::Lead { job, lead } => {
                self.tell(job, |table| Some(Reply::Lead { job, detail: table.detail(lead)? }));
            }
            Request::Select { job, who, on } => self.tell(job, |table| Some(tally(job, table.select(&who, on)))),
            Request::Mark { job, who, mark } => self.tell(job, |table| Some(tally(job, table.mark(&who, mark)))),
            Request::Export { job, what, file, query, wording } => self.export(job, what, (file, query), &wording),
            Request::Score { turn, fields } => self.score(turn, fields),
        }
    }

    /// Says something of the list that is shown; nothing of one that is not shown any more.
    fn tell(&self, job: Job, say: impl FnOnce(&mut Table) -> Option<Reply>) {
        let mut shown = self.shown.borrow_mut();
        let said = shown.as_mut().filter(|shown| shown.job == job).and_then(|shown| say(&mut shown.table));
        if let Some(reply) = said {
            self.reply(&reply);
        }
    }

    fn open(&self, names: Vec<String>, beside: &[JsValue]) {
        let bytes = beside.iter().map(|buffer| Uint8Array::new(buffer).to_vec());
        let files: Vec<(String, Vec<u8>)> = names.into_iter().zip(bytes).collect();
        self.serve(&files, None);
    }

    /// The models in use stay where the new one cannot be used.
    async fn open_own(&self, name: String, file: Option<Blob>) {
        let refused = |reason: &str| self.reply(&Reply::Refused { reason: format!("{name}: {reason}"), own: true });
        let Some(file) = file else { return refused("it cannot be read") };
        if file.size() > MODEL_MAX {
            return refused("it is larger than any model that can be served");
        }
        match read::piece(&file, 0.0, file.size()).await {
            Ok(bytes) => self.serve(&[(name.clone(), bytes)], Some(name)),
            Err(_) => refused("the browser cannot read it any more"),
        }
    }

    fn serve(&self, files: &[(String, Vec<u8>)], own: Option<String>) {
        match Scorer::open(files) {
            Ok(scorer) => {
                let models = scorer.models().iter().map(facts).collect();
                self.reply(&Reply::Opened { models, fields: ExtraFields::of(scorer.schema()), own });
                *self.scorer.borrow_mut() = Some(Arc::new(scorer));
            }
            Err(error) => self.reply(&Reply::Refused { reason: error.to_string(), own: own.is_some() }),
        }
    }

    fn send_rows(&self, job: Job, query: Query) {
        if let Some(fresh) = self.fresh.borrow_mut().take_if(|fresh| fresh.job == job) {
            *self.shown.borrow_mut() = Some(fresh);
        }
        self.tell(job, |table| Some(Reply::Rows { job, window: table.window(query) }));
    }

    fn score(&self, turn: u32, fields: Vec<(String, String)>) {
        let Some(scorer) = self.scorer.borrow().clone() else { return };
        self.reply(&match score(&scorer, fields) {
            Ok(score) => Reply::Scored { turn, score },
            Err(faults) => Reply::Unscored { turn, faults },
        });
    }

    fn reply(&self, reply: &Reply) {
        self.post(reply, &[]);
    }

    /// A message that cannot be sent is thrown away with the worker: the page hears of the error and starts another.
    fn post(&self, reply: &Reply, beside: &[JsValue]) {
        let posted = agent::pack(reply, beside).and_then(|parcel| self.port.post_message(&parcel));
        if let Err(error) = posted {
            wasm_bindgen::throw_val(error);
        }
    }
}

/// Takes the same way as a lead that is sent to the API, so that the same text gets the same answer.
fn score(scorer: &Scorer, fields: Vec<(String, String)>) -> Result<Score, Vec<FieldFault>> {
    let members: Map<String, Value> = fields.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
    let lead = read_lead(Value::Object(members).to_string().as_bytes(), scorer.schema()).map_err(faults)?;
    let of_all = |reason: String| vec![FieldFault::Lead { reason }];
    let scores = scorer.score(&[lead]).map_err(|error| of_all(error.to_string()))?;
    let score = scores.into_iter().next().ok_or_else(|| of_all("the model gave no score".to_owned()))?;
    let score = score.map_err(|error| of_all(error.to_string()))?;
    Ok(Score { probability: score.probability, grade: score.grade, model: score.model as u32 })
}

fn tally(job: Job, tally: Tally) -> Reply {
    Reply::Tally { job, tally }
}

fn facts(model: &Model) -> ModelFacts {
    ModelFacts { card: model.card().clone(), grades: model.grades().clone(), sha256: model.sha256().to_owned() }
}

/// The body is an object of texts, made here: nothing but a field's value can be wrong in it.
fn faults(error: BodyError) -> Vec<FieldFault> {
    let fault = |problem: &Issue| match (problem.path.last(), &problem.kind) {
        (Some(PathSegment::Key(field)), IssueKind::Value(fault)) => {
            Some(FieldFault::Field { field: field.clone(), fault: fault.clone() })
        }
        _ => None,
    };
    let found: Vec<FieldFault> = match &error {
        BodyError::Invalid(problems) => problems.iter().filter_map(fault).collect(),
        _ => Vec::new(),
    };
    if found.is_empty() { vec![FieldFault::Lead { reason: error.to_string() }] } else { found }
}
