//! Logistic function and normal quantile, by the same software on every platform.

/// Computes 1 / (1 + e^-margin) in f64 and rounds to f32 once.
pub fn logistic(margin: f32) -> f32 {
    logistic_f64(f64::from(margin)) as f32
}

/// [`logistic`] without the rounding.
pub fn logistic_f64(margin: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-margin))
}

/// Quantile of the standard normal distribution. Follows onnxruntime's f32 steps, which approximate the inverse error
/// function after Winitzki (2008); the error is below 0.005.
pub fn probit(probability: f32) -> f32 {
    let x = 2.0 * probability - 1.0;
    let log = libm::log(f64::from((1.0 - x) * (1.0 + x))) as f32;
    let half = 2.0 / (std::f32::consts::PI * 0.147) + 0.5 * log;
    let inverse = (-half + (half * half - 1.0 / 0.147 * log).sqrt()).sqrt();
    std::f32::consts::SQRT_2 * if x < 0.0 { -inverse } else { inverse }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logistic_is_exact_at_known_points() {
        assert_eq!(logistic(0.0), 0.5);
        assert_eq!((logistic(f32::INFINITY), logistic(f32::NEG_INFINITY)), (1.0, 0.0));
        assert!(logistic(f32::NAN).is_nan());
        // ln 3: odds of 3 to 1.
        assert!((logistic(1.098_612_3) - 0.75).abs() < 1e-7);
    }

    #[test]
    fn probit_approximates_the_normal_quantile() {
        assert_eq!(probit(0.5), 0.0);
        // Exact values are -0.841621 and 0.524401; onnxruntime gives -0.841756 and 0.524446.
        assert!((probit(0.2) + 0.841_756).abs() < 1e-5 && (probit(0.7) - 0.524_446).abs() < 1e-5);
    }
}
