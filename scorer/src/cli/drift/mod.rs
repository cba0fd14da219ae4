//! `leadlight drift`: tests the columns of a CSV for drift from a reference CSV.
//!
//! Contains the options and the printed report; the statistics are in `insight::drift`.

mod table;

use super::files;
use crate::insight::drift::{self, ColumnDrift, DriftGroup, DriftOptions, DriftTest, EffectMeasure, EffectState};
use crate::insight::profile::{ColumnGroup, ColumnKind, ColumnLayout, LevelKey, Profile, ProfileLayout, Quantity};
use crate::lead::Value;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use table::{CsvColumn, CsvTable};

/// Sketch capacity: unlimited, so that counts of whole files stay exact.
const CAPACITY: usize = usize::MAX;

/// Tests each column of a CSV for drift from a reference CSV, with the default tests of Evidently 0.7.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("kinds of columns").required(true))]
pub(super) struct DriftArgs {
    /// Reference CSV
    #[arg(long)]
    reference: PathBuf,
    /// Current CSV
    #[arg(long)]
    current: PathBuf,
    /// JSON object that maps column names to "number", "category" or "text" (free text); columns not listed are skipped
    #[arg(long, value_name = "FILE", group = "kinds of columns")]
    kinds: Option<PathBuf>,
    /// Infer column kinds from the current CSV
    #[arg(long, group = "kinds of columns")]
    infer: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// ColumnKind of a column, given by --kinds or inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CsvKind {
    #[serde(alias = "num")]
    Number,
    #[serde(alias = "cat")]
    Category,
    Text,
}

/// Column that was not compared, with the reason.
#[derive(Debug, Serialize)]
struct SkippedColumn {
    name: String,
    reason: &'static str,
}

/// Result of the command.
#[derive(Debug)]
struct DriftOutput {
    group: DriftGroup,
    skipped: Vec<SkippedColumn>,
}

/// JSON form of [`DriftOutput`].
#[derive(Serialize)]
struct DriftJson<'a> {
    columns: Vec<serde_json::Value>,
    basis: ColumnGroup,
    drifted: u64,
    share: f64,
    threshold: f64,
    drift: bool,
    #[serde(rename = "left_out")]
    skipped: &'a [SkippedColumn],
}

pub(super) fn run(args: &DriftArgs) -> Result<()> {
    let reference = CsvTable::read(&args.reference)?;
    let current = CsvTable::read(&args.current)?;
    let declared = args.kinds.as_deref().map(read_kinds).transpose()?;
    let (kinds, skipped) = compared_columns(&reference, &current, declared.as_ref())?;
    if kinds.is_empty() {
        bail!("there is no column to compare in {}", args.current.display());
    }
    let key = LevelKey::new([0; 16]);
    let column = |(name, kind): &(&str, ColumnKind)| match kind {
        ColumnKind::Number => ColumnLayout::number(ColumnGroup::Feature, name, Quantity::Value),
        ColumnKind::Category => ColumnLayout::category(ColumnGroup::Feature, name, Vec::new()),
    };
    let layout = Arc::new(ProfileLayout::new(kinds.iter().map(column).collect(), CAPACITY));
    let profile = |table: &CsvTable| profile(table, &kinds, &layout, key);
    let report = drift::compare(&profile(&reference), &profile(&current), &DriftOptions::new(key));
    let group = report.features.context("there is no column to compare")?;
    let output = DriftOutput { group, skipped };
    let text = if args.json { json(&output)? } else { text(&output) };
    files::write(None, |out| out.write_all(text.as_bytes()))
}

fn read_kinds(path: &Path) -> Result<BTreeMap<String, CsvKind>> {
    let context = || format!("{} should be a JSON object of kinds by column name", path.display());
    serde_json::from_slice(&files::read(path)?).with_context(context)
}

/// Names of the compared columns with their kinds.
type ColumnKinds<'t> = Vec<(&'t str, ColumnKind)>;

/// Selects the columns to compare and lists the skipped ones. `declared` holds the kinds of --kinds.
fn compared_columns<'t>(
    reference: &'t CsvTable,
    current: &'t CsvTable,
    declared: Option<&BTreeMap<String, CsvKind>>,
) -> Result<(ColumnKinds<'t>, Vec<SkippedColumn>)> {
    if let Some(unknown) = declared.and_then(|declared| declared.keys().find(|name| current.column(name).is_none())) {
        bail!("the column {unknown:?} is not in the current CSV");
    }
    let (mut kinds, mut skipped) = (Vec::new(), Vec::new());
    for (name, cells) in current.columns() {
        let mut skip = |reason| skipped.push(SkippedColumn { name: name.to_owned(), reason });
        let inferred = if declared.is_some() { None } else { Some(cells.inferred_kind()) };
        let kind = declared.and_then(|declared| declared.get(name)).copied().or(inferred);
        match (kind, reference.column(name)) {
            (None, _) => skip("no kind is given for it"),
            (_, None) => skip("the reference has no such column"),
            (Some(CsvKind::Text), _) => skip("it is free text"),
            (Some(CsvKind::Category), _) => kinds.push((name, ColumnKind::Category)),
            (Some(CsvKind::Number), Some(baseline)) if baseline.is_numeric() && cells.is_numeric() => {
                kinds.push((name, ColumnKind::Number));
            }
            (Some(CsvKind::Number), _) if declared.is_none() => skip("one file has numbers, the other texts"),
            (Some(CsvKind::Number), _) => bail!("the column {name:?} should hold numbers only, in both files"),
        }
    }
    let missing = reference.columns().filter(|(name, _)| current.column(name).is_none());
    skipped.extend(
        missing.map(|(name, _)| SkippedColumn { name: name.to_owned(), reason: "the current CSV has no such column" }),
    );
    Ok((kinds, skipped))
}

