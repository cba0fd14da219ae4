//! What was measured, and medians of it. Knows the answers of the load's program; no targets and no words.

use super::super::contest::median;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// How many connections ask at once: as the replaced service was measured, and many.
pub(super) const FEW: u32 = 8;
pub(super) const MANY: u32 = 64;

/// One whole run.
pub(super) struct Run {
    pub(super) list: List,
    pub(super) contest: Contest,
    pub(super) watch: Watch,
    /// None where it was not asked for.
    pub(super) page: Vec<Look>,
}

/// A page over the log, looked at several times.
pub(super) struct Look {
    pub(super) path: &'static str,
    /// Predictions in the log, at least.
    pub(super) rows: u64,
    pub(super) bytes: u64,
    /// The first time, and the median of the others.
    pub(super) first_seconds: f64,
    pub(super) seconds: f64,
}

/// The leads that were sent.
pub(super) struct List {
    pub(super) leads: u64,
    pub(super) bytes_a_lead: u64,
    pub(super) levels_least: u64,
}

/// Both services, in turn.
pub(super) struct Contest {
    pub(super) ours: Side,
    pub(super) stand_in: Side,
    /// Our answers at half of the most that we could give, when requests are due at even steps.
    pub(super) half: Single,
}

/// One service's rounds.
#[derive(Default)]
pub(super) struct Side {
    pub(super) few: Vec<Single>,
    pub(super) many: Vec<Single>,
    /// Of leads as long as the target has them.
    pub(super) batches: Batches,
    /// Of all leads of the list, which are longer.
    pub(super) long: Batches,
}

/// Batches of one kind.
#[derive(Default)]
pub(super) struct Batches {
    /// Of each.
    pub(super) seconds: Vec<f64>,
    pub(super) bytes_a_lead: u64,
    /// The mean score: who does the same work comes to the same.
    pub(super) mean: f64,
    /// Where the time of one goes, in milliseconds, as the service tells it.
    pub(super) parts: BTreeMap<String, f64>,
}

/// Single predictions for some seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Single {
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) p99_9_ms: f64,
}

/// Our service over some minutes at half load, with a batch every few seconds.
pub(super) struct Watch {
    pub(super) moments: Vec<Moment>,
    pub(super) answers: u64,
}

/// A few seconds of it, of which a batch is the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    /// When they ended.
    pub(super) minute: f64,
    /// What was held half of the time, and at most.
    pub(super) memory: Held,
    pub(super) p99_ms: f64,
}

/// Bytes of memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Held {
    pub(super) median: f64,
    pub(super) most: f64,
}

impl Held {
    pub(super) fn of(bytes: Vec<u64>) -> Result<Self> {
        let most = *bytes.iter().max().context("nobody looked at memory")? as f64;
        Ok(Held { median: median(bytes.into_iter().map(|bytes| bytes as f64).collect()), most })
    }
}

impl Single {
    /// From the load's answer; one answer that was not good makes it an error.
    pub(super) fn of(told: &Value) -> Result<Self> {
        let wrong = told["wrong"].as_object().context("the load does not tell what was wrong")?;
        anyhow::ensure!(wrong.is_empty(), "not every answer was good: {}", told["wrong"]);
        let number = |name: &str| told[name].as_f64().with_context(|| format!("the load tells no {name}"));
        Ok(Single {
            per_second: number("per_second")?,
            p50_ms: number("p50_ms")?,
            p99_ms: number("p99_ms")?,
            p99_9_ms: number("p99_9_ms")?,
        })
    }

    /// Each figure's median of the rounds.
    pub(super) fn median(rounds: &[Single]) -> Single {
        let of = |figure: fn(&Single) -> f64| median(rounds.iter().map(figure).collect());
        Single {
            per_second: of(|single| single.per_second),
            p50_ms: of(|single| single.p50_ms),
            p99_ms: of(|single| single.p99_ms),
            p99_9_ms: of(|single| single.p99_9_ms),
        }
    }
}

impl Batches {
    /// Adds a round, from the load's answer; its first batch is not counted.
    pub(super) fn add(&mut self, told: &Value) -> Result<()> {
        let seconds = told["seconds"].as_array().context("the load tells no seconds")?;
        self.seconds.extend(seconds.iter().skip(1).filter_map(Value::as_f64));
        self.bytes_a_lead = told["bytes_a_lead"].as_u64().context("the load tells no length of its leads")?;
        self.mean = told["mean"].as_f64().context("the load tells no mean")?;
        let parts = told["parts"].as_object().context("the load tells no parts")?;
        self.parts = parts.iter().filter_map(|(name, millis)| Some((name.clone(), millis.as_f64()?))).collect();
        Ok(())
    }

    /// Seconds that one took.
    pub(super) fn median(&self) -> f64 {
        median(self.seconds.clone())
    }
}

impl Contest {
    /// Half of what we answer a second at most, over many connections.
    pub(super) fn half_load(&self) -> f64 {
        half_of(&self.ours)
    }
}

pub(super) fn half_of(side: &Side) -> f64 {
    Single::median(&side.many).per_second / 2.0
}

impl Watch {
    /// How many times as much memory at the end as early on, in what is held and at most, whichever grew more: medians of
    /// the last quarter and of the second one, since what is filled once (caches, the allocator's own) is filled in the
    /// first.
    pub(super) fn growth(&self) -> f64 {
        let grown = |of: fn(&Held) -> f64| {
            let quarter = |number: usize| {
                let (from, to) = (self.moments.len() * number / 4, self.moments.len() * (number + 1) / 4);
                median(self.moments[from..to].iter().map(|moment| of(&moment.memory)).collect())
            };
            quarter(3) / quarter(1)
        };
        grown(|held| held.median).max(grown(|held| held.most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn watch(held: &[(f64, f64)]) -> Watch {
        let moment = |&(median, most): &(f64, f64)| Moment { minute: 0.0, memory: Held { median, most }, p99_ms: 1.0 };
        Watch { moments: held.iter().map(moment).collect(), answers: 0 }
    }

    #[test]
    fn growth_is_seen_behind_the_first_quarter() {
        let flat = [10.0, 50.0, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0];
        let growing = [10.0, 20.0, 100.0, 100.0, 110.0, 120.0, 150.0, 150.0];
        let both = |median: &[f64], most: &[f64]| {
            watch(&median.iter().copied().zip(most.iter().copied()).collect::<Vec<_>>()).growth()
        };
        assert_eq!(both(&flat, &flat), 1.0);
        assert_eq!(both(&growing, &flat), 1.5);
        assert_eq!(both(&flat, &growing), 1.5);
    }

    #[test]
    fn what_is_held_is_told_for_half_of_the_time_and_at_most() {
        assert_eq!(Held::of(vec![5, 1, 3]).unwrap(), Held { median: 3.0, most: 5.0 });
        assert!(Held::of(Vec::new()).is_err());
    }

    #[test]
    fn a_single_bad_answer_is_an_error() {
        let told =
            |wrong: Value| json!({ "per_second": 1.0, "p50_ms": 1.0, "p99_ms": 2.0, "p99_9_ms": 3.0, "wrong": wrong });
        assert_eq!(Single::of(&told(json!({}))).unwrap().p99_ms, 2.0);
        let error = Single::of(&told(json!({ "status 503": 1 }))).unwrap_err();
        assert_eq!(error.to_string(), "not every answer was good: {\"status 503\":1}");
    }
}
