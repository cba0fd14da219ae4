//! Two-sample Kolmogorov-Smirnov test, two-sided, as `scipy.stats.ks_2samp` with `method="auto"`.

mod asymptotic;
mod exact;

use super::column_pair::PairedCount;

/// Maximum number of values per side for the exact p-value.
const EXACT_MAX: u64 = 10_000;

/// Result of the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KsResult {
    /// Largest distance between the two empirical distribution functions.
    pub(super) statistic: f64,
    pub(super) p_value: f64,
}

/// Runs the test on counts of ascending values, `n` in the reference and `m` in the current data, both at least 1.
pub(super) fn test(counts: &[PairedCount], n: u64, m: u64) -> KsResult {
    let distance = statistic(counts, n, m);
    if n.max(m) <= EXACT_MAX {
        let (statistic, p_value) = exact(distance, n, m);
        // Rounding can give more than 1; scipy uses the asymptotic p-value then.
        let p_value = Some(p_value).filter(|p| (0.0..=1.0).contains(p));
        return KsResult { statistic, p_value: p_value.unwrap_or_else(|| asymptotic(statistic, n, m)) };
    }
    KsResult { statistic: distance, p_value: asymptotic(distance, n, m) }
}

fn statistic(counts: &[PairedCount], n: u64, m: u64) -> f64 {
    let (mut reference, mut current) = (0, 0);
    let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
    for count in counts {
        reference += count.reference;
        current += count.current;
        let difference = reference as f64 / n as f64 - current as f64 / m as f64;
        (lowest, highest) = (lowest.min(difference), highest.max(difference));
    }
    (-lowest).clamp(0.0, 1.0).max(highest)
}

/// Returns the statistic rounded to a multiple of its smallest step, and the exact p-value: the share of orderings of
/// all values that reach it.
pub(super) fn exact(distance: f64, n: u64, m: u64) -> (f64, f64) {
    let divisor = gcd(n, m);
    let multiple = (n / divisor * m) as f64;
    let steps = libm::rint(distance * multiple);
    let statistic = steps / multiple;
    let p_value = match steps as u64 {
        0 => 1.0,
        steps if n == m => exact::outside_square(n, steps),
        steps => exact::outside(n, m, divisor, steps),
    };
    (statistic, p_value)
}

/// Returns the p-value by the one-sample distribution for nm / (n + m) values.
pub(super) fn asymptotic(distance: f64, n: u64, m: u64) -> f64 {
    let (n, m) = (n as f64, m as f64);
    asymptotic::upper_tail(libm::rint(n.max(m) * n.min(m) / (n + m)), distance)
}

/// Greatest common divisor.
fn gcd(n: u64, m: u64) -> u64 {
    if m == 0 { n } else { gcd(m, n % m) }
}
