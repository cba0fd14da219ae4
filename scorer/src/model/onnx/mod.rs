//! ONNX graphs, executed by tract, which no other folder names.
//!
//! Checks the allow-list of (domain, operator, version) and the size caps before tract sees anything, and replaces most
//! of tract's operators by our own. Must not depend on leads beyond their encoded blocks, on insight, or on where bytes
//! come from.

mod allowlist;
mod attributes;
mod broadcast;
mod classifier;
mod constants;
mod estimator;
mod features;
mod graph;
mod layout_ops;
mod math;
mod node_context;
mod operator;
mod output;
mod regressor;
mod scaler;
mod shape_check;
mod svm;
#[cfg(test)]
pub(crate) mod tests;
mod trees;

pub use output::{find_output, outputs};

use super::bundle::OutputColumn;
use crate::lead::encode::{Block, Element, Specification, Values};
use std::sync::Arc;
use thiserror::Error;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::TypedRunnableModel;

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
    /// Row without a probability, where all rows need one.
    #[error(transparent)]
    NotProbability(#[from] NotProbability),
}

/// Model output outside of 0 to 1, caused by inputs that are too large for the model.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("the model gave {value}, which is no probability: a number of this lead is too large for it")]
pub struct NotProbability {
    /// Output of the model.
    pub value: f32,
}

/// A graph, ready to run.
pub struct Graph {
    plan: Arc<TypedRunnableModel>,
    /// Index of the encoder's block for each input of the plan.
    blocks: Vec<usize>,
    column: usize,
    /// Number of columns of the output.
    columns: usize,
    /// Number of leads per run, to bound the memory of intermediate values.
    chunk_rows: usize,
    inexact: Vec<String>,
}

/// Largest number of elements that exist at once during a run.
const ELEMENTS_MAX: u64 = 1 << 24;

impl Graph {
    /// Checks a graph against the allow-list and the encoder, and plans its execution.
    pub fn open(bytes: &[u8], encoder: &Specification, output: &OutputColumn) -> Result<Self, ModelError> {
        let decoded = graph::decode(bytes)?;
        let missing = || output::error(&decoded, output);
        let graph_proto = decoded.graph.as_ref().ok_or_else(missing)?;
        if !graph_proto.output.iter().any(|found| found.name == output.name) {
            return Err(missing());
        }
        check_inputs(&decoded, encoder)?;
        let name = graph::resolve_zipmap(graph_proto, &output.name);
        let subgraph = graph::extract_subgraph(&decoded, name)?;
        let (plan, elements) = plan(&subgraph, encoder, name)?;
        let columns = output::columns(&plan).ok_or_else(missing)?;
        if output.column >= columns {
            return Err(missing());
        }
        let outlets = plan.model().input_outlets().map_err(|error| graph_error(&error))?;
        let names = outlets.iter().map(|outlet| &plan.model().node(outlet.node).name);
        let block = |name: &String| encoder.inputs.iter().position(|input| input.name == *name);
        let blocks = names.map(block).collect::<Option<_>>().ok_or_else(missing)?;
        let chunk_rows = usize::try_from((ELEMENTS_MAX / elements.max(1)).max(1)).unwrap_or(1);
        let (column, inexact) = (output.column, graph::inexact_operators(&subgraph.proto));
        Ok(Graph { plan, blocks, column, columns, chunk_rows, inexact })
    }

    /// Operators whose results may differ in their last bits between processors; empty where results are bit-exact
    /// everywhere.
    pub fn inexact(&self) -> &[String] {
        &self.inexact
    }

    /// Output column with the probability.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Probability of each row of the encoder's blocks; fails if any row has none.
    pub fn run(&self, blocks: &[Block]) -> Result<Vec<f32>, ScoreError> {
        Ok(self.run_each(blocks)?.into_iter().collect::<Result<_, NotProbability>>()?)
    }

    /// As [`Graph::run`], with a result for each row.
    pub fn run_each(&self, blocks: &[Block]) -> Result<Vec<Result<f32, NotProbability>>, ScoreError> {
        let (values, columns) = self.run_all(blocks)?;
        let column = if columns == 1 { 0 } else { self.column };
        let probability =
            |value: f32| if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(NotProbability { value }) };
        Ok(values.into_iter().skip(column).step_by(columns.max(1)).map(probability).collect())
    }

    /// All columns of the output, unchecked: row-major, rows × columns, and the number of columns.
    pub fn run_all(&self, blocks: &[Block]) -> Result<(Vec<f32>, usize), ScoreError> {
        let rows = blocks.first().map_or(0, Block::rows);
        let mut values = Vec::new();
        for from in (0..rows).step_by(self.chunk_rows) {
            let to = rows.min(from + self.chunk_rows);
            let chunk = self.run_rows(blocks, from, to).map_err(|error| ScoreError::Run(format!("{error:#}")))?;
            if values.is_empty() {
                values = chunk;
            } else {
                values.extend(chunk);
            }
        }
        let columns = values.len().checked_div(rows).unwrap_or(1);
        Ok((values, columns))
    }

    fn run_rows(&self, blocks: &[Block], from: usize, to: usize) -> TractResult<Vec<f32>> {
        let inputs = self.blocks.iter().map(|at| Ok(block_tensor(&blocks[*at], from, to)?.into_tvalue()));
        let mut outputs = self.plan.run(inputs.collect::<TractResult<_>>()?)?;
        let output = outputs.remove(0).into_tensor();
        Ok(estimator::to_f32(&output)?.into_owned())
    }
}

