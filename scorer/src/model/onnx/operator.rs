//! Our operators in the clothes that tract wants.
//!
//! Owns the one adapter between tract's register and what an operator of ours is: a name, the types and shapes of its
//! outputs, and its values. May not know any operator.

use std::fmt::Debug;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_hir::infer::InferenceOp;
use tract_onnx::tract_hir::internal::{
    Expansion, InferenceResult, Solver, TensorProxy, check_input_arity, check_output_arity,
};
use tract_onnx::tract_hir::ops::expandable::expand;

/// The type and the shape of a tensor. The first dimension is that of the leads, where there is one.
pub(super) type Form = (DatumType, TVec<TDim>);

/// An operator of ours. Total on tensors of the forms that [`Operation::forms`] accepted.
pub(super) trait Operation: Debug + Send + Sync + 'static {
    /// Its name, for people.
    fn name(&self) -> &'static str;

    /// How many inputs it reads.
    fn inputs(&self) -> usize {
        1
    }

    /// How many outputs it makes.
    fn outputs(&self) -> usize {
        1
    }

    /// The forms of its outputs, or why these inputs cannot be used.
    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>>;

    /// The values of its outputs.
    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>>;
}

/// Wraps an operator for tract's register.
pub(super) fn boxed(operation: Arc<dyn Operation>) -> Box<dyn InferenceOp> {
    expand(Adapter(operation))
}

#[derive(Debug, Clone)]
struct Adapter(Arc<dyn Operation>);

// Only used by tract to find equal nodes: one operator is equal to itself.
impl PartialEq for Adapter {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Adapter {}

impl Adapter {
    /// States what follows once the first so many inputs are known, and asks for the next.
    fn solve<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
        known: Vec<Form>,
    ) -> InferenceResult {
        let Some(next) = inputs.get(known.len()) else {
            for ((kind, shape), output) in self.0.forms(&known)?.into_iter().zip(outputs) {
                solver.equals(&output.datum_type, kind)?;
                solver.equals(&output.shape, shape)?;
            }
            return Ok(());
        };
        solver.given_2(&next.datum_type, &next.shape, move |solver, kind, shape| {
            self.solve(solver, inputs, outputs, [known.clone(), vec![(kind, shape)]].concat())
        })
    }
}

impl Expansion for Adapter {
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
        self.solve(solver, inputs, outputs, vec![])
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.0.outputs())
    }
}

impl Op for Adapter {
    fn name(&self) -> StaticName {
        self.0.name().into()
    }

    op_as_typed_op!();
}

impl EvalOp for Adapter {
    op_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        Ok(self.0.run(&inputs)?.into_iter().map(Tensor::into_tvalue).collect())
    }
}

impl TypedOp for Adapter {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let known: Vec<Form> = inputs.iter().map(|fact| (fact.datum_type, fact.shape.to_tvec())).collect();
        Ok(self.0.forms(&known)?.into_iter().map(|(kind, shape)| kind.fact(shape)).collect())
    }

    as_op!();
}

/// Rows and columns of a tensor of rank 1 or 2; a tensor of rank 1 is one row, as onnxruntime takes it.
pub(super) fn rows_and_columns(shape: &[usize]) -> TractResult<[usize; 2]> {
    match *shape {
        [columns] => Ok([1, columns]),
        [rows, columns] => Ok([rows, columns]),
        _ => bail!("the input should have one or two dimensions"),
    }
}

/// A tensor of that shape.
pub(super) fn made<T: Datum>(shape: &[usize], values: Vec<T>) -> TractResult<Tensor> {
    Ok(tract_ndarray::ArrayD::from_shape_vec(shape, values)?.into_tensor())
}
