//! Imports a file chunk by chunk: a list, or a project that contains one.

use super::{LoadedList, WorkerState};
use crate::project::{HeaderRange, PREFIX_BYTES, Project};
use crate::protocol::{FileError, JobId, MappedColumn, ProjectInfo, Reply, UnseenValues, WorkbookError};
use crate::ranked_list::{self, RankedList};
use file_format::FileFormat;
use js_sys::Uint8Array;
use scorer::lead::csv::{CellCounts, ImportError, UnknownColumn};
use scorer::lead::import::ImportOptions;
use scorer::lead::mapping::ColumnMapping;
use scorer::lead::text::TextEncoding;
use scorer::pipeline::Scorer;
use scorer::scored_list::{ListError, ListReader, ScoredList};
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

/// Chunk size in bytes: the worker handles messages between two chunks. A browser reads a hundred megabytes in a quarter
/// of a second in such chunks, and takes twice as long in chunks of one megabyte.
const CHUNK_BYTES: f64 = 4_194_304.0;

/// Memory limit of a list in bytes, about the size of its file. WebAssembly can address four gigabytes, and a browser
/// kills a tab that uses as much.
const MEMORY_MAX: f64 = 1.25e9;

/// File to import.
struct Source {
    file: Blob,
    project: Option<Project>,
}

impl WorkerState {
    pub(super) async fn read(&self, job: JobId, file: Option<File>, options: ImportOptions, keep_marks: bool) {
        let (Some(file), Some(scorer)) = (file, self.scorer.borrow().clone()) else {
            return self.reply(&Reply::FileFailed { job, error: FileError::Unavailable });
        };
        match self.read_source(job, file.into(), &scorer, options).await {
            Ok(Some((source, list))) => self.publish(job, source, list, keep_marks),
            Ok(None) => {}
            Err(ReadError::Workbook) => self.reply(&Reply::WorkbookDetected { job }),
            Err(ReadError::File(error)) => self.reply(&Reply::FileFailed { job, error }),
            Err(ReadError::List(error)) => self.reject(job, error),
        }
    }

    /// Imports a file; `None` when the job was cancelled.
    async fn read_source(
        &self,
        job: JobId,
        file: Blob,
        scorer: &Arc<Scorer>,
        options: ImportOptions,
    ) -> Result<Option<(Source, ScoredList)>, ReadError> {
        let source = open(file).await?;
        let size = source.file.size();
        if size > MEMORY_MAX {
            return Err(too_large());
        }
        let project = source.project.as_ref();
        let mapping = options.mapping.or_else(|| project.map(|project| project.mapping.clone()));
        let saved = || TextEncoding::for_label(project?.encoding.as_deref()?);
        let encoding = options.encoding.or_else(saved);
        let mut reader = ListReader::new(scorer.clone(), ImportOptions { encoding, mapping, ..options });
        let mut at = 0.0;
        let mut next = start_read(&source.file, at, CHUNK_BYTES.min(size))?;
        while at < size {
            let end = (at + CHUNK_BYTES).min(size);
            let bytes = finish_read(next).await?;
            // The browser fetches the next chunk while this one is parsed.
            next = start_read(&source.file, end, (end + CHUNK_BYTES).min(size))?;
            if self.active_job.get() != job {
                return Ok(None);
            }
            reader.push(&bytes)?;
            if reader.memory() as f64 > MEMORY_MAX {
                return Err(too_large());
            }
            at = end;
            self.reply(&Reply::Progress { job, bytes: at, rows: reader.rows() as u32 });
        }
        Ok(Some((source, reader.finish()?)))
    }

    /// Reports a list to the page. Marks come from the current list when it is the same file, else from the project.
    fn publish(&self, job: JobId, source: Source, list: ScoredList, keep_marks: bool) {
        let mut list = RankedList::new(list);
        if let (true, Some(current)) = (keep_marks, self.current.borrow().as_ref()) {
            list.restore_marks(&current.list.marked_lines(), &current.list.selected_lines());
        } else if let Some(project) = &source.project {
            list.restore_marks(&project.marks, &project.selected);
        }
        let project = source.project.map(|Project { file, query, models, .. }| {
            let same_models = models == model_hashes(list.scored_list().scorer());
            Box::new(ProjectInfo { file, query, same_models })
        });
        self.reply(&Reply::FileRead { job, summary: list.summary(), project });
        self.reply(&Reply::Counts { job, counts: list.counts() });
        *self.pending.borrow_mut() = Some(LoadedList { job, list, file: source.file });
    }

