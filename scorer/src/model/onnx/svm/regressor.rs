//! SVMRegressor: features -> one score.
//!
//! Owns its attributes; onnxruntime does nothing about a transform. May not know what the score means.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made, rows_and_columns};
use super::super::score::slice;
use super::super::site::Site;
use super::kernel::Kernel;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows, features) of f32. Output: (rows, 1) of f32.
#[derive(Debug)]
struct Regressor {
    kernel: Kernel,
    /// One for each support vector; `None` where the kernel's only vector is the coefficients.
    coefficients: Option<Vec<f32>>,
    rho: f32,
    /// Whether the answer is only on which side of 0 the score is: 1 above it, else -1.
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

/// Reads a SVMRegressor.
pub(in super::super) fn regressor(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&NAMES)?;
    attributes.transform()?;
    let coefficients = attributes.finite("coefficients", attributes.floats("coefficients"))?;
    let [rho] = *attributes.finite("rho", attributes.floats("rho"))? else {
        return Err(attributes.error("rho", "should be one value"));
    };
    let one_class = attributes.int("one_class", 0) != 0;
    let Ok(supports) = usize::try_from(attributes.int("n_supports", 0)) else {
        return Err(attributes.error("n_supports", "should be at least 0"));
    };
    if supports == 0 {
        let kernel = Kernel::read(&attributes, coefficients, 1, true)?;
        return Ok(Arc::new(Regressor { kernel, coefficients: None, rho, one_class }));
    }
    attributes.length("coefficients", coefficients, supports)?;
    let kernel = Kernel::read(&attributes, attributes.floats("support_vectors"), supports, false)?;
    Ok(Arc::new(Regressor { kernel, coefficients: Some(coefficients.to_vec()), rho, one_class }))
}

impl Operation for Regressor {
    fn name(&self) -> &'static str {
        "LeadlightSvmRegressor"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
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
            self.kernel.of(row, &mut kernels);
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
        let scores = slice::<f32>(&inputs[0])?.chunks_exact(columns.max(1)).map(score).collect();
        Ok(vec![made(&[rows, 1], scores)?])
    }
}
