//! Counts of responses: valid ones with their latencies, wrong ones by reason.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Counts of one connection, or of several together.
#[derive(Default)]
pub(crate) struct Tally {
    /// Latency of each valid response, in microseconds.
    micros: Vec<u32>,
    pub(crate) sum_of_scores: f64,
    errors: BTreeMap<String, u64>,
    /// Parts of `Server-Timing`: count and sum of milliseconds of each.
    parts: BTreeMap<String, (u64, f64)>,
}

impl Tally {
    pub(crate) fn success(&mut self, latency: Duration, scores: f64) {
        self.micros.push(latency.as_micros().try_into().unwrap_or(u32::MAX));
        self.sum_of_scores += scores;
    }

    pub(crate) fn error(&mut self, reason: String) {
        *self.errors.entry(reason).or_default() += 1;
    }

    /// Adds a header `Server-Timing`: names with `dur=` in milliseconds.
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
        for (reason, count) in other.errors {
            *self.errors.entry(reason).or_default() += count;
        }
        for (name, (count, millis)) in other.parts {
            let part = self.parts.entry(name).or_default();
            *part = (part.0 + count, part.1 + millis);
        }
    }

    pub(crate) fn successes(&self) -> usize {
        self.micros.len()
    }

    /// Throughput, latency percentiles in milliseconds, errors and parts.
    pub(crate) fn summary(mut self, seconds: f64) -> Value {
        self.micros.sort_unstable();
        let at = |share: f64| {
            let rank = (share * self.micros.len() as f64).ceil().max(1.0) as usize - 1;
            self.micros.get(rank).map(|micros| f64::from(*micros) / 1_000.0)
        };
        let parts = self.parts.iter().map(|(name, (count, millis))| (name.clone(), json!(millis / *count as f64)));
        json!({
            "successes": self.micros.len(),
            "per_second": self.micros.len() as f64 / seconds,
            "p50_ms": at(0.5), "p99_ms": at(0.99), "p99_9_ms": at(0.999), "max_ms": at(1.0),
            "mean": self.sum_of_scores / self.micros.len() as f64,
            "errors": self.errors,
            "parts": parts.collect::<serde_json::Map<_, _>>(),
        })
    }
}
