//! What is kept of the predictions of one span of time, model and instance: the profile of their leads, features and
//! scores, and beside it how long they took and which grades they got.
//!
//! Owns its bytes. What comes from the database is checked. May not know spans, storage or verdicts.

use crate::insight::profile::{
    Binding, CAPACITY, Column, ColumnLayout, Group, Layout, LevelKey, Part, Profile, ProfileError,
};
use crate::lead::{Lead, Value};
use crate::pipeline::{Model, Score};
use std::sync::{Arc, LazyLock};

/// The version of the bytes.
const FORMAT: u8 = 1;

/// The columns beside the profile.
const TIMES: &str = "inference_time_ms";
const GRADES: &str = "grade";

static BESIDE: LazyLock<Arc<Layout>> = LazyLock::new(|| {
    let letters = ('A'..='Z').map(String::from).collect();
    let columns = vec![
        ColumnLayout::number(Group::Field, TIMES, Part::Value),
        ColumnLayout::category(Group::Field, GRADES, letters),
    ];
    Arc::new(Layout::new(columns, CAPACITY))
});

/// The profile of predictions whose leads and features are not known.
static SCORES: LazyLock<Arc<Layout>> =
    LazyLock::new(|| Arc::new(Layout::new(vec![ColumnLayout::number(Group::Score, "score", Part::Value)], CAPACITY)));

/// The summary.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Summary {
    /// The model's version.
    pub(super) version: String,
    /// Fields, features and scores.
    pub(super) profile: Profile,
    /// Times and grades.
    beside: Profile,
}

/// How the predictions of one model get into a summary.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    version: String,
    layout: Arc<Layout>,
    binding: Binding,
    key: LevelKey,
}

impl Bound {
    /// For leads of this model, which were read with this schema; levels without a name are hashed with this key.
    pub(super) fn new(
        model: &Model,
        schema: &crate::lead::schema::Schema,
        reference: Option<&Profile>,
        key: LevelKey,
    ) -> Self {
        let layout = Arc::new(Layout::served(schema, model.encoder().specification(), reference));
        let binding = layout.bind(schema, key);
        Bound { version: model.version().to_owned(), layout, binding, key }
    }

    /// A summary of no predictions.
    pub(super) fn empty(&self) -> Summary {
        let profile = Profile::empty(self.layout.clone());
        Summary { version: self.version.clone(), profile, beside: Profile::empty(BESIDE.clone()) }
    }
}

impl Summary {
    /// A summary of no predictions of which scores and times alone are known.
    pub(super) fn of_scores(version: &str) -> Self {
        let profile = Profile::empty(SCORES.clone());
        Summary { version: version.to_owned(), profile, beside: Profile::empty(BESIDE.clone()) }
    }

    /// Adds one of these.
    pub(super) fn add_score(&mut self, score: f64, ms: f64) {
        // No level is hashed: there is none.
        let key = LevelKey::new([0; 16]);
        self.profile.add_rows(1);
        self.profile.add_value(0, Value::Number(score), key);
        self.beside.add_rows(1);
        self.add_beside(ms, None, key);
    }

    /// Adds leads that all were scored by the model that this is bound to, in about the same time each.
    pub(super) fn add(&mut self, bound: &Bound, model: &Model, leads: &[(&Lead, &Score)], each_ms: f64) {
        self.profile.add_leads(&bound.binding, leads.iter().map(|(lead, _)| *lead));
        self.profile.add_features(&bound.binding, &model.encoder().encode_blocks(leads.iter().map(|(lead, _)| *lead)));
        let scores: Vec<f32> = leads.iter().map(|(_, score)| score.probability).collect();
        self.profile.add_scores(&bound.binding, &scores);
        self.beside.add_rows(leads.len() as u64);
        for (_, score) in leads {
            self.add_beside(each_ms, score.grade, bound.key);
        }
    }

    /// Adds what stands beside the profile of one prediction.
    fn add_beside(&mut self, ms: f64, grade: Option<char>, key: LevelKey) {
        self.beside.add_value(0, Value::Number(ms), key);
        let mut room = [0; 4];
        let grade = grade.map_or(Value::Missing, |letter| Value::Text(letter.encode_utf8(&mut room)));
        self.beside.add_value(1, grade, key);
    }

    /// Adds another of the same model.
    pub(super) fn merge(&mut self, more: &Summary) -> Result<(), ProfileError> {
        self.profile.merge(&more.profile)?;
        self.beside.merge(&more.beside)
    }

    /// How many predictions.
    pub(super) fn rows(&self) -> u64 {
        self.profile.rows()
    }

    /// The scores and how often each came, rising.
    pub(super) fn scores(&self) -> Vec<(f64, u64)> {
        scores(&self.profile)
    }

    /// Milliseconds and how often they were taken, rising.
    pub(super) fn times(&self) -> Vec<(f64, u64)> {
        column(&self.beside, Group::Field, TIMES).map(Column::numbers).unwrap_or_default()
    }

    /// Letters and how often each was given, best first.
    pub(super) fn grades(&self) -> Vec<(String, u64)> {
        let found = self.beside.columns().find(|(layout, _)| layout.name == GRADES);
        let counts = found
            .into_iter()
            .flat_map(|(layout, column)| layout.levels.iter().cloned().zip(column.levels().iter().copied()));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// Its bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        for part in [self.version.as_bytes(), &self.profile.encode(), &self.beside.encode()] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes
    }

    /// The summary of these bytes.
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
        let (Some(version), Some(profile), Some(beside)) = (part(), part(), part()) else { return Err(broken) };
        let version =
            std::str::from_utf8(version).map_err(|_| ProfileError::Broken("the version is no text"))?.to_owned();
        let (profile, beside) = (Profile::decode(profile)?, Profile::decode(beside)?);
        if **beside.layout() != **BESIDE {
            return Err(ProfileError::Layout);
        }
        Ok(Summary { version, profile, beside })
    }
}

/// The scores of a profile and how often each came, rising.
pub(super) fn scores(profile: &Profile) -> Vec<(f64, u64)> {
    let found = profile.columns().find(|(layout, _)| layout.group == Group::Score);
    found.map(|(_, column)| column.numbers()).unwrap_or_default()
}

fn column<'p>(profile: &'p Profile, group: Group, name: &str) -> Option<&'p Column> {
    profile.columns().find(|(layout, _)| layout.group == group && layout.name == name).map(|(_, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(times: &[f64]) -> Summary {
        let layout = Arc::new(Layout::new(vec![ColumnLayout::number(Group::Score, "score", Part::Value)], CAPACITY));
        let mut summary = Summary {
            version: "7".to_owned(),
            profile: Profile::empty(layout),
            beside: Profile::empty(BESIDE.clone()),
        };
        times.iter().for_each(|ms| summary.add_beside(*ms, Some('B'), LevelKey::new([0; 16])));
        summary
    }

    #[test]
    fn a_summary_reads_back_from_its_bytes() {
        let summary = summary(&[0.5, 0.25, 0.5]);
        assert_eq!(summary.times(), [(0.25, 1), (0.5, 2)]);
        assert_eq!(summary.grades(), [("B".to_owned(), 3)]);
        assert_eq!(Summary::decode(&summary.encode()), Ok(summary));
    }

    #[test]
    fn bytes_that_are_no_summary_are_refused() {
        let bytes = summary(&[1.0]).encode();
        for length in 0..bytes.len() {
            assert!(Summary::decode(&bytes[..length]).is_err(), "{length}");
        }
        let mut huge = bytes;
        huge[1..9].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(Summary::decode(&huge).is_err());
    }
}
