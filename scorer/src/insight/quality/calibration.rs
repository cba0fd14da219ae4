//! Calibration: predicted probabilities against observed reply rates, in bins.

use super::Estimate;
use serde::{Deserialize, Serialize};

/// Maximum number of bins.
const BINS_MAX: usize = 10;

/// Approximate minimum number of leads per bin: fewer say little about a rate.
const LEADS_PER_BIN: usize = 20;

/// Leads of similar probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::CalibrationBin))]
pub struct CalibrationBin {
    /// Lowest probability of the bin.
    pub from: f64,
    /// Highest probability of the bin.
    pub to: f64,
    /// Number of leads.
    pub leads: u64,
    /// Number of replies.
    pub replied: u64,
    /// Mean probability: the expected share of replies.
    pub expected: f64,
    /// Observed share of replies, with Wilson's interval (1927).
    pub actual: Estimate,
}

/// Bins of about equally many leads; leads of the same probability share a bin.
pub(super) fn calibration_bins(probabilities: &[f64], replies: &[bool]) -> Vec<CalibrationBin> {
    let mut leads: Vec<(f64, bool)> = probabilities.iter().copied().zip(replies.iter().copied()).collect();
    leads.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = (leads.len() / LEADS_PER_BIN).clamp(1, BINS_MAX);
    let (mut bins, mut begin) = (Vec::with_capacity(count), 0);
    for bin in 1..=count {
        // Cuts as scikit-learn's `strategy="quantile"`: after the lead at, or just below, the quantile.
        let mut end = (bin * leads.len().saturating_sub(1) / count + 1).max(begin).min(leads.len());
        while (1..leads.len()).contains(&end) && leads[end].0 == leads[end - 1].0 {
            end += 1;
        }
        bins.extend(calibration_bin(&leads[begin..end]));
        begin = end;
    }
    bins
}

/// One bin of sorted leads; `None` when empty.
fn calibration_bin(leads: &[(f64, bool)]) -> Option<CalibrationBin> {
    let (first, last) = (leads.first()?, leads.last()?);
    let replied = leads.iter().filter(|(_, replied)| *replied).count() as u64;
    Some(CalibrationBin {
        from: first.0,
        to: last.0,
        leads: leads.len() as u64,
        replied,
        expected: leads.iter().map(|(probability, _)| probability).sum::<f64>() / leads.len() as f64,
        actual: Estimate::proportion(replied, leads.len() as u64),
    })
}
