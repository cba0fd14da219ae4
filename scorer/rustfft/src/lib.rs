//! The discrete Fourier transform by its definition, behind the names of the library that tract calls for it.
//!
//! The real library brings a kernel for every prime and every processor: a sixth of the worker's program, for operators
//! (`DFT`, `STFT`) that are not among those served. This one gives the same values, in n² steps. Owns only what tract calls.

pub use num_complex;
pub use num_traits;

use num_complex::Complex;
use num_traits::{FromPrimitive, Num};
use std::sync::Arc;

/// Direction of a transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FftDirection {
    /// From values to frequencies.
    Forward,
    /// Back; not divided by the length.
    Inverse,
}

/// A number that can be transformed.
pub trait FftNum: Copy + Num + FromPrimitive + Send + Sync + 'static {}

impl<T: Copy + Num + FromPrimitive + Send + Sync + 'static> FftNum for T {}

/// A transform of one length.
#[derive(Debug)]
pub struct Fft<T> {
    /// The powers of the length's root of unity, from the zeroth.
    roots: Vec<Complex<T>>,
}

impl<T: FftNum> Fft<T> {
    /// Transforms each piece of the length in place; a rest that is shorter stays as it is.
    pub fn process(&self, buffer: &mut [Complex<T>]) {
        for piece in buffer.chunks_exact_mut(self.roots.len().max(1)) {
            let values = piece.to_vec();
            for (frequency, out) in piece.iter_mut().enumerate() {
                *out = self.at(frequency, &values);
            }
        }
    }

    fn at(&self, frequency: usize, values: &[Complex<T>]) -> Complex<T> {
        let zero = Complex::new(T::zero(), T::zero());
        let root = |at: usize| self.roots.get(at * frequency % self.roots.len().max(1)).copied().unwrap_or(zero);
        values.iter().enumerate().fold(zero, |sum, (at, value)| sum + *value * root(at))
    }
}

/// Makes transforms.
#[derive(Debug)]
pub struct FftPlanner<T>(std::marker::PhantomData<T>);

impl<T: FftNum> FftPlanner<T> {
    /// A planner.
    #[allow(clippy::new_without_default, reason = "nobody asks for a default")]
    pub fn new() -> Self {
        FftPlanner(std::marker::PhantomData)
    }

    /// The transform of a length.
    pub fn plan_fft(&mut self, len: usize, direction: FftDirection) -> Arc<Fft<T>> {
        let sign = if direction == FftDirection::Forward { -1.0 } else { 1.0 };
        let number = |value: f64| T::from_f64(value).unwrap_or_else(T::zero);
        let root = |at: usize| {
            let angle = sign * std::f64::consts::TAU * at as f64 / len as f64;
            Complex::new(number(libm::cos(angle)), number(libm::sin(angle)))
        };
        Arc::new(Fft { roots: (0..len).map(root).collect() })
    }

    /// The same, from values to frequencies.
    pub fn plan_fft_forward(&mut self, len: usize) -> Arc<Fft<T>> {
        self.plan_fft(len, FftDirection::Forward)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_one_frequency_and_comes_back() {
        let wave = [1.0, 0.0, -1.0, 0.0].map(|re| Complex::new(re, 0.0));
        let mut buffer = wave;
        FftPlanner::<f64>::new().plan_fft_forward(4).process(&mut buffer);
        for (frequency, expected) in [0.0, 2.0, 0.0, 2.0].into_iter().enumerate() {
            assert!((buffer[frequency] - Complex::new(expected, 0.0)).norm() < 1e-12, "{buffer:?}");
        }
        FftPlanner::<f64>::new().plan_fft(4, FftDirection::Inverse).process(&mut buffer);
        assert!(buffer.iter().zip(wave).all(|(back, value)| (*back / 4.0 - value).norm() < 1e-12));
    }

    #[test]
    fn a_rest_and_no_length_are_left_alone() {
        let mut buffer = [Complex::new(3.0_f32, 1.0); 3];
        FftPlanner::new().plan_fft_forward(2).process(&mut buffer);
        assert_eq!(buffer, [Complex::new(6.0, 2.0), Complex::new(0.0, 0.0), Complex::new(3.0, 1.0)]);
        FftPlanner::<f32>::new().plan_fft_forward(0).process(&mut []);
    }
}
