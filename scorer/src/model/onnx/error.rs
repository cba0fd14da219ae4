//! Errors of loading and running graphs.

use thiserror::Error;

/// Error of one node.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("node {node:?} ({operator}): {attribute} {reason}")]
pub struct NodeError {
    /// Name of the node, or of its outputs.
    pub node: String,
    /// Operator type.
    pub operator: String,
    /// Attribute at fault.
    pub attribute: String,
    /// Reason.
    pub reason: String,
}

/// Error of a graph that cannot be served.
#[derive(Debug, Error)]
pub enum ModelError {
    /// Not an ONNX file, or a truncated one.
    #[error("the file is not a whole ONNX model: {0}")]
    NotOnnx(String),
    /// Larger than the caps.
    #[error("the graph is too large: {0}")]
    TooLarge(String),
    /// Operator outside of the allow-list.
    #[error(
        "node {node:?}: the operator {domain}.{operator} (operator set {version}) is not served; {served}. Export the model without it, or ask for it"
    )]
    Operator {
        /// Name of the node, or of its outputs.
        node: String,
        /// Domain of the operator.
        domain: String,
        /// Operator type.
        operator: String,
        /// Operator set version that the file imports.
        version: i64,
        /// Alternatives that are served.
        served: String,
    },
    /// Node that cannot be used.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Tensors in external files.
    #[error("the graph keeps data outside of its file ({0:?}), which is not served")]
    ExternalData(String),
    /// Inputs that differ from the encoder's.
    #[error("the graph has the inputs {found}, but the encoder makes {expected}")]
    Inputs {
        /// Inputs of the graph.
        found: String,
        /// Inputs that the encoder produces.
        expected: String,
    },
    /// Output that is missing or cannot be a probability.
    #[error(
        "the graph has no output {name:?} of numbers, one row for each lead, with a column {column}; it has {found}"
    )]
    Output {
        /// Requested name.
        name: String,
        /// Requested column.
        column: usize,
        /// Outputs of the graph.
        found: String,
    },
    /// Any other error of tract.
    #[error("the graph cannot be run: {0}")]
    Graph(String),
}

/// Error of a run.
#[derive(Debug, Error)]
pub enum ScoreError {
    /// Error of the graph.
    #[error("the model could not be run: {0}")]
    Run(String),
    /// Lead without a probability, where all leads need one.
    #[error(transparent)]
    Lead(#[from] LeadError),
}

/// Reason why one lead has no probability; other leads of the batch are scored.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LeadError {
    /// Model output that is no number or infinite, caused by inputs that are too large for the model.
    #[error("the model gave {0}, which is no probability: a number of this lead is too large for it")]
    NotFinite(f32),
    /// Model output outside of 0 to 1, as of a regressor that gives points.
    #[error("the model gave {0}, which is no probability: those are from 0 to 1")]
    OutOfRange(f32),
    /// Values that the graph cannot process: a category that the model does not know, a text where it expects a number.
    #[error("{0}")]
    Rejected(String),
}

impl LeadError {
    /// Checks an output of a model.
    pub(super) fn check(value: f32) -> Result<f32, Self> {
        match value {
            _ if (0.0..=1.0).contains(&value) => Ok(value),
            _ if value.is_finite() => Err(LeadError::OutOfRange(value)),
            _ => Err(LeadError::NotFinite(value)),
        }
    }
}
