//! The worker as the page sees it: started behind the lock, spoken to, and started again when it dies.
//!
//! Owns the order of starting: fetch all parts, have them kept for use without a network, lock the network, start the
//! worker, hand it its code and the models; only then, and when nothing is fetched to be kept, is any file accepted. May
//! not know how leads are scored or what the page shows.

use super::assets::{self, Assets};
use super::offline;
use super::own_model::OwnModel;
use super::program::Running;
use super::workbook::Unpacker;
use crate::agent::{self, Export, Job, Mark, Meanings, PickedSheet, Query, Reply, Request, Wording};
use crate::state::{Action, List, Look, Stop};
use crate::{browser, memory, text};
use js_sys::{Array, Promise};
use scorer::lead::mapping::{Evidence, Mapping};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, MessageEvent};
use yew::{Callback, hook, use_effect_with, use_memo};

/// A handle on the worker; its copies are handles on the same one.
#[derive(Clone)]
pub struct Engine(pub(super) Rc<Inner>);

pub(super) struct Inner {
    dispatch: Callback<Action>,
    assets: RefCell<Option<Rc<Assets>>>,
    running: RefCell<Option<(Running, Opened)>>,
    /// Kept when nothing is fetched any more that is to be kept.
    quiet: RefCell<Option<Promise>>,
    jobs: Cell<Job>,
    /// The file that is being read, and the one that the list in sight was made of.
    files: RefCell<[Option<Source>; 2]>,
    pub(super) own: OwnModel,
    pub(super) unpacker: Unpacker,
}

/// Whether a worker has opened its models; no other worker has the same one.
type Opened = Rc<Cell<bool>>;

/// A file, and how it is read.
#[derive(Clone)]
struct Source {
    file: File,
    /// The sheet that it was, where it came in a workbook.
    sheet: Option<PickedSheet>,
    job: Job,
    request: Request,
}

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The engine of this page, which begins to start at once.
#[hook]
pub fn use_engine(dispatch: Callback<Action>) -> Engine {
    let engine = use_memo((), |()| Engine::new(dispatch));
    let starting = (*engine).clone();
    use_effect_with((), move |()| spawn_local(async move { starting.start().await }));
    (*engine).clone()
}

impl Engine {
    /// An engine without a worker: what is sent to it is lost.
    pub fn new(dispatch: Callback<Action>) -> Self {
        Engine(Rc::new(Inner {
            dispatch,
            assets: RefCell::default(),
            running: RefCell::default(),
            quiet: RefCell::default(),
            jobs: Cell::new(0),
            files: RefCell::default(),
            own: OwnModel::default(),
            unpacker: Unpacker::default(),
        }))
    }

    /// Hands a file to the worker. Its bytes are not touched here.
    pub fn read(&self, file: &File) {
        self.read_as((file, None), None, Vec::new(), false);
    }

    /// The file of the list in sight once more, its columns read as somebody said. Marks stay.
    pub fn read_again(&self, mapping: Mapping) {
        self.read_shown(Some(mapping), Vec::new());
    }

    /// The same with other models, whose fields may be other ones: what was said of columns by hand still holds.
    pub fn read_anew(&self, list: &List) {
        let said = list.summary.mapped.iter().map(|mapped| &mapped.column);
        let said = said.filter(|column| column.evidence == Evidence::Manual);
        self.read_shown(None, said.map(|column| (column.name.clone(), column.target.clone())).collect());
    }

    fn read_shown(&self, mapping: Option<Mapping>, said: Meanings) {
        let shown = self.0.files.borrow()[1].clone();
        if let Some(Source { file, sheet, .. }) = shown {
            self.read_as((&file, sheet), mapping, said, true);
        }
    }

    fn read_as(
        &self,
        (file, sheet): (&File, Option<PickedSheet>),
        mapping: Option<Mapping>,
        said: Meanings,
        again: bool,
    ) {
        let job = self.0.jobs.get() + 1;
        self.0.jobs.set(job);
        let (name, size, now) = (file.name(), file.size(), browser::now());
        self.emit(Action::Chosen { job, file: name, sheet: sheet.clone(), size, now });
        let known = memory::meanings().into_iter().chain(said).collect();
        let request = Request::Read { job, mapping, known, again };
        self.hand(Source { file: file.clone(), sheet, job, request });
    }

    /// The sheet of a workbook in the workbook's place.
    pub(super) fn read_unpacked(&self, job: Job, file: File, sheet: PickedSheet) {
        let read = self.0.files.borrow_mut()[0].take_if(|source| source.job == job);
        if let Some(source) = read {
            self.hand(Source { file, sheet: Some(sheet), ..source });
        }
    }

    fn hand(&self, source: Source) {
        self.post(&source.request, &[(&source.file).into()], &[]);
        self.0.files.borrow_mut()[0] = Some(source);
    }

    /// Gives up a reading.
    pub fn cancel(&self, job: Job) {
        self.0.unpacker.end(job);
        self.send(&Request::Cancel { job });
    }

    /// The same with the sample leads.
    pub fn read_sample(&self) {
        if let Some(Ok(file)) = self.assets().map(|assets| browser::file(&assets.sample, text::SAMPLE_FILE)) {
            self.read(&file);
        }
    }

    /// Asks for something of the list to keep.
    pub fn take(&self, list: &List, what: Export) {
        let (job, file, query) = (list.job, list.file.clone(), list.query.clone());
        self.send(&Request::Export { job, what, file, query, wording: wording() });
    }

    /// Asks for the rows of a file in which none was a lead.
    pub fn take_rejects(&self, job: Job, file: &str) {
        let (what, file, query) = (Export::Rejects, file.to_owned(), Query::default());
        self.send(&Request::Export { job, what, file, query, wording: wording() });
    }

