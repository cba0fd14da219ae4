//! A profile: the summary of a batch of leads and their scores, in bins that are fixed beforehand.
//!
//! Owns bins, counts and how profiles of one layout are added up, in any grouping. Its size is the layout's, however
//! many leads it sums up: levels that the layout does not name are counted together. May not know verdicts or time.

use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How many bins the scores have, of equal width from 0 to 1.
pub const SCORE_BINS: usize = 20;

/// The summary of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// How many leads.
    pub leads: u64,
    /// One summary per field.
    pub fields: Vec<FieldProfile>,
    /// How many scores fell into each of [`SCORE_BINS`] bins; a bin holds its lower end, the last one both.
    pub scores: Vec<u64>,
}

/// The summary of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldProfile {
    /// The field.
    pub name: String,
    /// How many leads have no value there.
    pub missing: u64,
    /// Those that have one.
    pub values: Counts,
}

/// Counts of present values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Counts {
    /// Numbers between edges.
    Numbers(Bins),
    /// Texts by their length in Unicode code points.
    Lengths(Bins),
    /// Texts by what they are.
    Levels {
        /// The levels that the layout names.
        levels: Vec<LevelCount>,
        /// All other texts together.
        other: u64,
    },
}

/// Counts between rising edges: the first bin lies below the first edge, the last at or above the last edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Rising; a bin holds its lower edge.
    pub edges: Vec<f64>,
    /// One more than edges.
    pub counts: Vec<u64>,
}

/// How often a level was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelCount {
    /// The text.
    pub level: String,
    /// How many leads had it.
    pub count: u64,
}

/// Why a profile cannot be used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ProfileError {
    /// Profiles of other fields, levels or bins.
    #[error("the two profiles have different fields, levels or bins")]
    Layout,
    /// Bins without order, or counts that do not fit them.
    #[error("the bins of {0:?} should have finite rising edges and one count more than edges")]
    Bins(String),
}

impl Bins {
    /// Empty bins between these edges, which must rise.
    pub fn between(edges: Vec<f64>) -> Self {
        let counts = vec![0; edges.len() + 1];
        Bins { edges, counts }
    }

    fn add(&mut self, number: f64) {
        let bin = self.edges.partition_point(|edge| *edge <= number);
        if let Some(count) = self.counts.get_mut(bin) {
            *count += 1;
        }
    }

    fn is_sound(&self) -> bool {
        self.counts.len() == self.edges.len() + 1
            && self.edges.iter().all(|edge| edge.is_finite())
            && self.edges.is_sorted_by(|low, high| low < high)
    }
}

impl Counts {
    /// Nothing counted yet, by these levels, which are sorted.
    pub fn of_levels(mut levels: Vec<String>) -> Self {
        levels.sort();
        let levels = levels.into_iter().map(|level| LevelCount { level, count: 0 }).collect();
        Counts::Levels { levels, other: 0 }
    }

    fn add(&mut self, value: Value<'_>) {
        match (self, value) {
            (Counts::Numbers(bins), Value::Number(number)) => bins.add(number),
            (Counts::Lengths(bins), Value::Text(text)) => bins.add(text.chars().count() as f64),
            (Counts::Levels { levels, other }, Value::Text(text)) => {
                match levels.binary_search_by(|known| known.level.as_str().cmp(text)) {
                    Ok(place) => levels[place].count += 1,
                    Err(_) => *other += 1,
                }
            }
            // A value of another kind than the layout's: the schema of the leads was not the profile's.
            _ => {}
        }
    }

