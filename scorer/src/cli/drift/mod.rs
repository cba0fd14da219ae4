//! `leadlight drift`: two CSVs of any columns compared, column by column.
//!
//! Owns options and what is printed; verdicts are `insight::drift`'s.

mod table;

use super::files;
use crate::insight::drift::{self, ColumnDrift, DriftGroup, DriftOptions, DriftTest, EffectMeasure, EffectState};
use crate::insight::profile::{ColumnGroup, ColumnKind, ColumnLayout, LevelKey, Profile, ProfileLayout, Quantity};
use crate::lead::Value as LeadValue;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use table::{Cells, Table};

/// Whole files are compared, so that counts stay exact.
const CAPACITY: usize = usize::MAX;

/// Compares a CSV with a reference as Evidently 0.7 does it by default.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("kinds of columns").required(true))]
pub(super) struct Options {
    /// The CSV that others are compared with
    #[arg(long)]
    reference: PathBuf,
    /// The CSV that came later
    #[arg(long)]
    current: PathBuf,
    /// A JSON object that says of each column whether it is a "number", a "category" or free "text"; columns that are
    /// not in it are left out
    #[arg(long, value_name = "FILE", group = "kinds of columns")]
    kinds: Option<PathBuf>,
    /// Tell the kinds of columns from the current CSV
    #[arg(long, group = "kinds of columns")]
    infer: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What a column is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    #[serde(alias = "num")]
    Number,
    #[serde(alias = "cat")]
    Category,
    Text,
}

/// A column that was not compared.
#[derive(Debug, Serialize)]
struct LeftOut {
    name: String,
    reason: &'static str,
}

/// Result of the command.
#[derive(Debug)]
struct Comparison {
    group: DriftGroup,
    left_out: Vec<LeftOut>,
}

/// JSON output.
#[derive(Serialize)]
struct Output<'a> {
    columns: Vec<Value>,
    basis: ColumnGroup,
    drifted: u64,
    share: f64,
    threshold: f64,
    drift: bool,
    left_out: &'a [LeftOut],
}

pub(super) fn run(options: &Options) -> Result<()> {
    let reference = Table::read(&options.reference)?;
    let current = Table::read(&options.current)?;
    let said = options.kinds.as_deref().map(read_kinds).transpose()?;
    let (kinds, left_out) = kinds(&reference, &current, said.as_ref())?;
    if kinds.is_empty() {
        bail!("there is no column to compare in {}", options.current.display());
    }
    let key = LevelKey::new([0; 16]);
    let column = |(name, kind): &(&str, ColumnKind)| match kind {
        ColumnKind::Number => ColumnLayout::number(ColumnGroup::Feature, name, Quantity::Value),
        ColumnKind::Category => ColumnLayout::category(ColumnGroup::Feature, name, Vec::new()),
    };
    let layout = Arc::new(ProfileLayout::new(kinds.iter().map(column).collect(), CAPACITY));
    let profile = |table: &Table| profile(table, &kinds, &layout, key);
    let report = drift::compare(&profile(&reference), &profile(&current), &DriftOptions::new(key));
    let group = report.features.context("there is no column to compare")?;
    let comparison = Comparison { group, left_out };
    let text = if options.json { json(&comparison)? } else { text(&comparison) };
    files::write(None, |out| out.write_all(text.as_bytes()))
}

fn read_kinds(path: &Path) -> Result<BTreeMap<String, Said>> {
    let context = || format!("{} should be an object of kinds by column", path.display());
    serde_json::from_slice(&files::read(path)?).with_context(context)
}

/// Columns and what stands in them.
type Kinds<'t> = Vec<(&'t str, ColumnKind)>;

