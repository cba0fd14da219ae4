//! Feeds a list of leads to the reader in chunks: CSV unchanged, workbooks, web pages and JSON as the CSV of their largest
//! table.

use super::files::Input;
use anyhow::{Result, ensure};
use file_format::FileFormat;
use indicatif::ProgressBar;
use workbook::{CsvSink, Sheet, WORKBOOK_MAX};

/// Calls `process` with chunks of CSV text. Returns the sheet or table that was read if the input is no CSV.
pub(super) fn for_each_chunk(
    input: &mut Input,
    bar: &ProgressBar,
    mut process: impl FnMut(&[u8]) -> Result<()>,
) -> Result<Option<Sheet>> {
    let mut file: Option<Vec<u8>> = None;
    let mut is_first = true;
    input.for_each_chunk(|chunk| {
        bar.inc(chunk.len() as u64);
        if std::mem::take(&mut is_first) && FileFormat::detect(chunk).needs_conversion() {
            file = Some(Vec::new());
        }
        let Some(bytes) = &mut file else { return process(chunk) };
        ensure!(bytes.len() + chunk.len() <= WORKBOOK_MAX, "the file is larger than can be converted: save it as CSV");
        bytes.extend_from_slice(chunk);
        Ok(())
    })?;
    let Some(bytes) = file else { return Ok(None) };
    let mut sink = ChunkSink { process, error: None };
    let sheet = workbook::read(&bytes, &mut sink);
    // An error of `process` explains more than the error of the conversion that it stopped.
    sink.error.map_or(Ok(()), Err)?;
    Ok(Some(sheet?))
}

/// Prints what was read of a converted file to standard error.
pub(super) fn print_notes(sheet: &Sheet) {
    let Sheet { format, name, candidates, hidden_rows, filled_cells } = sheet;
    let largest = if *candidates > 1 { format!(", the largest of {candidates}") } else { String::new() };
    match format {
        FileFormat::Html => eprintln!("read from a table of the web page{largest}"),
        FileFormat::Json if name.is_empty() => eprintln!("read from JSON"),
        FileFormat::Json => eprintln!("read from the list {name:?} in JSON{largest}"),
        _ => eprintln!("read from the sheet {name:?}{largest}"),
    }
    if *hidden_rows > 0 {
        eprintln!("rows that are hidden, for example by a filter, were read too: {hidden_rows}");
    }
    if *filled_cells > 0 {
        eprintln!("cells filled from a merged cell that covers several rows: {filled_cells}");
    }
}

/// Passes the converted CSV on until the first error.
struct ChunkSink<F> {
    process: F,
    error: Option<anyhow::Error>,
}

impl<F: FnMut(&[u8]) -> Result<()>> CsvSink for ChunkSink<F> {
    fn progress(&mut self, _: f64) {}

    fn chunk(&mut self, bytes: Vec<u8>) {
        if self.error.is_none() {
            self.error = (self.process)(&bytes).err();
        }
    }
}
