//! Operator trait, and its adapter to tract.

use std::fmt::Debug;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_hir::infer::InferenceOp;
use tract_onnx::tract_hir::internal::{
    Expansion, InferenceResult, Solver, TensorProxy, check_input_arity, check_output_arity,
};
use tract_onnx::tract_hir::ops::expandable::expand;

/// Element type and shape of a tensor. The first dimension is the leads', where there is one.
pub(super) type TensorType = (DatumType, TVec<TDim>);

/// An operator of ours. Total on tensors of the types that [`Operator::output_types`] accepted.
pub(super) trait Operator: Debug + Send + Sync + 'static {
    /// Name for messages.
    fn name(&self) -> &'static str;

    /// Number of inputs.
    fn inputs(&self) -> usize {
        1
    }

    /// Number of outputs.
    fn outputs(&self) -> usize {
        1
    }

    /// Infers the types of the outputs; fails for unsupported inputs.
    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>>;

    /// Computes the outputs.
    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>>;
}

/// Wraps an operator for tract.
pub(super) fn into_inference_op(operator: Arc<dyn Operator>) -> Box<dyn InferenceOp> {
    expand(TractAdapter(operator))
}

#[derive(Debug, Clone)]
struct TractAdapter(Arc<dyn Operator>);

// tract compares operators only to find equal nodes; an operator is equal to itself.
impl PartialEq for TractAdapter {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for TractAdapter {}

impl TractAdapter {
    /// Waits for the types of all inputs, one after the other, then states those of the outputs.
    fn infer_types<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
        known: Vec<TensorType>,
    ) -> InferenceResult {
        let Some(next) = inputs.get(known.len()) else {
            for ((kind, shape), output) in self.0.output_types(&known)?.into_iter().zip(outputs) {
                solver.equals(&output.datum_type, kind)?;
                solver.equals(&output.shape, shape)?;
            }
            return Ok(());
        };
        solver.given_2(&next.datum_type, &next.shape, move |solver, kind, shape| {
            self.infer_types(solver, inputs, outputs, [known.clone(), vec![(kind, shape)]].concat())
        })
    }
}

impl Expansion for TractAdapter {
    fn name(&self) -> StaticName {
        self.0.name().into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, self.0.inputs())?;
        check_output_arity(outputs, self.0.outputs())?;
        self.infer_types(solver, inputs, outputs, vec![])
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.0.outputs())
    }
}

impl Op for TractAdapter {
    fn name(&self) -> StaticName {
        self.0.name().into()
    }

    op_as_typed_op!();
}

impl EvalOp for TractAdapter {
    op_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        Ok(self.0.run(&inputs)?.into_iter().map(Tensor::into_tvalue).collect())
    }
}

impl TypedOp for TractAdapter {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let known: Vec<TensorType> = inputs.iter().map(|fact| (fact.datum_type, fact.shape.to_tvec())).collect();
        Ok(self.0.output_types(&known)?.into_iter().map(|(kind, shape)| kind.fact(shape)).collect())
    }

    as_op!();
}

/// Rows and columns of a tensor of rank 1 or 2; rank 1 is one row, as in onnxruntime.
pub(super) fn rows_and_columns(shape: &[usize]) -> TractResult<[usize; 2]> {
    match *shape {
        [columns] => Ok([1, columns]),
        [rows, columns] => Ok([rows, columns]),
        _ => bail!("the input should have one or two dimensions"),
    }
}

/// Tensor of row-major values.
pub(super) fn tensor_from<T: Datum>(shape: &[usize], values: Vec<T>) -> TractResult<Tensor> {
    Ok(tract_ndarray::ArrayD::from_shape_vec(shape, values)?.into_tensor())
}
