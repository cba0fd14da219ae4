//! The history in summary: its profile, and what of it the model does not know.
//!
//! Owns the bins of the profile. No level is named that fewer than [`LEADS_MIN`](super::LEADS_MIN) leads have, and
//! edges of bins are round numbers, not values of the history. May not know models.

use super::design::Sample;
use super::history::History;
use super::metric::quantile;
use crate::insight::profile::{Bins, Counts, Profile};
use crate::lead::encode::Specification;
use crate::lead::schema::{Field, Kind, Schema};
use std::collections::BTreeSet;

/// How many bins numbers get at most, those beyond the outer edges not counted.
const BINS_MAX: f64 = 20.0;

/// Edges for lengths of texts, in characters.
const LENGTHS: [f64; 13] =
    [1.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 1_500.0, 2_000.0, 3_000.0, 5_000.0, 7_500.0];

/// The share of numbers beyond the outer edges, on either side, where a field has no limits of its own.
const TAIL: f64 = 0.025;

/// The fields that the model reads, over all leads; scores are those of the first repetition, while held back.
pub(super) fn profile(history: &History, encoder: &Specification, held_back: &[Vec<f64>]) -> Profile {
    let schema = Schema::leads();
    let rows: Vec<usize> = (0..history.leads.len()).collect();
    let sample = Sample { leads: &history.leads, rows: &rows };
    let read = fields(encoder);
    let fields = schema.fields().iter().enumerate().filter(|(_, field)| read.contains(field.name.as_str()));
    let counts = fields.map(|(place, field)| (field.name.clone(), layout(&sample, place, field)));
    let mut profile = Profile::empty(counts.collect());
    let scores: Option<Vec<f32>> = held_back.first().map(|held| held.iter().map(|score| *score as f32).collect());
    profile.add(&schema, &history.leads, &scores.unwrap_or_default());
    profile
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

fn layout(sample: &Sample<'_>, place: usize, field: &Field) -> Counts {
    match field.kind {
        _ if is_levels(field) => Counts::of_levels(sample.common_levels(place)),
        Kind::Integer { min, max } | Kind::Number { range: Some((min, max)) } => {
            Counts::Numbers(Bins::between(edges(min, max, matches!(field.kind, Kind::Integer { .. }))))
        }
        Kind::Number { range: None } => {
            let mut numbers = sample.numbers(place);
            numbers.sort_by(f64::total_cmp);
            let (low, high) = (quantile(&numbers, TAIL), quantile(&numbers, 1.0 - TAIL));
            Counts::Numbers(Bins::between(edges(low.unwrap_or(0.0), high.unwrap_or(1.0), false)))
        }
        _ => Counts::Lengths(Bins::between(LENGTHS.to_vec())),
    }
}

/// Round edges from `low` to `high`: multiples of 1, 2 or 5 times a power of ten; whole numbers where asked for.
fn edges(low: f64, high: f64, whole: bool) -> Vec<f64> {
    let span = high - low;
    if span.is_nan() || span <= 0.0 || !span.is_finite() {
        return vec![low];
    }
    let steps = (-30..=30).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| (digit, power)));
    let fits = |(digit, power): &(f64, i32)| (!whole || *power >= 0) && span <= BINS_MAX * digit * ten(*power);
    let mut steps = steps;
    let Some((digit, power)) = steps.find(fits) else { return vec![low] };
    // Multiplied or divided by a whole power of ten, so that the edges are the numbers that people write.
    let edge = |times: f64| if power < 0 { times * digit / ten(-power) } else { times * digit * ten(power) };
    let step = digit * ten(power);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    (0..=(last - first) as usize).map(|place| edge(first + place as f64)).collect()
}

fn ten(power: i32) -> f64 {
    let whole = (0..power.abs()).fold(1.0, |product, _| product * 10.0);
    if power < 0 { 1.0 / whole } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_round_and_cover_the_range() {
        let tenths: Vec<f64> = (0..=20).map(|place| f64::from(place) / 20.0).collect();
        assert_eq!(edges(0.0, 1.0, false), tenths);
        assert_eq!(edges(0.0, 2.0, true), [0.0, 1.0, 2.0]);
        assert_eq!(edges(0.0, 100.0, true).len(), 21);
        let years = edges(1871.3, 2019.0, false);
        assert_eq!((years[0], years[1], years.last()), (1870.0, 1880.0, Some(&2020.0)));
    }

    #[test]
    fn edges_of_no_range_are_one() {
        assert_eq!(edges(7.0, 7.0, false), [7.0]);
        assert_eq!(edges(-1e300, 1e300, false), [-1e300]);
    }
}