    /// All counts, if the layouts are the same ones.
    fn pairs<'a>(&'a mut self, more: &'a Self) -> Option<Vec<(&'a mut u64, u64)>> {
        match (self, more) {
            (Counts::Numbers(own), Counts::Numbers(more)) | (Counts::Lengths(own), Counts::Lengths(more)) => {
                let alike = own.edges == more.edges && own.counts.len() == more.counts.len();
                alike.then(|| own.counts.iter_mut().zip(more.counts.iter().copied()).collect())
            }
            (Counts::Levels { levels, other }, Counts::Levels { levels: more, other: rest }) => {
                let alike = levels.iter().map(|known| &known.level).eq(more.iter().map(|known| &known.level));
                let counts = levels.iter_mut().zip(more).map(|(own, more)| (&mut own.count, more.count));
                alike.then(|| counts.chain([(other, *rest)]).collect())
            }
            _ => None,
        }
    }
}

impl Profile {
    /// A profile of no leads with these fields.
    pub fn empty(fields: Vec<(String, Counts)>) -> Self {
        let fields = fields.into_iter().map(|(name, values)| FieldProfile { name, missing: 0, values }).collect();
        Profile { leads: 0, fields, scores: vec![0; SCORE_BINS] }
    }

    /// A profile of no leads with the fields, levels and bins of this one.
    pub fn like(&self) -> Self {
        let mut other = self.clone();
        other.leads = 0;
        other.scores.fill(0);
        for field in &mut other.fields {
            field.missing = 0;
            match &mut field.values {
                Counts::Numbers(bins) | Counts::Lengths(bins) => bins.counts.fill(0),
                Counts::Levels { levels, other } => {
                    levels.iter_mut().for_each(|known| known.count = 0);
                    *other = 0;
                }
            }
        }
        other
    }

    /// Adds leads that were read with this schema, and their scores. A field that the schema does not have counts as
    /// missing.
    pub fn add(&mut self, schema: &Schema, leads: &[Lead], scores: &[f32]) {
        let places: Vec<_> = self.fields.iter().map(|field| schema.position(&field.name)).collect();
        for lead in leads {
            self.leads += 1;
            for (field, place) in self.fields.iter_mut().zip(&places) {
                match place.map_or(Value::Missing, |place| lead.value(place)) {
                    Value::Missing => field.missing += 1,
                    value => field.values.add(value),
                }
            }
        }
        for score in scores {
            // Casting takes what is not a number to the first bin, what is above 1 to the last.
            let bin = ((score * SCORE_BINS as f32) as usize).min(SCORE_BINS - 1);
            if let Some(count) = self.scores.get_mut(bin) {
                *count += 1;
            }
        }
    }

    /// Adds another profile of the same fields, levels and bins. When refused, this one is as before.
    pub fn merge(&mut self, more: &Profile) -> Result<(), ProfileError> {
        let mut sum = self.clone();
        if sum.fields.len() != more.fields.len() || sum.scores.len() != more.scores.len() {
            return Err(ProfileError::Layout);
        }
        sum.leads = sum.leads.saturating_add(more.leads);
        for (own, more) in sum.fields.iter_mut().zip(&more.fields) {
            if own.name != more.name {
                return Err(ProfileError::Layout);
            }
            own.missing = own.missing.saturating_add(more.missing);
            for (count, more) in own.values.pairs(&more.values).ok_or(ProfileError::Layout)? {
                *count = count.saturating_add(more);
            }
        }
        for (count, more) in sum.scores.iter_mut().zip(&more.scores) {
            *count = count.saturating_add(*more);
        }
        *self = sum;
        Ok(())
    }

