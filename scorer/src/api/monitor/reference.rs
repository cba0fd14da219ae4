//! Custom drift reference in place of the profile in the model file: a CSV of leads or of encoded features.

use crate::insight::profile::{ColumnGroup, LevelKey, Profile, ProfileLayout};
use crate::lead::Value;
use crate::lead::csv::{CsvReader, Dialect, ImportError, for_each_record};
use crate::lead::schema::Schema;
use crate::pipeline::{Model, Scorer};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// Reference file of the operator.
#[derive(Debug)]
pub struct Reference {
    bytes: Vec<u8>,
    /// Profiles by the SHA-256 of the model file: each model reads the reference once, with its own encoder.
    profiles: Mutex<BTreeMap<String, Option<Arc<Profile>>>>,
}

/// Error of reading a reference.
#[derive(Debug, Error)]
pub enum ReferenceError {
    /// Not a CSV.
    #[error("the reference cannot be read: {0}")]
    Intake(#[from] ImportError),
    /// CSV without known columns.
    #[error("the reference should have columns of leads or of the model's features; it has none of them")]
    NoColumns,
}

impl Reference {
    /// Parses a reference and profiles it with the active models.
    pub fn open(bytes: Vec<u8>, scorer: &Scorer) -> Result<Self, ReferenceError> {
        let reference = Reference { bytes, profiles: Mutex::default() };
        for model in scorer.models() {
            let profile = profile(&reference.bytes, model)?;
            reference.keep(model, Some(Arc::new(profile)));
        }
        Ok(reference)
    }

    /// Returns the reference profile of a model; `None` where the file has none of its columns.
    pub(super) fn profile(&self, model: &Model) -> Option<Arc<Profile>> {
        let known = self.profiles.lock().unwrap_or_else(PoisonError::into_inner).get(model.sha256()).cloned();
        known.unwrap_or_else(|| {
            let read = profile(&self.bytes, model).map(Arc::new);
            let read = read.inspect_err(|error| tracing::warn!(%error, model = model.version(), "no reference")).ok();
            self.keep(model, read.clone());
            read
        })
    }

    fn keep(&self, model: &Model, profile: Option<Arc<Profile>>) {
        let mut profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        profiles.insert(model.sha256().to_owned(), profile);
    }
}

fn profile(bytes: &[u8], model: &Model) -> Result<Profile, ReferenceError> {
    let layout = Arc::new(ProfileLayout::for_serving(
        model.encoder().schema(),
        model.encoder().specification(),
        model.profile(),
    ));
    let of_features = features(bytes, &layout)?;
    if of_features.rows() > 0 {
        return Ok(of_features);
    }
    leads(bytes, model, layout)
}

/// Profiles a CSV of encoded features; no rows where it has no feature column.
fn features(bytes: &[u8], layout: &Arc<ProfileLayout>) -> Result<Profile, ReferenceError> {
    let mut profile = Profile::empty(layout.clone());
    let mut places: Option<Vec<Option<usize>>> = None;
    let key = LevelKey::new([0; 16]);
    for_each_record(bytes, Dialect::detect(bytes), &mut |_, cells| {
        let Some(places) = &places else {
            let place = |name: &str| layout.position(ColumnGroup::Feature, name.trim());
            places = Some(cells.iter().map(place).collect());
            return Ok(());
        };
        if places.iter().flatten().next().is_none() {
            return Ok(());
        }
        profile.add_rows(1);
        for (cell, place) in cells.iter().zip(places) {
            let Some(place) = place else { continue };
            let number = cell.trim().parse().map_or(Value::Missing, Value::Number);
            profile.add_value(*place, number, key);
        }
        Ok(())
    })?;
    Ok(profile)
}

/// Profiles a CSV of leads, encoded and scored by the model.
fn leads(bytes: &[u8], model: &Model, layout: Arc<ProfileLayout>) -> Result<Profile, ReferenceError> {
    let schema: Schema = model.encoder().schema().clone();
    let binding = layout.bind(&schema, LevelKey::new([0; 16]));
    let mut profile = Profile::empty(layout);
    let mut all = Vec::new();
    let mut reader = CsvReader::new(schema, Dialect::detect(bytes));
    let mut sink = |row: crate::lead::csv::CsvRow<'_>| {
        if let Ok(lead) = row.lead {
            all.push(lead.clone());
        }
    };
    reader.push(bytes, &mut sink)?;
    reader.finish(&mut sink)?;
    if all.is_empty() {
        return Err(ReferenceError::NoColumns);
    }
    let blocks = model.encoder().encode_blocks(all.iter());
    profile.add_leads(&binding, &all);
    profile.add_features(&binding, &blocks);
    profile.add_scores(&binding, &model.run(&blocks).unwrap_or_default());
    Ok(profile)
}
