//! Whether leads reply as often as their probabilities say.
//!
//! Owns how leads are put into bins. May not know other figures.

use super::Estimate;
use serde::{Deserialize, Serialize};

/// At most so many bins.
const BINS_MAX: usize = 10;

/// A bin should have about so many leads at least: fewer say little about a rate.
const LEADS_PER_BIN: usize = 20;

/// Leads of like probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::CalibrationBin))]
pub struct CalibrationBin {
    /// The lowest probability in it.
    pub from: f64,
    /// The highest.
    pub to: f64,
    /// How many leads.
    pub leads: u64,
    /// How many of them replied.
    pub replied: u64,
    /// The mean of their probabilities: the share that should reply.
    pub expected: f64,
    /// The share that did; the interval is Wilson's (1927).
    pub actual: Estimate,
}

/// Bins of about equally many leads; leads of the same probability are never parted.
pub(super) fn bins(probabilities: &[f64], replies: &[bool]) -> Vec<CalibrationBin> {
    let mut leads: Vec<(f64, bool)> = probabilities.iter().copied().zip(replies.iter().copied()).collect();
    leads.sort_by(|one, other| one.0.total_cmp(&other.0));
    let count = (leads.len() / LEADS_PER_BIN).clamp(1, BINS_MAX);
    let (mut bins, mut begin) = (Vec::with_capacity(count), 0);
    for bin in 1..=count {
        // Where scikit-learn's `strategy="quantile"` cuts: behind the lead at, or just before, the quantile.
        let mut end = (bin * leads.len().saturating_sub(1) / count + 1).max(begin).min(leads.len());
        while (1..leads.len()).contains(&end) && leads[end].0 == leads[end - 1].0 {
            end += 1;
        }
        bins.extend(summed(&leads[begin..end]));
        begin = end;
    }
    bins
}

/// Sorted leads as one bin; `None` of nothing.
fn summed(leads: &[(f64, bool)]) -> Option<CalibrationBin> {
    let (first, last) = (leads.first()?, leads.last()?);
    let replied = leads.iter().filter(|(_, replied)| *replied).count() as u64;
    Some(CalibrationBin {
        from: first.0,
        to: last.0,
        leads: leads.len() as u64,
        replied,
        expected: leads.iter().map(|(probability, _)| probability).sum::<f64>() / leads.len() as f64,
        actual: Estimate::share(replied, leads.len() as u64),
    })
}
