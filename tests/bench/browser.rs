//! Leadlight's own side of the benchmark in a browser: what is timed natively, for a worker that holds the clock. Knows no
//! clock and fetches nothing.

// A benchmark that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// What `wasm_bindgen` writes at a type's border is unsafe.
#![allow(unsafe_code)]

mod planted;
mod work;

use wasm_bindgen::prelude::wasm_bindgen;
use work::Work;

/// A piece of work, opened.
#[wasm_bindgen]
pub struct Opened(Work);

#[wasm_bindgen]
impl Opened {
    /// The trees of a `forest.json` over rows, with the instructions of a level or the best.
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

    /// The reading of a list, with the fields of a model file.
    pub fn csv(model: &[u8], list: Vec<u8>) -> Opened {
        Opened(Work::csv(model, list))
    }

    /// A model file over a list.
    pub fn line(model: &[u8], list: Vec<u8>) -> Opened {
        Opened(Work::line(model, list))
    }

    /// Does it once.
    pub fn run(&mut self) {
        self.0.run();
    }

    /// Does it once and gives the mean probability.
    pub fn mean(&mut self) -> Option<f64> {
        self.0.mean()
    }
}

fn main() {}
