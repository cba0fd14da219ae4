//! The exact two-sided p-value: the share of paths through a lattice that leave a band around its diagonal.
//!
//! Owns the counting. Two samples in order are a path from (0, 0) to (m, n); their statistic is how far it strays
//! (J. L. Hodges, "The significance probability of the Smirnov two-sample test", 1958). For unequal sizes the share of
//! paths outside is worked out directly (T. Viehmann, "Numerically more stable computation of the p-values for the
//! two-sample Kolmogorov-Smirnov test", 2021), but diagonal by diagonal, whose cells do not wait for each other, and
//! only to the middle: the other half is the same turned around. May not know samples.

/// Stands for certainty: so large that very small shares of it are still normal numbers. A power of two.
const ALL: f64 = f64::from_bits((1023 + 1000) << 52);

/// For two samples of n, the share of paths that reach `steps` / n. In the order of scipy's arithmetic, since it can
/// round to more than 1, which scipy takes for a failure.
pub(super) fn outside_square(n: u64, steps: u64) -> f64 {
    let mut outside = 0.0;
    for times in (0..=n / steps).rev() {
        let mut factor = 1.0;
        for place in 0..steps {
            let down = n as f64 - (times * steps) as f64 - place as f64;
            factor = down * factor / (n + times * steps + place + 1) as f64;
        }
        outside = factor * (1.0 - outside);
    }
    2.0 * outside
}

/// For samples of unequal sizes with this greatest common divisor, the share of paths that reach `steps` divided by
/// the sizes' least common multiple.
pub(super) fn outside(n: u64, m: u64, divisor: u64, steps: u64) -> f64 {
    let (long, short) = (n.max(m), n.min(m));
    let middle = (long + short) / 2;
    let Some(diagonal) = Diagonal::until(long, short, divisor, steps, middle) else { return 1.0 };
    let mut turned = diagonal.clone();
    if middle * 2 < long + short && !turned.advance() {
        return 1.0;
    }
    let weights = Weights::new(long, short, middle);
    let (mut share, mut sum) = (0.0, 0.0);
    for (place, weight) in (weights.first..).zip(&weights.values) {
        // Outside before the middle, or behind it, or both.
        let (before, behind) = (diagonal.at(place), turned.at(short - place));
        share += weight * (before + behind - before * (behind / ALL));
        sum += weight;
    }
    (share / sum / ALL).min(1.0)
}

/// The cells of the lattice that are reached after so many steps, by how many of them went along the shorter side.
#[derive(Clone)]
struct Diagonal {
    long: i64,
    short: i64,
    /// The sizes without their common divisor.
    slope: (i64, i64),
    steps: i64,
    at: i64,
    /// The cells within the band: the first, and one behind the last.
    band: (usize, usize),
    /// Of the paths to each cell, the share that was outside, and room for those of the next diagonal; a place more at
    /// either end.
    outside: Vec<f64>,
    next: Vec<f64>,
    /// The places of cells as numbers.
    places: Vec<f64>,
}

impl Diagonal {
    /// Walks from the corner to a diagonal; none if no path can stay inside.
    fn until(long: u64, short: u64, divisor: u64, steps: u64, last: u64) -> Option<Self> {
        let width = short as usize + 3;
        let mut start = Diagonal {
            long: long as i64,
            short: short as i64,
            slope: ((long / divisor) as i64, (short / divisor) as i64),
            steps: steps as i64,
            at: 0,
            band: (0, 1),
            outside: vec![ALL; width],
            next: vec![ALL; width],
            places: (0..width).map(|place| place as f64 - 1.0).collect(),
        };
        start.outside[1] = 0.0;
        (0..last).all(|_| start.advance()).then_some(start)
    }

    /// Goes to the next diagonal; false if none of its cells is inside.
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
        // Cell j comes from cell j of the diagonal before, or from cell j - 1; the array is one place ahead.
        let (low, high) = (first + 1, end + 1);
        let before = self.outside[low..high].iter().zip(&self.outside[low - 1..high - 1]);
        for ((cell, place), (same, less)) in self.next[low..high].iter_mut().zip(&self.places[low..high]).zip(before) {
            *cell = (same * (total - place) + less * place) * one;
        }
        self.next[low - 1] = ALL;
        self.next[high] = ALL;
        std::mem::swap(&mut self.outside, &mut self.next);
        self.band = (first, end);
        true
    }

    fn at(&self, place: u64) -> f64 {
        let inside = (self.band.0..self.band.1).contains(&(place as usize));
        if inside { self.outside[place as usize + 1] } else { ALL }
    }
}

/// How many of all paths go through each cell of a diagonal: weights of the hypergeometric distribution.
struct Weights {
    first: u64,
    values: Vec<f64>,
}

impl Weights {
    fn new(long: u64, short: u64, diagonal: u64) -> Self {
        let rest = long + short - diagonal;
        let (first, last) = (diagonal.saturating_sub(long), short.min(diagonal));
        // From the most frequent cell on, so that nothing overflows; what underflows has no weight.
        let mode = ((diagonal + 1) * (short + 1) / (long + short + 2)).clamp(first, last);
        let rise = |place: u64| {
            let up = (diagonal - place) as f64 * (short - place) as f64;
            up / ((place + 1) as f64 * (rest + place + 1 - short) as f64)
        };
        let mut values = vec![1.0; (last - first + 1) as usize];
        for place in mode..last {
            values[(place + 1 - first) as usize] = values[(place - first) as usize] * rise(place);
        }
        for place in (first..mode).rev() {
            values[(place - first) as usize] = values[(place + 1 - first) as usize] / rise(place);
        }
        Weights { first, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All paths, one by one.
    fn counted(n: u64, m: u64, reaches: impl Fn(u64, u64) -> bool) -> f64 {
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
    fn shares_are_those_of_counting() {
        for (n, m, divisor) in [(1, 7, 1), (2, 3, 1), (4, 6, 2), (9, 12, 3), (5, 25, 5), (13, 17, 1)] {
            let multiple = n / divisor * m;
            for steps in 1..=multiple {
                let reaches = |i: u64, j: u64| (i * m).abs_diff(j * n) / divisor >= steps;
                let wanted = counted(n, m, reaches);
                let got = outside(n, m, divisor, steps);
                assert!((got - wanted).abs() <= 1e-12 * wanted, "{n} {m} {steps}: {got}, not {wanted}");
                assert_eq!(got, outside(m, n, divisor, steps));
            }
        }
        for n in 1..12 {
            for steps in 1..=n {
                let wanted = counted(n, n, |i, j| i.abs_diff(j) >= steps);
                assert!((outside_square(n, steps) - wanted).abs() <= 1e-12 * wanted);
            }
        }
    }
}
