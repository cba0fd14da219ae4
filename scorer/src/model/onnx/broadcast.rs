//! Broadcasting and axes: shapes, strides and element indices.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Broadcasts shapes: aligned at their last dimensions; a length of 1 fits any.
pub(super) fn broadcast_shape(shapes: &[&[TDim]]) -> TractResult<TVec<TDim>> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let one = 1.to_dim();
    let mut result: TVec<TDim> = std::iter::repeat_n(one.clone(), rank).collect();
    for shape in shapes {
        for (length, common) in shape.iter().rev().zip(result.iter_mut().rev()) {
            if *common == one {
                *common = length.clone();
            }
            ensure!(*length == one || length == common, "{shapes:?} do not fit each other");
        }
    }
    Ok(result)
}

/// [`broadcast_shape`] for concrete lengths.
pub(super) fn broadcast_lengths(shapes: &[&[usize]]) -> TractResult<Vec<usize>> {
    let dims: Vec<TVec<TDim>> =
        shapes.iter().map(|shape| shape.iter().map(|length| length.to_dim()).collect()).collect();
    let dims: Vec<&[TDim]> = dims.iter().map(|shape| shape.as_slice()).collect();
    broadcast_shape(&dims)?.iter().map(|length| Ok(length.to_usize()?)).collect()
}

/// Strides of a row-major tensor.
pub(super) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for at in (1..shape.len()).rev() {
        strides[at - 1] = strides[at] * shape[at];
    }
    strides
}

/// Resolves an axis or index below `length`; negative values count from the end.
pub(super) fn resolve_axis(value: i64, length: usize) -> TractResult<usize> {
    let from_start = if value < 0 { value.checked_add(length as i64) } else { Some(value) };
    let index = from_start.and_then(|index| usize::try_from(index).ok()).filter(|index| *index < length);
    index.with_context(|| format!("{value} should be from 0 to before {length}"))
}

/// Resolves axes; sorted, without duplicates.
pub(super) fn resolve_axes(values: &[i64], rank: usize) -> TractResult<Vec<usize>> {
    let mut axes = values.iter().map(|value| resolve_axis(*value, rank)).collect::<TractResult<Vec<usize>>>()?;
    axes.sort_unstable();
    axes.dedup();
    Ok(axes)
}

/// Concrete length of a dimension. Fails for the leads' dimension: combining numbers along it would make a lead's score
/// depend on other leads.
pub(super) fn fixed_length(length: &TDim) -> TractResult<usize> {
    length.to_usize().context("this would mix the numbers of different leads")
}

/// Indices of elements in the row-major order of a shape with given strides.
#[derive(Debug, Clone)]
pub(super) struct StridedIndices {
    shape: Vec<usize>,
    strides: Vec<usize>,
    position: Vec<usize>,
    index: usize,
    remaining: usize,
}

impl StridedIndices {
    pub(super) fn new(shape: Vec<usize>, strides: Vec<usize>) -> Self {
        let remaining = shape.iter().product();
        StridedIndices { position: vec![0; shape.len()], shape, strides, index: 0, remaining }
    }

    /// Indices into a tensor that is broadcast to another shape.
    pub(super) fn broadcast(from: &[usize], to: &[usize]) -> Self {
        let mut to_strides = vec![0; to.len()];
        let from_strides = strides(from);
        let missing = to.len().saturating_sub(from.len());
        for (at, length) in from.iter().enumerate().filter(|(_, length)| **length != 1) {
            debug_assert_eq!(*length, to[at + missing]);
            to_strides[at + missing] = from_strides[at];
        }
        StridedIndices::new(to.to_vec(), to_strides)
    }
}

impl Iterator for StridedIndices {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.remaining = self.remaining.checked_sub(1)?;
        let index = self.index;
        for at in (0..self.shape.len()).rev() {
            self.position[at] += 1;
            self.index += self.strides[at];
            if self.position[at] < self.shape[at] {
                break;
            }
            self.index -= self.strides[at] * self.shape[at];
            self.position[at] = 0;
        }
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_are_broadcast() {
        assert_eq!(StridedIndices::broadcast(&[3], &[2, 3]).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2]);
        assert_eq!(StridedIndices::broadcast(&[2, 1], &[2, 3]).collect::<Vec<_>>(), [0, 0, 0, 1, 1, 1]);
        assert_eq!(StridedIndices::broadcast(&[], &[2]).collect::<Vec<_>>(), [0, 0]);
        assert_eq!(broadcast_lengths(&[&[2, 1], &[3]]).unwrap(), [2, 3]);
        assert!(broadcast_lengths(&[&[2], &[3]]).is_err());
    }

    #[test]
    fn negative_axes_count_from_the_end() {
        assert_eq!(resolve_axes(&[-1, 0, 1], 2).unwrap(), [0, 1]);
        assert!(
            resolve_axes(&[2], 2).is_err() && resolve_axes(&[-3], 2).is_err() && resolve_axes(&[i64::MIN], 2).is_err()
        );
    }
}
