//! Aggregate of the predictions of one hour, model and instance: profile of leads, features and scores, with inference
//! times and grades. Bytes from the database are validated.

use crate::insight::profile::{
    Binding, CAPACITY, ColumnGroup, ColumnLayout, ColumnProfile, LevelKey, Profile, ProfileError, ProfileLayout,
    Quantity,
};
use crate::lead::{Lead, Value};
use crate::pipeline::{Model, Score};
use std::sync::{Arc, LazyLock};

/// Version of the encoding.
const FORMAT: u8 = 1;

/// Columns besides the profile.
const TIMES: &str = "inference_time_ms";
const GRADES: &str = "grade";

static EXTRA_LAYOUT: LazyLock<Arc<ProfileLayout>> = LazyLock::new(|| {
    let letters = ('A'..='Z').map(String::from).collect();
    let columns = vec![
        ColumnLayout::number(ColumnGroup::Field, TIMES, Quantity::Value),
        ColumnLayout::category(ColumnGroup::Field, GRADES, letters),
    ];
    Arc::new(ProfileLayout::new(columns, CAPACITY))
});

/// Layout for predictions without known leads and features.
static SCORE_LAYOUT: LazyLock<Arc<ProfileLayout>> = LazyLock::new(|| {
    Arc::new(ProfileLayout::new(vec![ColumnLayout::number(ColumnGroup::Score, "score", Quantity::Value)], CAPACITY))
});

/// Aggregate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HourAggregate {
    /// Version of the model.
    pub(super) version: String,
    /// Profile of fields, features and scores.
    pub(super) profile: Profile,
    /// Profile of inference times and grades.
    extra: Profile,
}

/// Layout and column binding of a model.
#[derive(Debug, Clone)]
pub(super) struct BoundModel {
    version: String,
    layout: Arc<ProfileLayout>,
    binding: Binding,
    key: LevelKey,
}

impl BoundModel {
    /// Binds a model to the schema of its leads; unnamed levels are hashed with `key`.
    pub(super) fn new(
        model: &Model,
        schema: &crate::lead::schema::Schema,
        reference: Option<&Profile>,
        key: LevelKey,
    ) -> Self {
        let layout = Arc::new(ProfileLayout::for_serving(schema, model.encoder().specification(), reference));
        let binding = layout.bind(schema, key);
        BoundModel { version: model.version().to_owned(), layout, binding, key }
    }

    /// Returns an empty aggregate.
    pub(super) fn empty(&self) -> HourAggregate {
        let profile = Profile::empty(self.layout.clone());
        HourAggregate { version: self.version.clone(), profile, extra: Profile::empty(EXTRA_LAYOUT.clone()) }
    }
}

impl HourAggregate {
    /// Returns an empty aggregate of scores and inference times only.
    pub(super) fn scores_only(version: &str) -> Self {
        let profile = Profile::empty(SCORE_LAYOUT.clone());
        HourAggregate { version: version.to_owned(), profile, extra: Profile::empty(EXTRA_LAYOUT.clone()) }
    }

    /// Adds a prediction of which only score and inference time are known.
    pub(super) fn add_score(&mut self, score: f64, ms: f64) {
        // The key is unused: there are no levels.
        let key = LevelKey::new([0; 16]);
        self.profile.add_rows(1);
        self.profile.add_value(0, Value::Number(score), key);
        self.extra.add_rows(1);
        self.add_extra(ms, None, key);
    }

    /// Adds leads scored by the bound model, with the same inference time each.
    pub(super) fn add(&mut self, bound: &BoundModel, model: &Model, leads: &[(&Lead, &Score)], each_ms: f64) {
        self.profile.add_leads(&bound.binding, leads.iter().map(|(lead, _)| *lead));
        self.profile.add_features(&bound.binding, &model.encoder().encode_blocks(leads.iter().map(|(lead, _)| *lead)));
        let scores: Vec<f32> = leads.iter().map(|(_, score)| score.probability).collect();
        self.profile.add_scores(&bound.binding, &scores);
        self.extra.add_rows(leads.len() as u64);
        for (_, score) in leads {
            self.add_extra(each_ms, score.grade, bound.key);
        }
    }