    fn reject(&self, job: JobId, error: ListError) {
        self.reply(&Reply::FileFailed { job, error: file_error(&error) });
        if let ListError::NoLeads { rejects } = error {
            *self.all_rejected.borrow_mut() = Some((job, rejects));
        }
    }
}

/// Returns the SHA-256 of each model.
pub(super) fn model_hashes(scorer: &Scorer) -> Vec<String> {
    scorer.models().iter().map(|model| model.sha256().to_owned()).collect()
}

/// Outcome of an import without a list.
enum ReadError {
    /// A workbook, a web page or JSON, which must be converted first, elsewhere.
    Workbook,
    File(FileError),
    List(ListError),
}

impl From<ListError> for ReadError {
    fn from(error: ListError) -> Self {
        ReadError::List(error)
    }
}

/// Browsers give no useful reason for a failed read.
impl From<JsValue> for ReadError {
    fn from(_: JsValue) -> Self {
        ReadError::File(FileError::Unavailable)
    }
}

fn too_large() -> ReadError {
    ReadError::File(FileError::TooLarge { bytes_max: MEMORY_MAX })
}

/// Detects the file type by its first bytes; a project's list begins after its header.
async fn open(file: Blob) -> Result<Source, ReadError> {
    let damaged = || ReadError::File(FileError::DamagedProject);
    let prefix_bytes = PREFIX_BYTES.max(file_format::PREFIX_BYTES);
    let prefix = read_range(&file, 0.0, file.size().min(prefix_bytes as f64)).await?;
    let Some(range) = HeaderRange::find(&prefix) else {
        let needs_conversion = FileFormat::detect(&prefix).needs_conversion();
        return if needs_conversion { Err(ReadError::Workbook) } else { Ok(Source { file, project: None }) };
    };
    let HeaderRange { start, end } = range.ok_or_else(damaged)?;
    let header = read_range(&file, start as f64, end as f64).await?;
    let project = Project::parse(&header).ok_or_else(damaged)?;
    let file = file.slice_with_f64_and_f64(end as f64, file.size())?;
    Ok(Source { file, project: Some(project) })
}

pub(super) async fn read_range(file: &Blob, from: f64, to: f64) -> Result<Vec<u8>, JsValue> {
    finish_read(start_read(file, from, to)?).await
}

fn start_read(file: &Blob, from: f64, to: f64) -> Result<JsFuture, JsValue> {
    Ok(JsFuture::from(file.slice_with_f64_and_f64(from, to)?.array_buffer()))
}

async fn finish_read(chunk: JsFuture) -> Result<Vec<u8>, JsValue> {
    Ok(Uint8Array::new(&chunk.await?).to_vec())
}

fn file_error(error: &ListError) -> FileError {
    let error = match error {
        ListError::Import(error) => error,
        ListError::Score(error) => return FileError::ScoringFailed { reason: error.to_string() },
        ListError::NoLeads { rejects } => {
            return FileError::NoLeads { rows: rejects.len() as u32, rejects: ranked_list::group_rejects(rejects) };
        }
    };
    match error {
        ImportError::Empty => FileError::Empty,
        ImportError::NoRows => FileError::NoRows,
        ImportError::Unsupported(format) => {
            FileError::Workbook { error: WorkbookError::Unsupported { format: *format } }
        }
        ImportError::NotText { hint } => FileError::NotText { hint: (*hint).to_owned() },
        ImportError::OpenHeader => FileError::UnclosedHeaderQuote,
        ImportError::HeaderTooLong => FileError::HeaderTooLong,
        ImportError::TooManyColumns => FileError::TooManyColumns,
        ImportError::NoKnownColumn { found, columns, .. } => {
            FileError::NoKnownColumn { found: found.clone(), columns: columns.iter().map(unmapped_column).collect() }
        }
        ImportError::DuplicateColumn(column) => FileError::DuplicateColumn { column: column.clone() },
        ImportError::TooBroken { line } => FileError::TooManyBrokenRows { line: *line as f64 },
    }
}

fn unmapped_column(column: &UnknownColumn) -> MappedColumn {
    MappedColumn {
        column: ColumnMapping::unmapped(&column.name),
        examples: column.examples.clone(),
        unparsed: 0,
        counts: CellCounts::default(),
        unseen: UnseenValues::default(),
    }
}
