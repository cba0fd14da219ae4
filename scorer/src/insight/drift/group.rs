//! Groups of columns: their common verdict, and q-values over the group.

use super::{ColumnDrift, DriftTest};
use serde::{Deserialize, Serialize};

/// Columns of a [`DriftGroup`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Columns))]
#[serde(rename_all = "snake_case")]
pub enum ComparedColumns {
    /// Encoded features.
    Features,
    /// Fields of the leads.
    Fields,
}

/// Verdict on all columns of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::DriftGroup))]
pub struct DriftGroup {
    /// Columns of the group.
    pub columns_are: ComparedColumns,
    /// One verdict per column, in the model's order.
    pub columns: Vec<ColumnDrift>,
    /// Number of drifted columns.
    pub drifted: u64,
    /// Share of the drifted columns among those that could be compared, 0 to 1; 0 where none could.
    pub share: f64,
    /// Share from which the group has drifted.
    pub threshold: f64,
    /// True when the group has drifted.
    pub drift: bool,
}

impl DriftGroup {
    /// `None` without columns.
    pub(super) fn new(columns_are: ComparedColumns, mut columns: Vec<ColumnDrift>, threshold: f64) -> Option<Self> {
        assign_q_values(&mut columns);
        let drifted = columns.iter().filter(|column| column.test.is_some() && column.drifted).count();
        let compared = columns.iter().filter(|column| column.test.is_some()).count();
        let share = if compared == 0 { 0.0 } else { drifted as f64 / compared as f64 };
        let drift = compared > 0 && share >= threshold;
        (!columns.is_empty()).then_some(DriftGroup {
            columns_are,
            columns,
            drifted: drifted as u64,
            share,
            threshold,
            drift,
        })
    }
}

fn assign_q_values(columns: &mut [ColumnDrift]) {
    let p_value = |column: &ColumnDrift| column.score.filter(|_| column.test.is_some_and(DriftTest::has_p_value));
    let p_values: Vec<f64> = columns.iter().filter_map(p_value).collect();
    let tested = columns.iter_mut().filter(|column| p_value(column).is_some());
    for (column, q_value) in tested.zip(q_values(&p_values)) {
        column.q_value = Some(q_value);
    }
}

/// The q-values of p-values by Y. Benjamini and Y. Hochberg ("Controlling the false discovery rate", 1995): of all
/// columns whose q-value is at most 0.05, at most 5 % are expected to be there by chance.
fn q_values(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*b].total_cmp(&p_values[*a]));
    let mut q_values = vec![1.0; p_values.len()];
    let mut smallest: f64 = 1.0;
    for (larger, index) in order.into_iter().enumerate() {
        let rank = p_values.len() - larger;
        smallest = smallest.min(p_values[index] * p_values.len() as f64 / rank as f64);
        q_values[index] = smallest;
    }
    q_values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_values_match_scipy_false_discovery_control() {
        let actual = q_values(&[0.01, 0.04, 0.03, 0.5, 0.02]);
        for (actual, expected) in actual.iter().zip([0.05, 0.05, 0.05, 0.5, 0.05]) {
            assert!((actual - expected).abs() < 1e-15);
        }
        assert_eq!(q_values(&[]), Vec::<f64>::new());
        assert_eq!(q_values(&[1.0]), [1.0]);
    }
}
