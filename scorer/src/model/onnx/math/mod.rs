//! Arithmetic of the default operator set, in a fixed order: the same bits on every platform.
//!
//! NaN, infinities and ties follow onnxruntime; exponentials and logarithms come from libm and are rounded once.

mod arg;
mod batch_normalization;
mod binary;
mod cast;
mod clip;
mod compare;
mod layer_normalization;
mod matmul;
mod number;
mod number_text;
mod pow;
mod reduce;
mod select;
mod softmax;
mod unary;

pub(super) use arg::arg;
pub(super) use batch_normalization::batch_normalization;
pub(super) use binary::binary;
pub(super) use cast::{cast, cast_like, truncate_to_i64};
pub(super) use clip::clip;
pub(super) use compare::compare;
pub(super) use layer_normalization::layer_normalization;
pub(super) use matmul::{gemm, matmul};
pub(super) use number::{Number, for_numbers, is_number};
pub(super) use pow::pow;
pub(super) use reduce::reduce;
pub(super) use select::select;
pub(super) use softmax::softmax;
pub(super) use unary::{is_nan, not, unary};
