//! Precision and lift among the best leads.
//!
//! Owns both and their intervals. May not know other figures.

use super::super::metric::{Z, best_first};
use super::{BEST, Estimate};
use serde::{Deserialize, Serialize};

/// What became of the best leads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Precision))]
pub struct Precision {
    /// How many of the best; of leads with the same probability the earlier counts as better.
    pub k: u64,
    /// How many of those replied.
    pub replied: u64,
    /// Their share; the interval is Wilson's (1927).
    pub rate: Estimate,
    /// That share in multiples of the share among all; null where nobody replied.
    pub lift: Option<Estimate>,
}

pub(super) fn precision(probabilities: &[f64], replies: &[bool], asked: Option<usize>) -> Vec<Precision> {
    let mut sizes: Vec<usize> = BEST.into_iter().chain(asked).filter(|k| (1..=replies.len()).contains(k)).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let order = best_first(probabilities);
    let all = replies.iter().filter(|replied| **replied).count() as u64;
    let among = |k: usize| {
        let replied = order.iter().take(k).filter(|row| replies[**row]).count() as u64;
        let sample = Sample { k: k as u64, replied, leads: replies.len() as u64, all };
        Precision { k: k as u64, replied, rate: Estimate::share(replied, k as u64), lift: sample.lift() }
    };
    sizes.into_iter().map(among).collect()
}

/// The best `k` of some leads.
struct Sample {
    k: u64,
    replied: u64,
    leads: u64,
    all: u64,
}

impl Sample {
    /// Lift is a rising function of the ratio r between the rate of the best and the rate of the rest: with w the share
    /// of the best among all, r / (w r + 1 - w). So its interval is that of r, carried over: the logarithm's, with one
    /// half added to each count (Pettigrew, Gart and Thomas 1986).
    fn lift(&self) -> Option<Estimate> {
        if self.all == 0 {
            return None;
        }
        let (k, leads) = (self.k as f64, self.leads as f64);
        let value = self.replied as f64 / k / (self.all as f64 / leads);
        if self.k == self.leads {
            return Some(Estimate { value, low: value, high: value });
        }
        let share = k / leads;
        let (best, rest) = (self.replied as f64 + 0.5, (self.all - self.replied) as f64 + 0.5);
        let (of_best, of_rest) = (k + 0.5, leads - k + 0.5);
        let centre = libm::log(best / of_best / (rest / of_rest));
        let spread = (1.0 / best - 1.0 / of_best + 1.0 / rest - 1.0 / of_rest).sqrt();
        let carried = |ratio: f64| ratio / (share * ratio + 1.0 - share);
        let low = carried(libm::exp(centre - Z * spread));
        let high = carried(libm::exp(centre + Z * spread));
        Some(Estimate { value, low: low.min(value), high: high.max(value) })
    }
}