fn profile(table: &CsvTable, kinds: &[(&str, ColumnKind)], layout: &Arc<ProfileLayout>, key: LevelKey) -> Profile {
    let mut profile = Profile::empty(Arc::clone(layout));
    profile.add_rows(table.rows());
    for (place, (name, kind)) in kinds.iter().enumerate() {
        let cells = table.column(name);
        match kind {
            ColumnKind::Number => profile.add_numbers(place, cells.into_iter().flat_map(CsvColumn::numbers)),
            ColumnKind::Category => cells.into_iter().flat_map(CsvColumn::levels).for_each(|level| {
                profile.add_value(place, level.as_deref().map_or(Value::Missing, Value::Text), key);
            }),
        }
    }
    profile
}

fn json(output: &DriftOutput) -> Result<String> {
    let group = &output.group;
    let json = DriftJson {
        columns: group.columns.iter().map(json_column).collect::<Result<_>>()?,
        basis: ColumnGroup::Feature,
        drifted: group.drifted,
        share: group.share,
        threshold: group.threshold,
        drift: group.drift,
        skipped: &output.skipped,
    };
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}

/// JSON form of a column: with its group and an identifier of the measure, without the histogram.
fn json_column(column: &ColumnDrift) -> Result<serde_json::Value> {
    let mut json = serde_json::to_value(ColumnDrift { histogram: None, ..column.clone() })?;
    if let Some(members) = json.as_object_mut() {
        members.remove("picture");
        members.insert("group".to_owned(), "feature".into());
    }
    let measure = match column.effect.measure {
        EffectMeasure::Wasserstein => "wasserstein",
        EffectMeasure::CramersV => "cramers_v",
        EffectMeasure::StabilityIndex => "stability_index",
    };
    json["effect"]["measure"] = measure.into();
    Ok(json)
}

fn text(output: &DriftOutput) -> String {
    let report = &output.group;
    let width = report.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or_default().max(6);
    let mut text = format!("{:<width$}  test                  score  drift  effect     rows\n", "column");
    for column in &report.columns {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:<width$}  {}", column.name, line(column));
    }
    for SkippedColumn { name, reason } in &output.skipped {
        let _ = writeln!(text, "{name:<width$}  not compared: {reason}");
    }
    let compared = report.columns.iter().filter(|column| column.test.is_some()).count();
    let verdict = if report.drift { "drift" } else { "no drift" };
    let (share, threshold) = (report.share * 100.0, report.threshold * 100.0);
    let _ = writeln!(
        text,
        "\n{verdict}: {} of {compared} columns have drifted ({share:.0} %; drift from {threshold:.0} %)",
        report.drifted
    );
    text
}

fn line(column: &ColumnDrift) -> String {
    let test = match column.test {
        None => return "no values to compare".to_owned(),
        Some(DriftTest::KolmogorovSmirnov) => "K-S p",
        Some(DriftTest::ChiSquare) => "chi-square p",
        Some(DriftTest::ZTest) => "Z test p",
        Some(DriftTest::Wasserstein) => "Wasserstein",
        Some(DriftTest::JensenShannon) => "Jensen-Shannon",
    };
    let drifted = if column.drifted { "yes" } else { "no" };
    let effect = match column.effect.state {
        EffectState::None => "none",
        EffectState::Moderate => "moderate",
        EffectState::Strong => "strong",
    };
    let few = if column.too_few { "  too few to say" } else { "" };
    let missing = if column.missing.drifted { "  missing values drifted" } else { "" };
    format!(
        "{test:<14}  {:>11}  {drifted:<5}  {effect:<9}  {} / {}{few}{missing}",
        format_score(column.score.unwrap_or(f64::NAN)),
        column.reference_count,
        column.current_count
    )
}

/// Formats a score with six decimal places, or in scientific notation below 1e-4.
fn format_score(score: f64) -> String {
    if score != 0.0 && score.abs() < 1e-4 { format!("{score:.3e}") } else { format!("{score:.6}") }
}
