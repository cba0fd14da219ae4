//! Arithmetic of the default operator set, in an order of its own: the same bits on every platform.
//!
//! Owns what onnxruntime makes of NaN, of infinities and of equals; exponentials and logarithms come from libm and are
//! rounded once. May not know models or leads.

mod arg;
mod batch;
mod cast;
mod choose;
mod clip;
mod combine;
mod compare;
mod matmul;
mod numbers;
mod pow;
mod reduce;
mod softmax;
mod texts;
mod unary;

pub(super) use arg::arg;
pub(super) use batch::batch_normalization;
pub(super) use cast::{cast, to_whole};
pub(super) use choose::choose;
pub(super) use clip::clip;
pub(super) use combine::combine;
pub(super) use compare::compare;
pub(super) use matmul::{gemm, matmul};
pub(super) use pow::pow;
pub(super) use reduce::reduce;
pub(super) use softmax::softmax;
pub(super) use unary::{is_nan, not, unary};
