//! What is counted of answers: good ones with their times, all others by what was wrong. Knows no clock.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Of one connection, or of several together.
#[derive(Default)]
pub(crate) struct Tally {
    /// Microseconds of each good answer.
    micros: Vec<u32>,
    pub(crate) sum_of_scores: f64,
    wrong: BTreeMap<String, u64>,
    /// Of each part that services tell of: how often, and its milliseconds together.
    parts: BTreeMap<String, (u64, f64)>,
}

impl Tally {
    pub(crate) fn good(&mut self, took: Duration, scores: f64) {
        self.micros.push(took.as_micros().try_into().unwrap_or(u32::MAX));
        self.sum_of_scores += scores;
    }

    pub(crate) fn wrong(&mut self, what: String) {
        *self.wrong.entry(what).or_default() += 1;
    }

    /// Takes down a header `Server-Timing`: names with `dur=` in milliseconds.
    pub(crate) fn timing(&mut self, header: Option<&str>) {
        for metric in header.unwrap_or_default().split(',') {
            let mut words = metric.split(';').map(str::trim);
            let name = words.next().unwrap_or_default().to_owned();
            if let Some(Ok(millis)) = words.find_map(|word| word.strip_prefix("dur=")).map(str::parse::<f64>) {
                let part = self.parts.entry(name).or_default();
                *part = (part.0 + 1, part.1 + millis);
            }
        }
    }

    pub(crate) fn add(&mut self, other: Tally) {
        self.micros.extend(other.micros);
        self.sum_of_scores += other.sum_of_scores;
        for (what, count) in other.wrong {
            *self.wrong.entry(what).or_default() += count;
        }
        for (name, (count, millis)) in other.parts {
            let part = self.parts.entry(name).or_default();
            *part = (part.0 + count, part.1 + millis);
        }
    }

    pub(crate) fn answers(&self) -> usize {
        self.micros.len()
    }

    /// Everything; times in milliseconds.
    pub(crate) fn told(mut self, seconds: f64) -> Value {
        self.micros.sort_unstable();
        let at = |share: f64| {
            let rank = (share * self.micros.len() as f64).ceil().max(1.0) as usize - 1;
            self.micros.get(rank).map(|micros| f64::from(*micros) / 1_000.0)
        };
        let parts = self.parts.iter().map(|(name, (count, millis))| (name.clone(), json!(millis / *count as f64)));
        json!({
            "answers": self.micros.len(),
            "per_second": self.micros.len() as f64 / seconds,
            "p50_ms": at(0.5), "p99_ms": at(0.99), "p99_9_ms": at(0.999), "max_ms": at(1.0),
            "mean": self.sum_of_scores / self.micros.len() as f64,
            "wrong": self.wrong,
            "parts": parts.collect::<serde_json::Map<_, _>>(),
        })
    }
}
