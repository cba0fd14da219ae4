//! A comparison: the same work by several programs in turn, round after round, so that noise of the machine affects all
//! alike. Results that differ are an error: it was not the same work.

use super::peers::{Peers, Side};
use anyhow::{Result, bail};
use serde_json::Value;

/// Largest difference of mean probabilities: sums in single precision differ.
const TOLERANCE: f64 = 1e-5;

/// A program and its task.
pub(super) struct Entry {
    /// Of several entries of one name only the fastest counts.
    pub(super) name: &'static str,
    /// API or note that distinguishes this entry; may be empty.
    pub(super) variant: &'static str,
    pub(super) side: Side,
    pub(super) task: Value,
}

/// The entries; all others are compared with the first.
pub(super) struct Comparison {
    pub(super) title: String,
    pub(super) rounds: usize,
    pub(super) entries: Vec<Entry>,
}

/// Measurement of an entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measurement {
    pub(super) name: &'static str,
    pub(super) variant: &'static str,
    pub(super) version: String,
    /// Median of all rounds, or the reason why there is none.
    pub(super) result: Result<Timing, String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Timing {
    pub(super) seconds: f64,
    /// Time relative to the first entry, the median of the ratios of the rounds.
    pub(super) ratio: f64,
}

/// Measurements of a comparison.
pub(super) struct ComparisonResult {
    pub(super) title: String,
    pub(super) measurements: Vec<Measurement>,
}

/// Responses to one entry's task.
#[derive(Default)]
struct Samples {
    seconds: Vec<f64>,
    mean: Option<f64>,
    version: String,
    failure: Option<String>,
}

impl Comparison {
    /// Runs all rounds. An entry that fails is left out of the rest; a failure of the first one is an error.
    pub(super) fn run(&self, peers: &mut Peers) -> Result<ComparisonResult> {
        let mut all: Vec<Samples> = self.entries.iter().map(|_| Samples::default()).collect();
        for _ in 0..self.rounds {
            for (entry, samples) in self.entries.iter().zip(&mut all) {
                samples.add(peers, entry);
            }
        }
        if let Some(reason) = &all[0].failure {
            bail!("{}: {}: {reason}", self.title, self.entries[0].name);
        }
        self.check_means(&all)?;
        let entries = self.entries.iter().zip(&all);
        let measurements = entries.map(|(entry, samples)| measurement(entry, samples, &all[0])).collect();
        Ok(ComparisonResult { title: self.title.clone(), measurements: fastest(measurements) })
    }

    fn check_means(&self, all: &[Samples]) -> Result<()> {
        let means = self.entries.iter().zip(all).filter_map(|(entry, samples)| Some((entry.name, samples.mean?)));
        let means: Vec<(&str, f64)> = means.collect();
        if let Some((name, mean)) = means.iter().find(|(_, mean)| (mean - means[0].1).abs() > TOLERANCE) {
            bail!("{}: mean probability {mean} by {name}, {} by {}", self.title, means[0].1, means[0].0);
        }
        Ok(())
    }
}

impl Samples {
    fn add(&mut self, peers: &mut Peers, entry: &Entry) {
        if self.failure.is_some() {
            return;
        }
        match peers.request(entry.side, &entry.task) {
            Ok(response) => match response["seconds"].as_f64() {
                Some(seconds) => {
                    self.seconds.push(seconds);
                    self.mean = response["mean"].as_f64();
                    response["version"].as_str().unwrap_or_default().clone_into(&mut self.version);
                }
                None => self.failure = Some(format!("its response is {response}")),
            },
            Err(error) => self.failure = Some(format!("{error:#}")),
        }
    }
}

fn measurement(entry: &Entry, samples: &Samples, first: &Samples) -> Measurement {
    let ratios = samples.seconds.iter().zip(&first.seconds).map(|(seconds, first)| seconds / first).collect();
    let timing = || Timing { seconds: median(samples.seconds.clone()), ratio: median(ratios) };
    let result = samples.failure.clone().map_or_else(|| Ok(timing()), Err);
    Measurement { name: entry.name, variant: entry.variant, version: samples.version.clone(), result }
}

/// Median; the mean of the two middle values for an even count, NaN for none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    values.get(low).zip(values.get(high)).map_or(f64::NAN, |(low, high)| f64::midpoint(*low, *high))
}

/// The fastest measurement of each name; where none has a time, the first.
fn fastest(measurements: Vec<Measurement>) -> Vec<Measurement> {
    let mut kept: Vec<Measurement> = Vec::new();
    for measurement in measurements {
        let seconds = |of: &Measurement| of.result.as_ref().map_or(f64::INFINITY, |timing| timing.seconds);
        match kept.iter_mut().find(|other| other.name == measurement.name) {
            Some(other) if seconds(&measurement) < seconds(other) => *other = measurement,
            Some(_) => {}
            None => kept.push(measurement),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::peer::Peer;
    use super::*;
    use serde_json::json;
    use std::process::Command;

    /// A side that responds to every task with the task itself.
    fn echo() -> Peers {
        let mut peers = Peers::default();
        let echo = ["-c", "while read -r line; do echo \"$line\"; done"];
        peers.add(Side::Native, Peer::start(Command::new("/bin/sh").args(echo)));
        peers
    }

    fn entry(name: &'static str, seconds: f64, mean: f64) -> Entry {
        let task = json!({ "seconds": seconds, "mean": mean, "version": "1" });
        Entry { name, variant: "", side: Side::Native, task }
    }

    fn run(entries: Vec<Entry>) -> Result<Vec<Measurement>> {
        let comparison = Comparison { title: "test".into(), rounds: 3, entries };
        comparison.run(&mut echo()).map(|result| result.measurements)
    }

    #[test]
    fn ratios_are_to_the_first_and_of_one_name_the_fastest_counts() {
        let measurements =
            run(vec![entry("ours", 0.5, 0.25), entry("peer", 4.0, 0.25), entry("peer", 2.0, 0.25)]).unwrap();
        assert_eq!(measurements.len(), 2);
        assert_eq!(measurements[0].result, Ok(Timing { seconds: 0.5, ratio: 1.0 }));
        assert_eq!(measurements[1].result, Ok(Timing { seconds: 2.0, ratio: 4.0 }));
    }

    #[test]
    fn a_different_result_is_an_error() {
        let error = run(vec![entry("ours", 0.5, 0.25), entry("peer", 4.0, 0.2502)]).unwrap_err();
        assert_eq!(error.to_string(), "test: mean probability 0.2502 by peer, 0.25 by ours");
    }

    #[test]
    fn a_peer_that_fails_is_left_out_and_a_failure_of_the_first_entry_is_an_error() {
        let failed = |name| Entry { task: json!({ "error": "not installed" }), ..entry(name, 1.0, 0.0) };
        let measurements = run(vec![entry("ours", 0.5, 0.25), failed("peer")]).unwrap();
        assert_eq!(measurements[1].result, Err("not installed".to_owned()));
        assert!(run(vec![failed("ours"), entry("peer", 0.5, 0.25)]).is_err());
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }
}
