//! `leadlight score`: scores a list of leads and writes it sorted by score, best first.

use super::files::{self, Input, ModelArgs};
use super::{format_notes, list_input};
use crate::lead::csv::{CellCounts, ImportError, SkippedRows};
use crate::lead::import::ImportOptions;
use crate::lead::level::UnseenField;
use crate::lead::mapping::{CellFormat, ColumnMapping, DecimalSign, Evidence, Mapping};
use crate::lead::text::TextEncoding;
use crate::pipeline::Scorer;
use crate::scored_list::{ListError, ListReader, Rejects, ScoredList};
use anyhow::{Context, Result, anyhow, bail};
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
    /// Character encoding, such as windows-1250, macintosh, shift_jis or ibm850; detected if omitted
    #[arg(long, value_name = "NAME", value_parser = parse_encoding)]
    encoding: Option<TextEncoding>,
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

fn parse_encoding(text: &str) -> Result<TextEncoding, String> {
    let unknown =
        || "no known encoding; known are, for example, utf-8, windows-1252, macintosh, ibm850, gbk".to_owned();
    TextEncoding::for_label(text).ok_or_else(unknown)
}

pub(super) fn run(args: &ScoreArgs) -> Result<()> {
    let scorer = Arc::new(Scorer::open(&args.models.read()?)?);
    let mut input = Input::open(args.leads.as_deref())?;
    if args.rejects.is_some() && args.rejects == args.output {
        bail!("the scored list and the rejected rows cannot go to the same file");
    }
    let mapping = args.mapping.as_deref().map(read_mapping).transpose()?;
    let (encoding, delimiter) = (args.encoding, args.delimiter);
    let import_options = ImportOptions { encoding, delimiter, mapping, ..ImportOptions::default() };
    let read = match read(&mut input, &scorer, import_options) {
        Ok(read) => read,
        Err(error) => return Err(with_columns(error, args)?),
    };
    if let Err(ListError::NoLeads { rejects }) = &read {
        save_rejects(args, rejects)?;
    }
    let sheet = match read.with_context(|| input.name().to_owned()) {
        Ok(sheet) => sheet,
        Err(error) => return Err(with_columns(error, args)?),
    };
    files::write(args.output.as_deref(), |mut out| sheet.write_csv(&mut out))?;
    save_rejects(args, sheet.rejects())?;
    if let Some(path) = &args.save_mapping {
        save_mapping(path, &sheet.summary().mapping)?;
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

/// Adds to the error of an unknown header how its columns are mapped, and writes them to the mapping file to save.
fn with_columns(error: anyhow::Error, args: &ScoreArgs) -> Result<anyhow::Error> {
    let Some(ListError::Import(ImportError::NoKnownColumn { columns, .. })) = error.downcast_ref() else {
        return Ok(error);
    };
    let Some(path) = &args.save_mapping else {
        return Ok(anyhow!(
            "{error:#}; --save-mapping FILE writes them to a file, in which you name their fields for --mapping"
        ));
    };
    let mapping = Mapping::unmapped(columns.iter().map(|column| column.name.as_str()));
    save_mapping(path, &mapping)?;
    let path = path.display();
    Ok(anyhow!(
        "{error:#}; they are in {path}: set a \"target\" such as {{\"Field\": \"jobtitle\"}} there, and pass it to --mapping"
    ))
}

fn save_mapping(path: &Path, mapping: &Mapping) -> Result<()> {
    let text = serde_json::to_string_pretty(mapping)?;
    files::write(Some(path), |out| writeln!(out, "{text}"))
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
    format_notes::encoding_notes(origin)
        .iter()
        .chain(&format_notes::dialect_notes(origin))
        .for_each(|note| eprintln!("{note}"));
    if origin.line > 1 {
        eprintln!("the header is on line {}; the lines above it were skipped", origin.line);
    }
    for (index, column) in intake.mapping.columns.iter().enumerate() {
        let (unread, counts) = (intake.unrecognized_cells[index], intake.cell_counts[index]);
        if let Some(note) = column_note(column, &intake.mapping, unread, counts) {
            eprintln!("{note}");
        }
    }
    print_cell_notes(sheet);
    if intake.short_rows > 0 {
        let rows = pluralize(intake.short_rows as usize, "row");
        eprintln!("{rows} had fewer cells than there are columns; the missing cells count as empty");
    }
}

/// Target of a column, and what was decided about its cells; `None` when they are read as they are, under their own name.
fn column_note(column: &ColumnMapping, mapping: &Mapping, unread: u64, counts: CellCounts) -> Option<String> {
    let target = column.target.as_ref()?;
    let percent = (column.confidence * 100.0).round();
    let mut notes = match column.evidence {
        Evidence::Exact => Vec::new(),
        Evidence::Values => vec![format!("likely, by its values: {percent} % sure")],
        _ => vec![format!("{percent} % sure")],
    };
    if let Some(first) = mapping.first_column(target).filter(|_| column.fallback > 0) {
        let cells = pluralize(counts.completed as usize, "cell");
        notes.push(format!("{cells} where {:?} is empty", first.name));
    }
    notes.extend(format_notes(column.format));
    let mut count = |number: u64, what: &str| {
        if number > 0 {
            notes.push(format!("{} {what}", pluralize(number as usize, "cell")));
        }
    };
    count(counts.unwrapped, "without their quotes or apostrophe");
    count(counts.missing_words, "with a word for nothing, such as N/A, taken as empty");
    count(counts.ambiguous, "with two readings, taken with a decimal point");
    count(unread, "not understood");
    (!notes.is_empty()).then(|| format!("{:?} read as {} ({})", column.name, target.name(), notes.join(", ")))
}

fn format_notes(format: CellFormat) -> Vec<String> {
    let decimal = match format.decimal {
        DecimalSign::Comma => Some("with a decimal comma"),
        DecimalSign::Mixed => Some("with decimal commas and points"),
        DecimalSign::Point | DecimalSign::Undecided => None,
    };
    let fractions = format.fractions.then_some("fractions as percents");
    let codes = format.insee_codes.then_some("as codes of INSEE, not as numbers");
    [decimal, fractions, codes].into_iter().flatten().map(str::to_owned).collect()
}

/// Prints what was read into cells and rows: HTML entities, rows without a lead, unseen levels.
fn print_cell_notes(sheet: &ScoredList) {
    let summary = sheet.summary();
    if summary.html_cells > 0 {
        eprintln!(
            "{} with HTML codes such as &amp;, which were decoded",
            pluralize(summary.html_cells as usize, "cell")
        );
    }
    let SkippedRows { rows, lines } = &summary.skipped;
    if *rows > 0 {
        let shown: Vec<String> = lines.iter().map(u64::to_string).collect();
        let more = if *rows > lines.len() as u64 { ", ..." } else { "" };
        let noun = if *rows == 1 { "row holds" } else { "rows hold" };
        eprintln!("{rows} {noun} no lead (empty, total or header), passed over: line {}{more}", shown.join(", "));
    }
    for UnseenField { field, cells, commonest } in sheet.unseen() {
        let texts: Vec<String> = commonest.iter().map(|(text, count)| format!("{text:?} ({count})")).collect();
        let cells = pluralize(*cells as usize, "value");
        eprintln!("{field}: {cells} that the model has never seen, most often {}", texts.join(", "));
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
