//! Summarises the history: its profile, and the levels too rare for the model.
//!
//! Privacy: the profile names no level that fewer than [`LEADS_MIN`](super::LEADS_MIN) leads have, and keeps few distinct
//! values of a number.

use super::design::Sample;
use super::history::History;
use super::spelling::has_levels;
use crate::insight::profile::{CAPACITY, ColumnGroup, ColumnLayout, LevelKey, Profile, ProfileLayout};
use crate::lead::encode::{Encoder, Specification};
use crate::lead::schema::{Field, Schema};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Maximum number of distinct values of a numeric column in a published profile.
const PUBLISHED_NUMBERS_MAX: usize = 32;

/// Profiles the fields that the model reads and its features over all leads; the scores are the held-out probabilities
/// of the first repetition.
pub(super) fn profile(history: &History, encoder: &Encoder, held_out: &[Vec<f64>]) -> Profile {
    let specification = encoder.specification();
    let read = fields_read(specification);
    let schema = Schema::leads();
    let rows: Vec<usize> = (0..history.leads.len()).collect();
    let sample = Sample { leads: &history.leads, rows: &rows };
    let common = |field: &Field| schema.position(&field.name).map_or(Vec::new(), |place| sample.common_levels(place));
    let all = ProfileLayout::for_model(&schema, specification, &common, CAPACITY);
    let is_read = |column: &&ColumnLayout| column.group != ColumnGroup::Field || read.contains(column.name.as_str());
    let layout = ProfileLayout::new(all.columns().iter().filter(is_read).cloned().collect(), CAPACITY);
    // A published profile contains no hashes, so the key protects nothing.
    let binding = layout.bind(&schema, LevelKey::new([0; 16]));
    let mut profile = Profile::empty(Arc::new(layout));
    profile.add_leads(&binding, &history.leads);
    profile.add_features(&binding, &encoder.encode_blocks(history.leads.iter()));
    let scores = held_out.first().map(|held| held.iter().map(|score| *score as f32).collect::<Vec<_>>());
    profile.add_scores(&binding, &scores.unwrap_or_default());
    profile.suppress_rare(super::LEADS_MIN as u64, PUBLISHED_NUMBERS_MAX)
}

/// Returns the fields that an encoder reads.
pub(super) fn fields_read(encoder: &Specification) -> BTreeSet<&str> {
    encoder.inputs.iter().flat_map(|input| &input.features).map(|feature| feature.field.as_str()).collect()
}

/// Returns, per categorical field that the model reads, the number of levels too rare for the model and the number of
/// leads that have one of them.
pub(super) fn rare_levels(history: &History, encoder: &Specification) -> Vec<(String, usize, usize)> {
    let rows: Vec<usize> = (0..history.leads.len()).collect();
    let sample = Sample { leads: &history.leads, rows: &rows };
    let read = fields_read(encoder);
    let rare = |(place, field): (usize, &Field)| {
        let levels = sample.levels(place);
        let rare = || levels.values().filter(|leads| **leads < super::LEADS_MIN);
        (field.name.clone(), rare().count(), rare().sum())
    };
    let schema = Schema::leads();
    let fields = schema.fields().iter().enumerate().filter(|(_, field)| read.contains(field.name.as_str()));
    fields.filter(|(_, field)| has_levels(field)).map(rare).filter(|(_, levels, _)| *levels > 0).collect()
}
