//! Leaves of linear trees: a constant and coefficients of some columns.

use super::super::{BoosterError, LinearLeaf};
use super::text::{Section, error};

/// Parses the leaves of a tree; those of a tree that is not linear are constants.
pub(super) fn parse(
    section: &Section<'_>,
    values: &[f64],
    is_linear: bool,
    width: usize,
) -> Result<Vec<LinearLeaf>, BoosterError> {
    if !is_linear {
        let constant = |value: &f64| LinearLeaf { constant: *value, terms: vec![], fallback: *value };
        return finite(values.iter().map(constant).collect());
    }
    let constants: Vec<f64> = section.list("leaf_const", values.len())?;
    let counts: Vec<usize> = section.list("num_features", values.len())?;
    let total = counts.iter().try_fold(0_usize, |total, count| total.checked_add(*count));
    let total = total.ok_or_else(|| error("num_features is too large"))?;
    let columns: Vec<u32> = section.list("leaf_features", total)?;
    let coefficients: Vec<f64> = section.list("leaf_coeff", total)?;
    if let Some(column) = columns.iter().find(|column| **column as usize >= width) {
        return Err(error(format!("leaf_features has {column}, but there are {width} columns")));
    }
    let mut terms = columns.into_iter().zip(coefficients);
    let leaf = |((constant, value), count): ((f64, &f64), usize)| LinearLeaf {
        constant,
        terms: terms.by_ref().take(count).collect(),
        fallback: *value,
    };
    finite(constants.into_iter().zip(values).zip(counts).map(leaf).collect())
}

/// Number of distinct columns that the leaves of a tree read.
pub(super) fn count_columns(leaves: &[LinearLeaf]) -> usize {
    let columns = leaves.iter().flat_map(|leaf| &leaf.terms).map(|(column, _)| column);
    columns.collect::<std::collections::BTreeSet<_>>().len()
}

fn finite(leaves: Vec<LinearLeaf>) -> Result<Vec<LinearLeaf>, BoosterError> {
    let numbers = |leaf: &LinearLeaf| {
        leaf.constant.is_finite() && leaf.fallback.is_finite() && leaf.terms.iter().all(|(_, value)| value.is_finite())
    };
    if leaves.iter().all(numbers) { Ok(leaves) } else { Err(error("the numbers of its leaves should be finite")) }
}