/// Rows `from..to` of a block as a tensor.
fn block_tensor(block: &Block, from: usize, to: usize) -> TractResult<Tensor> {
    let (shape, range) = ([to - from, block.width], from * block.width..to * block.width);
    match &block.values {
        Values::Float(values) => Tensor::from_shape(&shape, &values[range]),
        Values::Double(values) => Tensor::from_shape(&shape, &values[range]),
        Values::Integer(values) => Tensor::from_shape(&shape, &values[range]),
        Values::Text(values) => Ok(tract_ndarray::Array2::from_shape_vec(shape, values[range].to_vec())?.into()),
    }
}

/// Declared input of a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphInput {
    /// Name.
    pub name: String,
    /// Element type; `None` for a type that encoders cannot produce.
    pub element: Option<Element>,
    /// Number of features, if declared.
    pub width: Option<usize>,
}

/// Inputs of a graph without its constants, in the file's order.
pub fn inputs(bytes: &[u8]) -> Result<Vec<GraphInput>, ModelError> {
    let proto = graph::decode(bytes)?;
    let input = |(name, kind, width): (&str, Option<DatumType>, Option<usize>)| {
        let elements = [Element::Float, Element::Double, Element::Integer, Element::String];
        let element = elements.into_iter().find(|element| kind == Some(datum_type(*element)));
        GraphInput { name: name.to_owned(), element, width }
    };
    Ok(declared_inputs(&proto).into_iter().map(input).collect())
}

/// Nodes of a graph as (domain, operator).
pub fn operators(bytes: &[u8]) -> Result<Vec<(String, String)>, ModelError> {
    let nodes = graph::decode(bytes)?.graph.into_iter().flat_map(|graph| graph.node);
    Ok(nodes.map(|node| (allowlist::domain(&node).to_owned(), node.op_type)).collect())
}

/// Plans a graph; returns the number of elements per lead with the plan.
fn plan(
    subgraph: &graph::Subgraph,
    encoder: &Specification,
    output: &str,
) -> Result<(Arc<TypedRunnableModel>, u64), ModelError> {
    let into_error = |error: TractError| graph_error(&error);
    let mut model = allowlist::registry().model_for_proto_model(&subgraph.proto).map_err(into_error)?;
    allowlist::insert_operators(&mut model, subgraph)?;
    let rows = model.symbols.sym("rows");
    for (at, outlet) in model.input_outlets().map_err(into_error)?.to_vec().into_iter().enumerate() {
        let name = &model.node(outlet.node).name;
        let Some(input) = encoder.inputs.iter().find(|input| input.name == *name) else { continue };
        let fact = datum_type(input.element).fact([rows.to_dim(), input.features.len().to_dim()]);
        model.set_input_fact(at, fact.into()).map_err(into_error)?;
    }
    model.select_outputs_by_name([output]).map_err(into_error)?;
    let elements = shape_check::count_elements(&model, &rows)?;
    let typed = model.into_typed().and_then(TypedModel::into_decluttered).map_err(into_error)?;
    Ok((typed.into_runnable().map_err(into_error)?, elements))
}

fn datum_type(element: Element) -> DatumType {
    match element {
        Element::Float => DatumType::F32,
        Element::Double => DatumType::F64,
        Element::Integer => DatumType::I64,
        Element::String => DatumType::String,
    }
}

fn graph_error(error: &TractError) -> ModelError {
    ModelError::Graph(format!("{error:#}"))
}

/// Name, type and width of each input, as far as declared.
fn declared_inputs(proto: &ModelProto) -> Vec<(&str, Option<DatumType>, Option<usize>)> {
    let inputs = proto.graph.iter().flat_map(graph::inputs);
    inputs.map(|input| (input.name.as_str(), graph::element_type(input), width(input))).collect()
}

/// Declared last dimension of a tensor of rank 2.
fn width(input: &tract_onnx::pb::ValueInfoProto) -> Option<usize> {
    match graph::shape(input)?.as_slice() {
        [_, columns] => *columns,
        _ => None,
    }
}

/// Checks that graph and encoder agree on the inputs.
fn check_inputs(proto: &ModelProto, encoder: &Specification) -> Result<(), ModelError> {
    let found = declared_inputs(proto);
    let fits = |(name, kind, columns): &(&str, Option<DatumType>, Option<usize>)| {
        let mut same = encoder.inputs.iter().filter(|input| input.name == *name);
        same.next().is_some_and(|input| {
            kind.is_none_or(|kind| kind == datum_type(input.element))
                && columns.is_none_or(|columns| columns == input.features.len())
        }) && same.next().is_none()
    };
    if found.len() == encoder.inputs.len() && found.iter().all(fits) {
        return Ok(());
    }
    let shown = |name: &str, kind: Option<DatumType>, columns: Option<usize>| {
        let kind = kind.map_or_else(String::new, |kind| format!(" of type {kind:?}"));
        let columns = columns.map_or_else(String::new, |columns| format!(" of {columns} features"));
        format!("{name:?}{columns}{kind}")
    };
    let expected = |input: &crate::lead::encode::Input| {
        shown(&input.name, Some(datum_type(input.element)), Some(input.features.len()))
    };
    Err(ModelError::Inputs {
        found: found.iter().map(|(name, kind, columns)| shown(name, *kind, *columns)).collect::<Vec<_>>().join(", "),
        expected: encoder.inputs.iter().map(expected).collect::<Vec<_>>().join(", "),
    })
}
