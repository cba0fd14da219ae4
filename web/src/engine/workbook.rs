//! Converts a workbook for the scoring worker, in an unpacker that runs only for that one file.

use super::Engine;
use super::sandboxed_worker::SandboxedWorker;
use crate::browser;
use crate::protocol::{self, FileError, JobId, Reply, SheetInfo, UnpackerMessage, WorkbookError};
use crate::state::Action;
use js_sys::Array;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File, MessageEvent};

/// Running unpacker and its job.
#[derive(Default)]
pub(super) struct Unpacker(RefCell<Option<(JobId, SandboxedWorker)>>);

impl Unpacker {
    /// Terminates the unpacker if it runs for this job; true when it did.
    pub(super) fn stop(&self, job: JobId) -> bool {
        let stopped = self.0.borrow_mut().take_if(|(of, _)| *of == job);
        let is_stopped = stopped.is_some();
        // Deferred, because the caller may be the unpacker's own message handler.
        spawn_local(async move { drop(stopped) });
        is_stopped
    }
}

impl Engine {
    /// Starts the conversion of a workbook.
    pub(super) fn unpack(&self, job: JobId, file: &File) {
        let Some(assets) = self.assets() else { return };
        let (this, source) = (self.clone(), file.clone());
        let on_message = move |event: MessageEvent| this.receive_from_unpacker(job, &source, &event);
        let this = self.clone();
        // The only known cause of a crash is a lack of memory.
        let on_crash = move || this.fail_unpacking(job, WorkbookError::TooLarge);
        match SandboxedWorker::start(&assets.unpacker, on_message, on_crash) {
            Ok(worker) => *self.0.unpacker.0.borrow_mut() = Some((job, worker)),
            Err(_) => self.dispatch_reply(Reply::FileFailed { job, error: file_error(WorkbookError::Unavailable) }),
        }
    }

    fn receive_from_unpacker(&self, job: JobId, file: &File, event: &MessageEvent) {
        let Ok((message, attachments)) = protocol::unpack::<UnpackerMessage>(event.data()) else {
            return self.fail_unpacking(job, WorkbookError::Damaged);
        };
        match message {
            UnpackerMessage::Ready => {
                let unpacker = self.0.unpacker.0.borrow();
                let worker = unpacker.as_ref().filter(|(of, _)| *of == job);
                worker.map(|(_, worker)| worker.post(file, &Array::new()));
            }
            UnpackerMessage::Progress { share } => {
                self.dispatch_reply(Reply::Progress { job, bytes: share * file.size(), rows: 0 });
            }
            UnpackerMessage::Done { sheet } => {
                let csv = attachments.into_iter().next().and_then(|csv| csv.dyn_into::<Blob>().ok());
                match csv.and_then(|csv| browser::file_from_blob(&csv, &file.name()).ok()) {
                    Some(csv) => self.finish_unpacking(job, csv, sheet),
                    None => self.fail_unpacking(job, WorkbookError::Unavailable),
                }
            }
            UnpackerMessage::Failed { error } => self.fail_unpacking(job, error),
        }
    }

    /// Continues the import with the sheet in place of the workbook.
    fn finish_unpacking(&self, job: JobId, csv: File, sheet: SheetInfo) {
        if self.0.unpacker.stop(job) {
            let (size, now) = (csv.size(), browser::now_ms());
            self.dispatch(Action::WorkbookUnpacked { job, sheet: sheet.clone(), size, now });
            self.read_unpacked(job, csv, sheet);
        }
    }

    fn fail_unpacking(&self, job: JobId, error: WorkbookError) {
        if self.0.unpacker.stop(job) {
            self.dispatch_reply(Reply::FileFailed { job, error: file_error(error) });
        }
    }
}

fn file_error(error: WorkbookError) -> FileError {
    match error {
        WorkbookError::Unavailable => FileError::Unavailable,
        WorkbookError::Empty => FileError::Empty,
        error => FileError::Workbook { error },
    }
}
