//! `leadlight check`: does a model answer here what it answered where it was made?
//!
//! Owns the comparison and its report. May not know how a graph is run.

use super::array::{self, Array, Values};
use super::files;
use crate::lead::encode::{self, Block, Element, Specification};
use crate::model::bundle::{self, OutputColumn};
use crate::model::onnx::{self, Graph, GraphInput};
use anyhow::{Context, Result, bail, ensure};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Options of `leadlight check`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The model: an ONNX file as it was exported, or a model file of Leadlight's
    model: PathBuf,
    /// What goes in, as numpy saved it (.npy); NAME=FILE where the graph has several inputs, once for each
    #[arg(long, required = true)]
    inputs: Vec<String>,
    /// What should come out, as numpy saved it: one column of probabilities, or one for each class
    #[arg(long)]
    expected: PathBuf,
    /// The largest difference that is still the same
    #[arg(long, default_value_t = 2e-6)]
    tolerance: f64,
    /// The output that holds the probabilities, where the file leaves a doubt
    #[arg(long)]
    probability_output: Option<String>,
    /// The column in it that is the probability
    #[arg(long)]
    probability_column: Option<usize>,
}

pub(super) fn run(options: &Options) -> Result<()> {
    ensure!(options.tolerance >= 0.0, "--tolerance should be a number from 0 up");
    let file = files::read(&options.model)?;
    let bytes = bundle::graph_bytes(&file).with_context(|| options.model.display().to_string())?;
    let inputs = onnx::inputs(bytes)?;
    let arrays = arrays(&options.inputs, &inputs)?;
    let rows = arrays.first().map_or(0, |array| array.rows);
    ensure!(rows > 0, "there are no rows to check");
    ensure!(arrays.iter().all(|array| array.rows == rows), "the inputs should all have the same number of rows");
    let elements: Vec<Element> = inputs.iter().map(element).collect::<Result<_>>()?;
    let named = inputs.iter().zip(&elements).zip(&arrays);
    let specification =
        Specification::passthrough(named.map(|((input, element), array)| (input.name.clone(), *element, array.width)));
    let graph = Graph::open(bytes, &specification, &output(options, &file, bytes, &specification)?)
        .with_context(|| options.model.display().to_string())?;
    let blocks = arrays
        .into_iter()
        .zip(elements)
        .zip(&inputs)
        .map(|((array, element), input)| block(array, element, &input.name));
    let (ours, columns) = graph.run_all(&blocks.collect::<Result<Vec<Block>>>()?)?;
    let expected = array::read(&options.expected, &files::read(&options.expected)?)?;
    let compared = Compared::new(&ours, columns, graph.column(), rows, &expected, options.tolerance)?;
    files::write(None, |out| out.write_all(compared.report(&graph, options.tolerance).as_bytes()))?;
    match compared.different.len() {
        0 => Ok(()),
        different => bail!("{different} of {rows} rows differ by more than {}", options.tolerance),
    }
}

/// The arrays in the order of the graph's inputs.
fn arrays(named: &[String], inputs: &[GraphInput]) -> Result<Vec<Array>> {
    let read = |path: &str| array::read(Path::new(path), &files::read(Path::new(path))?);
    if let ([path], [_]) = (named, inputs)
        && Path::new(path).exists()
    {
        return Ok(vec![read(path)?]);
    }
    let names = || inputs.iter().map(|input| format!("{:?}", input.name)).collect::<Vec<_>>().join(", ");
    ensure!(named.len() == inputs.len(), "the graph has the inputs {}; name a file for each", names());
    let of = |input: &GraphInput| {
        let file = named.iter().find_map(|given| given.strip_prefix(&input.name)?.strip_prefix('='));
        read(file.with_context(|| format!("no --inputs {}=FILE is given; the graph has {}", input.name, names()))?)
    };
    inputs.iter().map(of).collect()
}

fn element(input: &GraphInput) -> Result<Element> {
    input.element.with_context(|| {
        format!("the input {:?} should hold floats, doubles, 64-bit whole numbers or texts", input.name)
    })
}

