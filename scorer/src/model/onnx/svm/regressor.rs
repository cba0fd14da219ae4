//! SVMRegressor: features to one score. As in onnxruntime, `post_transform` has no effect.

use super::super::NodeError;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, rows_and_columns, tensor_from};
use super::kernel::Kernel;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows, features) of f32. Output: (rows, 1) of f32.
#[derive(Debug)]
struct Regressor {
    kernel: Kernel,
    /// One per support vector; `None` for a linear model, whose coefficients are the kernel's only vector.
    coefficients: Option<Vec<f32>>,
    rho: f32,
    /// True when the output is the sign of the score: 1 above 0, else -1.
    one_class: bool,
}

const NAMES: [&str; 8] = [
    "coefficients",
    "kernel_params",
    "kernel_type",
    "n_supports",
    "one_class",
    "post_transform",
    "rho",
    "support_vectors",
];

/// Parses a SVMRegressor.
pub(in super::super) fn regressor(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&NAMES)?;
    attributes.post_transform()?;
    let coefficients = attributes.finite("coefficients", attributes.floats("coefficients"))?;
    let [rho] = *attributes.finite("rho", attributes.floats("rho"))? else {
        return Err(attributes.error("rho", "should be one value"));
    };
    let one_class = attributes.int("one_class", 0) != 0;
    let Ok(supports) = usize::try_from(attributes.int("n_supports", 0)) else {
        return Err(attributes.error("n_supports", "should be at least 0"));
    };
    if supports == 0 {
        let kernel = Kernel::parse(&attributes, coefficients, 1, true)?;
        return Ok(Arc::new(Regressor { kernel, coefficients: None, rho, one_class }));
    }
    attributes.check_length("coefficients", coefficients, supports)?;
    let kernel = Kernel::parse(&attributes, attributes.floats("support_vectors"), supports, false)?;
    Ok(Arc::new(Regressor { kernel, coefficients: Some(coefficients.to_vec()), rho, one_class }))
}

impl Operator for Regressor {
    fn name(&self) -> &'static str {
        "LeadlightSvmRegressor"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        let [rows, columns] = shape.as_slice() else { bail!("the input should have two dimensions") };
        ensure!(*kind == DatumType::F32, "the input should hold floats");
        let features = self.kernel.features;
        ensure!(*columns == features.to_dim(), "{features} features are read, but there are {columns}");
        Ok(vec![(DatumType::F32, tvec!(rows.clone(), 1.to_dim()))])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let [rows, columns] = rows_and_columns(inputs[0].shape())?;
        let mut kernels = vec![0.0; self.coefficients.as_ref().map_or(1, Vec::len)];
        let score = |row: &[f32]| {
            self.kernel.evaluate(row, &mut kernels);
            let sum = match &self.coefficients {
                Some(coefficients) => kernels.iter().zip(coefficients).fold(0.0, |sum, (a, b)| sum + a * b),
                None => kernels[0],
            };
            let score = sum + self.rho;
            match self.one_class {
                true if score > 0.0 => 1.0,
                true => -1.0,
                false => score,
            }
        };
        let scores = elements::<f32>(&inputs[0])?.chunks_exact(columns.max(1)).map(score).collect();
        Ok(vec![tensor_from(&[rows, 1], scores)?])
    }
}
