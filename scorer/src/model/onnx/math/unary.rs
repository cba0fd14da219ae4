//! Operators of one input that change each number by itself.
//!
//! Owns their formulas: f32 is worked out in f64 with libm and rounded once, but for what IEEE 754 rounds in one way only.
//! May not know what the numbers are.

use super::super::NodeError;
use super::super::attributes::Attributes;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::numbers::{Number, is_number};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: any shape, of numbers. Output: the same form.
#[derive(Debug, Clone, Copy)]
struct Unary {
    formula: Formula,
    whole: bool,
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

/// Reads a node of this family.
pub(in super::super) fn unary(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    let formula = formula(&attributes, &site.node.op_type)?;
    Ok(Arc::new(Unary {
        formula,
        whole: matches!(formula, Formula::Abs | Formula::Neg | Formula::Relu | Formula::Sign),
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
    attributes.known(names)?;
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
    match attributes.text("approximate").as_str() {
        "" | "none" => Ok(false),
        "tanh" => Ok(true),
        other => Err(attributes.error("approximate", format!("{other} should be none or tanh"))),
    }
}

impl Formula {
    /// In f32, where each step is rounded by itself.
    fn single(self, x: f32) -> f32 {
        match self {
            Formula::HardSigmoid(alpha, beta) => bounded(alpha * x + beta),
            Formula::LeakyRelu(alpha) if x < 0.0 => alpha * x,
            Formula::LeakyRelu(_) => x,
            Formula::Reciprocal => 1.0 / x,
            Formula::Sqrt => x.sqrt(),
            _ => self.double(x.into()) as f32,
        }
    }

    fn double(self, x: f64) -> f64 {
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

    fn whole(self, x: i64) -> i64 {
        match self {
            Formula::Abs => x.wrapping_abs(),
            Formula::Neg => x.wrapping_neg(),
            Formula::Sign => x.signum(),
            _ => x.max(0),
        }
    }
}

fn bounded(value: f32) -> f32 {
    value.clamp(0.0, 1.0)
}

fn sigmoid(x: f64) -> f64 {
    let small = libm::exp(-x.abs());
    if x < 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) }
}

impl Operation for Unary {
    fn name(&self) -> &'static str {
        "LeadlightUnary"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let kind = inputs[0].0;
        let is_float = matches!(kind, DatumType::F32 | DatumType::F64);
        ensure!(is_float || self.whole && is_number(kind), "an input of type {kind:?} is not served");
        Ok(vec![inputs[0].clone()])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let (input, formula) = (&inputs[0], self.formula);
        Ok(vec![match input.datum_type() {
            DatumType::F32 => each::<f32, f32>(input, |x| formula.single(x))?,
            DatumType::F64 => each::<f64, f64>(input, |x| formula.double(x))?,
            DatumType::I64 => each::<i64, i64>(input, |x| formula.whole(x))?,
            DatumType::I32 => each::<i32, i32>(input, |x| formula.whole(x.into()) as i32)?,
            other => bail!("{other:?} is not served"),
        }])
    }
}

fn each<T: Datum + Copy, U: Datum>(input: &Tensor, formula: impl Fn(T) -> U) -> TractResult<Tensor> {
    made(input.shape(), slice::<T>(input)?.iter().map(|x| formula(*x)).collect())
}

/// Yes or no of each element by itself. Output: the same shape, of bool.
#[derive(Debug)]
enum Question {
    IsNan,
    Not,
}

/// Reads an IsNaN.
pub(in super::super) fn is_nan(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    site.attributes().known(&[])?;
    Ok(Arc::new(Question::IsNan))
}

/// Reads a Not.
pub(in super::super) fn not(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    site.attributes().known(&[])?;
    Ok(Arc::new(Question::Not))
}

impl Operation for Question {
    fn name(&self) -> &'static str {
        "LeadlightQuestion"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        let fits = match self {
            Question::IsNan => matches!(kind, DatumType::F32 | DatumType::F64),
            Question::Not => *kind == DatumType::Bool,
        };
        ensure!(fits, "an input of type {kind:?} is not served");
        Ok(vec![(DatumType::Bool, shape.clone())])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let input = &inputs[0];
        Ok(vec![match (self, input.datum_type()) {
            (Question::Not, _) => each::<bool, bool>(input, |value| !value)?,
            (Question::IsNan, DatumType::F64) => each::<f64, bool>(input, Number::is_nan)?,
            (Question::IsNan, _) => each::<f32, bool>(input, Number::is_nan)?,
        }])
    }
}
