//! Handing out what the user keeps: files, a text for the clipboard, the project.
//!
//! Owns how these are put together. May not know what stands in them.

use super::read::hashes;
use super::{Desk, Shown};
use crate::agent::{Export, Job, Query, Reply, Wording};
use crate::project::Project;
use crate::table::Parts;
use js_sys::{Array, Uint8Array};
use scorer::scored_list::Rejects;
use wasm_bindgen::JsValue;
use web_sys::Blob;

impl Desk {
    /// A file that the browser does not take is not handed out: the page hears of the error, as of any in the worker.
    pub(super) fn export(&self, job: Job, what: Export, (file, query): (String, Query), wording: &Wording) {
        let shown = self.shown.borrow();
        let made = match (shown.as_ref().filter(|shown| shown.job == job), what) {
            (Some(shown), Export::Project) => project(shown, &file, query).map(JsValue::from),
            (Some(shown), what) => take(shown, what, wording),
            (None, Export::Rejects) => match self.refused.borrow().as_ref().filter(|(of, _)| *of == job) {
                Some((_, rejects)) => rejected(rejects),
                None => return,
            },
            (None, _) => return,
        };
        match made {
            Ok(made) => self.post(&Reply::Exported { job, what, file }, &[made]),
            Err(error) => wasm_bindgen::throw_val(error),
        }
    }
}

fn take(shown: &Shown, what: Export, wording: &Wording) -> Result<JsValue, JsValue> {
    let failed = |error: std::io::Error| JsValue::from(error.to_string());
    match what {
        Export::Leads { which, form } => {
            let mut parts = Parts::default();
            shown.table.write(which, form, wording, &mut parts).map_err(failed)?;
            parts.finish().map(JsValue::from)
        }
        Export::Clipboard { which } => {
            let mut text = Vec::new();
            shown.table.write_pasted(which, wording, &mut text).map_err(failed)?;
            Ok(String::from_utf8_lossy(&text).as_ref().into())
        }
        Export::Rejects | Export::Project => rejected(shown.table.sheet().rejects()),
    }
}

/// The list is not read for it: the browser puts the header before the file.
fn project(shown: &Shown, file: &str, query: Query) -> Result<Blob, JsValue> {
    let sheet = shown.table.sheet();
    let project = Project {
        file: file.to_owned(),
        mapping: sheet.summary().mapping.clone(),
        models: hashes(sheet.scorer()),
        marks: shown.table.marked_lines(),
        selected: shown.table.selected_lines(),
        query,
    };
    let header = Uint8Array::from(project.header().as_slice());
    let header = Blob::new_with_u8_array_sequence(&Array::of1(&header))?;
    Blob::new_with_blob_sequence(&Array::of2(&header, &shown.file))
}

fn rejected(rejects: &Rejects) -> Result<JsValue, JsValue> {
    let mut parts = Parts::default();
    rejects.write(&mut parts).map_err(|error| JsValue::from(error.to_string()))?;
    parts.finish().map(JsValue::from)
}
