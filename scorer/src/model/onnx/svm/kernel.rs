//! What a row and a support vector have in common, as a number.
//!
//! May not know what the numbers are used for.

use super::super::NodeError;
use super::super::attributes::Attributes;

/// How rows are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Linear,
    Poly,
    Rbf,
    Sigmoid,
}

/// A kernel and the vectors that rows are compared with.
#[derive(Debug)]
pub(super) struct Kernel {
    kind: Kind,
    gamma: f32,
    coef0: f32,
    degree: f32,
    /// Row-major, vectors × features.
    vectors: Vec<f32>,
    pub(super) features: usize,
}

impl Kernel {
    /// Reads `kernel_type` and `kernel_params` for some vectors; without support vectors a model is linear.
    pub(super) fn read(
        attributes: &Attributes<'_>,
        vectors: &[f32],
        count: usize,
        linear: bool,
    ) -> Result<Self, NodeError> {
        let kind = match attributes.text("kernel_type").as_str() {
            "" | "LINEAR" => Kind::Linear,
            "POLY" => Kind::Poly,
            "RBF" => Kind::Rbf,
            "SIGMOID" => Kind::Sigmoid,
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
        Ok(Kernel { kind: if linear { Kind::Linear } else { kind }, gamma, coef0, degree, vectors, features })
    }

    /// The kernel of a row with each vector.
    pub(super) fn of(&self, row: &[f32], out: &mut [f32]) {
        for (vector, out) in self.vectors.chunks_exact(self.features).zip(out) {
            *out = self.one(row, vector);
        }
    }

    fn one(&self, row: &[f32], vector: &[f32]) -> f32 {
        let pairs = row.iter().zip(vector);
        if self.kind == Kind::Rbf {
            let distance = pairs.fold(0.0, |sum: f32, (a, b)| sum + (a - b) * (a - b));
            return exp(-self.gamma * distance);
        }
        let product = pairs.fold(0.0, |sum, (a, b)| added(sum, *a, *b));
        let scaled = self.gamma * product + self.coef0;
        match self.kind {
            Kind::Linear => product,
            Kind::Sigmoid => libm::tanh(f64::from(scaled)) as f32,
            Kind::Poly if self.degree == 2.0 => scaled * scaled,
            Kind::Poly if self.degree == 3.0 => scaled * scaled * scaled,
            _ => libm::pow(f64::from(scaled), f64::from(self.degree)) as f32,
        }
    }
}

/// The sum and the product of two more, rounded once, as processors that can multiply and add in one step do, and
/// onnxruntime with them: in sums over many vectors that cancel each other out, a rounding more is seen. The product of
/// two f32 is exact in f64.
fn added(sum: f32, a: f32, b: f32) -> f32 {
    (f64::from(sum) + f64::from(a) * f64::from(b)) as f32
}

fn exp(value: f32) -> f32 {
    libm::exp(f64::from(value)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_and_a_product_are_rounded_together() {
        // 1.0002441² is 1 + 2⁻¹¹ + 2⁻²⁴: rounded by itself it loses what is left here.
        let near_one = 1.0 + f32::EPSILON * 2048.0;
        let vectors = vec![1.0, near_one];
        let kernel = Kernel { kind: Kind::Linear, gamma: 0.0, coef0: 0.0, degree: 0.0, vectors, features: 2 };
        let mut product = [0.0];
        kernel.of(&[-1.0 - f32::EPSILON * 4096.0, near_one], &mut product);
        assert_eq!(product, [0.5 * f32::EPSILON]);
    }
}
