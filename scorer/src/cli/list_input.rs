//! Feeds a list of leads to the reader in chunks: CSV unchanged, a workbook (.xlsx) as the CSV of its largest sheet.

use super::files::Input;
use crate::lead::csv::is_workbook_container;
use anyhow::{Result, ensure};
use indicatif::ProgressBar;
use workbook::{CsvSink, WORKBOOK_MAX};

/// Calls `process` with chunks of CSV text. Returns the sheet that was read if the input is a workbook.
pub(super) fn for_each_chunk(
    input: &mut Input,
    bar: &ProgressBar,
    mut process: impl FnMut(&[u8]) -> Result<()>,
) -> Result<Option<workbook::Sheet>> {
    let mut workbook: Option<Vec<u8>> = None;
    let mut is_first = true;
    input.for_each_chunk(|chunk| {
        bar.inc(chunk.len() as u64);
        if std::mem::take(&mut is_first) && is_workbook_container(chunk) {
            workbook = Some(Vec::new());
        }
        let Some(bytes) = &mut workbook else { return process(chunk) };
        ensure!(bytes.len() + chunk.len() <= WORKBOOK_MAX, "the workbook is larger than can be read");
        bytes.extend_from_slice(chunk);
        Ok(())
    })?;
    let Some(bytes) = workbook else { return Ok(None) };
    let mut sink = ChunkSink { process, error: None };
    let sheet = workbook::read(&bytes, &mut sink);
    // An error of `process` explains more than the error of the conversion that it stopped.
    sink.error.map_or(Ok(()), Err)?;
    Ok(Some(sheet?))
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
