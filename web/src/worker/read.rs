//! Reading a file: a list, or a project that holds one.
//!
//! Owns pieces, limits and what becomes of a failure. May not know what is done with a list that was read.

use super::{Desk, Shown};
use crate::agent::{Failure, Job, Reply};
use crate::project::{Place, Project, ProjectFacts, START};
use crate::table::{self, Table};
use js_sys::Uint8Array;
use scorer::lead::csv::{ImportError, is_workbook_container};
use scorer::lead::import::ImportOptions;
use scorer::pipeline::Scorer;
use scorer::scored_list::{ListError, ListReader, ScoredList};
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

/// How much of a file is read at once: between two pieces the worker listens. A browser takes a quarter of a second for
/// a hundred megabytes in such pieces, and twice as long in pieces of one megabyte.
const PIECE: f64 = 4_194_304.0;

/// The most memory that a list may take, about the size of its file. WebAssembly has four gigabytes, and a browser ends
/// a tab that takes as much.
const MEMORY_MAX: f64 = 1.25e9;

/// What is to be read.
struct Source {
    file: Blob,
    project: Option<Project>,
}

impl Desk {
    pub(super) async fn read(&self, job: Job, file: Option<File>, given: ImportOptions, again: bool) {
        let (Some(file), Some(scorer)) = (file, self.scorer.borrow().clone()) else {
            return self.reply(&Reply::Unreadable { job, failure: Failure::Unavailable });
        };
        match self.read_source(job, file.into(), &scorer, given).await {
            Ok(Some((source, sheet))) => self.offer(job, source, sheet, again),
            Ok(None) => {}
            Err(Trouble::Workbook) => self.reply(&Reply::Workbook { job }),
            Err(Trouble::Told(failure)) => self.reply(&Reply::Unreadable { job, failure }),
            Err(Trouble::ScoredList(error)) => self.refuse(job, error),
        }
    }

    /// The list of a file; `None` where the user does not want it any more.
    async fn read_source(
        &self,
        job: Job,
        file: Blob,
        scorer: &Arc<Scorer>,
        given: ImportOptions,
    ) -> Result<Option<(Source, ScoredList)>, Trouble> {
        let source = open(file).await?;
        let size = source.file.size();
        if size > MEMORY_MAX {
            return Err(Trouble::Told(too_large()));
        }
        let saved = || source.project.as_ref().map(|project| project.mapping.clone());
        let mapping = given.mapping.or_else(saved);
        let mut reader = ListReader::new(scorer.clone(), ImportOptions { mapping, ..given });
        let mut at = 0.0;
        let mut next = fetched(&source.file, at, PIECE.min(size))?;
        while at < size {
            let end = (at + PIECE).min(size);
            let bytes = received(next).await?;
            // The browser fetches a piece while the one before is read.
            next = fetched(&source.file, end, (end + PIECE).min(size))?;
            if self.reading.get() != job {
                return Ok(None);
            }
            reader.push(&bytes)?;
            if reader.memory() as f64 > MEMORY_MAX {
                return Err(Trouble::Told(too_large()));
            }
            at = end;
            self.reply(&Reply::Progress { job, bytes: at, rows: reader.rows() as u32 });
        }
        Ok(Some((source, reader.finish()?)))
    }

    /// Marks are kept when the same file is read again, and come with a project.
    fn offer(&self, job: Job, source: Source, sheet: ScoredList, again: bool) {
        let mut table = Table::new(sheet);
        if let (true, Some(before)) = (again, self.shown.borrow().as_ref()) {
            table.take_marks(&before.table.marked_lines(), &before.table.selected_lines());
        } else if let Some(project) = &source.project {
            table.take_marks(&project.marks, &project.selected);
        }
        let project = source.project.map(|Project { file, query, models, .. }| {
            let same_models = models == hashes(table.sheet().scorer());
            Box::new(ProjectFacts { file, query, same_models })
        });
        self.reply(&Reply::Read { job, summary: table.summary(), project });
        self.reply(&Reply::Tally { job, tally: table.tally() });
        *self.fresh.borrow_mut() = Some(Shown { job, table, file: source.file });
    }

    fn refuse(&self, job: Job, error: ListError) {
        self.reply(&Reply::Unreadable { job, failure: failure(&error) });
        if let ListError::NoLeads { rejects } = error {
            *self.refused.borrow_mut() = Some((job, rejects));
        }
    }
}

/// The hashes of models, in their order.
pub(super) fn hashes(scorer: &Scorer) -> Vec<String> {
    scorer.models().iter().map(|model| model.sha256().to_owned()).collect()
}

/// Why a file gives no list.
enum Trouble {
    /// It must be unpacked first, which is not done here.
    Workbook,
    Told(Failure),
    ScoredList(ListError),
}

impl From<ListError> for Trouble {
    fn from(error: ListError) -> Self {
        Trouble::ScoredList(error)
    }
}

/// A browser that does not hand out a file's bytes says nothing that a user could make use of.
impl From<JsValue> for Trouble {
    fn from(_: JsValue) -> Self {
        Trouble::Told(Failure::Unavailable)
    }
}

fn too_large() -> Failure {
    Failure::TooLarge { bytes_max: MEMORY_MAX }
}

/// Looks at the first bytes: a project's list begins behind its header.
async fn open(file: Blob) -> Result<Source, Trouble> {
    let broken = || Trouble::Told(Failure::BrokenProject);
    let start = piece(&file, 0.0, file.size().min(START as f64)).await?;
    if is_workbook_container(&start) {
        return Err(Trouble::Workbook);
    }
    let Some(place) = Place::find(&start) else { return Ok(Source { file, project: None }) };
    let Place { start, end } = place.ok_or_else(broken)?;
    let header = piece(&file, start as f64, end as f64).await?;
    let project = Project::read(&header).ok_or_else(broken)?;
    let file = file.slice_with_f64_and_f64(end as f64, file.size())?;
    Ok(Source { file, project: Some(project) })
}

pub(super) async fn piece(file: &Blob, from: f64, to: f64) -> Result<Vec<u8>, JsValue> {
    received(fetched(file, from, to)?).await
}

/// A piece of a file that is under way.
fn fetched(file: &Blob, from: f64, to: f64) -> Result<JsFuture, JsValue> {
    Ok(JsFuture::from(file.slice_with_f64_and_f64(from, to)?.array_buffer()))
}

async fn received(piece: JsFuture) -> Result<Vec<u8>, JsValue> {
    Ok(Uint8Array::new(&piece.await?).to_vec())
}

fn failure(error: &ListError) -> Failure {
    let error = match error {
        ListError::Import(error) => error,
        ListError::Score(error) => return Failure::Unscored { reason: error.to_string() },
        ListError::NoLeads { rejects } => {
            return Failure::NoLeads { rows: rejects.len() as u32, rejects: table::groups(rejects) };
        }
    };
    match error {
        ImportError::Empty => Failure::Empty,
        ImportError::NoRows => Failure::NoRows,
        ImportError::NotText { hint } => Failure::NotText { hint: (*hint).to_owned() },
        ImportError::OpenHeader => Failure::OpenHeader,
        ImportError::HeaderTooLong => Failure::HeaderTooLong,
        ImportError::TooManyColumns => Failure::TooManyColumns,
        ImportError::NoKnownColumn { found, .. } => Failure::NoKnownColumn { found: found.clone() },
        ImportError::DuplicateColumn(column) => Failure::DuplicateColumn { column: column.clone() },
        ImportError::TooBroken { line } => Failure::TooBroken { line: *line as f64 },
    }
}
