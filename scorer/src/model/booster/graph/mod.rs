//! Writes a [`Booster`] as an ONNX graph: the treatment of its columns, the margin, and the logistic function, in the
//! library's precision.

mod builder;
mod columns;
mod linear_leaves;
mod trees;

use super::{Booster, Column, Margin};
use crate::model::bundle::OutputColumn;
use crate::model::forest::Aggregate;
use crate::model::graph_writer::{ML, floats};
use builder::GraphBuilder;

/// Name of the graph's input: the matrix that the library predicts from.
pub const INPUT: &str = "features";

/// Name of the graph's output.
const OUTPUT: &str = "probability";

/// Output of the graph that is the probability of the outcome.
pub fn output() -> OutputColumn {
    OutputColumn { name: OUTPUT.to_owned(), column: 0 }
}

/// Encodes the graph as an ONNX ModelProto.
pub fn write(booster: &Booster) -> Vec<u8> {
    let mut graph = GraphBuilder::new(booster.precision);
    let input = columns::mark_unknown(&mut graph, INPUT.to_owned(), &booster.columns);
    let margin = match &booster.margin {
        Margin::Linear { intercept, coefficients } => linear(&mut graph, &input, *intercept, coefficients),
        Margin::Trees(trees) => {
            let compared = columns::prepare(&mut graph, input.clone(), trees);
            if trees.linear_leaves.is_empty() {
                trees::write(&mut graph, &compared, &trees.forest, trees.forest.aggregate)
            } else {
                let leaves = trees::write(&mut graph, &compared, &trees.forest, Aggregate::Sum);
                linear_leaves::write(&mut graph, &input, &leaves, trees)
            }
        }
    };
    let scaled = if booster.sigmoid == 1.0 {
        margin
    } else {
        let factor = graph.numbers(&[1, 1], &[booster.sigmoid]);
        graph.apply("Mul", &[&margin, &factor], vec![])
    };
    graph.finish(&scaled, (INPUT, booster.columns.len()), OUTPUT)
}

/// Missing values add nothing to the sum.
fn linear(graph: &mut GraphBuilder, input: &str, intercept: f32, coefficients: &[f32]) -> String {
    let missing = graph.apply("IsNaN", &[input], vec![]);
    let zero = graph.numbers(&[1, 1], &[0.0]);
    let present = graph.apply("Where", &[&missing, &zero, input], vec![]);
    let attributes = vec![floats("coefficients", coefficients.to_vec()), floats("intercepts", vec![intercept])];
    graph.apply_of(ML, "LinearRegressor", &[&present], attributes)
}

/// True for each column whose code is looked up by the name of a category.
fn has_names(columns: &[Column]) -> Vec<bool> {
    columns.iter().map(|column| column.categories.is_some()).collect()
}
