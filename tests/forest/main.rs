//! Random forests as ONNX files: what the opened model answers must be, bit for bit, what a plain walk over the file's
//! own lists gives. The walker here reads the attributes by itself; of the kernel and its form it knows nothing.

// A test that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod file;
mod grow;
mod walk;

use file::Ensemble;
use grow::{forests, rows};
use proptest::prelude::*;
use scorer::lead::encode::{Element, InputBlock, InputValues, Specification};
use scorer::model::bundle::Output;
use scorer::model::calibration::logistic;
use scorer::model::onnx::Graph;
use walk::Operator;

fn open(file: &[u8], width: usize, output: &str, column: usize) -> Graph {
    let encoder = Specification::passthrough([("x".to_owned(), Element::Float, width)]);
    Graph::open(file, &encoder, &Output { name: output.to_owned(), column }).unwrap()
}

fn run(graph: &Graph, rows: &[Vec<f32>]) -> Vec<f32> {
    let block = InputBlock { width: rows[0].len(), values: InputValues::Float(rows.concat()) };
    graph.run_all(&[block]).unwrap().0
}

fn bits(values: &[f32]) -> Vec<u32> {
    // Any NaN is as good as any other: an infinity less an infinity has no one sign.
    values.iter().map(|value| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() }).collect()
}

fn margins(ensemble: &Ensemble, operator: Operator, rows: &[Vec<f32>]) -> Vec<f32> {
    rows.iter().flat_map(|row| walk::margins(ensemble, operator, row)).collect()
}

/// The widths of all rows that are made.
const WIDTH: usize = 7;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_forest_is_run_as_the_plain_walk_runs_it(ensemble in forests(WIDTH), rows in rows(WIDTH)) {
        let graph = open(&ensemble.regressor(WIDTH), WIDTH, "y", 0);
        let expected = bits(&margins(&ensemble, Operator::Regressor, &rows));
        prop_assert_eq!(&bits(&run(&graph, &rows)), &expected);
        let alone: Vec<f32> = rows.iter().flat_map(|row| run(&graph, std::slice::from_ref(row))).collect();
        prop_assert_eq!(&bits(&alone), &expected);
    }

    #[test]
    fn one_score_for_two_classes_is_the_logistic_of_the_plain_walk(ensemble in forests(WIDTH), rows in rows(WIDTH)) {
        let ensemble = ensemble.of_one_score();
        let graph = open(&ensemble.classifier(WIDTH), WIDTH, "p", 1);
        let second: Vec<f32> = margins(&ensemble, Operator::Classifier, &rows).into_iter().map(logistic).collect();
        let both = run(&graph, &rows);
        let ours: Vec<f32> = both.chunks(2).map(|pair| pair[1]).collect();
        prop_assert_eq!(bits(&ours), bits(&second));
    }
}
