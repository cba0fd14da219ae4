//! The scoring worker as the page uses it: started under the network lock, and restarted when it crashes.
//!
//! Startup order: fetch all assets, start caching them for offline use, lock the network, start the worker, send it its
//! code and the models. Files are accepted only after that, and once nothing is fetched for the cache any more.
//!
//! Must not depend on the scorer's internals or on what the page shows.

pub mod assets;
mod custom_model;
mod sandboxed_worker;
pub mod service_worker;
mod workbook;

use crate::protocol::{self, Export, ExportLabels, JobId, KnownColumns, Mark, Query, Reply, Request, SheetInfo};
use crate::state::{Action, DisplayChange, EngineError, LeadList};
use crate::{browser, storage, text};
use assets::Assets;
use custom_model::CustomModel;
use js_sys::{Array, Promise};
use sandboxed_worker::SandboxedWorker;
use scorer::lead::mapping::{Evidence, Mapping};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, MessageEvent};
use workbook::Unpacker;
use yew::{Callback, hook, use_effect_with, use_memo};

/// Handle of the worker; clones share it.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

struct Inner {
    on_action: Callback<Action>,
    assets: RefCell<Option<Rc<Assets>>>,
    worker: RefCell<Option<(SandboxedWorker, ModelsReady)>>,
    /// Resolves when nothing is fetched for the offline cache any more.
    caching_done: RefCell<Option<Promise>>,
    last_job: Cell<JobId>,
    /// Source of the import in progress, and source of the current list.
    files: RefCell<[Option<FileSource>; 2]>,
    custom_model: CustomModel,
    unpacker: Unpacker,
}

/// True once a worker has loaded its models; the pointer identifies the worker.
type ModelsReady = Rc<Cell<bool>>;

/// File and the request that imports it.
#[derive(Clone)]
struct FileSource {
    file: File,
    /// Sheet that was read, when the file came from a workbook.
    sheet: Option<SheetInfo>,
    job: JobId,
    request: Request,
}

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Creates the engine of the page and starts it.
#[hook]
pub fn use_engine(on_action: Callback<Action>) -> Engine {
    let engine = use_memo((), |()| Engine::new(on_action));
    let starting = (*engine).clone();
    use_effect_with((), move |()| spawn_local(async move { starting.start().await }));
    (*engine).clone()
}

/// Encoding that was chosen for a file, which stays when it is read again.
fn encoding(request: Request) -> Option<String> {
    match request {
        Request::ReadFile { encoding, .. } => encoding,
        _ => None,
    }
}

impl Engine {
    /// Creates an engine without a worker, which drops all requests.
    pub fn new(on_action: Callback<Action>) -> Self {
        Engine(Rc::new(Inner {
            on_action,
            assets: RefCell::default(),
            worker: RefCell::default(),
            caching_done: RefCell::default(),
            last_job: Cell::new(0),
            files: RefCell::default(),
            custom_model: CustomModel::default(),
            unpacker: Unpacker::default(),
        }))
    }

    /// Imports a file. Its bytes are read only by the worker.
    pub fn read(&self, file: &File) {
        self.start_import((file, None), (None, None), Vec::new(), false);
    }

    /// Imports the file of the current list again in this encoding, by label, or in the one detected; its marks are kept.
    pub fn read_with_encoding(&self, encoding: Option<String>) {
        let current = self.0.files.borrow()[1].clone();
        if let Some(FileSource { file, sheet, .. }) = current {
            self.start_import((&file, sheet), (None, encoding), Vec::new(), true);
        }
    }

    /// Imports the file of the current list again with another column mapping; its marks are kept.
    pub fn read_with_mapping(&self, mapping: Mapping) {
        self.read_current(Some(mapping), Vec::new());
    }

    /// Imports a file whose columns were not recognized with a column mapping.
    pub fn read_failed_with_mapping(&self, job: JobId, mapping: Mapping) {
        let failed = self.0.files.borrow()[0].clone().filter(|source| source.job == job);
        if let Some(FileSource { file, sheet, request, .. }) = failed {
            self.start_import((&file, sheet), (Some(mapping), encoding(request)), Vec::new(), false);
        }
    }

    /// Imports the file of the current list again for other models, keeping marks and manual column mappings.
    pub fn read_with_new_models(&self, list: &LeadList) {
        let columns = list.summary.mapped_columns.iter().map(|mapped| &mapped.column);
        // A column that completes another has no target of its own to remember.
        let manual = columns.filter(|column| column.evidence == Evidence::Manual && column.fallback == 0);
        self.read_current(None, manual.map(|column| (column.name.clone(), column.target.clone())).collect());
    }

