//! Random forests as ONNX files: the scores of the opened model must match, bit for bit, a reference that walks the file's
//! attribute lists and shares no code with the kernel.

// Panics fail the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod file;
mod grow;
mod walk;

use file::Ensemble;
use grow::{forests, rows};
use proptest::prelude::*;
use scorer::lead::encode::{Element, InputBlock, InputValues, Specification};
use scorer::model::bundle::OutputColumn;
use scorer::model::calibration::logistic;
use scorer::model::onnx::Graph;
use walk::Operator;

fn open(file: &[u8], width: usize, output: &str, column: usize) -> Graph {
    let encoder = Specification::passthrough([("x".to_owned(), Element::Float, width)]);
    Graph::open(file, &encoder, &OutputColumn { name: output.to_owned(), column }).unwrap()
}

fn run(graph: &Graph, rows: &[Vec<f32>]) -> Vec<f32> {
    let block = InputBlock { width: rows[0].len(), values: InputValues::Float(rows.concat()) };
    graph.run_all(&[block]).unwrap().0
}

fn bits(values: &[f32]) -> Vec<u32> {
    // All NaNs are equal: the sign of infinity minus infinity is unspecified.
    values.iter().map(|value| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() }).collect()
}

fn margins(ensemble: &Ensemble, operator: Operator, rows: &[Vec<f32>]) -> Vec<f32> {
    rows.iter().flat_map(|row| walk::margins(ensemble, operator, row)).collect()
}

/// Features per row.
const WIDTH: usize = 7;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn regressors_match_the_reference_walk(ensemble in forests(WIDTH), rows in rows(WIDTH)) {
        let graph = open(&ensemble.regressor(WIDTH), WIDTH, "y", 0);
        let expected = bits(&margins(&ensemble, Operator::Regressor, &rows));
        prop_assert_eq!(&bits(&run(&graph, &rows)), &expected);
        let single_rows: Vec<f32> = rows.iter().flat_map(|row| run(&graph, std::slice::from_ref(row))).collect();
        prop_assert_eq!(&bits(&single_rows), &expected);
    }

    #[test]
    fn binary_classifiers_match_the_logistic_of_the_reference_walk(ensemble in forests(WIDTH), rows in rows(WIDTH)) {
        let ensemble = ensemble.with_single_target();
        let graph = open(&ensemble.classifier(WIDTH), WIDTH, "p", 1);
        let second: Vec<f32> = margins(&ensemble, Operator::Classifier, &rows).into_iter().map(logistic).collect();
        let both = run(&graph, &rows);
        let ours: Vec<f32> = both.chunks(2).map(|pair| pair[1]).collect();
        prop_assert_eq!(bits(&ours), bits(&second));
    }
}
