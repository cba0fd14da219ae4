//! `leadlight score`: a CSV of leads -> the same list with scores, best first.
//!
//! May not know how leads are read, scored or written.

use super::files::{self, Input, Models};
use crate::lead::csv::{Dialect, Reject};
use crate::pipeline::Scorer;
use crate::sheet::{Sheet, SheetReader, write_rejects};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::sync::Arc;

/// How many rejected rows are shown one by one.
const REJECTS_SHOWN: usize = 10;

/// The options of `leadlight score`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The list: a CSV with the columns of a lead; without it, or as -, standard input
    leads: Option<PathBuf>,
    /// Where to write the scored list; without it, or as -, standard output
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Where to write the rows that could not be scored, with line, column and reason
    #[arg(long)]
    rejects: Option<PathBuf>,
    /// What stands between cells
    #[arg(long, default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    #[command(flatten)]
    models: Models,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" | b"tab" => Ok(b'\t'),
        [one] if one.is_ascii() && !matches!(one, b'"' | b'\r' | b'\n') => Ok(*one),
        _ => Err("the delimiter should be one character, such as , or ; or tab".to_owned()),
    }
}

pub(super) fn run(options: &Options) -> Result<()> {
    let scorer = Arc::new(Scorer::open(&options.models.read()?)?);
    let dialect = Dialect { delimiter: options.delimiter, ..Dialect::default() };
    let mut input = Input::open(options.leads.as_deref())?;
    let sheet = read(&mut input, scorer, dialect)?;
    files::write(options.output.as_deref(), |mut out| sheet.write_csv(&mut out))?;
    if let Some(path) = &options.rejects {
        files::write(Some(path), |mut out| write_rejects(sheet.rejects(), &mut out))?;
    }
    tell(&sheet, options.rejects.is_some());
    Ok(())
}

fn read(input: &mut Input, scorer: Arc<Scorer>, dialect: Dialect) -> Result<Sheet> {
    let bar = input.length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg} {eta} left")?);
    let mut reader = SheetReader::new(scorer, dialect);
    input.each_piece(|piece| {
        reader.push(piece)?;
        bar.inc(piece.len() as u64);
        bar.set_message(format!("{} rows", reader.rows()));
        Ok(())
    })?;
    bar.finish_and_clear();
    reader.finish().with_context(|| input.name().to_owned())
}

/// A summary, to standard error: standard output is the list's.
fn tell(sheet: &Sheet, rejects_written: bool) {
    eprintln!("{} leads scored, {} rows rejected", sheet.len(), sheet.rejects().len());
    let models: Vec<String> =
        sheet.scorer().models().iter().map(|model| format!("{} {}", model.card().name, model.version())).collect();
    eprintln!("models: {}", models.join(", "));
    if !sheet.missing_fields().is_empty() {
        eprintln!("columns missing, which makes scores less sharp: {}", sheet.missing_fields().join(", "));
    }
    if !sheet.unknown_columns().is_empty() {
        eprintln!("columns kept but not scored: {}", sheet.unknown_columns().join(", "));
    }
    for reject in sheet.rejects().iter().take(REJECTS_SHOWN) {
        eprintln!("{}", shown(reject));
    }
    let more = sheet.rejects().len().saturating_sub(REJECTS_SHOWN);
    if more > 0 {
        let how = if rejects_written { "" } else { "; --rejects FILE writes them all" };
        eprintln!("and {more} more{how}");
    }
}

fn shown(reject: &Reject) -> String {
    match &reject.column {
        Some(column) => format!("line {}: {column} {}", reject.line, reject.reason),
        None => format!("line {}: {}", reject.line, reject.reason),
    }
}
