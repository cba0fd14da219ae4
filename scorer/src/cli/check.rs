//! `leadlight check`: compares a model's outputs with outputs recorded where it was trained.

use super::arrays::{self, Array, ArrayFile, ArrayValues, Numbers};
use super::{booster, files};
use crate::lead::encode::{self, Element, InputBlock, Specification};
use crate::model::booster::Iterations;
use crate::model::bundle::{self, OutputColumn};
use crate::model::onnx::{self, Graph, GraphInput};
use anyhow::{Context, Result, bail, ensure};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Maximum number of differing rows listed in the report.
const ROWS_LISTED: usize = 10;

/// Options of `leadlight check`.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// Model: an exported ONNX file, a Leadlight model file, or the own file of XGBoost or LightGBM
    model: PathBuf,
    /// Inputs (.npy, .npz or CSV): one file with a column or array per input; or NAME=FILE, once per input
    #[arg(long, required = true)]
    inputs: Vec<String>,
    /// Expected outputs (.npy, .npz or CSV): one column of probabilities, or one column per class
    #[arg(long)]
    expected: PathBuf,
    /// Largest absolute difference that counts as equal
    #[arg(long, default_value_t = 2e-6)]
    tolerance: f64,
    /// Graph output with the probabilities, if it is ambiguous
    #[arg(long)]
    probability_output: Option<String>,
    /// Column of that output with the probability, counted from 0
    #[arg(long)]
    probability_column: Option<usize>,
}

pub(super) fn run(args: &CheckArgs) -> Result<()> {
    ensure!(args.tolerance >= 0.0, "--tolerance should be a number from 0 up");
    let mut file = files::read(&args.model)?;
    if let Some(translated) = booster::translate(&args.model, &file, Iterations::default())? {
        file = translated.bytes;
    }
    let bytes = bundle::graph_bytes(&file).with_context(|| args.model.display().to_string())?;
    let inputs = onnx::inputs(bytes)?;
    let arrays = read_arrays(&args.inputs, &inputs)?;
    let rows = arrays.first().map_or(0, |array| array.rows);
    ensure!(rows > 0, "there are no rows to check");
    ensure!(arrays.iter().all(|array| array.rows == rows), "the inputs should all have the same number of rows");
    let elements: Vec<Element> = inputs.iter().map(element_type).collect::<Result<_>>()?;
    let named = inputs.iter().zip(&elements).zip(&arrays);
    let specification =
        Specification::passthrough(named.map(|((input, element), array)| (input.name.clone(), *element, array.width)));
    let output = probability_output(args, &file, bytes, &specification)?;
    let graph = Graph::open(bytes, &specification, &output).with_context(|| args.model.display().to_string())?;
    let blocks = arrays
        .into_iter()
        .zip(elements)
        .zip(&inputs)
        .map(|((array, element), input)| to_block(array, element, &input.name));
    let (actual, columns) = graph.run_all(&blocks.collect::<Result<Vec<InputBlock>>>()?)?;
    let expected = read_file(&args.expected)?.array(&output.name, true)?.into_numbers()?;
    let comparison = Comparison::new(&actual, columns, graph.column(), rows, &expected, args.tolerance)?;
    files::write(None, |out| out.write_all(comparison.report(&graph, args.tolerance).as_bytes()))?;
    match comparison.different.len() {
        0 => Ok(()),
        different => bail!("{different} of {rows} rows differ by more than {}", args.tolerance),
    }
}

fn read_file(path: &Path) -> Result<ArrayFile> {
    arrays::read(path, &files::read(path)?)
}

/// Reads one array per graph input, in the order of the inputs: from one file, or from one file each.
fn read_arrays(arguments: &[String], inputs: &[GraphInput]) -> Result<Vec<Array>> {
    let names = || inputs.iter().map(|input| format!("{:?}", input.name)).collect::<Vec<_>>().join(", ");
    if let [path] = arguments
        && Path::new(path).exists()
    {
        let file = read_file(Path::new(path))?;
        ensure!(inputs.len() == 1 || file.is_named(), "the graph has the inputs {}; name a file for each", names());
        return inputs.iter().map(|input| file.array(&input.name, inputs.len() == 1)).collect();
    }
    ensure!(arguments.len() == inputs.len(), "the graph has the inputs {}; name a file for each", names());
    let read_named = |input: &GraphInput| {
        let path = arguments.iter().find_map(|argument| argument.strip_prefix(&input.name)?.strip_prefix('='));
        let path =
            path.with_context(|| format!("no --inputs {}=FILE is given; the graph has {}", input.name, names()))?;
        read_file(Path::new(path))?.array(&input.name, true)
    };
    inputs.iter().map(read_named).collect()
}

fn element_type(input: &GraphInput) -> Result<Element> {
    input.element.with_context(|| {
        format!("the input {:?} should hold floats, doubles, 64-bit whole numbers or texts", input.name)
    })
}

