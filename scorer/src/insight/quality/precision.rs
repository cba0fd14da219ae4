//! Precision and lift among the highest-scored leads.

use super::super::metric::{Z_95, best_first};
use super::{Estimate, PRECISION_K};
use serde::{Deserialize, Serialize};

/// Precision and lift at k.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Precision))]
pub struct PrecisionAtK {
    /// Number of highest-scored leads; of equal probabilities the earlier lead ranks higher.
    pub k: u64,
    /// Number of replies among them.
    pub replied: u64,
    /// Share of replies, with Wilson's interval (1927).
    pub rate: Estimate,
    /// Ratio of that share to the share among all leads; null where nobody replied.
    pub lift: Option<Estimate>,
}

/// Precision at [`PRECISION_K`] and at `extra_k`, ascending, as far as there are that many leads.
pub(super) fn precision_at(probabilities: &[f64], replies: &[bool], extra_k: Option<usize>) -> Vec<PrecisionAtK> {
    let sizes = PRECISION_K.into_iter().chain(extra_k).filter(|k| (1..=replies.len()).contains(k));
    let mut sizes: Vec<usize> = sizes.collect();
    sizes.sort_unstable();
    sizes.dedup();
    let order = best_first(probabilities);
    let all_replied = replies.iter().filter(|replied| **replied).count() as u64;
    let at = |k: usize| {
        let replied = order.iter().take(k).filter(|row| replies[**row]).count() as u64;
        let top = TopK { k: k as u64, replied, leads: replies.len() as u64, all_replied };
        PrecisionAtK { k: k as u64, replied, rate: Estimate::proportion(replied, k as u64), lift: top.lift() }
    };
    sizes.into_iter().map(at).collect()
}

/// Counts among the `k` highest-scored leads and among all.
struct TopK {
    k: u64,
    replied: u64,
    leads: u64,
    all_replied: u64,
}

impl TopK {
    /// Lift is an increasing function of the ratio r of the top's rate to the rest's: with w the share of the top among
    /// all leads, r / (w r + 1 - w). So its interval is the transformed interval of r: that of its logarithm, with one
    /// half added to each count (Pettigrew, Gart and Thomas 1986).
    fn lift(&self) -> Option<Estimate> {
        if self.all_replied == 0 {
            return None;
        }
        let (k, leads) = (self.k as f64, self.leads as f64);
        let value = self.replied as f64 / k / (self.all_replied as f64 / leads);
        if self.k == self.leads {
            return Some(Estimate { value, low: value, high: value });
        }
        let share = k / leads;
        let (top, rest) = (self.replied as f64 + 0.5, (self.all_replied - self.replied) as f64 + 0.5);
        let (top_size, rest_size) = (k + 0.5, leads - k + 0.5);
        let centre = libm::log(top / top_size / (rest / rest_size));
        let deviation = (1.0 / top - 1.0 / top_size + 1.0 / rest - 1.0 / rest_size).sqrt();
        let lift = |ratio: f64| ratio / (share * ratio + 1.0 - share);
        let low = lift(libm::exp(centre - Z_95 * deviation));
        let high = lift(libm::exp(centre + Z_95 * deviation));
        Some(Estimate { value, low: low.min(value), high: high.max(value) })
    }
}
