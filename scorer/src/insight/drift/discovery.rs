//! What many p-values are worth together.
//!
//! May not know what was tested.

/// The q-values of p-values by Y. Benjamini and Y. Hochberg ("Controlling the false discovery rate", 1995): of all
/// columns whose q-value is at most 0.05, at most 5 % are expected to be there by chance.
pub(super) fn q_values(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|one, other| p_values[*other].total_cmp(&p_values[*one]));
    let mut q_values = vec![1.0; p_values.len()];
    let mut least: f64 = 1.0;
    for (behind, place) in order.into_iter().enumerate() {
        let rank = p_values.len() - behind;
        least = least.min(p_values[place] * p_values.len() as f64 / rank as f64);
        q_values[place] = least;
    }
    q_values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_values_are_those_of_the_step_up_procedure() {
        // scipy.stats.false_discovery_control
        let got = q_values(&[0.01, 0.04, 0.03, 0.5, 0.02]);
        for (got, wanted) in got.iter().zip([0.05, 0.05, 0.05, 0.5, 0.05]) {
            assert!((got - wanted).abs() < 1e-15);
        }
        assert_eq!(q_values(&[]), Vec::<f64>::new());
        assert_eq!(q_values(&[1.0]), [1.0]);
    }
}
