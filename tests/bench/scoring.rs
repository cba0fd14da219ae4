//! Times scoring on one thread, for `cargo xtask bench`: prints one JSON object, and writes the features for its peers.
//!
//! Arguments: the list, the model file, where to write the features (f32, little endian, row by row).

// A benchmark that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use scorer::lead::Lead;
use scorer::lead::csv::{Dialect, Reader};
use scorer::pipeline::{Model, Scorer};
use scorer::sheet::SheetReader;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const RUNS: usize = 5;

/// The median of several runs, in seconds.
fn timed(mut work: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[RUNS / 2]
}

fn leads(list: &[u8], model: &Model) -> Vec<Lead> {
    let mut leads = Vec::new();
    let mut reader = Reader::new(model.encoder().schema().clone(), Dialect::default());
    reader.push(list, &mut |row| leads.extend(row.lead.cloned())).unwrap();
    reader.finish(&mut |row| leads.extend(row.lead.cloned())).unwrap();
    leads
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [list, file, features] = arguments.as_slice() else { panic!("a list, a model and a file for the features") };
    let (list, file) = (std::fs::read(list).unwrap(), std::fs::read(file).unwrap());
    let model = Model::open("model", &file).unwrap();
    let scorer = Arc::new(Scorer::open(&[("model".to_owned(), file)]).unwrap());
    let leads = leads(&list, &model);
    let matrix = model.encoder().encode(&leads);
    let blocks = model.encoder().encode_blocks(leads.iter());
    let bytes: Vec<u8> = matrix.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(features, bytes).unwrap();
    let report = serde_json::json!({
        "rows": leads.len(),
        "width": matrix.width,
        "encode_seconds": timed(|| { black_box(model.encoder().encode(&leads)); }),
        "graph_seconds": timed(|| { black_box(model.run(&blocks).unwrap()); }),
        "list_seconds": timed(|| {
            let mut reader = SheetReader::new(scorer.clone(), Dialect::default());
            reader.push(&list).unwrap();
            black_box(reader.finish().unwrap());
        }),
    });
    println!("{report}");
}
