//! The sizes of everything that a graph makes, worked out before any of it is made.
//!
//! tract evaluates constant parts while it plans, so a small file could have it allocate without bound: a shape of
//! 2^40, or forty Concats each of the one before twice. Here every node's shape is derived first, and values only of
//! constants that are small. May not know what operators compute.

use super::ModelError;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::{Factoid, InferenceFact, InferenceModel};

/// The most elements that one node may make for one lead.
const ELEMENTS_MAX: u64 = 1 << 20;

/// The most elements that all nodes together may make for one lead.
const ALL_ELEMENTS_MAX: u64 = 1 << 23;

/// The most elements of a constant whose value may decide a shape.
const VALUE_MAX: u64 = 4096;

/// The number of elements that the graph makes for one lead, or which node makes too many.
pub(super) fn elements(model: &InferenceModel, rows: &Symbol) -> Result<u64, ModelError> {
    let mut facts: std::collections::HashMap<OutletId, InferenceFact> = std::collections::HashMap::new();
    let mut all = 0_u64;
    for id in model.eval_order().map_err(|error| super::graph_error(&error))? {
        let node = model.node(id);
        let inputs: TVec<InferenceFact> =
            node.inputs.iter().map(|outlet| facts.get(outlet).cloned().unwrap_or_default()).collect();
        let made = derive(model, id, &inputs).map_err(|error| super::graph_error(&error))?;
        for (slot, fact) in made.into_iter().enumerate() {
            let size = size(&fact, rows);
            all = all.saturating_add(size);
            if size > ELEMENTS_MAX || all > ALL_ELEMENTS_MAX {
                let reason = format!(
                    "node {:?} makes {size} numbers for a lead; at most {ELEMENTS_MAX} are allowed, {ALL_ELEMENTS_MAX} in all nodes",
                    node.name
                );
                return Err(ModelError::TooLarge(reason));
            }
            facts.insert(OutletId::new(id, slot), fact);
        }
    }
    Ok(all)
}

/// What a node makes: the shapes that follow from its inputs, and the values where they are small constants.
fn derive(model: &InferenceModel, id: usize, inputs: &TVec<InferenceFact>) -> TractResult<TVec<InferenceFact>> {
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
        shape.is_some_and(|volume| volume <= VALUE_MAX)
    };
    match values {
        Some(values) if inputs.iter().chain(&outputs).all(is_small) => {
            let Ok(Some(made)) = op.eval_out_of_plan(values) else { return Ok(outputs) };
            made.into_iter().map(|value| value.into_arc_tensor().try_into()).collect()
        }
        _ => Ok(outputs),
    }
}

/// How many elements a fact stands for where there is one lead; what cannot be told counts as nothing here and is
/// refused by tract, which wants to know every shape before it runs.
fn size(fact: &InferenceFact, rows: &Symbol) -> u64 {
    let one = SymbolValues::default().with(rows, 1);
    fact.shape
        .concretize()
        .map_or(0, |shape| volume(&shape.iter().map(|length| length.eval(&one)).collect::<TVec<TDim>>()))
}

fn volume(shape: &[TDim]) -> u64 {
    let length = |length: &TDim| length.to_i64().map_or(1, |length| u64::try_from(length).unwrap_or(0));
    shape.iter().fold(1, |volume: u64, dimension| volume.saturating_mul(length(dimension)))
}
