//! Exact two-sided p-value: the share of lattice paths that leave a band around the diagonal.
//!
//! Two ordered samples are a path from (0, 0) to (m, n); the statistic is its largest deviation from the diagonal
//! (J. L. Hodges, "The significance probability of the Smirnov two-sample test", 1958). For unequal sizes the share of
//! paths outside is computed directly (T. Viehmann, "Numerically more stable computation of the p-values for the
//! two-sample Kolmogorov-Smirnov test", 2021), but one antidiagonal at a time, whose cells are independent, and only to
//! the middle: the second half is symmetric.

/// Scaled probability 1: so large that very small shares of it are still normal numbers. A power of two.
const ONE: f64 = f64::from_bits((1023 + 1000) << 52);

/// Share of paths that reach `steps / n`, for two samples of size n. Keeps scipy's order of operations: the result can
/// round to more than 1, which scipy treats as a failure.
pub(super) fn outside_square(n: u64, steps: u64) -> f64 {
    let mut outside = 0.0;
    for times in (0..=n / steps).rev() {
        let mut factor = 1.0;
        for index in 0..steps {
            let numerator = n as f64 - (times * steps) as f64 - index as f64;
            factor = numerator * factor / (n + times * steps + index + 1) as f64;
        }
        outside = factor * (1.0 - outside);
    }
    2.0 * outside
}

/// Share of paths that reach `steps / lcm(n, m)`, for samples of unequal sizes; `divisor` is gcd(n, m).
pub(super) fn outside(n: u64, m: u64, divisor: u64, steps: u64) -> f64 {
    let (long, short) = (n.max(m), n.min(m));
    let middle = (long + short) / 2;
    let Some(diagonal) = Diagonal::until(long, short, divisor, steps, middle) else { return 1.0 };
    let mut mirrored = diagonal.clone();
    if middle * 2 < long + short && !mirrored.advance() {
        return 1.0;
    }
    let weights = Weights::new(long, short, middle);
    let (mut share, mut sum) = (0.0, 0.0);
    for (index, weight) in (weights.first..).zip(&weights.values) {
        // Outside in the first half, in the second, or in both.
        let (first, second) = (diagonal.at(index), mirrored.at(short - index));
        share += weight * (first + second - first * (second / ONE));
        sum += weight;
    }
    (share / sum / ONE).min(1.0)
}

/// Antidiagonal of the lattice: the cells reached after `at` steps, indexed by the steps along the shorter side.
#[derive(Clone)]
struct Diagonal {
    long: i64,
    short: i64,
    /// Sizes divided by their common divisor.
    slope: (i64, i64),
    steps: i64,
    at: i64,
    /// Cells within the band, half open.
    band: (usize, usize),
    /// Share of the paths to each cell that have left the band, and a buffer for the next antidiagonal; padded by one
    /// element at both ends.
    outside: Vec<f64>,
    next: Vec<f64>,
    /// Cell indices as floats.
    indices: Vec<f64>,
}

impl Diagonal {
    /// Advances from the corner to antidiagonal `last`; `None` if no path can stay inside.
    fn until(long: u64, short: u64, divisor: u64, steps: u64, last: u64) -> Option<Self> {
        let width = short as usize + 3;
        let mut start = Diagonal {
            long: long as i64,
            short: short as i64,
            slope: ((long / divisor) as i64, (short / divisor) as i64),
            steps: steps as i64,
            at: 0,
            band: (0, 1),
            outside: vec![ONE; width],
            next: vec![ONE; width],
            indices: (0..width).map(|index| index as f64 - 1.0).collect(),
        };
        start.outside[1] = 0.0;
        (0..last).all(|_| start.advance()).then_some(start)
    }

