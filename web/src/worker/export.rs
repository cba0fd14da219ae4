//! Exports: files, a text for the clipboard, the project.

use super::read::model_hashes;
use super::{LoadedList, WorkerState};
use crate::project::Project;
use crate::protocol::{Export, ExportLabels, JobId, Query, Reply};
use crate::ranked_list::BlobWriter;
use crate::worker_port::unwrap_or_throw;
use js_sys::{Array, Uint8Array};
use scorer::lead::text::EncodingBasis;
use scorer::scored_list::Rejects;
use std::io;
use wasm_bindgen::JsValue;
use web_sys::Blob;

impl WorkerState {
    /// Creates an export and sends it.
    pub(super) fn export(&self, job: JobId, what: Export, (file, query): (String, Query), labels: &ExportLabels) {
        let current = self.current.borrow();
        let result = match (current.as_ref().filter(|current| current.job == job), what) {
            (Some(current), Export::Project) => project(current, &file, query).map(JsValue::from),
            (Some(current), what) => export(current, what, labels),
            (None, Export::Rejects) => match self.all_rejected.borrow().as_ref().filter(|(of, _)| *of == job) {
                Some((_, rejects)) => rejects_csv(rejects),
                None => return,
            },
            (None, _) => return,
        };
        self.port.post(&Reply::Exported { job, what, file }, &[unwrap_or_throw(result)]);
    }
}

fn export(current: &LoadedList, what: Export, labels: &ExportLabels) -> Result<JsValue, JsValue> {
    match what {
        Export::Leads { scope, format } => write_blob(|out| current.list.write(scope, format, labels, out)),
        Export::Clipboard { scope } => {
            let mut text = Vec::new();
            current.list.write_clipboard(scope, labels, &mut text).map_err(js_error)?;
            Ok(String::from_utf8_lossy(&text).as_ref().into())
        }
        Export::Rejects | Export::Project => rejects_csv(current.list.scored_list().rejects()),
    }
}

/// Creates the project file. The list is not copied: the browser puts the header in front of the source file.
fn project(current: &LoadedList, file: &str, query: Query) -> Result<Blob, JsValue> {
    let list = current.list.scored_list();
    let encoding = list.format().encoding;
    let is_chosen = encoding.basis == EncodingBasis::Chosen;
    let project = Project {
        file: file.to_owned(),
        encoding: is_chosen.then(|| encoding.encoding.label().to_owned()),
        mapping: list.summary().mapping.clone(),
        models: model_hashes(list.scorer()),
        marks: current.list.marked_lines(),
        selected: current.list.selected_lines(),
        query,
    };
    let header = Uint8Array::from(project.header().as_slice());
    let header = Blob::new_with_u8_array_sequence(&Array::of1(&header))?;
    Blob::new_with_blob_sequence(&Array::of2(&header, &current.file))
}

fn rejects_csv(rejects: &Rejects) -> Result<JsValue, JsValue> {
    write_blob(|out| rejects.write(out))
}

fn write_blob(write: impl FnOnce(&mut BlobWriter) -> io::Result<()>) -> Result<JsValue, JsValue> {
    let mut out = BlobWriter::default();
    write(&mut out).map_err(js_error)?;
    out.finish().map(JsValue::from)
}

fn js_error(error: io::Error) -> JsValue {
    error.to_string().into()
}
