//! Rows that a graph cannot process: found after a failed run, so that the other rows of the batch are scored.
//!
//! Operators that check each row report all rejected ones at once, and the rest runs again. After any other error, the
//! batch is halved until the failing rows are alone.

use super::{Graph, LeadError};
use crate::lead::encode::{InputBlock, InputValues};
use std::collections::HashSet;
use std::ops::Range;
use thiserror::Error;
use tract_onnx::prelude::*;

/// Error of an operator: rows of its input, each with a reason. The first dimension of that input is the leads'.
#[derive(Debug, Error)]
#[error("{}", .0.first().map_or("no row is rejected", |(_, reason)| reason))]
pub(super) struct RejectedRows(pub(super) Vec<(usize, String)>);

impl Graph {
    /// Probabilities of rows whose run as one batch failed.
    pub(super) fn run_scorable(
        &self,
        blocks: &[InputBlock],
        rows: Range<usize>,
        error: TractError,
    ) -> Vec<Result<f32, LeadError>> {
        let first = rows.start;
        let unscored = || Err(LeadError::Rejected(String::new()));
        let mut results: Vec<Result<f32, LeadError>> = rows.clone().map(|_| unscored()).collect();
        let mut pending: Vec<(Vec<usize>, TractResult<Vec<f32>>)> = vec![(rows.collect(), Err(error))];
        while let Some((group, outcome)) = pending.pop() {
            match outcome {
                Ok(values) => {
                    let probabilities = self.probability_column(&values, group.len()).map(LeadError::check);
                    group.iter().zip(probabilities).for_each(|(row, result)| results[row - first] = result);
                }
                Err(error) => {
                    let (rejected, groups) = split_group(group, &error);
                    for (row, reason) in rejected {
                        results[row - first] = Err(LeadError::Rejected(reason));
                    }
                    for group in groups {
                        let outcome = self.run_group(blocks, &group);
                        pending.push((group, outcome));
                    }
                }
            }
        }
        results
    }

    fn run_group(&self, blocks: &[InputBlock], group: &[usize]) -> TractResult<Vec<f32>> {
        let selected: Vec<InputBlock> = blocks.iter().map(|block| select_rows(block, group)).collect();
        self.run_rows(&selected, 0, group.len())
    }
}

/// Rejected rows of a failed group with their reasons, and smaller groups of the others.
fn split_group(mut group: Vec<usize>, error: &TractError) -> (Vec<(usize, String)>, Vec<Vec<usize>>) {
    let reported = error
        .downcast_ref::<RejectedRows>()
        .filter(|RejectedRows(rows)| !rows.is_empty() && rows.iter().all(|(at, _)| *at < group.len()));
    if let Some(RejectedRows(reported)) = reported {
        let rejected: Vec<(usize, String)> = reported.iter().map(|(at, reason)| (group[*at], reason.clone())).collect();
        let rejected_rows: HashSet<usize> = rejected.iter().map(|(row, _)| *row).collect();
        group.retain(|row| !rejected_rows.contains(row));
        return (rejected, if group.is_empty() { vec![] } else { vec![group] });
    }
    if let [row] = *group.as_slice() {
        return (vec![(row, error.root_cause().to_string())], vec![]);
    }
    let second = group.split_off(group.len() / 2);
    (vec![], vec![group, second])
}

fn select_rows(block: &InputBlock, rows: &[usize]) -> InputBlock {
    let values = match &block.values {
        InputValues::Float(values) => InputValues::Float(select_values(values, block.width, rows)),
        InputValues::Double(values) => InputValues::Double(select_values(values, block.width, rows)),
        InputValues::Integer(values) => InputValues::Integer(select_values(values, block.width, rows)),
        InputValues::Text(values) => InputValues::Text(select_values(values, block.width, rows)),
    };
    InputBlock { width: block.width, values }
}

fn select_values<T: Clone>(values: &[T], width: usize, rows: &[usize]) -> Vec<T> {
    rows.iter().flat_map(|row| values[row * width..(row + 1) * width].iter().cloned()).collect()
}
