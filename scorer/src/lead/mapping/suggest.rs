//! Suggests targets of columns from their names and sample cells.

use super::cell_format::{CellFormat, Sample};
use super::convert::{Conversion, convert};
use super::name::normalize_name;
use super::number::DecimalSign;
use super::{ColumnMapping, Evidence, Mapping, Target, alias, values};
use crate::lead::schema::{Field, FieldKind, LEAD_KEY, Schema};
use std::collections::HashMap;

/// Confidence from which a suggestion is applied.
const CONFIDENCE_MIN: f32 = 0.5;

/// Confidence in a field that all values of a column show; lower where some do not.
const BY_VALUES: f32 = 0.8;

/// Weight of a field known by values against one known by its name: less than that of any filled column with a known name.
const VALUES_WEIGHT: f32 = 0.5;

/// Filled cells of a column, as a share of those of the fullest with the same target, below which it loses weight.
const FILL_MIN: f32 = 0.5;

/// Suggested target of a column.
struct Candidate {
    target: Target,
    /// Confidence of the name alone.
    certainty: f32,
    /// Confidence of name and values.
    confidence: f32,
    evidence: Evidence,
    fill: f32,
}

/// Fields of a schema by their normalized names.
struct OwnNames<'s> {
    schema: &'s Schema,
    fields: HashMap<String, &'s Field>,
}

impl<'s> OwnNames<'s> {
    fn new(schema: &'s Schema) -> Self {
        // The first of two fields with the same normalized name is kept.
        let fields = schema.fields().iter().rev().map(|field| (normalize_name(&field.name), field)).collect();
        OwnNames { schema, fields }
    }

    /// Target of a normalized name that is a field's own.
    fn find(&self, normalized: &str) -> Option<Target> {
        let field = self.fields.get(normalized).map(|field| Target::Field(field.name.clone()));
        field.or_else(|| (normalized == normalize_name(LEAD_KEY)).then_some(Target::Key))
    }

    fn field(&self, target: &Target) -> Option<&'s Field> {
        field_of(target, self.schema)
    }
}

/// Field of a target.
pub(super) fn field_of<'s>(target: &Target, schema: &'s Schema) -> Option<&'s Field> {
    let Target::Field(name) = target else { return None };
    schema.position(name).map(|index| &schema.fields()[index])
}

/// Field with this name, but for case and surrounding white space.
pub(crate) fn exact_target(name: &str, schema: &Schema) -> Option<Target> {
    let same = |other: &str| name.trim().eq_ignore_ascii_case(other);
    let field = schema.fields().iter().find(|field| same(&field.name));
    field.map(|field| Target::Field(field.name.clone())).or_else(|| same(LEAD_KEY).then_some(Target::Key))
}

/// Suggests a target for each column. A target goes to the column with the highest weight, of equals to the first; columns
/// of the same certainty complete it.
pub(super) fn suggest(names: &[String], rows: &[Vec<String>], schema: &Schema) -> Mapping {
    let samples = samples(names.len(), rows);
    let own = OwnNames::new(schema);
    let mut candidates: Vec<Option<Candidate>> =
        names.iter().zip(&samples).map(|(name, sample)| candidate(name, sample, &own)).collect();
    let Mapping { mut columns } = Mapping::unmapped(names.iter().map(String::as_str));
    for index in 0..candidates.len() {
        let Some(target) = candidates[index].as_ref().map(|candidate| candidate.target.clone()) else { continue };
        // Candidates before this one with the same target took them all.
        assign(&target, &mut candidates, &mut columns);
    }
    let mut mapping = Mapping { columns };
    detect_formats(&mut mapping, &samples, schema);
    mapping
}

/// Detects the notation of each mapped column.
pub(super) fn detect_formats(mapping: &mut Mapping, samples: &[Sample<'_>], schema: &Schema) {
    let signs = samples.iter().map(Sample::decimal_sign);
    let elsewhere = signs.fold(DecimalSign::Undecided, DecimalSign::and);
    for (column, sample) in mapping.columns.iter_mut().zip(samples) {
        let field = column.target.as_ref().and_then(|target| field_of(target, schema));
        let format = field.map(|field| CellFormat::detect(&column.name, sample, field, elsewhere));
        column.format = format.unwrap_or_default().or(column.format);
    }
}

/// Sample cells by column.
pub(super) fn samples(columns: usize, rows: &[Vec<String>]) -> Vec<Sample<'_>> {
    let cells = |index: usize| rows.iter().map(move |row| row.get(index).map_or("", String::as_str));
    (0..columns).map(|index| Sample::new(cells(index))).collect()
}

