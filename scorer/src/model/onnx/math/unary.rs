//! Elementwise functions of one input. f32 is computed in f64 with libm and rounded once, except where IEEE 754 fixes the
//! f32 result.

use super::super::NodeError;
use super::super::attributes::Attributes;
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::number::{Number, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of numbers. Output: the same type.
#[derive(Debug, Clone, Copy)]
struct Unary {
    formula: Formula,
    evaluate_i64: bool,
}

#[derive(Debug, Clone, Copy)]
enum Formula {
    Abs,
    Ceil,
    Elu(f64),
    Erf,
    Exp,
    Floor,
    Gelu { approximate: bool },
    HardSigmoid(f32, f32),
    LeakyRelu(f32),
    Log,
    Neg,
    Reciprocal,
    Relu,
    Round,
    Selu(f64, f64),
    Sigmoid,
    Sign,
    Softplus,
    Sqrt,
    Tanh,
}

/// Parses a node of this family.
pub(in super::super) fn unary(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    let formula = formula(&attributes, &context.node.op_type)?;
    Ok(Arc::new(Unary {
        formula,
        evaluate_i64: matches!(formula, Formula::Abs | Formula::Neg | Formula::Relu | Formula::Sign),
    }))
}

fn formula(attributes: &Attributes<'_>, operator: &str) -> Result<Formula, NodeError> {
    let alpha = |otherwise: f32| attributes.finite_float("alpha", otherwise);
    let names: &[&str] = match operator {
        "Elu" | "LeakyRelu" => &["alpha"],
        "Gelu" => &["approximate"],
        "HardSigmoid" => &["alpha", "beta"],
        "Selu" => &["alpha", "gamma"],
        _ => &[],
    };
    attributes.check_names(names)?;
    Ok(match operator {
        "Abs" => Formula::Abs,
        "Ceil" => Formula::Ceil,
        "Elu" => Formula::Elu(alpha(1.0)?.into()),
        "Erf" => Formula::Erf,
        "Exp" => Formula::Exp,
        "Floor" => Formula::Floor,
        "Gelu" => Formula::Gelu { approximate: approximate(attributes)? },
        "HardSigmoid" => Formula::HardSigmoid(alpha(0.2)?, attributes.finite_float("beta", 0.5)?),
        "LeakyRelu" => Formula::LeakyRelu(alpha(0.01)?),
        "Log" => Formula::Log,
        "Neg" => Formula::Neg,
        "Reciprocal" => Formula::Reciprocal,
        "Relu" => Formula::Relu,
        "Round" => Formula::Round,
        "Selu" => Formula::Selu(alpha(1.673_263_2)?.into(), attributes.finite_float("gamma", 1.050_701)?.into()),
        "Sigmoid" => Formula::Sigmoid,
        "Sign" => Formula::Sign,
        "Softplus" => Formula::Softplus,
        "Sqrt" => Formula::Sqrt,
        "Tanh" => Formula::Tanh,
        other => return Err(attributes.error("operator", format!("{other} is not served"))),
    })
}

fn approximate(attributes: &Attributes<'_>) -> Result<bool, NodeError> {
    match attributes.string("approximate").as_str() {
        "" | "none" => Ok(false),
        "tanh" => Ok(true),
        other => Err(attributes.error("approximate", format!("{other} should be none or tanh"))),
    }
}

impl Formula {
    /// Evaluates in f32, where each step is rounded.
    fn evaluate_f32(self, x: f32) -> f32 {
        match self {
            Formula::HardSigmoid(alpha, beta) => clamp_unit(alpha * x + beta),
            Formula::LeakyRelu(alpha) if x < 0.0 => alpha * x,
            Formula::LeakyRelu(_) => x,
            Formula::Reciprocal => 1.0 / x,
            Formula::Sqrt => x.sqrt(),
            _ => self.evaluate_f64(x.into()) as f32,
        }
    }

    fn evaluate_f64(self, x: f64) -> f64 {
        match self {
            Formula::Abs => x.abs(),
            Formula::Ceil => libm::ceil(x),
            Formula::Elu(alpha) => {
                if x < 0.0 {
                    alpha * libm::expm1(x)
                } else {
                    x
                }
            }
            Formula::Erf => libm::erf(x),
            Formula::Exp => libm::exp(x),
            Formula::Floor => libm::floor(x),
            Formula::Gelu { approximate: false } => 0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2)),
            Formula::Gelu { approximate: true } => {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x);
                0.5 * x * (1.0 + libm::tanh(inner))
            }
            Formula::HardSigmoid(alpha, beta) => (f64::from(alpha) * x + f64::from(beta)).clamp(0.0, 1.0),
            Formula::LeakyRelu(alpha) => {
                if x < 0.0 {
                    f64::from(alpha) * x
                } else {
                    x
                }
            }
            Formula::Log => libm::log(x),
            Formula::Neg => -x,
            Formula::Reciprocal => 1.0 / x,
            Formula::Relu => {
                if x < 0.0 {
                    0.0
                } else {
                    x
                }
            }
            Formula::Round => libm::rint(x),
            Formula::Selu(alpha, gamma) => gamma * if x < 0.0 { alpha * libm::expm1(x) } else { x },
            Formula::Sigmoid => sigmoid(x),
            Formula::Sign => {
                if x > 0.0 {
                    1.0
                } else if x < 0.0 {
                    -1.0
                } else {
                    x + 0.0
                }
            }
            Formula::Softplus => x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
            Formula::Sqrt => x.sqrt(),
            Formula::Tanh => libm::tanh(x),
        }
    }

    fn evaluate_i64(self, x: i64) -> i64 {
        match self {
            Formula::Abs => x.wrapping_abs(),
            Formula::Neg => x.wrapping_neg(),
            Formula::Sign => x.signum(),
            _ => x.max(0),
        }
    }
}

