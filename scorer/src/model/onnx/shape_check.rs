//! Size check: infers the shapes of all intermediate values before any of them is allocated.
//!
//! tract evaluates constant parts while it plans, so a small file could make it allocate without bound: a shape of 2^40,
//! or forty Concats that each double the previous one. Here shapes are inferred first, and values only of small constants.

use super::ModelError;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::{Factoid, InferenceFact, InferenceModel};

/// Most elements per lead that one node may produce.
const NODE_ELEMENTS_MAX: u64 = 1 << 20;

/// Most elements per lead that all nodes may produce.
const GRAPH_ELEMENTS_MAX: u64 = 1 << 23;

/// Most elements of a constant that is evaluated for shape inference.
const EVALUATED_MAX: u64 = 4096;

/// Number of elements that the graph produces per lead; fails where a node or the sum exceeds the caps.
pub(super) fn count_elements(model: &InferenceModel, rows: &Symbol) -> Result<u64, ModelError> {
    let mut facts: std::collections::HashMap<OutletId, InferenceFact> = std::collections::HashMap::new();
    let mut total = 0_u64;
    for id in model.eval_order().map_err(|error| super::graph_error(&error))? {
        let node = model.node(id);
        let inputs: TVec<InferenceFact> =
            node.inputs.iter().map(|outlet| facts.get(outlet).cloned().unwrap_or_default()).collect();
        let outputs = infer(model, id, &inputs).map_err(|error| super::graph_error(&error))?;
        for (slot, fact) in outputs.into_iter().enumerate() {
            let count = element_count(&fact, rows);
            total = total.saturating_add(count);
            if count > NODE_ELEMENTS_MAX || total > GRAPH_ELEMENTS_MAX {
                let reason = format!(
                    "node {:?} makes {count} numbers for a lead; at most {NODE_ELEMENTS_MAX} are allowed, {GRAPH_ELEMENTS_MAX} in all nodes",
                    node.name
                );
                return Err(ModelError::TooLarge(reason));
            }
            facts.insert(OutletId::new(id, slot), fact);
        }
    }
    Ok(total)
}

/// Infers a node's outputs: shapes from its inputs, and values of small constants.
fn infer(model: &InferenceModel, id: usize, inputs: &TVec<InferenceFact>) -> TractResult<TVec<InferenceFact>> {
    let node = model.node(id);
    let known: TVec<InferenceFact> = node.outputs.iter().map(|output| output.fact.clone()).collect();
    if node.inputs.is_empty() {
        return Ok(known);
    }
    let mut op = node.op.clone();
    let observed = op.observe_outlets(model, node)?;
    let observed: TVec<&InferenceFact> =
        observed.iter().map(|outlet| model.outlet_fact(*outlet)).collect::<TractResult<_>>()?;
    let (inputs, outputs, _) = op.infer_facts(inputs.iter().collect(), known.iter().collect(), observed)?;
    let values: Option<TVec<TValue>> = inputs.iter().map(|fact| Some(fact.value.concretize()?.into_tvalue())).collect();
    let is_small = |fact: &InferenceFact| {
        let shape = fact.shape.concretize().map(|shape| volume(&shape));
        shape.is_some_and(|volume| volume <= EVALUATED_MAX)
    };
    match values {
        Some(values) if inputs.iter().chain(&outputs).all(is_small) => {
            let Ok(Some(made)) = op.eval_out_of_plan(values) else { return Ok(outputs) };
            made.into_iter().map(|value| value.into_arc_tensor().try_into()).collect()
        }
        _ => Ok(outputs),
    }
}

/// Number of elements of a fact for one lead. Unknown shapes count as 0; tract rejects them, since it needs every shape
/// before it runs.
fn element_count(fact: &InferenceFact, rows: &Symbol) -> u64 {
    let one = SymbolValues::default().with(rows, 1);
    fact.shape
        .concretize()
        .map_or(0, |shape| volume(&shape.iter().map(|length| length.eval(&one)).collect::<TVec<TDim>>()))
}

fn volume(shape: &[TDim]) -> u64 {
    let length = |length: &TDim| length.to_i64().map_or(1, |length| u64::try_from(length).unwrap_or(0));
    shape.iter().fold(1, |volume: u64, dimension| volume.saturating_mul(length(dimension)))
}
