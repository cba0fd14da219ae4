//! One contest: the same work by several, in turn, round after round, so that the machine's moods fall on all. Knows
//! medians, ratios, and that who does not come to the same result does not do the same work.

use super::arena::{Arena, Side};
use anyhow::{Result, bail};
use serde_json::Value;

/// How far mean probabilities may be apart: sums in single precision are.
const TOLERANCE: f64 = 1e-5;

/// Who takes part, and how.
pub(super) struct Entry {
    /// Its name. Of several entries of one name only the fastest counts.
    pub(super) name: &'static str,
    /// The way that this entry takes, where a name has several, or what is to be said about it.
    pub(super) way: &'static str,
    pub(super) side: Side,
    pub(super) task: Value,
}

/// The entries; all others are compared with the first.
pub(super) struct Contest {
    pub(super) title: String,
    pub(super) rounds: usize,
    pub(super) entries: Vec<Entry>,
}

/// How an entry did.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) way: &'static str,
    pub(super) version: String,
    /// The median of all rounds, or why there is none.
    pub(super) result: Result<Timed, String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Timed {
    pub(super) seconds: f64,
    /// How many times as long as the first entry, the median of the ratios of the rounds.
    pub(super) ratio: f64,
}

/// What came of a contest.
pub(super) struct Outcome {
    pub(super) title: String,
    pub(super) places: Vec<Place>,
}

/// The answers to one entry's task.
#[derive(Default)]
struct Answers {
    seconds: Vec<f64>,
    mean: Option<f64>,
    version: String,
    failure: Option<String>,
}

impl Contest {
    /// Holds it. An entry that fails is left out of the rest; that the first one fails is an error.
    pub(super) fn hold(&self, arena: &mut Arena) -> Result<Outcome> {
        let mut all: Vec<Answers> = self.entries.iter().map(|_| Answers::default()).collect();
        for _ in 0..self.rounds {
            for (entry, answers) in self.entries.iter().zip(&mut all) {
                answers.add(arena, entry);
            }
        }
        if let Some(reason) = &all[0].failure {
            bail!("{}: {}: {reason}", self.title, self.entries[0].name);
        }
        self.check_means(&all)?;
        let places = self.entries.iter().zip(&all).map(|(entry, answers)| place(entry, answers, &all[0])).collect();
        Ok(Outcome { title: self.title.clone(), places: fastest(places) })
    }

    fn check_means(&self, all: &[Answers]) -> Result<()> {
        let means = self.entries.iter().zip(all).filter_map(|(entry, answers)| Some((entry.name, answers.mean?)));
        let means: Vec<(&str, f64)> = means.collect();
        if let Some((name, mean)) = means.iter().find(|(_, mean)| (mean - means[0].1).abs() > TOLERANCE) {
            bail!("{}: {name} comes to the mean probability {mean}, {} to {}", self.title, means[0].0, means[0].1);
        }
        Ok(())
    }
}

impl Answers {
    fn add(&mut self, arena: &mut Arena, entry: &Entry) {
        if self.failure.is_some() {
            return;
        }
        match arena.ask(entry.side, &entry.task) {
            Ok(answer) => match answer["seconds"].as_f64() {
                Some(seconds) => {
                    self.seconds.push(seconds);
                    self.mean = answer["mean"].as_f64();
                    answer["version"].as_str().unwrap_or_default().clone_into(&mut self.version);
                }
                None => self.failure = Some(format!("it answered {answer}")),
            },
            Err(error) => self.failure = Some(format!("{error:#}")),
        }
    }
}

fn place(entry: &Entry, answers: &Answers, first: &Answers) -> Place {
    let ratios = answers.seconds.iter().zip(&first.seconds).map(|(seconds, first)| seconds / first).collect();
    let timed = || Timed { seconds: median(answers.seconds.clone()), ratio: median(ratios) };
    let result = answers.failure.clone().map_or_else(|| Ok(timed()), Err);
    Place { name: entry.name, way: entry.way, version: answers.version.clone(), result }
}

/// The middle one, or the mean of the two in the middle; NaN of nothing.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    values.get(low).zip(values.get(high)).map_or(f64::NAN, |(low, high)| f64::midpoint(*low, *high))
}

/// Of all places of one name the one that took least; where none has a time, the first of them.
fn fastest(places: Vec<Place>) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::new();
    for place in places {
        let seconds = |place: &Place| place.result.as_ref().map_or(f64::INFINITY, |timed| timed.seconds);
        match kept.iter_mut().find(|other| other.name == place.name) {
            Some(other) if seconds(&place) < seconds(other) => *other = place,
            Some(_) => {}
            None => kept.push(place),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::contestant::Contestant;
    use super::*;
    use serde_json::json;
    use std::process::Command;

    /// A side that answers every task with the task itself.
    fn arena() -> Arena {
        let mut arena = Arena::new();
        let echo = ["-c", "while read -r line; do echo \"$line\"; done"];
        arena.add(Side::Native, Contestant::start(Command::new("/bin/sh").args(echo)));
        arena
    }

    fn entry(name: &'static str, seconds: f64, mean: f64) -> Entry {
        Entry { name, way: "", side: Side::Native, task: json!({ "seconds": seconds, "mean": mean, "version": "1" }) }
    }

    fn contest(entries: Vec<Entry>) -> Contest {
        Contest { title: "test".into(), rounds: 3, entries }
    }

    #[test]
    fn ratios_are_to_the_first_and_of_one_name_the_fastest_counts() {
        let entries = vec![entry("ours", 0.5, 0.25), entry("peer", 4.0, 0.25), entry("peer", 2.0, 0.25)];
        let places = contest(entries).hold(&mut arena()).unwrap().places;
        assert_eq!(places.len(), 2);
        assert_eq!(places[0].result, Ok(Timed { seconds: 0.5, ratio: 1.0 }));
        assert_eq!(places[1].result, Ok(Timed { seconds: 2.0, ratio: 4.0 }));
    }

    #[test]
    fn another_result_is_no_contest() {
        let entries = vec![entry("ours", 0.5, 0.25), entry("peer", 4.0, 0.2502)];
        let error = contest(entries).hold(&mut arena()).err().unwrap();
        assert_eq!(error.to_string(), "test: peer comes to the mean probability 0.2502, ours to 0.25");
    }

    #[test]
    fn a_peer_that_fails_is_left_out_and_our_own_failure_is_an_error() {
        let failed = |name| Entry { task: json!({ "error": "not installed" }), ..entry(name, 1.0, 0.0) };
        let places = contest(vec![entry("ours", 0.5, 0.25), failed("peer")]).hold(&mut arena()).unwrap().places;
        assert_eq!(places[1].result, Err("not installed".to_owned()));
        assert!(contest(vec![failed("ours"), entry("peer", 0.5, 0.25)]).hold(&mut arena()).is_err());
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }
}
