//! ONNX graphs, run by tract: the only folder that names it.
//!
//! Owns the allow-list of (domain, operator, version) and the caps on size, which are checked before tract sees
//! anything, and puts our own operators in the place of tract's. May not know leads, insight, or where bytes came from.

mod attributes;
mod classify;
mod features;
mod graph;
mod math;
mod moves;
mod operation;
mod output;
mod regress;
mod rehearsal;
mod scaler;
mod score;
mod served;
mod shapes;
mod site;
mod svm;
#[cfg(test)]
pub(crate) mod tests;
mod trees;
mod walk;

pub use output::{find_output, outputs};

use super::bundle::Output;
use crate::lead::encode::{Element, InputBlock, InputValues, Specification};
use std::sync::Arc;
use thiserror::Error;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::TypedRunnableModel;

/// What is wrong with one node of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("node {node:?} ({operator}): {attribute} {reason}")]
pub struct NodeError {
    /// The node's name, or its outputs'.
    pub node: String,
    /// The operator.
    pub operator: String,
    /// The attribute.
    pub attribute: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Why a graph cannot be served.
#[derive(Debug, Error)]
pub enum ModelError {
    /// Not an ONNX file, or one that ends too soon.
    #[error("the file is not a whole ONNX model: {0}")]
    NotOnnx(String),
    /// Larger than allowed.
    #[error("the graph is too large: {0}")]
    TooLarge(String),
    /// An operator that is not served.
    #[error(
        "node {node:?}: the operator {domain}.{operator} (operator set {version}) is not served; {served}. Export the model without it, or ask for it"
    )]
    Operator {
        /// The node's name, or its outputs'.
        node: String,
        /// The operator's set.
        domain: String,
        /// The operator.
        operator: String,
        /// The version of the set that the file asks for.
        version: i64,
        /// What is served instead.
        served: String,
    },
    /// A node that cannot be used.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Weights outside of the file.
    #[error("the graph keeps data outside of its file ({0:?}), which is not served")]
    ExternalData(String),
    /// Inputs that are not the encoder's.
    #[error("the graph has the inputs {found}, but the encoder makes {expected}")]
    Inputs {
        /// What the graph reads.
        found: String,
        /// What the encoder makes.
        expected: String,
    },
    /// An output that is not there or no probability.
    #[error(
        "the graph has no output {name:?} of numbers, one row for each lead, with a column {column}; it has {found}"
    )]
    Output {
        /// The name looked for.
        name: String,
        /// The column looked for.
        column: usize,
        /// What there is.
        found: String,
    },
    /// Whatever else tract finds.
    #[error("the graph cannot be run: {0}")]
    Graph(String),
}

/// A graph that failed while it ran.
#[derive(Debug, Error)]
pub enum ScoreError {
    /// What the graph said.
    #[error("the model could not be run: {0}")]
    Run(String),
    /// A lead without a probability, where every one was to have its own.
    #[error(transparent)]
    NotProbability(#[from] NotProbability),
}

/// What a model makes of a lead whose numbers are too large for it.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("the model gave {value}, which is no probability: a number of this lead is too large for it")]
pub struct NotProbability {
    /// What the model gave.
    pub value: f32,
}

/// A graph, ready to run.
pub struct Graph {
    plan: Arc<TypedRunnableModel>,
    /// The encoder's block that belongs to each input of the plan.
    blocks: Vec<usize>,
    column: usize,
    /// How many columns the output has.
    columns: usize,
    /// How many leads are run at once, so that what the graph makes of them stays small.
    rows_at_once: usize,
    inexact: Vec<String>,
}

/// How many numbers may exist at once while a graph runs.
const NUMBERS_MAX: u64 = 1 << 24;

impl Graph {
    /// Checks a graph against the allow-list and the encoder, and plans its run.
    pub fn open(bytes: &[u8], encoder: &Specification, output: &Output) -> Result<Self, ModelError> {
        let whole = graph::decode(bytes)?;
        let missing = || output::error(&whole, output);
        let whole_graph = whole.graph.as_ref().ok_or_else(missing)?;
        if !whole_graph.output.iter().any(|found| found.name == output.name) {
            return Err(missing());
        }
        check_inputs(&whole, encoder)?;
        let name = graph::unzipped(whole_graph, &output.name);
        let needed = graph::needed(&whole, name)?;
        let (plan, numbers) = plan(&needed, encoder, name)?;
        let columns = output::columns(&plan).ok_or_else(missing)?;
        if output.column >= columns {
            return Err(missing());
        }
        let outlets = plan.model().input_outlets().map_err(|error| graph_error(&error))?;
        let names = outlets.iter().map(|outlet| &plan.model().node(outlet.node).name);
        let block = |name: &String| encoder.inputs.iter().position(|input| input.name == *name);
        let blocks = names.map(block).collect::<Option<_>>().ok_or_else(missing)?;
        let rows_at_once = usize::try_from((NUMBERS_MAX / numbers.max(1)).max(1)).unwrap_or(1);
        let (column, inexact) = (output.column, graph::inexact(&needed.proto));
        Ok(Graph { plan, blocks, column, columns, rows_at_once, inexact })
    }

    /// The operators whose results may differ in their last bits from processor to processor; empty where the same
    /// bits are promised everywhere.
    pub fn inexact(&self) -> &[String] {
        &self.inexact
    }

    /// The column of the output that is the probability.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The probability of each row of the encoder's blocks; an error where one has none.
    pub fn run(&self, blocks: &[InputBlock]) -> Result<Vec<f32>, ScoreError> {
        Ok(self.run_each(blocks)?.into_iter().collect::<Result<_, NotProbability>>()?)
    }

