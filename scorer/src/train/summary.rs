//! The history in summary: its profile, and what of it the model does not know.
//!
//! Owns what of the history may be given away: no level is named that fewer than [`LEADS_MIN`](super::LEADS_MIN) leads
//! have, and numbers of many different values are told apart coarsely. May not know models.

use super::design::Sample;
use super::history::History;
use crate::insight::profile::{CAPACITY, ColumnGroup, ColumnLayout, LevelKey, Profile, ProfileLayout};
use crate::lead::encode::{Encoder, Specification};
use crate::lead::schema::{Field, Kind, Schema};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many different numbers a column tells apart in a file that is given away.
const NUMBERS_MAX: usize = 32;

/// The fields that the model reads and its features, over all leads; scores are those of the first repetition, while
/// held back.
pub(super) fn profile(history: &History, encoder: &Encoder, held_back: &[Vec<f64>]) -> Profile {
    let specification = encoder.specification();
    let read = fields(specification);
    let schema = Schema::leads();
    let rows: Vec<usize> = (0..history.leads.len()).collect();
    let sample = Sample { leads: &history.leads, rows: &rows };
    let common = |field: &Field| schema.position(&field.name).map_or(Vec::new(), |place| sample.common_levels(place));
    let all = ProfileLayout::for_model(&schema, specification, &common, CAPACITY);
    let is_read = |column: &&ColumnLayout| column.group != ColumnGroup::Field || read.contains(column.name.as_str());
    let layout = ProfileLayout::new(all.columns().iter().filter(is_read).cloned().collect(), CAPACITY);
    // Nothing of the hashes is left when the profile is published, so the key has nothing to keep.
    let binding = layout.bind(&schema, LevelKey::new([0; 16]));
    let mut profile = Profile::empty(Arc::new(layout));
    profile.add_leads(&binding, &history.leads);
    profile.add_features(&binding, &encoder.encode_blocks(history.leads.iter()));
    let scores = held_back.first().map(|held| held.iter().map(|score| *score as f32).collect::<Vec<_>>());
    profile.add_scores(&binding, &scores.unwrap_or_default());
    profile.suppress_rare(super::LEADS_MIN as u64, NUMBERS_MAX)
}

/// The fields that an encoder reads.
pub(super) fn fields(encoder: &Specification) -> BTreeSet<&str> {
    encoder.inputs.iter().flat_map(|input| &input.features).map(|feature| feature.field.as_str()).collect()
}

/// Per field of levels that the model reads, how many levels are too rare, and how many leads have one of them.
pub(super) fn pooled(history: &History, encoder: &Specification) -> Vec<(String, usize, usize)> {
    let rows: Vec<usize> = (0..history.leads.len()).collect();
    let sample = Sample { leads: &history.leads, rows: &rows };
    let read = fields(encoder);
    let rare = |(place, field): (usize, &Field)| {
        let levels = sample.levels(place);
        let rare = || levels.values().filter(|leads| **leads < super::LEADS_MIN);
        (field.name.clone(), rare().count(), rare().sum())
    };
    let schema = Schema::leads();
    let fields = schema.fields().iter().enumerate().filter(|(_, field)| read.contains(field.name.as_str()));
    fields.filter(|(_, field)| is_levels(field)).map(rare).filter(|(_, levels, _)| *levels > 0).collect()
}

fn is_levels(field: &Field) -> bool {
    matches!(field.kind, Kind::Category { .. } | Kind::Text { max_chars: None })
}