    /// Advances to the next antidiagonal; false if none of its cells is inside.
    fn advance(&mut self) -> bool {
        self.at += 1;
        let (across, along) = (self.slope.0 + self.slope.1, self.slope.1 * self.at);
        let first = (along - self.steps).div_euclid(across) + 1;
        let end = -(-(along + self.steps)).div_euclid(across);
        let first = first.max(0).max(self.at - self.long) as usize;
        let end = end.min(self.short + 1).min(self.at + 1) as usize;
        if first >= end {
            return false;
        }
        let (total, one) = (self.at as f64, 1.0 / self.at as f64);
        // Cell j is reached from cell j of the previous antidiagonal, or from cell j - 1; arrays are offset by one.
        let (low, high) = (first + 1, end + 1);
        let previous = self.outside[low..high].iter().zip(&self.outside[low - 1..high - 1]);
        for ((cell, index), (same, less)) in self.next[low..high].iter_mut().zip(&self.indices[low..high]).zip(previous)
        {
            *cell = (same * (total - index) + less * index) * one;
        }
        self.next[low - 1] = ONE;
        self.next[high] = ONE;
        std::mem::swap(&mut self.outside, &mut self.next);
        self.band = (first, end);
        true
    }

    fn at(&self, index: u64) -> f64 {
        let inside = (self.band.0..self.band.1).contains(&(index as usize));
        if inside { self.outside[index as usize + 1] } else { ONE }
    }
}

/// Relative number of paths through each cell of an antidiagonal: a hypergeometric distribution.
struct Weights {
    first: u64,
    values: Vec<f64>,
}

impl Weights {
    fn new(long: u64, short: u64, diagonal: u64) -> Self {
        let rest = long + short - diagonal;
        let (first, last) = (diagonal.saturating_sub(long), short.min(diagonal));
        // Starts at the mode, so that nothing overflows; what underflows has no weight.
        let mode = ((diagonal + 1) * (short + 1) / (long + short + 2)).clamp(first, last);
        let ratio = |index: u64| {
            let numerator = (diagonal - index) as f64 * (short - index) as f64;
            numerator / ((index + 1) as f64 * (rest + index + 1 - short) as f64)
        };
        let mut values = vec![1.0; (last - first + 1) as usize];
        for index in mode..last {
            values[(index + 1 - first) as usize] = values[(index - first) as usize] * ratio(index);
        }
        for index in (first..mode).rev() {
            values[(index - first) as usize] = values[(index + 1 - first) as usize] / ratio(index);
        }
        Weights { first, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Share of paths outside by dynamic programming over the whole lattice.
    fn reference(n: u64, m: u64, reaches: impl Fn(u64, u64) -> bool) -> f64 {
        let mut outside = vec![vec![0.0; m as usize + 1]; n as usize + 1];
        let mut all = outside.clone();
        for i in 0..=n {
            for j in 0..=m {
                let (x, y) = (i as usize, j as usize);
                let from = |table: &Vec<Vec<f64>>| {
                    let left = if x > 0 { table[x - 1][y] } else { 0.0 };
                    left + if y > 0 { table[x][y - 1] } else { 0.0 }
                };
                all[x][y] = if x + y == 0 { 1.0 } else { from(&all) };
                outside[x][y] = if reaches(i, j) { all[x][y] } else { from(&outside) };
            }
        }
        outside[n as usize][m as usize] / all[n as usize][m as usize]
    }

    #[test]
    fn shares_match_the_reference_count() {
        for (n, m, divisor) in [(1, 7, 1), (2, 3, 1), (4, 6, 2), (9, 12, 3), (5, 25, 5), (13, 17, 1)] {
            let multiple = n / divisor * m;
            for steps in 1..=multiple {
                let reaches = |i: u64, j: u64| (i * m).abs_diff(j * n) / divisor >= steps;
                let expected = reference(n, m, reaches);
                let actual = outside(n, m, divisor, steps);
                assert!((actual - expected).abs() <= 1e-12 * expected, "{n} {m} {steps}: {actual}, not {expected}");
                assert_eq!(actual, outside(m, n, divisor, steps));
            }
        }
        for n in 1..12 {
            for steps in 1..=n {
                let expected = reference(n, n, |i, j| i.abs_diff(j) >= steps);
                assert!((outside_square(n, steps) - expected).abs() <= 1e-12 * expected);
            }
        }
    }
}
