//! Tests for shares.
//!
//! Owns the normal distribution's tail. Matches statsmodels' and Evidently's two-proportion test to the digit, which
//! is one minus the distribution function: tails below 1e-16 are 0. May not know columns.

use super::pair::Count;

/// Two-sided p-value of the Z test for two proportions, pooled: `a` of `n` and `b` of `m`. 1 where both shares are 0
/// or both are 1, since they are the same.
pub(super) fn two_shares(a: u64, n: u64, b: u64, m: u64) -> f64 {
    let (n, m, a, b) = (n as f64, m as f64, a as f64, b as f64);
    let (p, q) = (a / n, b / m);
    let pooled = (p * n + q * m) / (n + m);
    if p == q && (p == 0.0 || p == 1.0) {
        return 1.0;
    }
    let z = (p - q) / libm::sqrt(pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m));
    2.0 * (1.0 - normal(z.abs()))
}

/// Evidently's Z test: the share of values other than the smallest.
pub(super) fn z_test(counts: &[Count], n: u64, m: u64) -> f64 {
    let Count { reference, current } = counts.first().copied().unwrap_or_default();
    two_shares(n - reference, n, m - current, m)
}

/// The normal distribution function of what is not negative.
fn normal(z: f64) -> f64 {
    let x = z * std::f64::consts::FRAC_1_SQRT_2;
    if x < std::f64::consts::FRAC_1_SQRT_2 { 0.5 + 0.5 * libm::erf(x) } else { 1.0 - 0.5 * libm::erfc(x) }
}
