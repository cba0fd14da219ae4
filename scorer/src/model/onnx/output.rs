//! Detection of the output that holds the probability of a reply; `docs/MODEL_FORMAT.md` documents the rule.

use super::{Graph, ModelError, graph};
use crate::lead::encode::Specification;
use crate::model::bundle::OutputColumn;
use tract_onnx::pb::{ModelProto, NodeProto, ValueInfoProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{DimLike, TypedRunnableModel};

/// Output that may hold probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Name.
    pub name: String,
    /// Number of columns, if declared; 1 for an output of rank 1.
    pub columns: Option<usize>,
    /// True when the second of two columns belongs to the positive class.
    has_positive_column: bool,
}

/// Outputs that may hold probabilities: floats, doubles, and the maps of a ZipMap.
pub fn outputs(bytes: &[u8]) -> Result<Vec<Candidate>, ModelError> {
    Ok(candidates(&graph::decode(bytes)?))
}

/// Finds the probability output; `None` where the graph is ambiguous. Needs the encoder, because columns are counted in
/// the planned graph: files may declare wrong shapes.
///
/// Of the float outputs, takes the only one; or the only one with `prob` in its name; or, of two with one column each,
/// whose names end in 0 and in 1, the latter. Of that output, takes the only column, or the second of two. Two columns
/// are ambiguous if their labels are strings or they are targets of a regressor.
pub fn find_output(bytes: &[u8], encoder: &Specification) -> Result<Option<OutputColumn>, ModelError> {
    let found = candidates(&graph::decode(bytes)?);
    let is_one = |candidate: &&Candidate| candidate.columns == Some(1);
    let single_columns: Vec<&Candidate> = found.iter().filter(is_one).collect();
    if let [zero, one] = single_columns.as_slice()
        && found.len() == 2
        && zero.name.ends_with('0')
        && one.name.ends_with('1')
    {
        return Ok(Some(OutputColumn { name: one.name.clone(), column: 0 }));
    }
    let named: Vec<&Candidate> =
        found.iter().filter(|candidate| candidate.name.to_ascii_lowercase().contains("prob")).collect();
    let all: Vec<&Candidate> = found.iter().collect();
    let (([only], _) | (_, [only])) = (all.as_slice(), named.as_slice()) else { return Ok(None) };
    let output = |column| OutputColumn { name: only.name.clone(), column };
    Ok(match Graph::open(bytes, encoder, &output(0))?.columns {
        1 => Some(output(0)),
        2 if only.has_positive_column => Some(output(1)),
        _ => None,
    })
}

/// Error for a requested output that is missing or has too few columns.
pub(super) fn error(proto: &ModelProto, output: &OutputColumn) -> ModelError {
    let shown = |candidate: Candidate| match candidate.columns {
        Some(columns) => format!("{:?} of {columns} columns", candidate.name),
        None => format!("{:?}", candidate.name),
    };
    let found: Vec<String> = candidates(proto).into_iter().map(shown).collect();
    ModelError::Output {
        name: output.name.clone(),
        column: output.column,
        found: if found.is_empty() { "no output of numbers".to_owned() } else { found.join(", ") },
    }
}

/// Number of columns of the planned output; `None` if it is not numeric or has no row for each lead.
pub(super) fn columns(plan: &TypedRunnableModel) -> Option<usize> {
    let fact = plan.model().output_fact(0).ok()?;
    if !matches!(fact.datum_type, DatumType::F32 | DatumType::F64) {
        return None;
    }
    let rows = plan.model().input_fact(0).ok()?.shape.first()?.clone();
    match fact.shape.dims() {
        [first] if *first == rows => Some(1),
        [first, columns] if *first == rows => columns.to_usize().ok(),
        _ => None,
    }
}

fn candidates(proto: &ModelProto) -> Vec<Candidate> {
    let Some(graph) = &proto.graph else { return Vec::new() };
    let candidate = |output: &ValueInfoProto| {
        let name = graph::resolve_zipmap(graph, &output.name);
        let is_map = name != output.name;
        if !is_map && !matches!(graph::element_type(output), Some(DatumType::F32 | DatumType::F64)) {
            return None;
        }
        let producer = graph.node.iter().find(|node| node.output.contains(&output.name));
        let labels = producer.filter(|_| is_map).map(zipmap_keys);
        let classifier = find_estimator(&graph.node, name);
        let classes = labels.or_else(|| classifier.map(class_labels));
        let declared = graph::shape(output).and_then(|shape| match shape.as_slice() {
            [_] => Some(1),
            [_, columns] => *columns,
            _ => None,
        });
        Some(Candidate {
            name: output.name.clone(),
            columns: declared.or(classes.as_ref().map(|(count, _)| *count)),
            has_positive_column: classes.is_none_or(|(_, are_numbers)| are_numbers),
        })
    };
    graph.output.iter().filter_map(candidate).collect()
}

/// Number of keys of a ZipMap; true when they are integers.
fn zipmap_keys(node: &NodeProto) -> (usize, bool) {
    let list = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
    let texts = list("classlabels_strings").map_or(0, |attribute| attribute.strings.len());
    let ints = list("classlabels_int64s").map_or(0, |attribute| attribute.ints.len());
    (texts.max(ints), texts == 0)
}

/// Suffixes of operators that define their columns: classes or targets.
const ESTIMATOR_SUFFIXES: [&str; 3] = ["Classifier", "Regressor", "TreeEnsemble"];

/// Classifier or regressor that defines a value's columns, found through single-input nodes that keep the columns.
fn find_estimator<'g>(nodes: &'g [NodeProto], value: &str) -> Option<&'g NodeProto> {
    let mut value = value.to_owned();
    for _ in 0..=nodes.len() {
        let producer = nodes.iter().find(|node| node.output.contains(&value))?;
        if ESTIMATOR_SUFFIXES.iter().any(|suffix| producer.op_type.ends_with(suffix)) {
            return Some(producer);
        }
        if !matches!(producer.op_type.as_str(), "Identity" | "Cast" | "Mul" | "Normalizer") {
            return None;
        }
        value = producer.input.first()?.clone();
    }
    None
}

/// Number of labels of a classifier; true when they are integers. For a regressor its targets, none of which is a
/// positive class.
fn class_labels(node: &NodeProto) -> (usize, bool) {
    if !node.op_type.ends_with("Classifier") {
        let targets =
            node.attribute.iter().find(|attribute| matches!(attribute.name.as_str(), "n_targets" | "targets"));
        return (targets.and_then(|targets| usize::try_from(targets.i).ok()).unwrap_or(1), false);
    }
    let lists = node.attribute.iter().filter(|attribute| attribute.name.starts_with("classlabels_"));
    let (texts, ints): (Vec<usize>, Vec<usize>) =
        lists.map(|attribute| (attribute.strings.len(), attribute.ints.len())).unzip();
    let texts: usize = texts.iter().sum();
    (texts.max(ints.iter().sum()), texts == 0)
}
