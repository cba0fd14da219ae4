//! What an encoder makes of leads: one block of values for each input of a graph.
//!
//! May not know how values are made from leads, nor what reads them.

/// The values of one input, row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// 32-bit floating point.
    Float(Vec<f32>),
    /// 64-bit floating point.
    Double(Vec<f64>),
    /// Whole numbers.
    Integer(Vec<i64>),
    /// Texts.
    Text(Vec<String>),
}

/// The rows of one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// How many values a row has.
    pub width: usize,
    /// Row-major values, rows × width.
    pub values: Values,
}

impl Block {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        let values = match &self.values {
            Values::Float(values) => values.len(),
            Values::Double(values) => values.len(),
            Values::Integer(values) => values.len(),
            Values::Text(values) => values.len(),
        };
        values.checked_div(self.width).unwrap_or(0)
    }
}