    /// Says something small to the worker.
    pub fn send(&self, request: &Request) {
        self.post(request, &[], &[]);
    }

    async fn start(&self) {
        let offered = offline::offered();
        let assets = match assets::fetch().await {
            Ok(assets) => assets,
            Err(missing) => return self.emit(Action::Stopped(Stop::Unfetched { name: missing.name })),
        };
        *self.0.quiet.borrow_mut() = Some(offline::keep(&offered).await);
        // Without the lock nothing starts: no lock, no file.
        if browser::lock_network().is_err() {
            return self.emit(Action::Stopped(Stop::Unstarted));
        }
        *self.0.assets.borrow_mut() = Some(Rc::new(assets));
        self.0.own.recall().await;
        self.start_worker();
    }

    fn start_worker(&self) {
        let Some(assets) = self.assets() else { return };
        let opened = Opened::default();
        let (this, was_opened) = (self.clone(), opened.clone());
        let hear = move |event: MessageEvent| this.hear(&event, &was_opened);
        let this = self.clone();
        match Running::start(&assets.worker, hear, move || this.restart()) {
            Ok(running) => *self.0.running.borrow_mut() = Some((running, opened)),
            Err(_) => self.emit(Action::Stopped(Stop::Unstarted)),
        }
    }

    /// A worker that dies before it has opened the models would do so again.
    fn restart(&self) {
        let dead = self.0.running.borrow_mut().take();
        let Some((_, opened)) = dead else { return };
        if opened.get() {
            self.emit(Action::Died);
            self.start_worker();
        } else {
            self.emit(Action::Stopped(Stop::Unstarted));
        }
    }

    fn hear(&self, event: &MessageEvent, opened: &Opened) {
        let Ok((reply, beside)) = agent::unpack::<Reply>(event.data()) else {
            return self.emit(Action::Stopped(Stop::Unstarted));
        };
        match &reply {
            Reply::Awake => {
                self.0.own.again();
                self.hand_models();
            }
            Reply::Opened { own: None, .. } if !opened.get() && self.0.own.is_to_be_tried() => {
                self.0.own.put_off(reply);
                return self.try_own();
            }
            Reply::Opened { own, .. } => {
                self.0.own.settle(own.is_some());
                return self.begin(reply, opened);
            }
            Reply::Refused { own: true, .. } => {
                if let Some(site) = self.0.own.refuse() {
                    self.begin(site, opened);
                }
            }
            Reply::Read { job, .. } => {
                let [read, shown] = &mut *self.0.files.borrow_mut();
                if let Some(read) = read.take_if(|source| source.job == *job) {
                    *shown = Some(read);
                }
            }
            Reply::Workbook { job } => self.open_workbook(*job),
            Reply::Exported { what, file, .. } => self.keep(*what, file, beside.first()),
            _ => {}
        }
        self.tell(reply);
    }

    /// The file that is being read must be unpacked first.
    fn open_workbook(&self, job: Job) {
        let read = self.0.files.borrow()[0].clone().filter(|source| source.job == job);
        if let Some(Source { file, .. }) = read {
            self.unpack(job, &file);
        }
    }

    /// A browser that keeps no files has told the user itself.
    fn keep(&self, what: Export, file: &str, made: Option<&JsValue>) {
        let Some(made) = made else { return };
        if let Some(words) = made.as_string() {
            let told = self.0.dispatch.clone();
            return browser::copy_text(&words, move || told.emit(Action::Looked(Look::Copied)));
        }
        browser::save(made, &text::export_name(what, file)).ok();
    }

    fn begin(&self, reply: Reply, opened: &Opened) {
        opened.set(true);
        let (this, opened) = (self.clone(), opened.clone());
        spawn_local(async move { this.accept(reply, &opened).await });
    }

    /// Lets files come once all is quiet, if this worker is still the one at work.
    async fn accept(&self, reply: Reply, opened: &Opened) {
        let quiet = self.0.quiet.borrow().clone();
        if let Some(quiet) = quiet {
            // It is never broken.
            JsFuture::from(quiet).await.ok();
        }
        if self.0.running.borrow().as_ref().is_some_and(|(_, of)| Rc::ptr_eq(of, opened)) {
            self.tell(reply);
        }
    }

    pub(super) fn assets(&self) -> Option<Rc<Assets>> {
        self.0.assets.borrow().clone()
    }

    pub(super) fn emit(&self, action: Action) {
        self.0.dispatch.emit(action);
    }

    pub(super) fn tell(&self, reply: Reply) {
        self.emit(Action::Heard { reply, now: browser::now() });
    }

    pub(super) fn hand_models(&self) {
        let Some(assets) = self.assets() else { return };
        let files = assets.models.iter().map(|(name, _)| name.clone()).collect();
        let bytes: Vec<JsValue> = assets.models.iter().map(|(_, bytes)| browser::copy(bytes)).collect();
        self.post(&Request::Open { files }, &bytes, &bytes);
    }

    pub(super) fn post(&self, request: &Request, beside: &[JsValue], given: &[JsValue]) {
        let running = self.0.running.borrow();
        let Some((running, _)) = running.as_ref() else { return };
        let given: Array = given.iter().collect();
        let posted = agent::pack(request, beside).and_then(|parcel| running.post(&parcel, &given));
        if posted.is_err() {
            self.emit(Action::Stopped(Stop::Unstarted));
        }
    }
}

/// The words of the page's language that stand in what is taken out.
fn wording() -> Wording {
    Wording {
        column: text::mark_column().to_owned(),
        marks: Mark::ALL.map(|mark| text::mark_name(mark).to_owned()).to_vec(),
        decimal_comma: browser::writes_decimal_comma(),
    }
}