    fn read_current(&self, mapping: Option<Mapping>, manual: KnownColumns) {
        let current = self.0.files.borrow()[1].clone();
        if let Some(FileSource { file, sheet, request, .. }) = current {
            self.start_import((&file, sheet), (mapping, encoding(request)), manual, true);
        }
    }

    fn start_import(
        &self,
        (file, sheet): (&File, Option<SheetInfo>),
        (mapping, encoding): (Option<Mapping>, Option<String>),
        manual: KnownColumns,
        keep_marks: bool,
    ) {
        let job = self.0.last_job.get() + 1;
        self.0.last_job.set(job);
        let (name, size, now) = (file.name(), file.size(), browser::now_ms());
        self.dispatch(Action::FileChosen { job, file: name, sheet: sheet.clone(), size, now });
        let known = storage::known_columns().into_iter().chain(manual).collect();
        let request = Request::ReadFile { job, mapping, encoding, known, keep_marks };
        self.send_file(FileSource { file: file.clone(), sheet, job, request });
    }

    /// Continues an import with the sheet in place of the workbook.
    fn read_unpacked(&self, job: JobId, file: File, sheet: SheetInfo) {
        let source = self.0.files.borrow_mut()[0].take_if(|source| source.job == job);
        if let Some(source) = source {
            self.send_file(FileSource { file, sheet: Some(sheet), ..source });
        }
    }

    fn send_file(&self, source: FileSource) {
        self.post(&source.request, &[(&source.file).into()], &[]);
        self.0.files.borrow_mut()[0] = Some(source);
    }

    /// Cancels an import.
    pub fn cancel(&self, job: JobId) {
        self.0.unpacker.stop(job);
        self.send(&Request::Cancel { job });
    }

    /// Imports the sample leads.
    pub fn read_sample(&self) {
        let file = self.assets().map(|assets| browser::file_from_buffer(&assets.sample, text::SAMPLE_FILE));
        if let Some(Ok(file)) = file {
            self.read(&file);
        }
    }

    /// Requests an export of the list.
    pub fn export(&self, list: &LeadList, what: Export) {
        let (job, file, query) = (list.job, list.file.clone(), list.query.clone());
        self.send(&Request::Export { job, what, file, query, labels: export_labels() });
    }

    /// Requests the rejects of a file whose rows were all rejected.
    pub fn export_rejects(&self, job: JobId, file: &str) {
        let (what, file, query) = (Export::Rejects, file.to_owned(), Query::default());
        self.send(&Request::Export { job, what, file, query, labels: export_labels() });
    }

    /// Sends a request without attachments.
    pub fn send(&self, request: &Request) {
        self.post(request, &[], &[]);
    }

    async fn start(&self) {
        let available = service_worker::check_available();
        let assets = match assets::fetch().await {
            Ok(assets) => assets,
            Err(error) => return self.fail(EngineError::AssetMissing { name: error.name }),
        };
        *self.0.caching_done.borrow_mut() = Some(service_worker::install(&available).await);
        // Without the lock, nothing starts and no file is accepted.
        if browser::lock_network().is_err() {
            return self.fail(EngineError::WorkerNotStarted);
        }
        *self.0.assets.borrow_mut() = Some(Rc::new(assets));
        self.0.custom_model.restore().await;
        self.start_worker();
    }

    fn start_worker(&self) {
        let Some(assets) = self.assets() else { return };
        let ready = ModelsReady::default();
        let (this, of) = (self.clone(), ready.clone());
        let on_message = move |event: MessageEvent| this.receive(&event, &of);
        let this = self.clone();
        match SandboxedWorker::start(&assets.worker, on_message, move || this.restart_worker()) {
            Ok(worker) => *self.0.worker.borrow_mut() = Some((worker, ready)),
            Err(_) => self.fail(EngineError::WorkerNotStarted),
        }
    }

    /// Restarts a crashed worker, unless it never loaded its models: then it would crash again.
    fn restart_worker(&self) {
        let crashed = self.0.worker.borrow_mut().take();
        let Some((_, ready)) = crashed else { return };
        if ready.get() {
            self.dispatch(Action::WorkerCrashed);
            self.start_worker();
        } else {
            self.fail(EngineError::WorkerNotStarted);
        }
    }

