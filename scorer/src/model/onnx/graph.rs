//! The graph as the file holds it: caps, the allow-list, and the part of it that the answer needs.
//!
//! Owns what is looked at before tract sees anything. May not know how a graph is run.

use super::operation::Operation;
use super::served::{self, Runner};
use super::site::{Site, Values};
use super::{ModelError, shapes};
use crate::model::bundle::FILE_MAX;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tract_onnx::pb::{self, GraphProto, ModelProto, NodeProto, ValueInfoProto, tensor_proto::DataType};
use tract_onnx::prelude::DatumType;

/// The most nodes that a graph may have.
const NODES_MAX: usize = 10_000;

/// Reads a file: whole, not too large, with nothing outside of it.
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

/// The inputs of a graph that are no constants.
pub(super) fn inputs(graph: &GraphProto) -> impl Iterator<Item = &ValueInfoProto> {
    graph.input.iter().filter(|input| !graph.initializer.iter().any(|constant| constant.name == input.name))
}

/// The value that stands for an output: behind a ZipMap, what it reads.
pub(super) fn unzipped<'g>(graph: &'g GraphProto, output: &'g str) -> &'g str {
    let zipped = graph.node.iter().find(|node| node.output.iter().any(|made| made == output));
    match zipped {
        Some(node) if matches!(served::runner(node), Some(Runner::Dropped)) => {
            node.input.first().map_or(output, String::as_str)
        }
        _ => output,
    }
}

/// Gives nodes names of their own, which tract wants and exporters need not give.
fn name_apart(nodes: &mut [NodeProto], graph: &GraphProto) {
    let given = graph.input.iter().map(|input| &input.name).chain(graph.initializer.iter().map(|tensor| &tensor.name));
    let mut taken: HashSet<String> = given.cloned().collect();
    for (at, node) in nodes.iter_mut().enumerate() {
        let name = node_name(node);
        let numbered = (at..).map(|number| format!("{name} ({number})"));
        node.name =
            std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default();
        taken.insert(node.name.clone());
    }
}

/// The part of a graph that an output needs.
pub(super) struct Needed {
    /// The graph.
    pub(super) proto: ModelProto,
    /// For each of its nodes the operator of ours that runs it; `None` where tract does.
    pub(super) operations: Vec<Option<Arc<dyn Operation>>>,
}

/// The same file with only the nodes that an output needs, each checked against the allow-list.
pub(super) fn needed(proto: &ModelProto, output: &str) -> Result<Needed, ModelError> {
    let graph = proto.graph.clone().unwrap_or_default();
    let made_by: HashMap<&str, usize> = graph
        .node
        .iter()
        .enumerate()
        .flat_map(|(at, node)| node.output.iter().map(move |name| (name.as_str(), at)))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    let mut wanted = vec![output];
    let mut values: HashSet<&str> = HashSet::new();
    let mut kept = vec![false; graph.node.len()];
    while let Some(value) = wanted.pop() {
        if value.is_empty() || !values.insert(value) {
            continue;
        }
        if let Some(at) = made_by.get(value)
            && !std::mem::replace(&mut kept[*at], true)
        {
            wanted.extend(graph.node[*at].input.iter().map(String::as_str));
        }
    }
    let keep = |name: &str| values.contains(name);
    let mut node: Vec<NodeProto> =
        graph.node.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(node, _)| node.clone()).collect();
    node.iter_mut().for_each(shapes::complete);
    name_apart(&mut node, &graph);
    let small = GraphProto {
        node,
        initializer: graph.initializer.iter().filter(|tensor| keep(&tensor.name)).cloned().collect(),
        input: inputs(&graph).cloned().collect(),
        output: vec![ValueInfoProto { name: output.to_owned(), ..ValueInfoProto::default() }],
        name: graph.name.clone(),
        ..GraphProto::default()
    };
    let small = ModelProto {
        ir_version: proto.ir_version,
        opset_import: with_default(&proto.opset_import),
        graph: Some(small),
        ..ModelProto::default()
    };
    small.graph.iter().try_for_each(in_order)?;
    for graph in small.graph.as_slice() {
        shapes::check_texts(graph)?;
        graph.node.iter().try_for_each(|node| shapes::check(graph, node))?;
    }
    let operations = operations(&small)?;
    Ok(Needed { proto: small, operations })
}

