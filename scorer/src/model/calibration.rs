//! Margin -> probability.
//!
//! Owns the logistic function, the same code on every platform. May not know trees or leads.

/// 1 / (1 + e^-margin), worked out in f64 by a software exponential and rounded to f32 once.
pub fn logistic(margin: f32) -> f32 {
    logistic_f64(f64::from(margin)) as f32
}

/// The same without the rounding.
pub fn logistic_f64(margin: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-margin))
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
}
