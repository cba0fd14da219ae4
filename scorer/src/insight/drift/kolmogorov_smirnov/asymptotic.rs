//! Distribution of the one-sample Kolmogorov-Smirnov statistic of finite samples, the limit of the two-sample test.
//!
//! Selects the method by R. Simard and P. L'Ecuyer ("Computing the two-sided Kolmogorov-Smirnov distribution", 2011) as
//! scipy's `kstwo`; only where scipy uses Pomeranz' recursion, Durbin's matrix is used: both are exact.

use std::f64::consts::PI;

/// Sample size up to which every method is exact.
const SMALL: f64 = 140.0;

/// Sample size beyond which the one-sided tail is asymptotic, as in scipy.
const LARGE: f64 = 1_000_000.0;

/// Probability that the statistic of `n` values exceeds `x`; NaN for n < 1.
pub(super) fn upper_tail(n: f64, x: f64) -> f64 {
    if n.is_nan() || n < 1.0 || x.is_nan() {
        return f64::NAN;
    }
    let t = n * x;
    if t <= 0.5 {
        return 1.0;
    }
    if x >= 1.0 {
        return 0.0;
    }
    let tail = match t * x {
        _ if t <= 1.0 => 1.0 - ruben_gambino(n, t),
        _ if t >= n - 1.0 => 2.0 * libm::pow(1.0 - x, n),
        _ if x >= 0.5 => 2.0 * one_sided(n, x),
        scaled if n <= SMALL && scaled <= 4.0 => 1.0 - durbin(n, x),
        _ if n <= SMALL => 2.0 * one_sided(n, x),
        scaled if scaled >= 370.0 => 0.0,
        scaled if scaled >= 2.2 => 2.0 * one_sided(n, x),
        _ if n <= 100_000.0 && n * libm::pow(x, 1.5) <= 1.4 => 1.0 - durbin(n, x),
        _ => pelz_good(n, x),
    };
    tail.clamp(0.0, 1.0)
}

/// Ruben and Gambino: n! (2x - 1/n)^n, for x up to 1/n.
fn ruben_gambino(n: f64, t: f64) -> f64 {
    // n! / n^n is sqrt(2 pi n) e^-n and Stirling's correction.
    let log = libm::log(2.0 * PI * n) / 2.0 - n + stirling_error(n) + n * libm::log(2.0 * t - 1.0);
    libm::exp(log)
}

/// Error of Stirling's formula for the logarithm of n!; exact for small n.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        let log_factorial = libm::lgamma(n + 1.0);
        return log_factorial - (n + 0.5) * libm::log(n) + n - libm::log(2.0 * PI) / 2.0;
    }
    let square = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square) / square)
        / n
}

/// One-sided tail by Z. W. Birnbaum and F. H. Tingey (1951): all terms are positive, so nothing cancels.
fn one_sided(n: f64, x: f64) -> f64 {
    let t = n * x;
    if n > LARGE {
        return libm::exp(-(6.0 * t + 1.0) * (6.0 * t + 1.0) / (18.0 * n));
    }
    let count = libm::floor(n - t) as u64;
    let factor = stirling_error(n);
    let mut sum = libm::exp(n * libm::log1p(-x)) / x;
    for index in 1..=count {
        let v = index as f64;
        let rest = n - v;
        // C(n, v) p^v (1 - p)^(n - v) / p with p = x + v / n; the powers of n, v and n - v in the factorials cancel
        // those of the probabilities.
        let powers = v * libm::log1p(t / v) + rest * libm::log1p(-t / rest);
        let term = libm::exp(factor - stirling_error(v) - stirling_error(rest) + powers);
        sum += term * libm::sqrt(n / (2.0 * PI * v * rest)) / (x + v / n);
    }
    x * sum
}

/// Distribution function by J. Durbin's matrix (1968), with the powers of G. Marsaglia, W. W. Tsang and J. Wang (2003).
fn durbin(n: f64, x: f64) -> f64 {
    let t = n * x;
    let k = libm::ceil(t) as usize;
    let matrix = Matrix::durbin(k, k as f64 - t);
    let (mut power, mut base) = (Matrix::identity(matrix.size), matrix);
    let mut exponent = n as u64;
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power.times(&base);
        }
        base = base.times(&base);
        exponent /= 2;
    }
    let (mut share, mut scale) = (power.at(k - 1, k - 1), power.scale);
    for factor in 1..=n as u64 {
        share *= factor as f64 / n;
        if share < 1.0 / SCALE {
            (share, scale) = (share * SCALE, scale - 1);
        }
    }
    let step = if scale < 0 { 1.0 / SCALE } else { SCALE };
    (0..scale.abs()).fold(share, |share, _| share * step)
}

