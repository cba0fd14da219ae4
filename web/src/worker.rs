//! The worker: holds the models and the list, reads files piece by piece, answers the page.
//!
//! Owns what is answered to each request. May not know the page, words, or how reading and scoring work. Leads never
//! leave it but as the rows asked for and as files for the user.

use crate::agent::{self, Export, Failure, FieldFault, Job, ModelFacts, Query, Reply, Request, Score};
use crate::browser;
use crate::table::{self, Table};
use js_sys::{Array, Uint8Array};
use scorer::lead::csv::{IntakeError, Reject};
use scorer::lead::json::{BodyError, Problem, Step, Trouble, read_lead};
use scorer::pipeline::{Model, Scorer};
use scorer::sheet::{Given, Sheet, SheetError, SheetReader};
use serde_json::{Map, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

/// How much of a file is read at once: between two pieces the worker listens.
const PIECE: f64 = 1_048_576.0;

/// The largest file that is read. A list takes as much memory as its file, four bytes for each cell beside it, and
/// while it grows up to twice that; WebAssembly has four gigabytes, and a cell may be as short as its comma.
const FILE_MAX: f64 = 250e6;

struct Desk {
    port: DedicatedWorkerGlobalScope,
    scorer: RefCell<Option<Arc<Scorer>>>,
    /// The list that the page shows.
    shown: RefCell<Option<(Job, Table)>>,
    /// The list that the page was told of last. It takes the other's place when the page asks for its rows: until
    /// then the user may have cancelled it, unheard while it was being finished.
    fresh: RefCell<Option<(Job, Table)>>,
    /// All rows of the last file, where none of them was a lead.
    refused: RefCell<Option<(Job, Vec<Reject>)>>,
    /// The reading under way; another number means that it is to stop.
    reading: Cell<Job>,
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
            Request::Read { job, mapping } => {
                let file = beside.first().and_then(|file| file.dyn_ref::<File>().cloned());
                self.reading.set(job);
                self.fresh.take();
                self.refused.take();
                let given = Given { mapping, delimiter: None };
                spawn_local(async move { self.read(job, file, given).await });
            }
            Request::Cancel { job } if self.reading.get() == job => {
                self.reading.set(0);
                self.fresh.take();
            }
            Request::Cancel { .. } => {}
            Request::Rows { job, query } => self.send_rows(job, query),
            Request::Rejects { job } => {
                if let Some((_, table)) = self.shown.borrow().as_ref().filter(|(of, _)| *of == job) {
                    self.reply(&Reply::Rejects { job, rejects: table.rejects() });
                }
            }
            Request::Export { job, what, file } => self.export(job, what, file),
            Request::Score { turn, fields } => self.score(turn, fields),
        }
    }

    fn open(&self, names: Vec<String>, beside: &[JsValue]) {
        let bytes = beside.iter().map(|buffer| Uint8Array::new(buffer).to_vec());
        let files: Vec<(String, Vec<u8>)> = names.into_iter().zip(bytes).collect();
        match Scorer::open(&files) {
            Ok(scorer) => {
                self.reply(&Reply::Opened { models: scorer.models().iter().map(facts).collect() });
                *self.scorer.borrow_mut() = Some(Arc::new(scorer));
            }
            Err(error) => self.reply(&Reply::Refused { reason: error.to_string() }),
        }
    }

    async fn read(&self, job: Job, file: Option<File>, given: Given) {
        let (Some(file), Some(scorer)) = (file, self.scorer.borrow().clone()) else {
            return self.reply(&Reply::Unreadable { job, failure: Failure::Unavailable });
        };
        if file.size() > FILE_MAX {
            return self.reply(&Reply::Unreadable { job, failure: Failure::TooLarge { bytes_max: FILE_MAX } });
        }
        let mut reader = SheetReader::new(scorer, given);
        let (size, mut at) = (file.size(), 0.0);
        while at < size {
            let end = (at + PIECE).min(size);
            let bytes = match piece(&file, at, end).await {
                Ok(bytes) if self.reading.get() == job => bytes,
                Ok(_) => return,
                Err(_) => return self.reply(&Reply::Unreadable { job, failure: Failure::Unavailable }),
            };
            if let Err(error) = reader.push(&bytes) {
                return self.refuse(job, error);
            }
            at = end;
            self.reply(&Reply::Progress { job, bytes: at, rows: reader.rows() as u32 });
        }
        match reader.finish() {
            Ok(sheet) => self.offer(job, sheet),
            Err(error) => self.refuse(job, error),
        }
    }

    fn offer(&self, job: Job, sheet: Sheet) {
        let table = Table::new(sheet);
        self.reply(&Reply::Read { job, summary: table.summary() });
        *self.fresh.borrow_mut() = Some((job, table));
    }

    fn refuse(&self, job: Job, error: SheetError) {
        self.reply(&Reply::Unreadable { job, failure: failure(&error) });
        if let SheetError::NoLeads { rejects } = error {
            *self.refused.borrow_mut() = Some((job, rejects));
        }
    }

    fn send_rows(&self, job: Job, query: Query) {
        let mut shown = self.shown.borrow_mut();
        if let Some(fresh) = self.fresh.borrow_mut().take_if(|(of, _)| *of == job) {
            *shown = Some(fresh);
        }
        if let Some((_, table)) = shown.as_mut().filter(|(of, _)| *of == job) {
            self.reply(&Reply::Rows { job, window: table.window(query) });
        }
    }

    fn export(&self, job: Job, what: Export, file: String) {
        let (shown, refused) = (self.shown.borrow(), self.refused.borrow());
        let table = shown.as_ref().filter(|(of, _)| *of == job).map(|(_, table)| table);
        let refused = refused.as_ref().filter(|(of, _)| *of == job).map(|(_, rejects)| rejects);
        let bytes = match (what, table, refused) {
            (Export::Scores, Some(table), _) => table.scores_csv(),
            (Export::Rejects, Some(table), _) => table.rejects_csv(),
            (Export::Rejects, None, Some(rejects)) => table::rejects_csv(rejects),
            _ => return,
        };
        // Writing into memory does not fail.
        let buffer: JsValue = browser::buffer(&bytes.unwrap_or_default()).into();
        self.post(&Reply::Exported { job, what, file }, &[buffer]);
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
    fn post(&self, reply: &Reply, given: &[JsValue]) {
        let transfer: Array = given.iter().collect();
        let posted =
            agent::pack(reply, given).and_then(|parcel| self.port.post_message_with_transfer(&parcel, &transfer));
        if let Err(error) = posted {
            wasm_bindgen::throw_val(error);
        }
    }
}

