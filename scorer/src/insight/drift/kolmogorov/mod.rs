//! The two-sample Kolmogorov-Smirnov test, two-sided.
//!
//! Owns the statistic and the choice between the exact and the asymptotic p-value, both as `scipy.stats.ks_2samp` has
//! them with its method "auto". May not know columns.

mod one_sample;
mod path;

use super::pair::Count;

/// Up to so many values on either side the p-value is exact.
const EXACT_MAX: u64 = 10_000;

/// The largest distance between the two empirical distribution functions, and its p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outcome {
    pub(super) statistic: f64,
    pub(super) p_value: f64,
}

/// The test for counts of rising values, `n` in the reference and `m` in the current data, both at least 1.
pub(super) fn test(counts: &[Count], n: u64, m: u64) -> Outcome {
    let distance = statistic(counts, n, m);
    if n.max(m) <= EXACT_MAX {
        let (statistic, p_value) = exact(distance, n, m);
        // Rounding can make more than 1 of it; scipy takes the asymptotic one then.
        let p_value = Some(p_value).filter(|p| (0.0..=1.0).contains(p));
        return Outcome { statistic, p_value: p_value.unwrap_or_else(|| asymptotic(statistic, n, m)) };
    }
    Outcome { statistic: distance, p_value: asymptotic(distance, n, m) }
}

fn statistic(counts: &[Count], n: u64, m: u64) -> f64 {
    let (mut reference, mut current) = (0, 0);
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for count in counts {
        reference += count.reference;
        current += count.current;
        let apart = reference as f64 / n as f64 - current as f64 / m as f64;
        (least, most) = (least.min(apart), most.max(apart));
    }
    (-least).clamp(0.0, 1.0).max(most)
}

/// The statistic as a whole multiple of its smallest step, and the share of orders of all values that reach it.
pub(super) fn exact(distance: f64, n: u64, m: u64) -> (f64, f64) {
    let divisor = divisor(n, m);
    let multiple = (n / divisor * m) as f64;
    let steps = libm::rint(distance * multiple);
    let statistic = steps / multiple;
    let p_value = match steps as u64 {
        0 => 1.0,
        steps if n == m => path::outside_square(n, steps),
        steps => path::outside(n, m, divisor, steps),
    };
    (statistic, p_value)
}

pub(super) fn asymptotic(distance: f64, n: u64, m: u64) -> f64 {
    let (n, m) = (n as f64, m as f64);
    one_sample::upper_tail(libm::rint(n.max(m) * n.min(m) / (n + m)), distance)
}

/// The greatest common divisor.
fn divisor(n: u64, m: u64) -> u64 {
    if m == 0 { n } else { divisor(m, n % m) }
}