    /// Checks a profile that came from outside: rising edges, sorted levels, as many counts as bins.
    pub fn check(&self) -> Result<(), ProfileError> {
        let broken = |field: &&FieldProfile| match &field.values {
            Counts::Numbers(bins) | Counts::Lengths(bins) => !bins.is_sound(),
            Counts::Levels { levels, .. } => !levels.is_sorted_by(|low, high| low.level < high.level),
        };
        match self.fields.iter().find(broken) {
            Some(field) => Err(ProfileError::Bins(field.name.clone())),
            None if self.scores.len() != SCORE_BINS => Err(ProfileError::Bins("scores".to_owned())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn layout() -> Profile {
        Profile::empty(vec![
            ("llm_quality".to_owned(), Counts::Numbers(Bins::between(vec![25.0, 50.0]))),
            ("industry".to_owned(), Counts::of_levels(vec!["Software".to_owned(), "Banking".to_owned()])),
            ("summary".to_owned(), Counts::Lengths(Bins::between(vec![1.0, 100.0]))),
        ])
    }

    fn lead(quality: Option<f64>, industry: Option<&str>, summary: Option<&str>) -> Lead {
        let schema = Schema::leads();
        let mut lead = Lead::empty(schema.len());
        let place = |name: &str| schema.position(name).unwrap();
        lead.set(place("llm_quality"), quality.map_or(Value::Missing, Value::Number));
        lead.set(place("industry"), industry.map_or(Value::Missing, Value::Text));
        lead.set(place("summary"), summary.map_or(Value::Missing, Value::Text));
        lead
    }

    fn profile(leads: &[Lead], scores: &[f32]) -> Profile {
        let mut profile = layout();
        profile.add(&Schema::leads(), leads, scores);
        profile
    }

    #[test]
    fn values_fall_into_the_bin_that_holds_its_lower_edge() {
        let leads = [
            lead(Some(25.0), Some("Software"), Some("")),
            lead(Some(24.9), Some("Fishing"), Some("ab")),
            lead(Some(f64::INFINITY), None, None),
        ];
        let profile = profile(&leads, &[0.0, 0.05, 1.0]);
        assert_eq!(profile.leads, 3);
        assert_eq!(profile.fields[0].values, Counts::Numbers(Bins { edges: vec![25.0, 50.0], counts: vec![1, 1, 1] }));
        let Counts::Levels { levels, other } = &profile.fields[1].values else { panic!("not levels") };
        assert_eq!(levels.iter().map(|known| known.count).collect::<Vec<_>>(), [0, 1]);
        assert_eq!((*other, profile.fields[1].missing), (1, 1));
        assert_eq!(profile.fields[2].values, Counts::Lengths(Bins { edges: vec![1.0, 100.0], counts: vec![1, 1, 0] }));
        assert_eq!((profile.scores[0], profile.scores[1], profile.scores[19]), (1, 1, 1));
        assert_eq!(profile.check(), Ok(()));
        assert_eq!(profile.like(), layout());
    }

    #[test]
    fn profiles_of_other_bins_are_not_added() {
        let mut one = layout();
        let before = one.clone();
        let mut other = layout();
        other.fields[0].values = Counts::Numbers(Bins::between(vec![1.0]));
        assert_eq!(one.merge(&other), Err(ProfileError::Layout));
        assert_eq!(one, before);
    }

    #[test]
    fn a_profile_with_unsound_bins_is_refused() {
        let mut broken = layout();
        broken.fields[2].values = Counts::Lengths(Bins { edges: vec![2.0, 1.0], counts: vec![0, 0, 0] });
        assert_eq!(broken.check(), Err(ProfileError::Bins("summary".to_owned())));
    }

    fn batch() -> impl Strategy<Value = Profile> {
        let industry = prop::option::of(prop::sample::select(vec!["Software", "Banking", "Fishing", ""]));
        let row = (prop::option::of(0.0..100.0), industry, prop::option::of(".{0,200}"), 0f32..=1.0);
        prop::collection::vec(row, 0..20).prop_map(|rows| {
            let leads: Vec<_> = rows.iter().map(|(q, i, s, _)| lead(*q, *i, s.as_deref())).collect();
            profile(&leads, &rows.iter().map(|row| row.3).collect::<Vec<_>>())
        })
    }

    fn sum(one: &Profile, other: &Profile) -> Profile {
        let mut sum = one.clone();
        sum.merge(other).unwrap();
        sum
    }

    proptest! {
        #[test]
        fn the_grouping_of_merges_does_not_matter(a in batch(), b in batch(), c in batch()) {
            prop_assert_eq!(sum(&sum(&a, &b), &c), sum(&a, &sum(&b, &c)));
            prop_assert_eq!(sum(&a, &b), sum(&b, &a));
        }
    }
}