    /// As [`Graph::run`], but a row without a probability costs the others nothing.
    pub fn run_each(&self, blocks: &[InputBlock]) -> Result<Vec<Result<f32, NotProbability>>, ScoreError> {
        let (values, columns) = self.run_all(blocks)?;
        let column = if columns == 1 { 0 } else { self.column };
        let probability =
            |value: f32| if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(NotProbability { value }) };
        Ok(values.into_iter().skip(column).step_by(columns.max(1)).map(probability).collect())
    }

    /// All columns of the output, unchecked: row-major, rows × columns, and how many columns there are.
    pub fn run_all(&self, blocks: &[InputBlock]) -> Result<(Vec<f32>, usize), ScoreError> {
        let rows = blocks.first().map_or(0, InputBlock::rows);
        let mut values = Vec::new();
        for from in (0..rows).step_by(self.rows_at_once) {
            let to = rows.min(from + self.rows_at_once);
            let made = self.run_rows(blocks, from, to).map_err(|error| ScoreError::Run(format!("{error:#}")))?;
            if values.is_empty() {
                values = made;
            } else {
                values.extend(made);
            }
        }
        let columns = values.len().checked_div(rows).unwrap_or(1);
        Ok((values, columns))
    }

    fn run_rows(&self, blocks: &[InputBlock], from: usize, to: usize) -> TractResult<Vec<f32>> {
        let inputs = self.blocks.iter().map(|at| Ok(tensor(&blocks[*at], from, to)?.into_tvalue()));
        let mut outputs = self.plan.run(inputs.collect::<TractResult<_>>()?)?;
        let output = outputs.remove(0).into_tensor();
        Ok(score::floats(&output)?.into_owned())
    }
}

/// The rows of a block from one to before another.
fn tensor(block: &InputBlock, from: usize, to: usize) -> TractResult<Tensor> {
    let (shape, range) = ([to - from, block.width], from * block.width..to * block.width);
    match &block.values {
        InputValues::Float(values) => Tensor::from_shape(&shape, &values[range]),
        InputValues::Double(values) => Tensor::from_shape(&shape, &values[range]),
        InputValues::Integer(values) => Tensor::from_shape(&shape, &values[range]),
        InputValues::Text(values) => Ok(tract_ndarray::Array2::from_shape_vec(shape, values[range].to_vec())?.into()),
    }
}

/// An input as the file declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphInput {
    /// Its name.
    pub name: String,
    /// Its type, where it is one that encoders make.
    pub element: Option<Element>,
    /// How many features it has, where the file says so.
    pub width: Option<usize>,
}

/// The graph's inputs that are no constants, in its order.
pub fn inputs(bytes: &[u8]) -> Result<Vec<GraphInput>, ModelError> {
    let proto = graph::decode(bytes)?;
    let input = |(name, kind, width): (&str, Option<DatumType>, Option<usize>)| {
        let elements = [Element::Float, Element::Double, Element::Integer, Element::String];
        let element = elements.into_iter().find(|element| kind == Some(datum_type(*element)));
        GraphInput { name: name.to_owned(), element, width }
    };
    Ok(found_inputs(&proto).into_iter().map(input).collect())
}

/// The nodes of a graph as (domain, operator).
pub fn operators(bytes: &[u8]) -> Result<Vec<(String, String)>, ModelError> {
    let nodes = graph::decode(bytes)?.graph.into_iter().flat_map(|graph| graph.node);
    Ok(nodes.map(|node| (served::domain(&node).to_owned(), node.op_type)).collect())
}

/// The plan of a graph, and how many numbers it makes for one lead.
fn plan(
    needed: &graph::Needed,
    encoder: &Specification,
    output: &str,
) -> Result<(Arc<TypedRunnableModel>, u64), ModelError> {
    let planned = |error: TractError| graph_error(&error);
    let mut model = served::register().model_for_proto_model(&needed.proto).map_err(planned)?;
    served::put_in(&mut model, needed)?;
    let rows = model.symbols.sym("rows");
    for (at, outlet) in model.input_outlets().map_err(planned)?.to_vec().into_iter().enumerate() {
        let name = &model.node(outlet.node).name;
        let Some(input) = encoder.inputs.iter().find(|input| input.name == *name) else { continue };
        let fact = datum_type(input.element).fact([rows.to_dim(), input.features.len().to_dim()]);
        model.set_input_fact(at, fact.into()).map_err(planned)?;
    }
    model.select_outputs_by_name([output]).map_err(planned)?;
    let numbers = rehearsal::elements(&model, &rows)?;
    let typed = model.into_typed().and_then(TypedModel::into_decluttered).map_err(planned)?;
    Ok((typed.into_runnable().map_err(planned)?, numbers))
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

/// Name, type and width of each input, as far as the file says them.
fn found_inputs(proto: &ModelProto) -> Vec<(&str, Option<DatumType>, Option<usize>)> {
    let inputs = proto.graph.iter().flat_map(graph::inputs);
    inputs.map(|input| (input.name.as_str(), graph::element(input), width(input))).collect()
}

/// The last dimension of a tensor of rank 2, where the file says it.
fn width(input: &tract_onnx::pb::ValueInfoProto) -> Option<usize> {
    match graph::shape(input)?.as_slice() {
        [_, columns] => *columns,
        _ => None,
    }
}

/// Whether graph and encoder agree on the inputs.
fn check_inputs(proto: &ModelProto, encoder: &Specification) -> Result<(), ModelError> {
    let found = found_inputs(proto);
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
