//! Chi-square test of goodness of fit; matches `scipy.stats.chisquare`.
//!
//! The regularised incomplete gamma function follows W. H. Press et al., "Numerical Recipes", section 6.2: a series
//! below a + 1, Lentz's continued fraction above.

use super::column_pair::PairedCount;

/// Iteration limit; a few thousand terms are enough for the degrees of freedom of a profile.
const TERMS_MAX: usize = 1_000_000;

/// P-value of the current counts with the reference's shares as expected frequencies. A value that the reference does
/// not have is impossible: p = 0.
pub(super) fn p_value(counts: &[PairedCount], n: u64, m: u64) -> f64 {
    let scale = m as f64 / n as f64;
    let term = |count: &PairedCount| {
        let (expected, observed) = (count.reference as f64 * scale, count.current as f64);
        (observed - expected) * (observed - expected) / expected
    };
    let statistic: f64 = counts.iter().map(term).sum();
    let degrees = counts.len().saturating_sub(1);
    if degrees == 0 { f64::NAN } else { upper_gamma(degrees as f64 / 2.0, statistic / 2.0) }
}

/// Q(a, x): upper tail of the gamma distribution with shape a > 0.
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    let factor = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 { 1.0 - factor * series(a, x) } else { factor * continued_fraction(a, x) }
}

fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for index in 1..TERMS_MAX {
        term *= x / (a + index as f64);
        sum += term;
        if term < sum * f64::EPSILON / 4.0 {
            break;
        }
    }
    sum
}

fn continued_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |number: f64| if number.abs() < TINY { TINY } else { number };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / nonzero(b);
    let mut value = d;
    for index in 1..TERMS_MAX {
        let step = index as f64;
        let numerator = -step * (step - a);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b);
        c = nonzero(b + numerator / c);
        value *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_gamma_matches_scipy() {
        // scipy.special.gammaincc
        for (a, x, expected) in [
            (0.5, 0.1, 0.654_720_846_018_576_8),
            (1.0, 700.0, 9.859_676_543_759_39e-305),
            (2.5, 3.0, 0.306_218_918_413_278_75),
            (50.0, 20.0, 0.999_999_987_541_073_9),
            (2000.0, 2100.0, 0.013_647_467_683_370_367),
            (2000.0, 1999.0, 0.505_948_187_494_530_4),
        ] {
            let actual = upper_gamma(a, x);
            assert!((actual / expected - 1.0_f64).abs() < 1e-10, "Q({a}, {x}) = {actual}, not {expected}");
        }
        assert_eq!(upper_gamma(1.0, f64::INFINITY), 0.0);
        assert_eq!(upper_gamma(1.0, 0.0), 1.0);
    }
}
