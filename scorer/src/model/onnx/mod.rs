//! ONNX graphs, run by tract: the only folder that names it.
//!
//! Owns the allow-list of (domain, operator, version) and the caps on size, which are checked before tract sees
//! anything, and puts our own operators in the place of tract's. May not know leads, insight, or where bytes came from.

mod attributes;
mod ops;
#[cfg(test)]
pub(crate) mod tests;

use super::bundle::{FILE_MAX, Output};
use crate::lead::encode::{Element, Matrix, Specification};
use std::sync::Arc;
use thiserror::Error;
use tract_onnx::pb::{self, NodeProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::InferenceOp;
use tract_onnx::tract_hir::internal::TypedRunnableModel;

/// The most nodes that a graph may have.
const NODES_MAX: usize = 10_000;

/// The operators that are served: domain, name, highest version of the domain's operator set, and how it is built.
const OPERATORS: [(&str, &str, i64, Build); 3] = [
    ("ai.onnx.ml", "LinearClassifier", 5, |node| Ok(classifier(attributes::linear_classifier(node)?))),
    ("ai.onnx.ml", "Scaler", 5, |node| {
        let (offset, scale) = attributes::scaler(node)?;
        Ok(ops::Operator::Scaler { offset: Arc::new(offset), scale: Arc::new(scale) })
    }),
    ("ai.onnx.ml", "TreeEnsembleClassifier", 5, |node| Ok(classifier(attributes::tree_classifier(node)?))),
];

type Build = fn(&NodeProto) -> Result<ops::Operator, NodeError>;

fn classifier(classifier: super::classifier::Classifier) -> ops::Operator {
    ops::Operator::Classifier(Arc::new(classifier))
}

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
    #[error("the operator {domain}.{operator} (version {version}) is not served; served are: {served}")]
    Operator {
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
    #[error("the graph has no output {name:?} of numbers with a column {column}; it has {found}")]
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
    /// A lead whose numbers the model makes no probability of.
    #[error("the model gave {value}, which is no probability: a number of this lead is too large for it")]
    NotProbability {
        /// Which lead, among those that were to be scored.
        lead: usize,
        /// What the model gave.
        value: f32,
    },
}

/// A graph, ready to run.
pub struct Graph {
    plan: Arc<TypedRunnableModel>,
    width: usize,
    column: usize,
}

impl Graph {
    /// Checks a graph against the allow-list and the encoder, and plans its run.
    pub fn open(bytes: &[u8], encoder: &Specification, output: &Output) -> Result<Self, ModelError> {
        let proto = decode(bytes)?;
        let width = check_inputs(&proto, encoder)?;
        if !outputs(&proto).iter().any(|found| found == output) {
            return Err(ModelError::Output {
                name: output.name.clone(),
                column: output.column,
                found: described(&outputs(&proto)),
            });
        }
        let plan = plan(&proto, width, &output.name).map_err(|error| graph_error(&error))?;
        Ok(Graph { plan, width, column: output.column })
    }

    /// The probability of each row of a matrix.
    pub fn run(&self, matrix: Matrix) -> Result<Vec<f32>, ScoreError> {
        let rows = matrix.rows();
        if rows == 0 {
            return Ok(Vec::new());
        }
        let run = || -> TractResult<Vec<f32>> {
            let input = tract_ndarray::Array2::from_shape_vec((rows, self.width), matrix.values)?;
            let outputs = self.plan.run(tvec!(Tensor::from(input).into_tvalue()))?;
            let output = outputs[0].to_plain_array_view::<f32>()?;
            let columns = output.len() / rows;
            Ok(output.iter().skip(self.column).step_by(columns.max(1)).copied().collect())
        };
        let probabilities = run().map_err(|error| ScoreError::Run(format!("{error:#}")))?;
        match probabilities.iter().position(|probability| !(0.0..=1.0).contains(probability)) {
            Some(lead) => Err(ScoreError::NotProbability { lead, value: probabilities[lead] }),
            None => Ok(probabilities),
        }
    }
}

/// The output that is the probability, where the file leaves no doubt: the last column of the only output with one
/// column per class.
pub fn find_output(bytes: &[u8]) -> Result<Option<Output>, ModelError> {
    let mut found = outputs(&decode(bytes)?);
    found.retain(|output| output.column == 1);
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// The names of the graph's inputs, and how many features each has where the file says so.
pub fn inputs(bytes: &[u8]) -> Result<Vec<(String, Option<usize>)>, ModelError> {
    Ok(decode(bytes)?
        .graph
        .iter()
        .flat_map(|graph| &graph.input)
        .map(|input| (input.name.clone(), width(input)))
        .collect())
}

/// The nodes of a graph as (domain, operator).
pub fn operators(bytes: &[u8]) -> Result<Vec<(String, String)>, ModelError> {
    let proto = decode(bytes)?;
    Ok(proto.graph.into_iter().flat_map(|graph| graph.node).map(|node| (node.domain, node.op_type)).collect())
}

fn decode(bytes: &[u8]) -> Result<pb::ModelProto, ModelError> {
    if bytes.len() > FILE_MAX {
        return Err(ModelError::TooLarge(format!("{} bytes; at most {FILE_MAX} are allowed", bytes.len())));
    }
    let proto =
        <pb::ModelProto as prost::Message>::decode(bytes).map_err(|error| ModelError::NotOnnx(error.to_string()))?;
    let Some(graph) = &proto.graph else { return Err(ModelError::NotOnnx("it holds no graph".to_owned())) };
    if graph.node.len() > NODES_MAX {
        return Err(ModelError::TooLarge(format!("{} nodes; at most {NODES_MAX} are allowed", graph.node.len())));
    }
    if let Some(tensor) = graph.initializer.iter().find(|tensor| !tensor.external_data.is_empty()) {
        return Err(ModelError::ExternalData(tensor.name.clone()));
    }
    graph.node.iter().try_for_each(|node| check_node(node, &proto))?;
    Ok(proto)
}

fn check_node(node: &NodeProto, proto: &pb::ModelProto) -> Result<(), ModelError> {
    let domain = if node.domain.is_empty() { "ai.onnx" } else { node.domain.as_str() };
    let named =
        |import: &&pb::OperatorSetIdProto| import.domain == domain || (import.domain.is_empty() && domain == "ai.onnx");
    let version = proto.opset_import.iter().find(named).map_or(0, |import| import.version);
    let served = OPERATORS
        .iter()
        .find(|(set, name, newest, _)| *set == domain && *name == node.op_type && (1..=*newest).contains(&version));
    match served {
        Some((.., build)) => Ok(build(node).map(drop)?),
        None => Err(ModelError::Operator {
            domain: domain.to_owned(),
            operator: node.op_type.clone(),
            version,
            served: OPERATORS.map(|(set, name, newest, _)| format!("{set}.{name} (up to version {newest})")).join(", "),
        }),
    }
}

fn plan(proto: &pb::ModelProto, width: usize, output: &str) -> TractResult<Arc<TypedRunnableModel>> {
    let mut onnx = tract_onnx::onnx();
    for (_, name, _, _) in OPERATORS {
        onnx.op_register.insert(name, build);
    }
    let mut model = onnx.model_for_proto_model(proto)?;
    let rows = model.symbols.sym("rows");
    model.set_input_fact(0, f32::fact([rows.to_dim(), width.to_dim()]).into())?;
    model.select_outputs_by_name([output])?;
    model.into_typed()?.into_decluttered()?.into_runnable()
}

/// Builds our operator for a node that was let through.
fn build(
    _context: &tract_onnx::model::ParsingContext<'_>,
    node: &NodeProto,
) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let Some((.., build)) = OPERATORS.iter().find(|(_, name, ..)| *name == node.op_type) else {
        tract_onnx::tract_core::internal::bail!("{} is not served", node.op_type)
    };
    Ok((ops::boxed(build(node)?), vec![]))
}

fn graph_error(error: &TractError) -> ModelError {
    ModelError::Graph(format!("{error:#}"))
}

/// The width of the one input that graph and encoder agree on.
fn check_inputs(proto: &pb::ModelProto, encoder: &Specification) -> Result<usize, ModelError> {
    let found: Vec<(&str, Option<usize>)> =
        proto.graph.iter().flat_map(|graph| &graph.input).map(|input| (input.name.as_str(), width(input))).collect();
    match (found.as_slice(), encoder.inputs.as_slice()) {
        ([(name, columns)], [input])
            if *name == input.name
                && input.element == Element::Float
                && columns.is_none_or(|columns| columns == input.features.len()) =>
        {
            Ok(input.features.len())
        }
        _ => Err(ModelError::Inputs {
            found: found.iter().map(|(name, columns)| shown(name, *columns)).collect::<Vec<_>>().join(", "),
            expected: encoder
                .inputs
                .iter()
                .map(|input| format!("{} of type {:?}", shown(&input.name, Some(input.features.len())), input.element))
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}

fn shown(name: &str, columns: Option<usize>) -> String {
    columns.map_or_else(|| format!("{name:?}"), |columns| format!("{name:?} of {columns} features"))
}

/// The last dimension of a tensor of rank 2, where the file says it.
fn width(input: &pb::ValueInfoProto) -> Option<usize> {
    let pb::type_proto::Value::TensorType(tensor) = input.r#type.as_ref()?.value.as_ref()?;
    match tensor.shape.as_ref()?.dim.as_slice() {
        [_, columns] => match columns.value.as_ref()? {
            pb::tensor_shape_proto::dimension::Value::DimValue(length) => usize::try_from(*length).ok(),
            pb::tensor_shape_proto::dimension::Value::DimParam(_) => None,
        },
        _ => None,
    }
}

/// Every column of every output of floats that could be a probability.
fn outputs(proto: &pb::ModelProto) -> Vec<Output> {
    let Some(graph) = &proto.graph else { return Vec::new() };
    let classifier =
        |name: &str| graph.node.iter().find(|node| node.output.get(1).is_some_and(|output| output == name));
    let mut found = Vec::new();
    for output in &graph.output {
        if let Some(node) = classifier(&output.name)
            && let Some((.., build)) = OPERATORS.iter().find(|(_, name, ..)| *name == node.op_type)
            && let Ok(ops::Operator::Classifier(classifier)) = build(node)
        {
            found.extend((0..classifier.labels.len()).map(|column| Output { name: output.name.clone(), column }));
        }
    }
    found
}

fn described(outputs: &[Output]) -> String {
    let names: Vec<String> =
        outputs.iter().map(|output| format!("{:?} column {}", output.name, output.column)).collect();
    if names.is_empty() { "no output of a classifier".to_owned() } else { names.join(", ") }
}
