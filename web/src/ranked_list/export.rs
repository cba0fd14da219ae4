//! Writes leads in each export format.

use super::RankedList;
use crate::protocol::{ExportFormat, ExportLabels, ExportScope};
use js_sys::{Array, Uint8Array};
use scorer::scored_list::{CsvStyle, Export, MarkColumn};
use std::io::{self, Write};
use wasm_bindgen::JsValue;
use web_sys::Blob;

/// Buffer size in bytes.
const BUFFER_BYTES: usize = 1 << 22;

/// Writer that moves its buffer into browser blobs: a file of any length takes little of the worker's memory.
#[derive(Default)]
pub struct BlobWriter {
    buffer: Vec<u8>,
    blobs: Array,
}

impl BlobWriter {
    /// Returns the whole file.
    pub fn finish(mut self) -> Result<Blob, JsValue> {
        self.flush_buffer()?;
        Blob::new_with_blob_sequence(&self.blobs)
    }

    fn flush_buffer(&mut self) -> Result<(), JsValue> {
        let bytes = Uint8Array::from(self.buffer.as_slice());
        self.blobs.push(&Blob::new_with_u8_array_sequence(&Array::of1(&bytes))?.into());
        self.buffer.clear();
        Ok(())
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush_buffer().map_err(|_| io::Error::other("the browser takes no more"))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl RankedList {
    /// Writes leads as a file, with a column of marks if any lead is marked.
    pub fn write(
        &self,
        scope: ExportScope,
        format: ExportFormat,
        labels: &ExportLabels,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let leads = self.in_scope(scope);
        let ExportLabels { mark_column, mark_names, decimal_comma } = labels;
        let marks = MarkColumn { name: mark_column, labels: mark_names, by_lead: self.marks.codes() };
        let has_marks = self.marks.marked().next().is_some();
        let export = Export { leads: &leads, marks: has_marks.then_some(marks) };
        match format {
            ExportFormat::PlainCsv => self.list.write_csv_export(&export, CsvStyle::Data, out),
            ExportFormat::SpreadsheetCsv => {
                self.list.write_csv_export(&export, CsvStyle::Spreadsheet { decimal_comma: *decimal_comma }, out)
            }
            ExportFormat::Json => self.list.write_json(&export, out),
        }
    }

    /// Writes leads as tab-separated text to paste into a table.
    pub fn write_clipboard(&self, scope: ExportScope, labels: &ExportLabels, out: &mut impl Write) -> io::Result<()> {
        let leads = self.in_scope(scope);
        let export = Export { leads: &leads, marks: None };
        self.list.write_csv_export(&export, CsvStyle::Clipboard { decimal_comma: labels.decimal_comma }, out)
    }

    fn in_scope(&self, scope: ExportScope) -> Vec<u32> {
        let order = self.list.order();
        match scope {
            ExportScope::All => order.to_vec(),
            ExportScope::Found => self.found().to_vec(),
            ExportScope::Selected => {
                order.iter().copied().filter(|lead| self.marks.is_selected(*lead as usize)).collect()
            }
            ExportScope::Top(number) => order.iter().copied().take(number as usize).collect(),
        }
    }
}
