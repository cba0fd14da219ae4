//! Z test of two proportions. Matches statsmodels and Evidently to the digit, which compute one minus the distribution
//! function: p-values below 1e-16 are 0.

use super::column_pair::PairedCount;

/// Two-sided p-value of the pooled Z test of the proportions `a / n` and `b / m`. 1 where both are 0 or both are 1,
/// since they are the same.
pub(super) fn two_proportions(a: u64, n: u64, b: u64, m: u64) -> f64 {
    let (n, m, a, b) = (n as f64, m as f64, a as f64, b as f64);
    let (p, q) = (a / n, b / m);
    let pooled = (p * n + q * m) / (n + m);
    if p == q && (p == 0.0 || p == 1.0) {
        return 1.0;
    }
    let z = (p - q) / libm::sqrt(pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m));
    2.0 * (1.0 - normal_cdf(z.abs()))
}

/// P-value of Evidently's Z test: of the share of values other than the smallest.
pub(super) fn p_value(counts: &[PairedCount], n: u64, m: u64) -> f64 {
    let PairedCount { reference, current } = counts.first().copied().unwrap_or_default();
    two_proportions(n - reference, n, m - current, m)
}

/// Distribution function of the standard normal distribution, for z >= 0.
fn normal_cdf(z: f64) -> f64 {
    let x = z * std::f64::consts::FRAC_1_SQRT_2;
    if x < std::f64::consts::FRAC_1_SQRT_2 { 0.5 + 0.5 * libm::erf(x) } else { 1.0 - 0.5 * libm::erfc(x) }
}
