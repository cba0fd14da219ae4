//! Checks and pruning of the decoded graph, before tract sees it.

use super::allowlist::{self, Backend};
use super::node_context::{GraphFacts, NodeContext};
use super::operator::Operator;
use super::{ModelError, constants};
use crate::model::bundle::FILE_MAX;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tract_onnx::pb::{self, GraphProto, ModelProto, NodeProto, ValueInfoProto, tensor_proto::DataType};
use tract_onnx::prelude::DatumType;

/// Largest number of nodes.
const NODES_MAX: usize = 10_000;

/// Decodes a file; rejects graphs that are too large, and external data.
pub(super) fn decode(bytes: &[u8]) -> Result<ModelProto, ModelError> {
    if bytes.len() > FILE_MAX {
        return Err(ModelError::TooLarge(format!("{} bytes; at most {FILE_MAX} are allowed", bytes.len())));
    }
    let proto =
        <ModelProto as prost::Message>::decode(bytes).map_err(|error| ModelError::NotOnnx(error.to_string()))?;
    let Some(graph) = &proto.graph else { return Err(ModelError::NotOnnx("it holds no graph".to_owned())) };
    if graph.node.len() > NODES_MAX {
        return Err(ModelError::TooLarge(format!("{} nodes; at most {NODES_MAX} are allowed", graph.node.len())));
    }
    let attributes = graph.node.iter().flat_map(|node| &node.attribute);
    let tensors = attributes.filter_map(|attribute| attribute.t.as_ref()).chain(&graph.initializer);
    match tensors
        .into_iter()
        .find(|tensor| !tensor.external_data.is_empty() || tensor.data_location.is_some_and(|at| at != 0))
    {
        Some(tensor) => Err(ModelError::ExternalData(tensor.name.clone())),
        None => Ok(proto),
    }
}

/// Inputs of a graph without its constants.
pub(super) fn inputs(graph: &GraphProto) -> impl Iterator<Item = &ValueInfoProto> {
    graph.input.iter().filter(|input| !graph.initializer.iter().any(|constant| constant.name == input.name))
}

/// Tensor behind an output: the input of a ZipMap, or the output itself.
pub(super) fn resolve_zipmap<'g>(graph: &'g GraphProto, output: &'g str) -> &'g str {
    let zipped = graph.node.iter().find(|node| node.output.iter().any(|made| made == output));
    match zipped {
        Some(node) if matches!(allowlist::backend(node), Some(Backend::Skipped)) => {
            node.input.first().map_or(output, String::as_str)
        }
        _ => output,
    }
}

/// Assigns unique node names: tract needs them, exporters may omit them.
fn assign_unique_names(nodes: &mut [NodeProto], graph: &GraphProto) {
    let names = graph.input.iter().map(|input| &input.name).chain(graph.initializer.iter().map(|tensor| &tensor.name));
    let mut used: HashSet<String> = names.cloned().collect();
    for (at, node) in nodes.iter_mut().enumerate() {
        let name = node_name(node);
        let numbered = (at..).map(|number| format!("{name} ({number})"));
        node.name = std::iter::once(name.clone()).chain(numbered).find(|name| !used.contains(name)).unwrap_or_default();
        used.insert(node.name.clone());
    }
}

/// Part of a graph that an output depends on.
pub(super) struct Subgraph {
    /// The pruned graph.
    pub(super) proto: ModelProto,
    /// Our operator for each node; `None` where tract's runs.
    pub(super) operators: Vec<Option<Arc<dyn Operator>>>,
}

/// Keeps only the nodes that an output depends on, and checks each against the allow-list.
pub(super) fn extract_subgraph(proto: &ModelProto, output: &str) -> Result<Subgraph, ModelError> {
    let graph = proto.graph.clone().unwrap_or_default();
    let producers: HashMap<&str, usize> = graph
        .node
        .iter()
        .enumerate()
        .flat_map(|(at, node)| node.output.iter().map(move |name| (name.as_str(), at)))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    let mut pending = vec![output];
    let mut values: HashSet<&str> = HashSet::new();
    let mut kept = vec![false; graph.node.len()];
    while let Some(value) = pending.pop() {
        if value.is_empty() || !values.insert(value) {
            continue;
        }
        if let Some(at) = producers.get(value)
            && !std::mem::replace(&mut kept[*at], true)
        {
            pending.extend(graph.node[*at].input.iter().map(String::as_str));
        }
    }
    let keep = |name: &str| values.contains(name);
    let mut node: Vec<NodeProto> =
        graph.node.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(node, _)| node.clone()).collect();
    node.iter_mut().for_each(constants::add_default_value);
    assign_unique_names(&mut node, &graph);
    let pruned = GraphProto {
        node,
        initializer: graph.initializer.iter().filter(|tensor| keep(&tensor.name)).cloned().collect(),
        input: inputs(&graph).cloned().collect(),
        output: vec![ValueInfoProto { name: output.to_owned(), ..ValueInfoProto::default() }],
        name: graph.name.clone(),
        ..GraphProto::default()
    };
    let pruned = ModelProto {
        ir_version: proto.ir_version,
        opset_import: with_default(&proto.opset_import),
        graph: Some(pruned),
        ..ModelProto::default()
    };
    pruned.graph.iter().try_for_each(check_order)?;
    for graph in pruned.graph.as_slice() {
        constants::check_strings(graph)?;
        graph.node.iter().try_for_each(|node| constants::check_constant_of_shape(graph, node))?;
    }
    let operators = build_operators(&pruned)?;
    Ok(Subgraph { proto: pruned, operators })
}

