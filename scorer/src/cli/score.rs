//! `leadlight score`: a CSV of leads -> the same list with scores, best first.
//!
//! May not know how leads are read, scored or written.

use super::files::{self, Input, Models};
use crate::lead::csv::{Dialect, Reject};
use crate::pipeline::Scorer;
use crate::sheet::{Sheet, SheetError, SheetReader, write_rejects};
use anyhow::{Context, Result, bail};
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
    /// What stands between cells; told from the first line if not given
    #[arg(long, value_parser = delimiter)]
    delimiter: Option<u8>,
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
    let mut input = Input::open(options.leads.as_deref())?;
    if options.rejects.is_some() && options.rejects == options.output {
        bail!("the scored list and the rejected rows cannot go to the same file");
    }
    let read = read(&mut input, &scorer, options.delimiter)?;
    if let Err(SheetError::NoLeads { rejects }) = &read {
        save_rejects(options, rejects)?;
    }
    let sheet = read.with_context(|| input.name().to_owned())?;
    files::write(options.output.as_deref(), |mut out| sheet.write_csv(&mut out))?;
    save_rejects(options, sheet.rejects())?;
    tell(&sheet, options.rejects.is_some());
    Ok(())
}

fn save_rejects(options: &Options, rejects: &[Reject]) -> Result<()> {
    match &options.rejects {
        Some(path) => files::write(Some(path), |mut out| write_rejects(rejects, &mut out)),
        None => Ok(()),
    }
}

/// The list, or why there is none; a file that cannot be read is an error of its own.
fn read(input: &mut Input, scorer: &Arc<Scorer>, delimiter: Option<u8>) -> Result<Result<Sheet, SheetError>> {
    let bar = input.length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg} {eta} left")?);
    let dialect = |start: &[u8]| match delimiter {
        Some(delimiter) => Dialect { delimiter, ..Dialect::default() },
        None => Dialect::detect(start),
    };
    let mut begun = None;
    input.each_piece(|piece| {
        let reader = begun.get_or_insert_with(|| SheetReader::new(scorer.clone(), dialect(piece)));
        reader.push(piece)?;
        bar.inc(piece.len() as u64);
        bar.set_message(format!("{} rows", reader.rows()));
        Ok(())
    })?;
    bar.finish_and_clear();
    let reader = begun.unwrap_or_else(|| SheetReader::new(scorer.clone(), dialect(&[])));
    Ok(reader.finish())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A summary, to standard error: standard output is the list's.
fn tell(sheet: &Sheet, rejects_written: bool) {
    eprintln!("{} scored, {} rejected", counted(sheet.len(), "lead"), counted(sheet.rejects().len(), "row"));
    let used = sheet.scorer().models().iter().enumerate().filter(|(place, _)| sheet.used(*place));
    let models: Vec<String> = used.map(|(_, model)| format!("{} {}", model.card().name, model.version())).collect();
    eprintln!("models: {}", models.join(", "));
    if !sheet.missing_fields().is_empty() {
        eprintln!("columns missing, which makes scores less sharp: {}", sheet.missing_fields().join(", "));
    }
    if !sheet.unknown_columns().is_empty() {
        eprintln!("columns kept but not scored: {}", sheet.unknown_columns().join(", "));
    }
    for reject in sheet.rejects().iter().take(REJECTS_SHOWN) {
        eprintln!("line {}: {reject}", reject.line);
    }
    let more = sheet.rejects().len().saturating_sub(REJECTS_SHOWN);
    if more > 0 {
        let how = if rejects_written { "" } else { "; --rejects FILE writes them all" };
        eprintln!("and {more} more{how}");
    }
}
