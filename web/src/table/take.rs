//! What a user takes out of the list: leads in one form or another.
//!
//! Owns which leads these are. May not know messages; words and forms come with the request.

use super::Table;
use crate::agent::{FileForm, Which, Wording};
use js_sys::{Array, Uint8Array};
use scorer::scored_list::{CsvStyle, Export, MarkColumn};
use std::io::{self, Write};
use wasm_bindgen::JsValue;
use web_sys::Blob;

/// How much of a file is gathered before the browser is given it.
const GATHERED: usize = 1 << 22;

/// The parts of a file, handed to the browser as they come: a file of any length takes little of the worker's memory.
#[derive(Default)]
pub struct Parts {
    gathered: Vec<u8>,
    given: Array,
}

impl Parts {
    /// The whole file.
    pub fn finish(mut self) -> Result<Blob, JsValue> {
        self.give()?;
        Blob::new_with_blob_sequence(&self.given)
    }

    fn give(&mut self) -> Result<(), JsValue> {
        let bytes = Uint8Array::from(self.gathered.as_slice());
        self.given.push(&Blob::new_with_u8_array_sequence(&Array::of1(&bytes))?.into());
        self.gathered.clear();
        Ok(())
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED {
            self.give().map_err(|_| io::Error::other("the browser takes no more"))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Table {
    /// Writes leads in a form. The column of marks is there once any lead bears one.
    pub fn write(&self, which: Which, form: FileForm, wording: &Wording, out: &mut impl Write) -> io::Result<()> {
        let leads = self.which(which);
        let Wording { column, marks, decimal_comma } = wording;
        let marks = MarkColumn { name: column, labels: marks, by_lead: self.marks.places() };
        let has_marks = self.marks.marked().next().is_some();
        let export = Export { leads: &leads, marks: has_marks.then_some(marks) };
        match form {
            FileForm::Data => self.sheet.write_csv_export(&export, CsvStyle::Data, out),
            FileForm::Spreadsheet => {
                self.sheet.write_csv_export(&export, CsvStyle::Spreadsheet { decimal_comma: *decimal_comma }, out)
            }
            FileForm::Json => self.sheet.write_json(&export, out),
        }
    }

    /// Writes leads as a table to be pasted.
    pub fn write_pasted(&self, which: Which, wording: &Wording, out: &mut impl Write) -> io::Result<()> {
        let leads = self.which(which);
        let export = Export { leads: &leads, marks: None };
        self.sheet.write_csv_export(&export, CsvStyle::Clipboard { decimal_comma: wording.decimal_comma }, out)
    }

    fn which(&self, which: Which) -> Vec<u32> {
        let order = self.sheet.order();
        match which {
            Which::All => order.to_vec(),
            Which::Found => self.found().to_vec(),
            Which::Selected => order.iter().copied().filter(|lead| self.marks.is_selected(*lead as usize)).collect(),
            Which::Best(number) => order.iter().copied().take(number as usize).collect(),
        }
    }
}