    /// Adds inference time and grade of a prediction.
    fn add_extra(&mut self, ms: f64, grade: Option<char>, key: LevelKey) {
        self.extra.add_value(0, Value::Number(ms), key);
        let mut buffer = [0; 4];
        let grade = grade.map_or(Value::Missing, |letter| Value::Text(letter.encode_utf8(&mut buffer)));
        self.extra.add_value(1, grade, key);
    }

    /// Adds another aggregate of the same model.
    pub(super) fn merge(&mut self, other: &HourAggregate) -> Result<(), ProfileError> {
        self.profile.merge(&other.profile)?;
        self.extra.merge(&other.extra)
    }

    /// Number of predictions.
    pub(super) fn rows(&self) -> u64 {
        self.profile.rows()
    }

    /// Scores with their counts, ascending.
    pub(super) fn scores(&self) -> Vec<(f64, u64)> {
        scores(&self.profile)
    }

    /// Inference times in milliseconds with their counts, ascending.
    pub(super) fn times(&self) -> Vec<(f64, u64)> {
        column(&self.extra, ColumnGroup::Field, TIMES).map(ColumnProfile::numbers).unwrap_or_default()
    }

    /// Grades with their counts, best first.
    pub(super) fn grades(&self) -> Vec<(String, u64)> {
        let found = self.extra.columns().find(|(layout, _)| layout.name == GRADES);
        let counts = found
            .into_iter()
            .flat_map(|(layout, column)| layout.levels.iter().cloned().zip(column.levels().iter().copied()));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// Encodes the aggregate.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        for part in [self.version.as_bytes(), &self.profile.encode(), &self.extra.encode()] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes
    }

    /// Decodes an aggregate.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ProfileError> {
        let broken = ProfileError::Broken("a part of the summary is cut off");
        let Some((&FORMAT, mut rest)) = bytes.split_first() else {
            return Err(ProfileError::Broken("the summary is of another version"));
        };
        let mut part = || {
            let (length, behind) = rest.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let (part, behind) = behind.split_at_checked(length)?;
            rest = behind;
            Some(part)
        };
        let (Some(version), Some(profile), Some(extra)) = (part(), part(), part()) else { return Err(broken) };
        let version =
            std::str::from_utf8(version).map_err(|_| ProfileError::Broken("the version is no text"))?.to_owned();
        let (profile, extra) = (Profile::decode(profile)?, Profile::decode(extra)?);
        if **extra.layout() != **EXTRA_LAYOUT {
            return Err(ProfileError::Layout);
        }
        Ok(HourAggregate { version, profile, extra })
    }
}

/// Scores of a profile with their counts, ascending.
pub(super) fn scores(profile: &Profile) -> Vec<(f64, u64)> {
    let found = profile.columns().find(|(layout, _)| layout.group == ColumnGroup::Score);
    found.map(|(_, column)| column.numbers()).unwrap_or_default()
}

fn column<'p>(profile: &'p Profile, group: ColumnGroup, name: &str) -> Option<&'p ColumnProfile> {
    profile.columns().find(|(layout, _)| layout.group == group && layout.name == name).map(|(_, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aggregate(times: &[f64]) -> HourAggregate {
        let layout = Arc::new(ProfileLayout::new(
            vec![ColumnLayout::number(ColumnGroup::Score, "score", Quantity::Value)],
            CAPACITY,
        ));
        let mut aggregate = HourAggregate {
            version: "7".to_owned(),
            profile: Profile::empty(layout),
            extra: Profile::empty(EXTRA_LAYOUT.clone()),
        };
        times.iter().for_each(|ms| aggregate.add_extra(*ms, Some('B'), LevelKey::new([0; 16])));
        aggregate
    }

    #[test]
    fn encoding_round_trips() {
        let aggregate = aggregate(&[0.5, 0.25, 0.5]);
        assert_eq!(aggregate.times(), [(0.25, 1), (0.5, 2)]);
        assert_eq!(aggregate.grades(), [("B".to_owned(), 3)]);
        assert_eq!(HourAggregate::decode(&aggregate.encode()), Ok(aggregate));
    }

    #[test]
    fn malformed_bytes_are_rejected() {
        let bytes = aggregate(&[1.0]).encode();
        for length in 0..bytes.len() {
            assert!(HourAggregate::decode(&bytes[..length]).is_err(), "{length}");
        }
        let mut huge = bytes;
        huge[1..9].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(HourAggregate::decode(&huge).is_err());
    }
}