fn candidate(name: &str, sample: &Sample<'_>, own: &OwnNames<'_>) -> Option<Candidate> {
    let candidate = |target, certainty, share, evidence| {
        let confidence = certainty * share;
        (confidence >= CONFIDENCE_MIN).then_some(Candidate {
            target,
            certainty,
            confidence,
            evidence,
            fill: sample.fill,
        })
    };
    if let Some(target) = exact_target(name, own.schema) {
        return candidate(target, 1.0, 1.0, Evidence::Exact);
    }
    if let Some((target, certainty)) = alias::find(name, |normalized| own.find(normalized)) {
        let share = own.field(&target).map_or(1.0, |field| recognized_share(name, sample, field));
        return candidate(target, certainty, share, Evidence::Name);
    }
    let cells: Vec<&str> = sample.first_cells().collect();
    if cells.is_empty() || alias::is_other(name) {
        return None;
    }
    let (field, share) = values::recognize(&cells)?;
    let field = match field {
        "industry" if alias::names_company(name) => "companyindustry",
        "location" if alias::names_company(name) => "companylocation",
        field => field,
    };
    // A model that knows other fields than those of a lead has no use for it.
    own.schema.position(field)?;
    candidate(Target::Field(field.to_owned()), BY_VALUES, share, Evidence::Values)
}

/// Maps the columns with this target, and removes their candidates.
fn assign(target: &Target, candidates: &mut [Option<Candidate>], columns: &mut [ColumnMapping]) {
    let mut same: Vec<(usize, Candidate)> = Vec::new();
    for (index, slot) in candidates.iter_mut().enumerate() {
        same.extend(slot.take_if(|candidate| candidate.target == *target).map(|candidate| (index, candidate)));
    }
    let fullest = same.iter().map(|(_, candidate)| candidate.fill).fold(0.0, f32::max);
    let weight = |candidate: &Candidate| candidate.weight(fullest);
    let Some(first) = same.iter().map(|(_, candidate)| weight(candidate)).max_by(f32::total_cmp) else { return };
    let Some(first) = same.iter().position(|(_, candidate)| weight(candidate) == first) else { return };
    let (index, best) = same.remove(first);
    columns[index].map(&best, 0);
    // Keys of two systems are not alike, and values alone are not sure enough.
    let completes = |(_, other): &&(usize, Candidate)| {
        let is_same = other.evidence == best.evidence && other.certainty == best.certainty;
        is_same && best.evidence != Evidence::Values && *target != Target::Key
    };
    for (rank, (index, other)) in (1..).zip(same.iter().filter(completes)) {
        columns[*index].map(other, rank);
    }
}

impl Candidate {
    /// Weight among columns of the same target; a nearly empty one loses to a filled one.
    fn weight(&self, fullest: f32) -> f32 {
        let confidence = if self.evidence == Evidence::Values { VALUES_WEIGHT } else { self.confidence };
        let fill = if fullest > 0.0 { (self.fill / (FILL_MIN * fullest)).min(1.0) } else { 1.0 };
        confidence * fill
    }
}

impl ColumnMapping {
    fn map(&mut self, candidate: &Candidate, fallback: u16) {
        self.target = Some(candidate.target.clone());
        (self.confidence, self.evidence, self.fallback) = (candidate.confidence, candidate.evidence, fallback);
    }
}

/// Share of the filled cells that can be converted for a field, and do not contradict it; 1 when all are empty.
fn recognized_share(name: &str, sample: &Sample<'_>, field: &Field) -> f32 {
    let format = CellFormat::detect(name, sample, field, DecimalSign::Undecided);
    let is_recognized = |cell: &&str| match field.kind {
        FieldKind::Text { .. } => values::is_plausible(cell, &field.name),
        _ => !matches!(convert(cell, field, format), Conversion::Unrecognized(_)),
    };
    let (count, recognized) = (sample.first_cells().len(), sample.first_cells().filter(is_recognized).count());
    if count == 0 { 1.0 } else { recognized as f32 / count as f32 }
}
