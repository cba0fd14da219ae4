//! Element types of arithmetic operators.

use tract_onnx::prelude::*;

/// Numeric element type. Integers wrap around; NaN propagates.
pub(in super::super) trait Number: Datum + Copy + PartialOrd {
    fn add(self, other: Self) -> Self;
    fn subtract(self, other: Self) -> Self;
    fn multiply(self, other: Self) -> Self;
    /// `None` for an integer division by 0.
    fn divide(self, other: Self) -> Option<Self>;
    fn is_nan(self) -> bool;
    fn from_count(count: usize) -> Self;
    fn to_f64(self) -> f64;
    /// Rounds to a float, or truncates to an integer as [`super::cast`] does.
    fn from_f64(value: f64) -> Self;
}

macro_rules! impl_float {
    ($kind:ty) => {
        impl Number for $kind {
            fn add(self, other: Self) -> Self {
                self + other
            }
            fn subtract(self, other: Self) -> Self {
                self - other
            }
            fn multiply(self, other: Self) -> Self {
                self * other
            }
            fn divide(self, other: Self) -> Option<Self> {
                Some(self / other)
            }
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            fn from_count(count: usize) -> Self {
                count as Self
            }
            fn to_f64(self) -> f64 {
                self.into()
            }
            fn from_f64(value: f64) -> Self {
                value as Self
            }
        }
    };
}

macro_rules! impl_integer {
    ($kind:ty, $from_f64:expr) => {
        impl Number for $kind {
            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            fn subtract(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            fn multiply(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            fn divide(self, other: Self) -> Option<Self> {
                (other != 0).then(|| self.wrapping_div(other))
            }
            fn is_nan(self) -> bool {
                false
            }
            fn from_count(count: usize) -> Self {
                count as Self
            }
            fn to_f64(self) -> f64 {
                self as f64
            }
            fn from_f64(value: f64) -> Self {
                $from_f64(value)
            }
        }
    };
}

impl_float!(f32);
impl_float!(f64);
impl_integer!(i64, super::cast::truncate_to_i64);
impl_integer!(i32, super::cast::truncate_to_i32);

/// Calls a generic function with the Rust type of an element type.
macro_rules! for_numbers {
    ($kind:expr, $($function:ident).+($($argument:expr),*)) => {
        match $kind {
            DatumType::F32 => $($function).+::<f32>($($argument),*),
            DatumType::F64 => $($function).+::<f64>($($argument),*),
            DatumType::I64 => $($function).+::<i64>($($argument),*),
            DatumType::I32 => $($function).+::<i32>($($argument),*),
            other => bail!("{other:?} is not served"),
        }
    };
}

/// [`for_numbers`] for bool and string elements, too.
macro_rules! for_elements {
    ($kind:expr, $($function:ident).+($($argument:expr),*)) => {
        match $kind {
            DatumType::Bool => $($function).+::<bool>($($argument),*),
            DatumType::String => $($function).+::<String>($($argument),*),
            kind => for_numbers!(kind, $($function).+($($argument),*)),
        }
    };
}

pub(super) use for_elements;
pub(in super::super) use for_numbers;

/// True for the element types of arithmetic operators.
pub(in super::super) fn is_number(kind: DatumType) -> bool {
    matches!(kind, DatumType::F32 | DatumType::F64 | DatumType::I64 | DatumType::I32)
}
