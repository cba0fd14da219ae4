//! Measurements of a run and their medians.

use super::super::comparison::median;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// Concurrent connections: as the replaced service was measured, and many.
pub(super) const FEW: u32 = 8;
pub(super) const MANY: u32 = 64;

/// A whole run.
pub(super) struct Run {
    pub(super) list: LeadList,
    pub(super) comparison: ServiceComparison,
    pub(super) memory: MemorySeries,
    /// Empty where no rows were asked for.
    pub(super) pages: Vec<PageTiming>,
}

/// Timing of a page over the log.
pub(super) struct PageTiming {
    pub(super) path: &'static str,
    /// Predictions in the log, at least.
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) first_seconds: f64,
    /// Median of the requests that follow the first.
    pub(super) seconds: f64,
}

/// Leads of the requests.
pub(super) struct LeadList {
    pub(super) leads: u64,
    pub(super) bytes_per_lead: u64,
    pub(super) levels_min: u64,
}

/// Both services, in turn.
pub(super) struct ServiceComparison {
    pub(super) ours: ServiceRounds,
    pub(super) baseline: ServiceRounds,
    /// Our open-loop latency at half of our closed-loop throughput.
    pub(super) half: SingleTiming,
}

/// Rounds of one service.
#[derive(Default)]
pub(super) struct ServiceRounds {
    pub(super) few: Vec<SingleTiming>,
    pub(super) many: Vec<SingleTiming>,
    pub(super) batches: BatchTimings,
}

/// Timings of batches.
#[derive(Default)]
pub(super) struct BatchTimings {
    pub(super) seconds: Vec<f64>,
    pub(super) bytes_per_lead: u64,
    /// Mean score, which is equal for equal work.
    pub(super) mean: f64,
    /// Parts of the time of one, in milliseconds, from the service's `Server-Timing`.
    pub(super) parts: BTreeMap<String, f64>,
}

/// Throughput and latency of single predictions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SingleTiming {
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) p99_9_ms: f64,
}

/// Memory of our service over some minutes at half load, with a batch every few seconds.
pub(super) struct MemorySeries {
    pub(super) intervals: Vec<Interval>,
    pub(super) predictions: u64,
}

/// A few seconds of load that end with a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    /// End of the interval.
    pub(super) minute: f64,
    pub(super) memory: MemoryUse,
    pub(super) p99_ms: f64,
}

/// Bytes of resident memory in an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MemoryUse {
    pub(super) median: f64,
    pub(super) max: f64,
}

impl MemoryUse {
    pub(super) fn from_samples(bytes: Vec<u64>) -> Result<Self> {
        let max = *bytes.iter().max().context("memory was not sampled")? as f64;
        Ok(MemoryUse { median: median(bytes.into_iter().map(|bytes| bytes as f64).collect()), max })
    }
}

impl SingleTiming {
    /// Reads a response of the load generator; a wrong response of the service is an error.
    pub(super) fn from_response(response: &Value) -> Result<Self> {
        let errors = response["errors"].as_object().context("the load generator reports no errors")?;
        anyhow::ensure!(errors.is_empty(), "some responses were wrong: {}", response["errors"]);
        let number =
            |name: &str| response[name].as_f64().with_context(|| format!("the load generator reports no {name}"));
        Ok(SingleTiming {
            per_second: number("per_second")?,
            p50_ms: number("p50_ms")?,
            p99_ms: number("p99_ms")?,
            p99_9_ms: number("p99_9_ms")?,
        })
    }

    /// Median of each figure over the rounds.
    pub(super) fn median(rounds: &[SingleTiming]) -> SingleTiming {
        let of_rounds = |figure: fn(&SingleTiming) -> f64| median(rounds.iter().map(figure).collect());
        SingleTiming {
            per_second: of_rounds(|single| single.per_second),
            p50_ms: of_rounds(|single| single.p50_ms),
            p99_ms: of_rounds(|single| single.p99_ms),
            p99_9_ms: of_rounds(|single| single.p99_9_ms),
        }
    }
}