    fn receive(&self, event: &MessageEvent, ready: &ModelsReady) {
        let Ok((reply, attachments)) = protocol::unpack::<Reply>(event.data()) else {
            return self.fail(EngineError::WorkerNotStarted);
        };
        match &reply {
            Reply::Ready => {
                self.0.custom_model.retry();
                self.send_site_models();
            }
            Reply::ModelsLoaded { custom: None, .. } if !ready.get() && self.0.custom_model.has_candidate() => {
                self.0.custom_model.hold_site_models(reply);
                return self.try_custom_model();
            }
            Reply::ModelsLoaded { custom, .. } => {
                self.0.custom_model.loaded(custom.is_some());
                return self.accept_models(reply, ready);
            }
            Reply::ModelRejected { custom: true, .. } => {
                if let Some(site_models) = self.0.custom_model.rejected() {
                    self.accept_models(site_models, ready);
                }
            }
            Reply::FileRead { job, .. } => {
                let [importing, current] = &mut *self.0.files.borrow_mut();
                if let Some(source) = importing.take_if(|source| source.job == *job) {
                    *current = Some(source);
                }
            }
            Reply::WorkbookDetected { job } => self.open_workbook(*job),
            Reply::Exported { what, file, .. } => self.save_export(*what, file, attachments.first()),
            _ => {}
        }
        self.dispatch_reply(reply);
    }

    fn open_workbook(&self, job: JobId) {
        let source = self.0.files.borrow()[0].clone().filter(|source| source.job == job);
        if let Some(FileSource { file, .. }) = source {
            self.unpack(job, &file);
        }
    }

    /// Copies a text to the clipboard, or downloads a file. If the browser refuses, it informs the user itself.
    fn save_export(&self, what: Export, file: &str, content: Option<&JsValue>) {
        let Some(content) = content else { return };
        if let Some(text) = content.as_string() {
            let on_action = self.0.on_action.clone();
            return browser::copy_text(&text, move || on_action.emit(Action::DisplayChanged(DisplayChange::Copied)));
        }
        browser::download(content, &text::export_name(what, file)).ok();
    }

    fn accept_models(&self, reply: Reply, ready: &ModelsReady) {
        ready.set(true);
        let (this, ready) = (self.clone(), ready.clone());
        spawn_local(async move { this.accept_files(reply, &ready).await });
    }

    /// Reports the models, whereupon the page accepts files, once caching is done and if this worker still runs.
    async fn accept_files(&self, reply: Reply, ready: &ModelsReady) {
        let caching_done = self.0.caching_done.borrow().clone();
        if let Some(caching_done) = caching_done {
            // It never rejects.
            JsFuture::from(caching_done).await.ok();
        }
        if self.0.worker.borrow().as_ref().is_some_and(|(_, of)| Rc::ptr_eq(of, ready)) {
            self.dispatch_reply(reply);
        }
    }

    fn assets(&self) -> Option<Rc<Assets>> {
        self.0.assets.borrow().clone()
    }

    fn dispatch(&self, action: Action) {
        self.0.on_action.emit(action);
    }

    fn dispatch_reply(&self, reply: Reply) {
        self.dispatch(Action::ReplyReceived { reply: Box::new(reply), now: browser::now_ms() });
    }

    fn fail(&self, error: EngineError) {
        self.dispatch(Action::EngineFailed(error));
    }

    fn send_site_models(&self) {
        let Some(assets) = self.assets() else { return };
        let files = assets.models.iter().map(|(name, _)| name.clone()).collect();
        let bytes: Vec<JsValue> = assets.models.iter().map(|(_, bytes)| browser::copy_buffer(bytes)).collect();
        self.post(&Request::LoadModels { files }, &bytes, &bytes);
    }

    fn post(&self, request: &Request, attachments: &[JsValue], transfer: &[JsValue]) {
        let worker = self.0.worker.borrow();
        let Some((worker, _)) = worker.as_ref() else { return };
        let transfer: Array = transfer.iter().collect();
        let posted = protocol::pack(request, attachments).and_then(|parcel| worker.post(&parcel, &transfer));
        if posted.is_err() {
            self.fail(EngineError::WorkerNotStarted);
        }
    }
}

/// Returns the export labels in the display language.
fn export_labels() -> ExportLabels {
    ExportLabels {
        mark_column: text::mark_column().to_owned(),
        mark_names: Mark::ALL.map(|mark| text::mark_name(mark).to_owned()).to_vec(),
        decimal_comma: browser::uses_decimal_comma(),
    }
}
