//! Golden document: inputs and results of the native golden test, replayed by the browser and arm64 tests.
//!
//! Floating-point numbers are stored as their bits, so that no parser can change them.

use scorer::lead::encode::{Element, InputBlock, InputValues, Specification};
use scorer::model::bundle::OutputColumn;
use scorer::model::onnx::Graph;
use serde::{Deserialize, Serialize};

/// All golden sets and all third-party models.
#[derive(Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) sets: Vec<Set>,
    pub(crate) zoo: Vec<ZooModel>,
}

/// Third-party model with its inputs, onnxruntime's outputs and those of the native code.
#[derive(Serialize, Deserialize)]
pub(crate) struct ZooModel {
    pub(crate) name: String,
    pub(crate) model: Vec<u8>,
    pub(crate) output: OutputColumn,
    pub(crate) inputs: Vec<ZooInput>,
    pub(crate) rows: usize,
    /// Largest absolute difference allowed.
    pub(crate) tolerance: f32,
    /// Bits of onnxruntime's probability, per row.
    pub(crate) expected_bits: Vec<u32>,
    /// Bits of our probability, per row, if the model is bit-exact on every platform.
    pub(crate) exact_bits: Option<Vec<u32>>,
}

/// Input of a model.
#[derive(Serialize, Deserialize)]
pub(crate) struct ZooInput {
    pub(crate) name: String,
    pub(crate) width: usize,
    pub(crate) values: ZooValues,
}

/// InputValues of an input; floating-point numbers as bits.
#[derive(Serialize, Deserialize)]
pub(crate) enum ZooValues {
    Float(Vec<u32>),
    Double(Vec<u64>),
    Integer(Vec<i64>),
    Text(Vec<String>),
}

impl ZooValues {
    /// Element type in the graph.
    pub(crate) fn element(&self) -> Element {
        match self {
            ZooValues::Float(_) => Element::Float,
            ZooValues::Double(_) => Element::Double,
            ZooValues::Integer(_) => Element::Integer,
            ZooValues::Text(_) => Element::String,
        }
    }
}

impl ZooModel {
    /// Returns the inputs as blocks for the graph.
    pub(crate) fn blocks(&self) -> Vec<InputBlock> {
        let values = |values: &ZooValues| match values {
            ZooValues::Float(bits) => InputValues::Float(bits.iter().copied().map(f32::from_bits).collect()),
            ZooValues::Double(bits) => InputValues::Double(bits.iter().copied().map(f64::from_bits).collect()),
            ZooValues::Integer(values) => InputValues::Integer(values.clone()),
            ZooValues::Text(texts) => InputValues::Text(texts.clone()),
        };
        self.inputs.iter().map(|input| InputBlock { width: input.width, values: values(&input.values) }).collect()
    }

    /// Opens the exported model with a pass-through encoder.
    pub(crate) fn open(&self) -> Result<Graph, String> {
        let inputs = self.inputs.iter().map(|input| (input.name.clone(), input.values.element(), input.width));
        let opened = Graph::open(&self.model, &Specification::passthrough(inputs), &self.output);
        opened.map_err(|error| format!("{}: {error}", self.name))
    }

    /// Runs the model; returns an error if a row differs from onnxruntime by more than the tolerance.
    pub(crate) fn run(&self, graph: &Graph) -> Result<Vec<f32>, String> {
        let run = graph.run_all(&self.blocks());
        let (values, columns) = run.map_err(|error| format!("{}: {error}", self.name))?;
        let ours: Vec<f32> = values.chunks(columns).map(|row| row[self.output.column]).collect();
        assert_eq!((ours.len(), self.expected_bits.len()), (self.rows, self.rows), "{}", self.name);
        let is_far = |(ours, bits): &(&f32, &u32)| {
            let expected = f32::from_bits(**bits);
            // False for NaN.
            let is_near = (**ours - expected).abs() <= self.tolerance;
            ours.to_bits() != **bits && !is_near
        };
        let far: Vec<usize> = (0..self.rows).filter(|row| is_far(&(&ours[*row], &self.expected_bits[*row]))).collect();
        match far.first() {
            None => Ok(ours),
            Some(row) => Err(format!(
                "{}: {} of {} rows are too far from onnxruntime; row {row} is {} and should be {} within {}",
                self.name,
                far.len(),
                self.rows,
                ours[*row],
                f32::from_bits(self.expected_bits[*row]),
                self.tolerance
            )),
        }
    }
}

/// Model file with its scored leads.
#[derive(Serialize, Deserialize)]
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) model: Vec<u8>,
    pub(crate) records: Vec<Record>,
}

/// Lead with its features and score.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) name: String,
    /// Lead as JSON text, which may contain NaN and infinities.
    pub(crate) lead: String,
    pub(crate) feature_bits: Vec<u32>,
    pub(crate) probability_bits: u32,
    /// Score of the reference implementation, if any.
    pub(crate) reference: Option<f64>,
}
