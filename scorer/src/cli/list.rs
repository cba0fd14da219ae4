//! A list of leads on its way from a file or a pipe to the reader: CSV as it comes, a workbook as the CSV of its largest
//! sheet.
//!
//! Owns which of the two it is. May not know leads or scores.

use super::files::Input;
use crate::lead::csv::is_container;
use anyhow::{Result, ensure};
use indicatif::ProgressBar;
use workbook::{CsvSink, WORKBOOK_MAX};

/// Hands a list to `take`, piece by piece, as text.
pub(super) fn each_piece(
    input: &mut Input,
    bar: &ProgressBar,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<Option<workbook::Sheet>> {
    let mut book: Option<Vec<u8>> = None;
    let mut is_first = true;
    input.each_piece(|piece| {
        bar.inc(piece.len() as u64);
        if std::mem::take(&mut is_first) && is_container(piece) {
            book = Some(Vec::new());
        }
        let Some(book) = &mut book else { return take(piece) };
        ensure!(book.len() + piece.len() <= WORKBOOK_MAX, "the workbook is larger than can be read");
        book.extend_from_slice(piece);
        Ok(())
    })?;
    let Some(book) = book else { return Ok(None) };
    let mut text = Text { take, failed: None };
    let sheet = workbook::read(&book, &mut text);
    // What was wrong with a piece of the text is worth more than that the rest was not wanted.
    text.failed.map_or(Ok(()), Err)?;
    Ok(Some(sheet?))
}

/// What takes the text, until it fails.
struct Text<T> {
    take: T,
    failed: Option<anyhow::Error>,
}

impl<T: FnMut(&[u8]) -> Result<()>> CsvSink for Text<T> {
    fn progress(&mut self, _: f64) {}

    fn chunk(&mut self, bytes: Vec<u8>) {
        if self.failed.is_none() {
            self.failed = (self.take)(&bytes).err();
        }
    }
}