/// Upper bound of scaled numbers.
const SCALE: f64 = f64::from_bits((1023 + 128) << 52);

/// Square matrix times a power of [`SCALE`].
struct Matrix {
    size: usize,
    values: Vec<f64>,
    scale: i32,
}

impl Matrix {
    fn identity(size: usize) -> Self {
        let values = (0..size * size).map(|index| f64::from(u8::from(index % (size + 1) == 0))).collect();
        Matrix { size, values, scale: 0 }
    }

    fn durbin(k: usize, h: f64) -> Self {
        let size = 2 * k - 1;
        let mut values = vec![0.0; size * size];
        let inverse_factorials: Vec<f64> = (1..=size + 1)
            .scan(1.0, |inverse, index| {
                let current = *inverse;
                *inverse /= index as f64;
                Some(current)
            })
            .collect();
        for row in 0..size {
            for column in 0..size.min(row + 2) {
                values[row * size + column] = inverse_factorials[row + 1 - column];
            }
        }
        let mut power = 1.0;
        for index in 1..=size {
            power *= h;
            let correction = power * inverse_factorials[index];
            values[(index - 1) * size] -= correction;
            values[size * size - index] -= correction;
        }
        let corner = libm::pow((2.0 * h - 1.0).max(0.0), size as f64) * inverse_factorials[size];
        values[size * (size - 1)] += corner;
        Matrix { size, values, scale: 0 }
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.values.get(row * self.size + column).copied().unwrap_or_default()
    }

    fn times(&self, other: &Self) -> Self {
        let mut values = vec![0.0; self.size * self.size];
        for (sums, row) in values.chunks_exact_mut(self.size).zip(self.values.chunks_exact(self.size)) {
            for (factor, terms) in row.iter().zip(other.values.chunks_exact(self.size)) {
                sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += factor * term);
            }
        }
        let mut product = Matrix { size: self.size, values, scale: self.scale + other.scale };
        let middle = product.at(self.size / 2, self.size / 2);
        if middle > SCALE {
            product.values.iter_mut().for_each(|value| *value /= SCALE);
            product.scale += 1;
        }
        product
    }
}

/// Upper tail by W. Pelz and I. J. Good (1976): the limit and three corrections in powers of 1 / sqrt(n).
fn pelz_good(n: f64, x: f64) -> f64 {
    let z = libm::sqrt(n) * x;
    let limit = libm::log(f64::MIN_POSITIVE);
    let (z2, pi2) = (z * z, PI * PI);
    if -pi2 / 8.0 / z2 < limit {
        return 1.0;
    }
    let (z3, z4, z6, pi4, pi6) = (z2 * z, z2 * z2, z2 * z2 * z2, pi2 * pi2, pi2 * pi2 * pi2);
    let mut sums = [0.0; 4];
    let mut extra = [0.0; 2];
    for k in 1..=libm::ceil(16.0 * z / PI) as u32 {
        let odd = f64::from(2 * k - 1);
        let (m2, m4, m6) = (odd * odd, odd * odd * odd * odd, odd * odd * odd * odd * odd * odd);
        let theta = libm::exp(-pi2 * m2 / (8.0 * z2));
        sums[0] += theta;
        sums[1] += theta * (pi2 / 4.0 * m2 - z2);
        sums[2] +=
            theta * (6.0 * z6 + 2.0 * z4 + (2.0 * z4 - 5.0 * z2) * pi2 / 4.0 * m2 + pi4 * (1.0 - 2.0 * z2) / 16.0 * m4);
        sums[3] += theta
            * (-30.0 * z6 - 90.0 * z4 * z4
                + pi2 * (135.0 * z4 - 96.0 * z6) / 4.0 * m2
                + pi4 * (212.0 * z4 - 60.0 * z2) / 16.0 * m4
                + pi6 * (5.0 - 30.0 * z2) / 64.0 * m6);
        let k2 = f64::from(k) * f64::from(k);
        let theta = k2 * libm::exp(-pi2 * k2 / (2.0 * z2));
        extra[0] += theta;
        extra[1] += theta * (3.0 * z2 - pi2 * k2);
    }
    let root = libm::sqrt(2.0 * PI);
    let k0 = root * sums[0] / z;
    let k1 = root * sums[1] / (6.0 * z4);
    let k2 = root * (sums[2] / (72.0 * z6 * z) - pi2 / (36.0 * z3) * extra[0]);
    let k3 = root * (sums[3] / (6480.0 * z6 * z4) + pi2 / (216.0 * z6) * extra[1]);
    1.0 - k0 - k1 / libm::sqrt(n) - k2 / n - k3 / (n * libm::sqrt(n))
}