/// The columns that are compared, with their kinds, and those that are not.
fn kinds<'t>(
    reference: &'t Table,
    current: &'t Table,
    said: Option<&BTreeMap<String, Said>>,
) -> Result<(Kinds<'t>, Vec<LeftOut>)> {
    if let Some(unknown) = said.and_then(|said| said.keys().find(|name| current.column(name).is_none())) {
        bail!("the column {unknown:?} is not in the current CSV");
    }
    let (mut kinds, mut left_out) = (Vec::new(), Vec::new());
    for (name, cells) in current.columns() {
        let mut leave = |reason| left_out.push(LeftOut { name: name.to_owned(), reason });
        let inferred = if said.is_some() { None } else { Some(cells.inferred()) };
        let kind = said.and_then(|said| said.get(name)).copied().or(inferred);
        match (kind, reference.column(name)) {
            (None, _) => leave("no kind is given for it"),
            (_, None) => leave("the reference has no such column"),
            (Some(Said::Text), _) => leave("it is free text"),
            (Some(Said::Category), _) => kinds.push((name, ColumnKind::Category)),
            (Some(Said::Number), Some(before)) if before.is_numeric() && cells.is_numeric() => {
                kinds.push((name, ColumnKind::Number));
            }
            (Some(Said::Number), _) if said.is_none() => leave("one file holds numbers there, the other texts"),
            (Some(Said::Number), _) => bail!("the column {name:?} should hold numbers only, in both files"),
        }
    }
    let lost = reference.columns().filter(|(name, _)| current.column(name).is_none());
    left_out
        .extend(lost.map(|(name, _)| LeftOut { name: name.to_owned(), reason: "the current CSV has no such column" }));
    Ok((kinds, left_out))
}

fn profile(table: &Table, kinds: &[(&str, ColumnKind)], layout: &Arc<ProfileLayout>, key: LevelKey) -> Profile {
    let mut profile = Profile::empty(Arc::clone(layout));
    profile.add_rows(table.rows());
    for (place, (name, kind)) in kinds.iter().enumerate() {
        let cells = table.column(name);
        match kind {
            ColumnKind::Number => profile.add_numbers(place, cells.into_iter().flat_map(Cells::numbers)),
            ColumnKind::Category => cells.into_iter().flat_map(Cells::levels).for_each(|level| {
                profile.add_value(place, level.as_deref().map_or(LeadValue::Missing, LeadValue::Text), key);
            }),
        }
    }
    profile
}

fn json(comparison: &Comparison) -> Result<String> {
    let group = &comparison.group;
    let output = Output {
        columns: group.columns.iter().map(json_column).collect::<Result<_>>()?,
        basis: ColumnGroup::Feature,
        drifted: group.drifted,
        share: group.share,
        threshold: group.threshold,
        drift: group.drift,
        left_out: &comparison.left_out,
    };
    Ok(serde_json::to_string_pretty(&output)? + "\n")
}

/// A column with its group and an identifier instead of the measure's name, without the histogram.
fn json_column(column: &ColumnDrift) -> Result<Value> {
    let mut json = serde_json::to_value(ColumnDrift { histogram: None, ..column.clone() })?;
    if let Some(members) = json.as_object_mut() {
        members.remove("picture");
        members.insert("group".to_owned(), "feature".into());
    }
    json["effect"]["measure"] = match column.effect.measure {
        EffectMeasure::Wasserstein => "wasserstein",
        EffectMeasure::CramersV => "cramers_v",
        EffectMeasure::StabilityIndex => "stability_index",
    }
    .into();
    Ok(json)
}

fn text(comparison: &Comparison) -> String {
    let report = &comparison.group;
    let width = report.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or_default().max(6);
    let mut text = format!("{:<width$}  test                  score  drift  effect     rows\n", "column");
    for column in &report.columns {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{:<width$}  {}", column.name, line(column));
    }
    for LeftOut { name, reason } in &comparison.left_out {
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
        short(column.score.unwrap_or(f64::NAN)),
        column.reference_count,
        column.current_count
    )
}

/// Six digits, with a power of ten where there are too many zeros.
fn short(score: f64) -> String {
    if score != 0.0 && score.abs() < 1e-4 { format!("{score:.3e}") } else { format!("{score:.6}") }
}