fn operations(proto: &ModelProto) -> Result<Vec<Option<Arc<dyn Operation>>>, ModelError> {
    let values = Values::of(proto);
    proto.graph.iter().flat_map(|graph| &graph.node).map(|node| check(&values.site(node))).collect()
}

/// tract wants a version of the default set, though no node is of it.
fn with_default(imports: &[pb::OperatorSetIdProto]) -> Vec<pb::OperatorSetIdProto> {
    let mut imports = imports.to_vec();
    imports.iter_mut().filter(|import| import.domain == served::DEFAULT).for_each(|import| import.domain.clear());
    if !imports.iter().any(|import| import.domain.is_empty()) {
        imports.push(pb::OperatorSetIdProto { domain: String::new(), version: 13 });
    }
    imports
}

/// Every value is made once, and before it is read: otherwise there is no order to run the nodes in.
fn in_order(graph: &GraphProto) -> Result<(), ModelError> {
    let mut known: HashSet<&str> = HashSet::new();
    let given = graph.input.iter().map(|input| &input.name).chain(graph.initializer.iter().map(|tensor| &tensor.name));
    for name in given {
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

/// Lets a node through, and builds its operator where that is ours.
fn check(site: &Site<'_>) -> Result<Option<Arc<dyn Operation>>, ModelError> {
    let domain = served::domain(site.node);
    let runner = served::runner(site.node).filter(|_| served::has_version(domain, site.version()));
    match runner {
        Some(Runner::OursOrSizes(_)) if site.reads_sizes() => Ok(None),
        Some(Runner::Ours(build) | Runner::OursOrSizes(build)) => Ok(Some(build(site)?)),
        Some(Runner::Exact | Runner::Fast) => Ok(None),
        Some(Runner::Dropped) | None => Err(ModelError::Operator {
            node: node_name(site.node),
            domain: domain.to_owned(),
            operator: site.node.op_type.clone(),
            version: site.version(),
            served: served::described(domain),
        }),
    }
}

/// A node's name, or its outputs'.
pub(super) fn node_name(node: &NodeProto) -> String {
    if node.name.is_empty() { node.output.join(", ") } else { node.name.clone() }
}

/// The type of an input's or output's elements, where the file says it.
pub(super) fn element(value: &ValueInfoProto) -> Option<DatumType> {
    let pb::type_proto::Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    datum_type(tensor.elem_type)
}

/// The type that a number of the format stands for, of those that are served.
pub(super) fn datum_type(element: i32) -> Option<DatumType> {
    match DataType::try_from(element).ok()? {
        DataType::Float => Some(DatumType::F32),
        DataType::Double => Some(DatumType::F64),
        DataType::String => Some(DatumType::String),
        DataType::Int64 => Some(DatumType::I64),
        DataType::Int32 => Some(DatumType::I32),
        DataType::Bool => Some(DatumType::Bool),
        _ => None,
    }
}

/// The dimensions of an input or output: a number where the file says one; `None` where it says nothing of a shape.
pub(super) fn shape(value: &ValueInfoProto) -> Option<Vec<Option<usize>>> {
    let pb::type_proto::Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    let length = |dimension: &pb::tensor_shape_proto::Dimension| match dimension.value.as_ref()? {
        pb::tensor_shape_proto::dimension::Value::DimValue(length) => usize::try_from(*length).ok(),
        pb::tensor_shape_proto::dimension::Value::DimParam(_) => None,
    };
    Some(tensor.shape.as_ref()?.dim.iter().map(length).collect())
}

/// The operators whose results depend on the processor, by name, each once.
pub(super) fn inexact(proto: &ModelProto) -> Vec<String> {
    let nodes = proto.graph.iter().flat_map(|graph| &graph.node);
    let fast = nodes.filter(|node| matches!(served::runner(node), Some(Runner::Fast)));
    let names: std::collections::BTreeSet<String> = fast.map(|node| node.op_type.clone()).collect();
    names.into_iter().collect()
}
