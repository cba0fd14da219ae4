//! Which output of a graph is the probability of a reply.
//!
//! Owns the rule, which is also told in `docs/MODEL_FORMAT.md`. May not know how a graph is run.

use super::{Graph, ModelError, graph};
use crate::lead::encode::Specification;
use crate::model::bundle::Output;
use tract_onnx::pb::{ModelProto, NodeProto, ValueInfoProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{DimLike, TypedRunnableModel};

/// An output that may hold probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// How many columns it has, where the file says so; an output of one dimension has one.
    pub columns: Option<usize>,
    /// Whether the second of two columns is that of the label 1, or true.
    ordered: bool,
}

/// The outputs that may hold probabilities: floats and doubles, and the maps of a ZipMap.
pub fn outputs(bytes: &[u8]) -> Result<Vec<Candidate>, ModelError> {
    Ok(candidates(&graph::decode(bytes)?))
}

/// The output that is the probability, where the graph leaves no doubt; with the encoder that will feed it, because
/// columns are counted in what the graph makes: what files say of their outputs is not always so.
///
/// Of the outputs of floats, the only one; or the only one with `prob` in its name; or, of two with one column each,
/// whose names end in 0 and in 1, the latter. Of that output the only column, or the second of two. Not of two columns
/// whose labels are texts, or that are targets of a regressor: their order says nothing of what they mean.
pub fn find_output(bytes: &[u8], encoder: &Specification) -> Result<Option<Output>, ModelError> {
    let found = candidates(&graph::decode(bytes)?);
    let is_one = |candidate: &&Candidate| candidate.columns == Some(1);
    let by_class: Vec<&Candidate> = found.iter().filter(is_one).collect();
    if let [zero, one] = by_class.as_slice()
        && found.len() == 2
        && zero.name.ends_with('0')
        && one.name.ends_with('1')
    {
        return Ok(Some(Output { name: one.name.clone(), column: 0 }));
    }
    let named: Vec<&Candidate> =
        found.iter().filter(|candidate| candidate.name.to_ascii_lowercase().contains("prob")).collect();
    let all: Vec<&Candidate> = found.iter().collect();
    let (([only], _) | (_, [only])) = (all.as_slice(), named.as_slice()) else { return Ok(None) };
    let output = |column| Output { name: only.name.clone(), column };
    Ok(match Graph::open(bytes, encoder, &output(0))?.columns {
        1 => Some(output(0)),
        2 if only.ordered => Some(output(1)),
        _ => None,
    })
}

/// What is wrong with an output that was asked for.
pub(super) fn error(proto: &ModelProto, output: &Output) -> ModelError {
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

/// How many columns the planned output has, if it holds numbers and has a row for each lead.
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
        let name = graph::unzipped(graph, &output.name);
        let is_map = name != output.name;
        if !is_map && !matches!(graph::element(output), Some(DatumType::F32 | DatumType::F64)) {
            return None;
        }
        let maker = graph.node.iter().find(|node| node.output.contains(&output.name));
        let labels = maker.filter(|_| is_map).map(keys);
        let classifier = classifier_of(&graph.node, name);
        let classes = labels.or_else(|| classifier.map(labels_of));
        let declared = graph::shape(output).and_then(|shape| match shape.as_slice() {
            [_] => Some(1),
            [_, columns] => *columns,
            _ => None,
        });
        Some(Candidate {
            name: output.name.clone(),
            columns: declared.or(classes.as_ref().map(|(count, _)| *count)),
            ordered: classes.is_none_or(|(_, are_numbers)| are_numbers),
        })
    };
    graph.output.iter().filter_map(candidate).collect()
}

/// How many keys a ZipMap has, and whether they are numbers.
fn keys(node: &NodeProto) -> (usize, bool) {
    let list = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
    let texts = list("classlabels_strings").map_or(0, |attribute| attribute.strings.len());
    let ints = list("classlabels_int64s").map_or(0, |attribute| attribute.ints.len());
    (texts.max(ints), texts == 0)
}

/// The operators that say by themselves what their columns are: classes, or several targets.
const ENDS: [&str; 3] = ["Classifier", "Regressor", "TreeEnsemble"];

/// The classifier or regressor whose columns a value has, followed back through nodes of one input that change no column.
fn classifier_of<'g>(nodes: &'g [NodeProto], value: &str) -> Option<&'g NodeProto> {
    let mut value = value.to_owned();
    for _ in 0..=nodes.len() {
        let maker = nodes.iter().find(|node| node.output.contains(&value))?;
        if ENDS.iter().any(|end| maker.op_type.ends_with(end)) {
            return Some(maker);
        }
        if !matches!(maker.op_type.as_str(), "Identity" | "Cast" | "Mul" | "Normalizer") {
            return None;
        }
        value = maker.input.first()?.clone();
    }
    None
}

/// How many labels a classifier has, and whether they are numbers. A regressor has targets, of which none is the second
/// class.
fn labels_of(node: &NodeProto) -> (usize, bool) {
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