impl BatchTimings {
    /// Adds a round, from a response of the load generator; its first batch warms up and does not count.
    pub(super) fn add(&mut self, response: &Value) -> Result<()> {
        let seconds = response["seconds"].as_array().context("the load generator reports no seconds")?;
        self.seconds.extend(seconds.iter().skip(1).filter_map(Value::as_f64));
        self.bytes_per_lead = response["bytes_per_lead"].as_u64().context("the load generator reports no bytes")?;
        self.mean = response["mean"].as_f64().context("the load generator reports no mean")?;
        let parts = response["parts"].as_object().context("the load generator reports no parts")?;
        self.parts = parts.iter().filter_map(|(name, millis)| Some((name.clone(), millis.as_f64()?))).collect();
        Ok(())
    }

    /// Median seconds of a batch.
    pub(super) fn median(&self) -> f64 {
        median(self.seconds.clone())
    }
}

impl ServiceRounds {
    /// Half of the closed-loop throughput over many connections.
    pub(super) fn half_load(&self) -> f64 {
        SingleTiming::median(&self.many).per_second / 2.0
    }
}

impl ServiceComparison {
    pub(super) fn half_load(&self) -> f64 {
        self.ours.half_load()
    }
}

impl MemorySeries {
    /// Growth of memory as a ratio: the median of the last quarter by that of the second one, for the medians and the
    /// maxima of the intervals, whichever grew more. The first quarter fills caches and the allocator.
    pub(super) fn growth(&self) -> f64 {
        let growth_of = |figure: fn(&MemoryUse) -> f64| {
            let quarter = |number: usize| {
                let (from, to) = (self.intervals.len() * number / 4, self.intervals.len() * (number + 1) / 4);
                median(self.intervals[from..to].iter().map(|interval| figure(&interval.memory)).collect())
            };
            quarter(3) / quarter(1)
        };
        growth_of(|memory| memory.median).max(growth_of(|memory| memory.max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn series(memory: &[(f64, f64)]) -> MemorySeries {
        let interval =
            |&(median, max): &(f64, f64)| Interval { minute: 0.0, memory: MemoryUse { median, max }, p99_ms: 1.0 };
        MemorySeries { intervals: memory.iter().map(interval).collect(), predictions: 0 }
    }

    #[test]
    fn growth_ignores_the_first_quarter() {
        let flat = [10.0, 50.0, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0];
        let growing = [10.0, 20.0, 100.0, 100.0, 110.0, 120.0, 150.0, 150.0];
        let growth = |median: &[f64], max: &[f64]| {
            series(&median.iter().copied().zip(max.iter().copied()).collect::<Vec<_>>()).growth()
        };
        assert_eq!(growth(&flat, &flat), 1.0);
        assert_eq!(growth(&growing, &flat), 1.5);
        assert_eq!(growth(&flat, &growing), 1.5);
    }

    #[test]
    fn memory_use_is_the_median_and_the_maximum() {
        assert_eq!(MemoryUse::from_samples(vec![5, 1, 3]).unwrap(), MemoryUse { median: 3.0, max: 5.0 });
        assert!(MemoryUse::from_samples(Vec::new()).is_err());
    }

    #[test]
    fn a_single_wrong_response_is_an_error() {
        let response = |errors: Value| json!({ "per_second": 1.0, "p50_ms": 1.0, "p99_ms": 2.0, "p99_9_ms": 3.0, "errors": errors });
        assert_eq!(SingleTiming::from_response(&response(json!({}))).unwrap().p99_ms, 2.0);
        let error = SingleTiming::from_response(&response(json!({ "status 503": 1 }))).unwrap_err();
        assert_eq!(error.to_string(), "some responses were wrong: {\"status 503\":1}");
    }
}
