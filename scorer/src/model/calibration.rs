//! Margin -> probability, and back.
//!
//! Owns the logistic function and the normal quantile, the same code on every platform. May not know trees or leads.

/// 1 / (1 + e^-margin), worked out in f64 by a software exponential and rounded to f32 once.
pub fn logistic(margin: f32) -> f32 {
    logistic_f64(f64::from(margin)) as f32
}

/// The same without the rounding.
pub fn logistic_f64(margin: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-margin))
}

/// The quantile of the standard normal distribution, by the approximation of the inverse error function of Winitzki
/// (2008) that onnxruntime uses, in its f32 steps; its error is below 0.005.
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
    fn the_logistic_function_is_exact_where_it_is_known() {
        assert_eq!(logistic(0.0), 0.5);
        assert_eq!((logistic(f32::INFINITY), logistic(f32::NEG_INFINITY)), (1.0, 0.0));
        assert!(logistic(f32::NAN).is_nan());
        // ln 3, whose odds are 3 to 1.
        assert!((logistic(1.098_612_3) - 0.75).abs() < 1e-7);
    }

    #[test]
    fn the_normal_quantile_is_near_the_true_one() {
        assert_eq!(probit(0.5), 0.0);
        // The true values are -0.841621 and 0.524401; onnxruntime gives -0.841756 and 0.524446.
        assert!((probit(0.2) + 0.841_756).abs() < 1e-5 && (probit(0.7) - 0.524_446).abs() < 1e-5);
    }
}
