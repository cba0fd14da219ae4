//! `leadlight score`: a CSV of leads -> the same list with scores, best first.
//!
//! May not know how leads are read, scored or written.

use super::files::{self, Input, Models};
use super::list;
use crate::lead::mapping::{Evidence, Mapping};
use crate::lead::text::Encoding;
use crate::pipeline::Scorer;
use crate::sheet::{Given, Rejects, Sheet, SheetError, SheetReader};
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
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
    /// What stands between cells; told from the first rows if not given
    #[arg(long, value_parser = delimiter)]
    delimiter: Option<u8>,
    /// Which column is which field, as --save-mapping wrote it; told from names and values if not given
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Where to write which column was read as which field, to be changed and given to --mapping
    #[arg(long)]
    save_mapping: Option<PathBuf>,
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
    let mapping = options.mapping.as_deref().map(mapping).transpose()?;
    let given = Given { delimiter: options.delimiter, mapping, ..Given::default() };
    let read = read(&mut input, &scorer, given)?;
    if let Err(SheetError::NoLeads { rejects }) = &read {
        save_rejects(options, rejects)?;
    }
    let sheet = read.with_context(|| input.name().to_owned())?;
    files::write(options.output.as_deref(), |mut out| sheet.write_csv(&mut out))?;
    save_rejects(options, sheet.rejects())?;
    if let Some(path) = &options.save_mapping {
        let text = serde_json::to_string_pretty(&sheet.intake().mapping)?;
        files::write(Some(path), |out| writeln!(out, "{text}"))?;
    }
    if options.mapping.is_some()
        && !sheet.intake().mapping.columns.iter().any(|column| column.evidence == Evidence::Hand)
    {
        eprintln!("the mapping is about other columns than the list's, so it was not used");
    }
    tell_source(&sheet);
    tell(&sheet, options.rejects.is_some());
    Ok(())
}

/// A mapping from a file: what it says is said by hand.
fn mapping(path: &Path) -> Result<Mapping> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut mapping: Mapping =
        serde_json::from_str(&text).with_context(|| format!("{} is no mapping", path.display()))?;
    for column in
        mapping.columns.iter_mut().filter(|column| column.target.is_some() && column.evidence != Evidence::Exact)
    {
        column.evidence = Evidence::Hand;
    }
    Ok(mapping)
}

fn save_rejects(options: &Options, rejects: &Rejects) -> Result<()> {
    match &options.rejects {
        Some(path) => files::write(Some(path), |mut out| rejects.write(&mut out)),
        None => Ok(()),
    }
}

/// The list, or why there is none; a file that cannot be read is an error of its own.
fn read(input: &mut Input, scorer: &Arc<Scorer>, given: Given) -> Result<Result<Sheet, SheetError>> {
    let bar = input.length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg} {eta} left")?);
    let mut reader = SheetReader::new(scorer.clone(), given);
    let sheet = list::each_piece(input, &bar, |piece| {
        reader.push(piece)?;
        bar.set_message(format!("{} rows", reader.rows()));
        Ok(())
    })?;
    bar.finish_and_clear();
    if let Some(sheet) = sheet {
        let among = if sheet.candidates > 1 { format!(", the largest of {}", sheet.candidates) } else { String::new() };
        eprintln!("read from the sheet {:?}{among}", sheet.name);
    }
    Ok(reader.finish())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What had to be guessed of the file, to standard error; nothing where nothing had to.
fn tell_source(sheet: &Sheet) {
    let (origin, intake) = (sheet.origin(), sheet.intake());
    if origin.encoding != Encoding::Utf8 {
        eprintln!("read as {}", origin.encoding.name());
    }
    if origin.line > 1 {
        eprintln!("the columns are named on line {}; what stands above it was passed over", origin.line);
    }
    let columns = intake.mapping.columns.iter().zip(&intake.unread);
    for (column, unread) in columns {
        let Some(target) = column.target.as_ref().filter(|_| column.evidence != Evidence::Exact) else { continue };
        let sure = (column.confidence * 100.0).round();
        let not =
            if *unread > 0 { format!(", {} not understood", counted(*unread as usize, "cell")) } else { String::new() };
        eprintln!("{:?} read as {} ({sure} % sure{not})", column.name, target.name());
    }
    if intake.short_rows > 0 {
        let rows = counted(intake.short_rows as usize, "row");
        eprintln!("{rows} had fewer cells than there are columns: the others count as empty");
    }
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
