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
mod error;
mod estimator;
mod features;
mod graph;
mod input_columns;
mod inputs;
mod layout_ops;
mod math;
mod neighbors;
mod node_context;
mod operator;
mod output;
mod regressor;
mod rejected_rows;
mod scaler;
mod shape_check;
mod subgraph;
mod svm;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod text_levels;
mod trees;
mod typed_list;

pub use error::{LeadError, ModelError, NodeError, ScoreError};
pub use inputs::{GraphInput, inputs};
pub use output::{find_output, outputs};
pub use text_levels::TextLevels;

use super::bundle::OutputColumn;
use crate::lead::encode::{InputBlock, InputValues, Specification};
use inputs::{check_inputs, datum_type};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::TypedRunnableModel;

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
    text_levels: Vec<TextLevels>,
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
        let name = subgraph::resolve_zipmap(graph_proto, &output.name);
        let subgraph = subgraph::extract_subgraph(&decoded, name, encoder)?;
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
        let (column, inexact) = (output.column, subgraph::inexact_operators(&subgraph.proto));
        Ok(Graph { plan, blocks, column, columns, chunk_rows, inexact, text_levels: subgraph.text_levels })
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

    /// Texts that the graph knows, by field.
    pub fn text_levels(&self) -> &[TextLevels] {
        &self.text_levels
    }

    /// Probability of each row of the encoder's blocks; fails if any row has none.
    pub fn run(&self, blocks: &[InputBlock]) -> Result<Vec<f32>, ScoreError> {
        Ok(self.run_each(blocks)?.into_iter().collect::<Result<_, LeadError>>()?)
    }

    /// As [`Graph::run`], with a result for each row.
    pub fn run_each(&self, blocks: &[InputBlock]) -> Result<Vec<Result<f32, LeadError>>, ScoreError> {
        let rows = blocks.first().map_or(0, InputBlock::rows);
        let mut probabilities = Vec::with_capacity(rows);
        for from in (0..rows).step_by(self.chunk_rows) {
            let to = rows.min(from + self.chunk_rows);
            match self.run_rows(blocks, from, to) {
                Ok(values) => probabilities.extend(self.probability_column(&values, to - from).map(LeadError::check)),
                Err(error) => probabilities.extend(self.run_scorable(blocks, from..to, error)),
            }
        }
        Ok(probabilities)
    }

    /// Probability of each of some rows of outputs.
    fn probability_column<'v>(&self, values: &'v [f32], rows: usize) -> impl Iterator<Item = f32> + use<'v> {
        let columns = values.len().checked_div(rows).unwrap_or(1).max(1);
        let column = if columns == 1 { 0 } else { self.column };
        values.iter().copied().skip(column).step_by(columns)
    }

    /// All columns of the output, unchecked: row-major, rows × columns, and the number of columns.
    pub fn run_all(&self, blocks: &[InputBlock]) -> Result<(Vec<f32>, usize), ScoreError> {
        let rows = blocks.first().map_or(0, InputBlock::rows);
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

    fn run_rows(&self, blocks: &[InputBlock], from: usize, to: usize) -> TractResult<Vec<f32>> {
        let inputs = self.blocks.iter().map(|at| Ok(block_tensor(&blocks[*at], from, to)?.into_tvalue()));
        let mut outputs = self.plan.run(inputs.collect::<TractResult<_>>()?)?;
        let output = outputs.remove(0).into_tensor();
        Ok(estimator::to_f32(&output)?.into_owned())
    }
}

/// Rows `from..to` of a block as a tensor.
fn block_tensor(block: &InputBlock, from: usize, to: usize) -> TractResult<Tensor> {
    let (shape, range) = ([to - from, block.width], from * block.width..to * block.width);
    match &block.values {
        InputValues::Float(values) => Tensor::from_shape(&shape, &values[range]),
        InputValues::Double(values) => Tensor::from_shape(&shape, &values[range]),
        InputValues::Integer(values) => Tensor::from_shape(&shape, &values[range]),
        InputValues::Text(values) => Ok(tract_ndarray::Array2::from_shape_vec(shape, values[range].to_vec())?.into()),
    }
}

/// Nodes of a graph as (domain, operator).
pub fn operators(bytes: &[u8]) -> Result<Vec<(String, String)>, ModelError> {
    let nodes = graph::decode(bytes)?.graph.into_iter().flat_map(|graph| graph.node);
    Ok(nodes.map(|node| (graph::domain(&node).to_owned(), node.op_type)).collect())
}

/// Plans a graph; returns the number of elements per lead with the plan.
fn plan(
    subgraph: &subgraph::Subgraph,
    encoder: &Specification,
    output: &str,
) -> Result<(Arc<TypedRunnableModel>, u64), ModelError> {
    let into_error = |error: TractError| graph_error(&error);
    let mut model = allowlist::registry().model_for_proto_model(&subgraph.proto).map_err(into_error)?;
    subgraph::insert_operators(&mut model, subgraph)?;
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

fn graph_error(error: &TractError) -> ModelError {
    ModelError::Graph(format!("{error:#}"))
}