/// Takes the same way as a lead that is sent to the API, so that the same text gets the same answer.
fn score(scorer: &Scorer, fields: Vec<(String, String)>) -> Result<Score, Vec<FieldFault>> {
    let members: Map<String, Value> = fields.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
    let lead = read_lead(Value::Object(members).to_string().as_bytes(), scorer.schema()).map_err(faults)?;
    let of_all = |reason: String| vec![FieldFault { field: None, reason }];
    let scores = scorer.score(&[lead]).map_err(|error| of_all(error.to_string()))?;
    let score = scores.into_iter().next().ok_or_else(|| of_all("the model gave no score".to_owned()))?;
    let score = score.map_err(|error| of_all(error.to_string()))?;
    Ok(Score { probability: score.probability, grade: score.grade, model: score.model as u32 })
}

async fn piece(file: &File, from: f64, to: f64) -> Result<Vec<u8>, JsValue> {
    let blob = file.slice_with_f64_and_f64(from, to)?;
    let buffer = JsFuture::from(blob.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn facts(model: &Model) -> ModelFacts {
    ModelFacts { card: model.card().clone(), grades: model.grades().clone(), sha256: model.sha256().to_owned() }
}

fn failure(error: &SheetError) -> Failure {
    let error = match error {
        SheetError::Intake(error) => error,
        SheetError::Score(error) => return Failure::Unscored { reason: error.to_string() },
        SheetError::NoLeads { rejects } => {
            return Failure::NoLeads { rows: rejects.len() as u32, rejects: table::first_rejects(rejects) };
        }
    };
    match error {
        IntakeError::Empty => Failure::Empty,
        IntakeError::NoRows => Failure::NoRows,
        IntakeError::NotText { hint } => Failure::NotText { hint: (*hint).to_owned() },
        IntakeError::OpenHeader => Failure::OpenHeader,
        IntakeError::HeaderTooLong => Failure::HeaderTooLong,
        IntakeError::TooManyColumns => Failure::TooManyColumns,
        IntakeError::NoKnownColumn { found, .. } => Failure::NoKnownColumn { found: found.clone() },
        IntakeError::DuplicateColumn(column) => Failure::DuplicateColumn { column: column.clone() },
        IntakeError::TooBroken { line } => Failure::TooBroken { line: *line as f64 },
    }
}

/// The body is an object of texts, made here: nothing but a field's value can be wrong in it.
fn faults(error: BodyError) -> Vec<FieldFault> {
    let fault = |problem: &Problem| FieldFault {
        field: problem.path.iter().find_map(|step| match step {
            Step::Key(name) => Some(name.clone()),
            Step::Index(_) => None,
        }),
        reason: match &problem.trouble {
            Trouble::Value(fault) => fault.to_string(),
            _ => String::new(),
        },
    };
    match error {
        BodyError::Invalid(problems) => problems.iter().map(fault).collect(),
        other => vec![FieldFault { field: None, reason: other.to_string() }],
    }
}