fn build_operators(proto: &ModelProto) -> Result<Vec<Option<Arc<dyn Operator>>>, ModelError> {
    let facts = GraphFacts::new(proto);
    proto.graph.iter().flat_map(|graph| &graph.node).map(|node| build_operator(&facts.context(node))).collect()
}

/// Adds a version of the default operator set, which tract requires even if no node uses it.
fn with_default(imports: &[pb::OperatorSetIdProto]) -> Vec<pb::OperatorSetIdProto> {
    let mut imports = imports.to_vec();
    imports
        .iter_mut()
        .filter(|import| import.domain == allowlist::DEFAULT_DOMAIN)
        .for_each(|import| import.domain.clear());
    if !imports.iter().any(|import| import.domain.is_empty()) {
        imports.push(pb::OperatorSetIdProto { domain: String::new(), version: 13 });
    }
    imports
}

/// Checks topological order: every value is produced once, before it is read.
fn check_order(graph: &GraphProto) -> Result<(), ModelError> {
    let mut known: HashSet<&str> = HashSet::new();
    let names = graph.input.iter().map(|input| &input.name).chain(graph.initializer.iter().map(|tensor| &tensor.name));
    for name in names {
        if !known.insert(name) {
            return Err(ModelError::Graph(format!("the value {name:?} is given twice")));
        }
    }
    for node in &graph.node {
        if let Some(name) = node.input.iter().find(|name| !name.is_empty() && !known.contains(name.as_str())) {
            return Err(ModelError::Graph(format!(
                "node {:?} reads {name:?}, which nothing before it makes",
                node_name(node)
            )));
        }
        for name in node.output.iter().filter(|name| !name.is_empty()) {
            if !known.insert(name) {
                return Err(ModelError::Graph(format!("the value {name:?} is made twice")));
            }
        }
    }
    match graph.output.iter().find(|output| !known.contains(output.name.as_str())) {
        Some(output) => Err(ModelError::Graph(format!("the output {:?} is made by no node", output.name))),
        None => Ok(()),
    }
}

/// Checks a node against the allow-list and builds our operator, if it has one.
fn build_operator(context: &NodeContext<'_>) -> Result<Option<Arc<dyn Operator>>, ModelError> {
    let domain = allowlist::domain(context.node);
    let backend = allowlist::backend(context.node).filter(|_| allowlist::supports_version(domain, context.version()));
    match backend {
        Some(Backend::OwnExceptShapes(_)) if context.reads_shape_values() => Ok(None),
        Some(Backend::Own(build) | Backend::OwnExceptShapes(build)) => Ok(Some(build(context)?)),
        Some(Backend::TractExact | Backend::TractInexact) => Ok(None),
        Some(Backend::Skipped) | None => Err(ModelError::Operator {
            node: node_name(context.node),
            domain: domain.to_owned(),
            operator: context.node.op_type.clone(),
            version: context.version(),
            served: allowlist::describe(domain),
        }),
    }
}

/// Name of a node, or of its outputs.
pub(super) fn node_name(node: &NodeProto) -> String {
    if node.name.is_empty() { node.output.join(", ") } else { node.name.clone() }
}

/// Declared element type of an input or output.
pub(super) fn element_type(value: &ValueInfoProto) -> Option<DatumType> {
    let pb::type_proto::Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    datum_type(tensor.elem_type)
}

/// Converts an ONNX element type; `None` for unsupported ones.
pub(super) fn datum_type(element_type: i32) -> Option<DatumType> {
    match DataType::try_from(element_type).ok()? {
        DataType::Float => Some(DatumType::F32),
        DataType::Double => Some(DatumType::F64),
        DataType::String => Some(DatumType::String),
        DataType::Int64 => Some(DatumType::I64),
        DataType::Int32 => Some(DatumType::I32),
        DataType::Bool => Some(DatumType::Bool),
        _ => None,
    }
}

/// Declared dimensions of an input or output, `None` for symbolic ones; `None` without a shape.
pub(super) fn shape(value: &ValueInfoProto) -> Option<Vec<Option<usize>>> {
    let pb::type_proto::Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    let length = |dimension: &pb::tensor_shape_proto::Dimension| match dimension.value.as_ref()? {
        pb::tensor_shape_proto::dimension::Value::DimValue(length) => usize::try_from(*length).ok(),
        pb::tensor_shape_proto::dimension::Value::DimParam(_) => None,
    };
    Some(tensor.shape.as_ref()?.dim.iter().map(length).collect())
}

/// Distinct operators whose results depend on the processor, sorted.
pub(super) fn inexact_operators(proto: &ModelProto) -> Vec<String> {
    let nodes = proto.graph.iter().flat_map(|graph| &graph.node);
    let fast = nodes.filter(|node| matches!(allowlist::backend(node), Some(Backend::TractInexact)));
    let names: std::collections::BTreeSet<String> = fast.map(|node| node.op_type.clone()).collect();
    names.into_iter().collect()
}
