//! `leadlight score`: scores a list of leads and writes it sorted by score, best first.

use super::files::{self, Input, ModelArgs};
use super::list_input;
use crate::lead::import::ImportOptions;
use crate::lead::mapping::{Evidence, Mapping};
use crate::lead::text::TextEncoding;
use crate::pipeline::Scorer;
use crate::scored_list::{ListError, ListReader, Rejects, ScoredList};
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Maximum number of rejected rows listed on standard error.
const REJECTS_LISTED: usize = 10;

/// Options of `leadlight score`.
#[derive(Debug, clap::Args)]
pub(super) struct ScoreArgs {
    /// Leads: a CSV, workbook (.xlsx, .xls, .ods), web page with a table, or JSON; standard input if omitted or -
    leads: Option<PathBuf>,
    /// Output CSV; standard output if omitted or -
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Output file for rejected rows, with line, column and reason
    #[arg(long)]
    rejects: Option<PathBuf>,
    /// Field delimiter; detected from the first rows if omitted
    #[arg(long, value_parser = parse_delimiter)]
    delimiter: Option<u8>,
    /// Column mapping written by --save-mapping; detected from column names and values if omitted
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Output file for the column mapping used; edit it and pass it to --mapping
    #[arg(long)]
    save_mapping: Option<PathBuf>,
    #[command(flatten)]
    models: ModelArgs,
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" | b"tab" => Ok(b'\t'),
        [one] if one.is_ascii() && !matches!(one, b'"' | b'\r' | b'\n') => Ok(*one),
        _ => Err("the delimiter should be one character, such as , or ; or tab".to_owned()),
    }
}

pub(super) fn run(args: &ScoreArgs) -> Result<()> {
    let scorer = Arc::new(Scorer::open(&args.models.read()?)?);
    let mut input = Input::open(args.leads.as_deref())?;
    if args.rejects.is_some() && args.rejects == args.output {
        bail!("the scored list and the rejected rows cannot go to the same file");
    }
    let mapping = args.mapping.as_deref().map(read_mapping).transpose()?;
    let import_options = ImportOptions { delimiter: args.delimiter, mapping, ..ImportOptions::default() };
    let read = read(&mut input, &scorer, import_options)?;
    if let Err(ListError::NoLeads { rejects }) = &read {
        save_rejects(args, rejects)?;
    }
    let sheet = read.with_context(|| input.name().to_owned())?;
    files::write(args.output.as_deref(), |mut out| sheet.write_csv(&mut out))?;
    save_rejects(args, sheet.rejects())?;
    if let Some(path) = &args.save_mapping {
        let text = serde_json::to_string_pretty(&sheet.summary().mapping)?;
        files::write(Some(path), |out| writeln!(out, "{text}"))?;
    }
    if args.mapping.is_some()
        && !sheet.summary().mapping.columns.iter().any(|column| column.evidence == Evidence::Manual)
    {
        eprintln!("the mapping names other columns than the list has, so it was not used");
    }
    print_import_notes(&sheet);
    print_summary(&sheet, args.rejects.is_some());
    Ok(())
}

/// Reads a mapping file; its entries count as set by hand.
fn read_mapping(path: &Path) -> Result<Mapping> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut mapping: Mapping =
        serde_json::from_str(&text).with_context(|| format!("{} is not a column mapping", path.display()))?;
    for column in
        mapping.columns.iter_mut().filter(|column| column.target.is_some() && column.evidence != Evidence::Exact)
    {
        column.evidence = Evidence::Manual;
    }
    Ok(mapping)
}

fn save_rejects(args: &ScoreArgs, rejects: &Rejects) -> Result<()> {
    match &args.rejects {
        Some(path) => files::write(Some(path), |mut out| rejects.write(&mut out)),
        None => Ok(()),
    }
}

/// Reads and scores the list. The outer error is one of file access, the inner one of the list itself.
fn read(
    input: &mut Input,
    scorer: &Arc<Scorer>,
    import_options: ImportOptions,
) -> Result<Result<ScoredList, ListError>> {
    let bar = input.length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg} {eta} left")?);
    let mut reader = ListReader::new(scorer.clone(), import_options);
    let sheet = list_input::for_each_chunk(input, &bar, |chunk| {
        reader.push(chunk)?;
        bar.set_message(format!("{} rows", reader.rows()));
        Ok(())
    })?;
    bar.finish_and_clear();
    if let Some(sheet) = &sheet {
        list_input::print_notes(sheet);
    }
    Ok(reader.finish())
}

/// Formats a count with its noun, which gets an `s` unless the count is 1.
fn pluralize(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Prints what was detected about the file to standard error; nothing if nothing had to be guessed.
fn print_import_notes(sheet: &ScoredList) {
    let (origin, intake) = (sheet.format(), sheet.summary());
    if origin.encoding != TextEncoding::Utf8 {
        eprintln!("read as {}", origin.encoding.name());
    }
    if origin.line > 1 {
        eprintln!("the header is on line {}; the lines above it were skipped", origin.line);
    }
    let columns = intake.mapping.columns.iter().zip(&intake.unrecognized_cells);
    for (column, unread) in columns {
        let Some(target) = column.target.as_ref().filter(|_| column.evidence != Evidence::Exact) else { continue };
        let percent = (column.confidence * 100.0).round();
        let unread = if *unread > 0 {
            format!(", {} not understood", pluralize(*unread as usize, "cell"))
        } else {
            String::new()
        };
        eprintln!("{:?} read as {} ({percent} % sure{unread})", column.name, target.name());
    }
    if intake.short_rows > 0 {
        let rows = pluralize(intake.short_rows as usize, "row");
        eprintln!("{rows} had fewer cells than there are columns; the missing cells count as empty");
    }
}

/// Prints a summary to standard error; standard output may carry the list.
fn print_summary(sheet: &ScoredList, rejects_written: bool) {
    eprintln!("{} scored, {} rejected", pluralize(sheet.len(), "lead"), pluralize(sheet.rejects().len(), "row"));
    let used = sheet.scorer().models().iter().enumerate().filter(|(place, _)| sheet.is_model_used(*place));
    let models: Vec<String> = used.map(|(_, model)| format!("{} {}", model.card().name, model.version())).collect();
    eprintln!("models: {}", models.join(", "));
    if !sheet.missing_fields().is_empty() {
        eprintln!("missing columns, which make scores less accurate: {}", sheet.missing_fields().join(", "));
    }
    if !sheet.unknown_columns().is_empty() {
        eprintln!("columns kept but not scored: {}", sheet.unknown_columns().join(", "));
    }
    for reject in sheet.rejects().iter().take(REJECTS_LISTED) {
        eprintln!("line {}: {reject}", reject.line);
    }
    let more = sheet.rejects().len().saturating_sub(REJECTS_LISTED);
    if more > 0 {
        let how = if rejects_written { "" } else { "; --rejects FILE writes them all" };
        eprintln!("and {more} more{how}");
    }
}