fn clamp_unit(value: f32) -> f32 {
    value.clamp(0.0, 1.0)
}

fn sigmoid(x: f64) -> f64 {
    let small = libm::exp(-x.abs());
    if x < 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) }
}

impl Operator for Unary {
    fn name(&self) -> &'static str {
        "LeadlightUnary"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let kind = inputs[0].0;
        let is_float = matches!(kind, DatumType::F32 | DatumType::F64);
        ensure!(is_float || self.evaluate_i64 && is_number(kind), "an input of type {kind:?} is not served");
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let (input, formula) = (&inputs[0], self.formula);
        Ok(vec![match input.datum_type() {
            DatumType::F32 => map_elements::<f32, f32>(input, |x| formula.evaluate_f32(x))?,
            DatumType::F64 => map_elements::<f64, f64>(input, |x| formula.evaluate_f64(x))?,
            DatumType::I64 => map_elements::<i64, i64>(input, |x| formula.evaluate_i64(x))?,
            DatumType::I32 => map_elements::<i32, i32>(input, |x| formula.evaluate_i64(x.into()) as i32)?,
            other => bail!("{other:?} is not served"),
        }])
    }
}

fn map_elements<T: Datum + Copy, U: Datum>(input: &Tensor, formula: impl Fn(T) -> U) -> TractResult<Tensor> {
    tensor_from(input.shape(), elements::<T>(input)?.iter().map(|x| formula(*x)).collect())
}

/// Elementwise predicate. Output: the same shape, of bool.
#[derive(Debug)]
enum UnaryPredicate {
    IsNan,
    Not,
}

/// Parses an IsNaN.
pub(in super::super) fn is_nan(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    context.attributes().check_names(&[])?;
    Ok(Arc::new(UnaryPredicate::IsNan))
}

/// Parses a Not.
pub(in super::super) fn not(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    context.attributes().check_names(&[])?;
    Ok(Arc::new(UnaryPredicate::Not))
}

impl Operator for UnaryPredicate {
    fn name(&self) -> &'static str {
        "LeadlightQuestion"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        let fits = match self {
            UnaryPredicate::IsNan => matches!(kind, DatumType::F32 | DatumType::F64),
            UnaryPredicate::Not => *kind == DatumType::Bool,
        };
        ensure!(fits, "an input of type {kind:?} is not served");
        Ok(vec![(DatumType::Bool, shape.clone())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = &inputs[0];
        Ok(vec![match (self, input.datum_type()) {
            (UnaryPredicate::Not, _) => map_elements::<bool, bool>(input, |value| !value)?,
            (UnaryPredicate::IsNan, DatumType::F64) => map_elements::<f64, bool>(input, Number::is_nan)?,
            (UnaryPredicate::IsNan, _) => map_elements::<f32, bool>(input, Number::is_nan)?,
        }])
    }
}