fn block(array: Array, element: Element, name: &str) -> Result<Block> {
    let values = match (array.values, element) {
        (Values::Numbers(numbers), Element::Float) => {
            encode::Values::Float(numbers.into_iter().map(|number| number as f32).collect())
        }
        (Values::Numbers(numbers), Element::Double) => encode::Values::Double(numbers),
        (Values::Numbers(numbers), Element::Integer) => {
            encode::Values::Integer(numbers.into_iter().map(|number| number as i64).collect())
        }
        (Values::Texts(texts), Element::String) => encode::Values::Text(texts),
        (Values::Numbers(_), Element::String) => bail!("the input {name:?} should be texts, not numbers"),
        (Values::Texts(_), _) => bail!("the input {name:?} should be numbers, not texts"),
    };
    Ok(Block { width: array.width, values })
}

/// The output that is named, or that of the model file, or the one that the rule finds.
fn output(options: &Options, file: &[u8], graph: &[u8], encoder: &Specification) -> Result<OutputColumn> {
    if let Some(name) = &options.probability_output {
        return Ok(OutputColumn { name: name.clone(), column: options.probability_column.unwrap_or(0) });
    }
    let found =
        if bundle::is_packed(file)? { Some(bundle::read(file)?.output) } else { onnx::find_output(graph, encoder)? };
    let mut output = found.with_context(|| {
        let names: Vec<String> =
            onnx::outputs(graph).into_iter().flatten().map(|output| format!("{:?}", output.name)).collect();
        format!("which output is the probability? Name it with --probability-output: {}", names.join(", "))
    })?;
    output.column = options.probability_column.unwrap_or(output.column);
    Ok(output)
}

/// How far our answers are from those that were expected.
struct Compared {
    columns: usize,
    /// The rows that are too far, in their order.
    different: Vec<usize>,
    largest: f64,
    /// Row, ours and expected where the difference is largest.
    worst: (usize, f32, f64),
    equal: usize,
    rows: usize,
}

impl Compared {
    fn new(ours: &[f32], columns: usize, column: usize, rows: usize, expected: &Array, tolerance: f64) -> Result<Self> {
        let Values::Numbers(numbers) = &expected.values else { bail!("the expected answers should be numbers") };
        ensure!(expected.rows == rows, "{rows} rows go in, but {} answers are expected", expected.rows);
        let all = expected.width == columns;
        ensure!(all || expected.width == 1, "the output has {columns} columns, but {} are expected", expected.width);
        let mut compared = Compared {
            columns: expected.width,
            different: vec![],
            largest: -1.0,
            worst: (0, 0.0, 0.0),
            equal: 0,
            rows,
        };
        for (row, (ours, expected)) in ours.chunks(columns).zip(numbers.chunks(expected.width)).enumerate() {
            let ours = if all { ours } else { &ours[column..=column] };
            compared.take(row, ours, expected, tolerance);
        }
        Ok(compared)
    }

    fn take(&mut self, row: usize, ours: &[f32], expected: &[f64], tolerance: f64) {
        let (mut is_near, mut is_equal) = (true, true);
        for (ours, expected) in ours.iter().zip(expected) {
            let same = f64::from(*ours) == *expected || (ours.is_nan() && expected.is_nan());
            let difference = if same { 0.0 } else { (f64::from(*ours) - expected).abs() };
            // NaN is no distance: it counts as the largest there is.
            let difference = if difference.is_nan() { f64::INFINITY } else { difference };
            is_near &= difference <= tolerance;
            is_equal &= *ours == *expected as f32 || same;
            if difference > self.largest {
                self.largest = difference;
                self.worst = (row, *ours, *expected);
            }
        }
        self.equal += usize::from(is_equal);
        if !is_near {
            self.different.push(row);
        }
    }

    fn report(&self, graph: &Graph, tolerance: f64) -> String {
        let mut text = String::new();
        let (row, ours, expected) = self.worst;
        let bits = if graph.inexact().is_empty() {
            "the same on every platform".to_owned()
        } else {
            graph.inexact().join(", ") + " may round otherwise elsewhere"
        };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "rows                {} of {} columns", self.rows, self.columns);
        let _ = writeln!(text, "equal as floats     {}", self.equal);
        let _ = writeln!(text, "within {tolerance:<13e}{}", self.rows - self.different.len());
        let _ = writeln!(text, "largest difference  {:e} in row {row}: {ours} here, {expected} expected", self.largest);
        let _ = writeln!(text, "bits                {bits}");
        for row in self.different.iter().take(SHOWN) {
            let _ = writeln!(text, "different           row {row}");
        }
        if self.different.len() > SHOWN {
            let _ = writeln!(text, "                    and {} more", self.different.len() - SHOWN);
        }
        text
    }
}

/// How many rows that differ are named.
const SHOWN: usize = 10;
