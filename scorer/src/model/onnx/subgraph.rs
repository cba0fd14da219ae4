//! Pruning of the decoded graph to what its output needs, and the checks before tract sees it.

use super::allowlist::{self, Backend};
use super::graph::{DEFAULT_DOMAIN, domain, inputs, node_name};
use super::node_context::{GraphFacts, NodeContext};
use super::operator::{self, Operator};
use super::text_levels::{TextLevels, text_levels};
use super::{ModelError, constants, text};
use crate::lead::encode::Specification;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tract_onnx::pb::{self, GraphProto, ModelProto, NodeProto, ValueInfoProto};
use tract_onnx::prelude::*;

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
    /// Texts that the nodes know.
    pub(super) text_levels: Vec<TextLevels>,
}

/// Keeps only the nodes that an output depends on, and checks each against the allow-list.
pub(super) fn extract_subgraph(
    proto: &ModelProto,
    output: &str,
    encoder: &Specification,
) -> Result<Subgraph, ModelError> {
    let mut graph = proto.graph.clone().unwrap_or_default();
    text::attach_tokenizers(&mut graph.node)?;
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
    let facts = GraphFacts::new(&pruned, encoder);
    let contexts = || pruned.graph.iter().flat_map(|graph| &graph.node).map(|node| facts.context(node));
    let operators = contexts().map(|context| build_operator(&context)).collect::<Result<_, ModelError>>()?;
    let text_levels = contexts().flat_map(|context| text_levels(&context)).collect();
    Ok(Subgraph { operators, text_levels, proto: pruned })
}

/// Adds a version of the default operator set, which tract requires even if no node uses it.
fn with_default(imports: &[pb::OperatorSetIdProto]) -> Vec<pb::OperatorSetIdProto> {
    let mut imports = imports.to_vec();
    imports.iter_mut().filter(|import| import.domain == DEFAULT_DOMAIN).for_each(|import| import.domain.clear());
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
    let domain = domain(context.node);
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

/// Distinct operators whose results depend on the processor, sorted.
pub(super) fn inexact_operators(proto: &ModelProto) -> Vec<String> {
    let nodes = proto.graph.iter().flat_map(|graph| &graph.node);
    let fast = nodes.filter(|node| matches!(allowlist::backend(node), Some(Backend::TractInexact)));
    let names: BTreeSet<String> = fast.map(|node| node.op_type.clone()).collect();
    names.into_iter().collect()
}

/// Replaces placeholders by our operators: tract keeps the nodes in order, after inputs and constants.
pub(super) fn insert_operators(model: &mut InferenceModel, subgraph: &Subgraph) -> Result<(), ModelError> {
    let before = model.nodes().len().checked_sub(subgraph.operators.len());
    let first = before.ok_or_else(|| ModelError::Graph("its nodes were not all read".to_owned()))?;
    for (at, operator) in subgraph.operators.iter().enumerate() {
        if let Some(operator) = operator {
            model.node_mut(first + at).op = operator::into_inference_op(operator.clone());
        }
    }
    Ok(())
}
