//! SVM kernel functions of a row and the support vectors.

use super::super::NodeError;
use super::super::attributes::Attributes;

/// Kernel function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum KernelKind {
    Linear,
    Poly,
    Rbf,
    Sigmoid,
}

/// Kernel function with its parameters and vectors.
#[derive(Debug)]
pub(super) struct Kernel {
    kind: KernelKind,
    gamma: f32,
    coef0: f32,
    degree: f32,
    /// Row-major, vectors × features.
    vectors: Vec<f32>,
    pub(super) features: usize,
}

impl Kernel {
    /// Parses `kernel_type` and `kernel_params`; without support vectors the kernel is linear.
    pub(super) fn parse(
        attributes: &Attributes<'_>,
        vectors: &[f32],
        count: usize,
        linear: bool,
    ) -> Result<Self, NodeError> {
        let kind = match attributes.string("kernel_type").as_str() {
            "" | "LINEAR" => KernelKind::Linear,
            "POLY" => KernelKind::Poly,
            "RBF" => KernelKind::Rbf,
            "SIGMOID" => KernelKind::Sigmoid,
            other => {
                let reason = format!("{other} should be LINEAR, POLY, RBF or SIGMOID");
                return Err(attributes.error("kernel_type", reason));
            }
        };
        let parameters = attributes.finite("kernel_params", attributes.floats("kernel_params"))?;
        let (gamma, coef0, degree) = match *parameters {
            [] => (0.0, 0.0, 0.0),
            [gamma, coef0, degree] => (gamma, coef0, degree),
            _ => return Err(attributes.error("kernel_params", "should be gamma, coef0 and degree")),
        };
        let name = if linear { "coefficients" } else { "support_vectors" };
        let features = vectors.len().checked_div(count).unwrap_or(0);
        if features == 0 || features * count != vectors.len() {
            return Err(attributes.error(name, format!("has {} values for {count} vectors", vectors.len())));
        }
        let vectors = attributes.finite(name, vectors)?.to_vec();
        Ok(Kernel { kind: if linear { KernelKind::Linear } else { kind }, gamma, coef0, degree, vectors, features })
    }

    /// Evaluates the kernel of a row with each vector.
    pub(super) fn evaluate(&self, row: &[f32], out: &mut [f32]) {
        for (vector, out) in self.vectors.chunks_exact(self.features).zip(out) {
            *out = self.evaluate_one(row, vector);
        }
    }

    fn evaluate_one(&self, row: &[f32], vector: &[f32]) -> f32 {
        let pairs = row.iter().zip(vector);
        if self.kind == KernelKind::Rbf {
            let distance = pairs.fold(0.0, |sum: f32, (a, b)| sum + (a - b) * (a - b));
            return exp(-self.gamma * distance);
        }
        let product = pairs.fold(0.0, |sum, (a, b)| multiply_add(sum, *a, *b));
        let scaled = self.gamma * product + self.coef0;
        match self.kind {
            KernelKind::Linear => product,
            KernelKind::Sigmoid => libm::tanh(f64::from(scaled)) as f32,
            KernelKind::Poly if self.degree == 2.0 => scaled * scaled,
            KernelKind::Poly if self.degree == 3.0 => scaled * scaled * scaled,
            _ => libm::pow(f64::from(scaled), f64::from(self.degree)) as f32,
        }
    }
}

/// Fused multiply-add: the product of two f32 is exact in f64, and the sum is rounded once. onnxruntime gets this from the
/// processor; in sums over many vectors that cancel out, one more rounding is visible.
fn multiply_add(sum: f32, a: f32, b: f32) -> f32 {
    (f64::from(sum) + f64::from(a) * f64::from(b)) as f32
}

fn exp(value: f32) -> f32 {
    libm::exp(f64::from(value)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiply_add_rounds_once() {
        // 1.0002441² is 1 + 2⁻¹¹ + 2⁻²⁴: rounded by itself it loses the last term.
        let near_one = 1.0 + f32::EPSILON * 2048.0;
        let vectors = vec![1.0, near_one];
        let kernel = Kernel { kind: KernelKind::Linear, gamma: 0.0, coef0: 0.0, degree: 0.0, vectors, features: 2 };
        let mut product = [0.0];
        kernel.evaluate(&[-1.0 - f32::EPSILON * 4096.0, near_one], &mut product);
        assert_eq!(product, [0.5 * f32::EPSILON]);
    }
}