fn to_block(array: Array, element: Element, name: &str) -> Result<InputBlock> {
    let width = array.width;
    let is_text = matches!(array.values, ArrayValues::Texts(_));
    ensure!(!is_text || element == Element::String, "the input {name:?} should be numbers, not texts");
    let numbers = |array: Array| array.into_numbers().with_context(|| format!("the input {name:?}"));
    let values = match element {
        Element::Float => {
            encode::InputValues::Float(numbers(array)?.values.into_iter().map(|number| number as f32).collect())
        }
        Element::Double => encode::InputValues::Double(numbers(array)?.values),
        Element::Integer => {
            encode::InputValues::Integer(numbers(array)?.values.into_iter().map(|number| number as i64).collect())
        }
        Element::String => match array.values {
            ArrayValues::Texts(texts) | ArrayValues::Cells(texts) => encode::InputValues::Text(texts),
            ArrayValues::Numbers(_) => bail!("the input {name:?} should be texts, not numbers"),
        },
    };
    Ok(InputBlock { width, values })
}

/// Selects the probability output: the named one, else that of the model file, else the one found by its shape.
fn probability_output(args: &CheckArgs, file: &[u8], graph: &[u8], encoder: &Specification) -> Result<OutputColumn> {
    if let Some(name) = &args.probability_output {
        return Ok(OutputColumn { name: name.clone(), column: args.probability_column.unwrap_or(0) });
    }
    let found =
        if bundle::is_packed(file)? { Some(bundle::read(file)?.output) } else { onnx::find_output(graph, encoder)? };
    let mut output = found.with_context(|| {
        let names: Vec<String> =
            onnx::outputs(graph).into_iter().flatten().map(|output| format!("{:?}", output.name)).collect();
        format!("which output is the probability? Name it with --probability-output: {}", names.join(", "))
    })?;
    output.column = args.probability_column.unwrap_or(output.column);
    Ok(output)
}

/// Differences between actual and expected outputs.
struct Comparison {
    columns: usize,
    /// Rows that differ by more than the tolerance, ascending.
    different: Vec<usize>,
    largest: f64,
    /// Row, actual and expected value of the largest difference.
    worst: (usize, f32, f64),
    equal: usize,
    rows: usize,
}

impl Comparison {
    fn new(
        actual: &[f32],
        columns: usize,
        column: usize,
        rows: usize,
        expected: &Numbers,
        tolerance: f64,
    ) -> Result<Self> {
        ensure!(expected.rows == rows, "{rows} rows go in, but {} answers are expected", expected.rows);
        let all = expected.width == columns;
        ensure!(all || expected.width == 1, "the output has {columns} columns, but {} are expected", expected.width);
        let mut comparison = Comparison {
            columns: expected.width,
            different: vec![],
            largest: -1.0,
            worst: (0, 0.0, 0.0),
            equal: 0,
            rows,
        };
        for (row, (actual, expected)) in actual.chunks(columns).zip(expected.values.chunks(expected.width)).enumerate()
        {
            let actual = if all { actual } else { &actual[column..=column] };
            comparison.add_row(row, actual, expected, tolerance);
        }
        Ok(comparison)
    }

    fn add_row(&mut self, row: usize, actual: &[f32], expected: &[f64], tolerance: f64) {
        let (mut is_near, mut is_equal) = (true, true);
        for (actual, expected) in actual.iter().zip(expected) {
            let same = f64::from(*actual) == *expected || (actual.is_nan() && expected.is_nan());
            let difference = if same { 0.0 } else { (f64::from(*actual) - expected).abs() };
            // NaN against a number counts as the largest possible difference.
            let difference = if difference.is_nan() { f64::INFINITY } else { difference };
            is_near &= difference <= tolerance;
            is_equal &= *actual == *expected as f32 || same;
            if difference > self.largest {
                self.largest = difference;
                self.worst = (row, *actual, *expected);
            }
        }
        self.equal += usize::from(is_equal);
        if !is_near {
            self.different.push(row);
        }
    }

    fn report(&self, graph: &Graph, tolerance: f64) -> String {
        let mut text = String::new();
        let (row, actual, expected) = self.worst;
        let bits = if graph.inexact().is_empty() {
            "the same on every platform".to_owned()
        } else {
            graph.inexact().join(", ") + " may round differently on other platforms"
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "rows                {} of {} columns", self.rows, self.columns);
        let _ = writeln!(text, "equal as floats     {}", self.equal);
        let _ = writeln!(text, "within {tolerance:<13e}{}", self.rows - self.different.len());
        let _ =
            writeln!(text, "largest difference  {:e} in row {row}: {actual} here, {expected} expected", self.largest);
        let _ = writeln!(text, "bits                {bits}");
        for row in self.different.iter().take(ROWS_LISTED) {
            let _ = writeln!(text, "different           row {row}");
        }
        if self.different.len() > ROWS_LISTED {
            let _ = writeln!(text, "                    and {} more", self.different.len() - ROWS_LISTED);
        }
        text
    }
}
