//! Ways through tensors: which elements belong together where shapes differ.
//!
//! Owns the rules of broadcasting and of axes. May not know operators.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// The shape to which tensors of several shapes are stretched: aligned at their last dimensions, a length of 1 fits any.
pub(super) fn common_shape(shapes: &[&[TDim]]) -> TractResult<TVec<TDim>> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let one = 1.to_dim();
    let mut common: TVec<TDim> = std::iter::repeat_n(one.clone(), rank).collect();
    for shape in shapes {
        for (length, common) in shape.iter().rev().zip(common.iter_mut().rev()) {
            if *common == one {
                *common = length.clone();
            }
            ensure!(*length == one || length == common, "{shapes:?} do not fit each other");
        }
    }
    Ok(common)
}

/// The same for shapes that are known.
pub(super) fn common_lengths(shapes: &[&[usize]]) -> TractResult<Vec<usize>> {
    let dims: Vec<TVec<TDim>> =
        shapes.iter().map(|shape| shape.iter().map(|length| length.to_dim()).collect()).collect();
    let dims: Vec<&[TDim]> = dims.iter().map(|shape| shape.as_slice()).collect();
    common_shape(&dims)?.iter().map(|length| Ok(length.to_usize()?)).collect()
}

/// How far apart neighbours of each dimension stand in a row-major tensor.
pub(super) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for at in (1..shape.len()).rev() {
        strides[at - 1] = strides[at] * shape[at];
    }
    strides
}

/// A place from 0 to before a length, from a number of a file: negative ones count from the end.
pub(super) fn axis(given: i64, length: usize) -> TractResult<usize> {
    let from_start = if given < 0 { given.checked_add(length as i64) } else { Some(given) };
    let place = from_start.and_then(|place| usize::try_from(place).ok()).filter(|place| *place < length);
    place.with_context(|| format!("{given} should be from 0 to before {length}"))
}

/// The axes that numbers of a file name, sorted, each once.
pub(super) fn axes(given: &[i64], rank: usize) -> TractResult<Vec<usize>> {
    let mut axes = given.iter().map(|given| axis(*given, rank)).collect::<TractResult<Vec<usize>>>()?;
    axes.sort_unstable();
    axes.dedup();
    Ok(axes)
}

/// A length that does not depend on how many leads there are: along such a dimension numbers may be put together, or a
/// lead's answer would depend on the others.
pub(super) fn fixed(length: &TDim) -> TractResult<usize> {
    length.to_usize().context("this would mix the numbers of different leads")
}

/// The places of elements, in the row-major order of a shape, where each dimension has a stride of its own.
#[derive(Debug, Clone)]
pub(super) struct Places {
    shape: Vec<usize>,
    strides: Vec<usize>,
    index: Vec<usize>,
    place: usize,
    left: usize,
}

impl Places {
    pub(super) fn new(shape: Vec<usize>, strides: Vec<usize>) -> Self {
        let left = shape.iter().product();
        Places { index: vec![0; shape.len()], shape, strides, place: 0, left }
    }

    /// The places of a tensor's elements where it is stretched to another shape.
    pub(super) fn stretched(from: &[usize], to: &[usize]) -> Self {
        let mut stretched = vec![0; to.len()];
        let own = strides(from);
        let missing = to.len().saturating_sub(from.len());
        for (at, length) in from.iter().enumerate().filter(|(_, length)| **length != 1) {
            debug_assert_eq!(*length, to[at + missing]);
            stretched[at + missing] = own[at];
        }
        Places::new(to.to_vec(), stretched)
    }
}

impl Iterator for Places {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let place = self.place;
        for at in (0..self.shape.len()).rev() {
            self.index[at] += 1;
            self.place += self.strides[at];
            if self.index[at] < self.shape[at] {
                break;
            }
            self.place -= self.strides[at] * self.shape[at];
            self.index[at] = 0;
        }
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_stretched_over_rows_and_a_column_over_columns() {
        assert_eq!(Places::stretched(&[3], &[2, 3]).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2]);
        assert_eq!(Places::stretched(&[2, 1], &[2, 3]).collect::<Vec<_>>(), [0, 0, 0, 1, 1, 1]);
        assert_eq!(Places::stretched(&[], &[2]).collect::<Vec<_>>(), [0, 0]);
        assert_eq!(common_lengths(&[&[2, 1], &[3]]).unwrap(), [2, 3]);
        assert!(common_lengths(&[&[2], &[3]]).is_err());
    }

    #[test]
    fn axes_count_from_either_end() {
        assert_eq!(axes(&[-1, 0, 1], 2).unwrap(), [0, 1]);
        assert!(axes(&[2], 2).is_err() && axes(&[-3], 2).is_err() && axes(&[i64::MIN], 2).is_err());
    }
}
