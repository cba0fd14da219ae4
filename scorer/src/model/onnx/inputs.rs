//! Declared inputs of a graph, and their comparison with the encoder's.

use super::error::ModelError;
use super::graph;
use crate::lead::encode::{Element, Input, Specification};
use tract_onnx::pb::{ModelProto, ValueInfoProto};
use tract_onnx::prelude::DatumType;

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

/// Name, type and width of each input, as far as declared.
fn declared_inputs(proto: &ModelProto) -> Vec<(&str, Option<DatumType>, Option<usize>)> {
    let inputs = proto.graph.iter().flat_map(graph::inputs);
    inputs.map(|input| (input.name.as_str(), graph::element_type(input), width(input))).collect()
}

/// Declared last dimension of a tensor of rank 2.
fn width(input: &ValueInfoProto) -> Option<usize> {
    match graph::shape(input)?.as_slice() {
        [_, columns] => *columns,
        _ => None,
    }
}

/// Checks that graph and encoder agree on the inputs.
pub(super) fn check_inputs(proto: &ModelProto, encoder: &Specification) -> Result<(), ModelError> {
    let found = declared_inputs(proto);
    let matches_encoder = |(name, kind, columns): &(&str, Option<DatumType>, Option<usize>)| {
        let mut same = encoder.inputs.iter().filter(|input| input.name == *name);
        same.next().is_some_and(|input| {
            kind.is_none_or(|kind| kind == datum_type(input.element))
                && columns.is_none_or(|columns| columns == input.features.len())
        }) && same.next().is_none()
    };
    if found.len() == encoder.inputs.len() && found.iter().all(matches_encoder) {
        return Ok(());
    }
    let describe = |name: &str, kind: Option<DatumType>, columns: Option<usize>| {
        let kind = kind.map_or_else(String::new, |kind| format!(" of type {kind:?}"));
        let columns = columns.map_or_else(String::new, |columns| format!(" of {columns} features"));
        format!("{name:?}{columns}{kind}")
    };
    let expected = |input: &Input| describe(&input.name, Some(datum_type(input.element)), Some(input.features.len()));
    Err(ModelError::Inputs {
        found: found.iter().map(|(name, kind, columns)| describe(name, *kind, *columns)).collect::<Vec<_>>().join(", "),
        expected: encoder.inputs.iter().map(expected).collect::<Vec<_>>().join(", "),
    })
}

/// Element type of an encoder's block.
pub(super) fn datum_type(element: Element) -> DatumType {
    match element {
        Element::Float => DatumType::F32,
        Element::Double => DatumType::F64,
        Element::Integer => DatumType::I64,
        Element::String => DatumType::String,
    }
}
