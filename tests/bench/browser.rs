//! Leadlight's side of the benchmark in a browser, as WebAssembly for a worker that fetches the inputs and measures the time.

// A panic ends a benchmark that cannot go on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// `wasm_bindgen` generates unsafe code for exported types.
#![allow(unsafe_code)]

mod forest_json;
mod work;

use wasm_bindgen::prelude::wasm_bindgen;
use work::Work;

/// Opened work.
#[wasm_bindgen]
pub struct Opened(Work);

#[wasm_bindgen]
impl Opened {
    /// Trees of a `forest.json` over rows, with the instructions of a level, by default the best.
    pub fn kernel(forest: &str, rows: Vec<f32>, width: usize, level: Option<usize>) -> Opened {
        Opened(Work::kernel(forest, rows, width, level).unwrap())
    }

    /// A model file over rows.
    pub fn graph(model: &[u8], rows: Vec<f32>, width: usize) -> Opened {
        Opened(Work::graph(model, rows, width))
    }

    /// A model file's encoder over a list.
    pub fn encode(model: &[u8], list: &[u8]) -> Opened {
        Opened(Work::encode(model, list))
    }

    /// Reading of a list, with the fields of a model file.
    pub fn csv(model: &[u8], list: Vec<u8>) -> Opened {
        Opened(Work::csv(model, list))
    }

    /// A model file over a list.
    pub fn line(model: &[u8], list: Vec<u8>) -> Opened {
        Opened(Work::line(model, list))
    }

    /// Runs once.
    pub fn run(&mut self) {
        self.0.run();
    }

    /// Runs once and returns the mean probability.
    pub fn mean(&mut self) -> Option<f64> {
        self.0.mean()
    }
}

fn main() {}
