//! Encoded values of leads, one block per input of a graph.

/// Row-major values of an input.
#[derive(Debug, Clone, PartialEq)]
pub enum InputValues {
    /// 32-bit floating point.
    Float(Vec<f32>),
    /// 64-bit floating point.
    Double(Vec<f64>),
    /// 64-bit integers.
    Integer(Vec<i64>),
    /// Texts.
    Text(Vec<String>),
}

/// Values of an input, of shape (rows, width).
#[derive(Debug, Clone, PartialEq)]
pub struct InputBlock {
    /// Number of values per row.
    pub width: usize,
    /// Row-major values, rows × width.
    pub values: InputValues,
}

impl InputBlock {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        let values = match &self.values {
            InputValues::Float(values) => values.len(),
            InputValues::Double(values) => values.len(),
            InputValues::Integer(values) => values.len(),
            InputValues::Text(values) => values.len(),
        };
        values.checked_div(self.width).unwrap_or(0)
    }
}
