//! The types of numbers that arithmetic is served for.
//!
//! May not know tensors' shapes.

use tract_onnx::prelude::*;

/// A type of numbers. Whole numbers wrap around; NaN wins over every other number.
pub(super) trait Number: Datum + Copy + PartialOrd {
    fn add(self, other: Self) -> Self;
    fn subtract(self, other: Self) -> Self;
    fn multiply(self, other: Self) -> Self;
    /// `None` where there is no quotient.
    fn divide(self, other: Self) -> Option<Self>;
    fn is_nan(self) -> bool;
    fn of_count(count: usize) -> Self;
    fn to_f64(self) -> f64;
    /// Rounded, or cut as onnxruntime cuts it.
    fn of_f64(value: f64) -> Self;
}

macro_rules! floats {
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
            fn of_count(count: usize) -> Self {
                count as Self
            }
            fn to_f64(self) -> f64 {
                self.into()
            }
            fn of_f64(value: f64) -> Self {
                value as Self
            }
        }
    };
}

macro_rules! whole {
    ($kind:ty, $of_f64:expr) => {
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
            fn of_count(count: usize) -> Self {
                count as Self
            }
            fn to_f64(self) -> f64 {
                self as f64
            }
            fn of_f64(value: f64) -> Self {
                $of_f64(value)
            }
        }
    };
}

floats!(f32);
floats!(f64);
whole!(i64, super::cast::to_whole);
whole!(i32, super::cast::to_short);

/// Calls a function for the type of numbers that a tensor holds.
macro_rules! for_numbers {
    ($kind:expr, $function:ident($($argument:expr),*)) => {
        match $kind {
            DatumType::F32 => $function::<f32>($($argument),*),
            DatumType::F64 => $function::<f64>($($argument),*),
            DatumType::I64 => $function::<i64>($($argument),*),
            DatumType::I32 => $function::<i32>($($argument),*),
            other => bail!("{other:?} is not served"),
        }
    };
}

pub(super) use for_numbers;

/// Whether arithmetic is served for a type.
pub(super) fn is_number(kind: DatumType) -> bool {
    matches!(kind, DatumType::F32 | DatumType::F64 | DatumType::I64 | DatumType::I32)
}
