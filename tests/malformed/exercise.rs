//! Opens and runs the bytes of an untrusted model through the public API.

use scorer::lead::encode::{Element, InputBlock, InputValues, Specification};
use scorer::model::bundle::OutputColumn;
use scorer::model::onnx::{self, Graph, GraphInput};

/// Specifications reject wider inputs before a graph is opened.
const WIDTH_MAX: usize = 4096;

/// Edge cases of floats.
const VALUES: [f64; 9] = [0.5, f64::NAN, f64::INFINITY, -0.0, f64::NEG_INFINITY, 1e30, 3.0, -1.0, 1e-40];

/// Opens bytes as a model by every entry point, and runs the graphs that open. Returns true when any output could be run.
pub(crate) fn exercise(bytes: &[u8]) -> bool {
    let (Ok(inputs), Ok(outputs)) = (onnx::inputs(bytes), onnx::outputs(bytes)) else { return false };
    let width = |input: &GraphInput| input.width.unwrap_or(3).min(WIDTH_MAX);
    let element = |input: &GraphInput| input.element.unwrap_or(Element::Float);
    let named = || inputs.iter().map(|input| (input.name.clone(), element(input), width(input)));
    let _ = (onnx::find_output(bytes, &Specification::passthrough(named())), onnx::operators(bytes));
    let mut ran = false;
    for output in outputs.into_iter().take(3) {
        let output = OutputColumn { name: output.name, column: 0 };
        let Ok(graph) = Graph::open(bytes, &Specification::passthrough(named()), &output) else { continue };
        for rows in [0, 1, 3] {
            let blocks: Vec<InputBlock> =
                inputs.iter().map(|input| block(element(input), width(input), rows)).collect();
            ran |= graph.run_all(&blocks).is_ok();
            let _ = graph.run(&blocks);
        }
    }
    ran
}

fn block(element: Element, width: usize, rows: usize) -> InputBlock {
    let numbers = || (0..rows * width).map(|at| VALUES[at % VALUES.len()]);
    let values = match element {
        Element::Float => InputValues::Float(numbers().map(|number| number as f32).collect()),
        Element::Double => InputValues::Double(numbers().collect()),
        Element::Integer => InputValues::Integer(numbers().map(|number| number as i64).collect()),
        Element::String => InputValues::Text(numbers().map(|number| number.to_string()).collect()),
    };
    InputBlock { width, values }
}
