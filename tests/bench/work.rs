//! Leadlight's work that the benchmark times, natively and in a browser: opened once, then run any number of times. Must not
//! depend on clocks or files.

use crate::forest_json;
use scorer::lead::Lead;
use scorer::lead::csv::{CsvReader, Dialect};
use scorer::lead::encode::{InputBlock, InputValues};
use scorer::lead::import::ImportOptions;
use scorer::lead::schema::Schema;
use scorer::model::calibration::logistic_f64;
use scorer::model::kernel::Kernel;
use scorer::model::simd::Level;
use scorer::pipeline::{Model, Scorer};
use scorer::scored_list::{ListReader, ScoredList};
use std::hint::black_box;
use std::sync::Arc;

/// Bytes of a list that are read at once, as in the page's worker.
const CHUNK: usize = 1 << 20;

/// Opened work.
pub(crate) enum Work {
    /// Rows to margins of a forest.
    Kernel { kernel: Kernel<f32>, level: Level, rows: Vec<f32>, width: usize, sums: Vec<f32> },
    /// Rows to probabilities, by an opened model.
    Graph { model: Box<Model>, blocks: Vec<InputBlock> },
    /// Leads to rows.
    Encode { model: Box<Model>, leads: Vec<Lead> },
    /// Bytes of a list to leads.
    Csv { schema: Schema, list: Vec<u8> },
    /// Bytes of a list to the ranked list.
    Line { scorer: Arc<Scorer>, list: Vec<u8> },
}

impl Work {
    /// Uses the instructions of a level, counted from the baseline; the best by default. `None` where this machine has fewer
    /// levels.
    pub(crate) fn kernel(forest: &str, rows: Vec<f32>, width: usize, level: Option<usize>) -> Option<Self> {
        let level = level.map_or(Some(Level::best()), |index| Level::available().get(index).copied())?;
        let kernel = Kernel::new(forest_json::parse(forest));
        assert!(kernel.forest().features() <= width, "the rows are too short for the forest");
        let sums = vec![0.0; rows.len() / width];
        Some(Work::Kernel { kernel, level, rows, width, sums })
    }

    pub(crate) fn graph(model: &[u8], rows: Vec<f32>, width: usize) -> Self {
        let model = Box::new(Model::open("model", model).unwrap());
        Work::Graph { model, blocks: vec![InputBlock { width, values: InputValues::Float(rows) }] }
    }

    pub(crate) fn encode(model: &[u8], list: &[u8]) -> Self {
        let model = Box::new(Model::open("model", model).unwrap());
        let leads = leads(model.encoder().schema(), list);
        Work::Encode { model, leads }
    }

    pub(crate) fn csv(model: &[u8], list: Vec<u8>) -> Self {
        Work::Csv { schema: Model::open("model", model).unwrap().encoder().schema().clone(), list }
    }

    pub(crate) fn line(model: &[u8], list: Vec<u8>) -> Self {
        let scorer = Scorer::open(&[("model".to_owned(), model.to_owned())]).unwrap();
        Work::Line { scorer: Arc::new(scorer), list }
    }

    /// Runs once.
    pub(crate) fn run(&mut self) {
        match self {
            Work::Kernel { kernel, level, rows, width, sums } => {
                kernel.margins_at(*level, black_box(rows), *width, black_box(sums));
            }
            Work::Graph { model, blocks } => drop(black_box(model.run(black_box(blocks)).unwrap())),
            Work::Encode { model, leads } => drop(black_box(model.encoder().encode(black_box(leads)))),
            Work::Csv { schema, list } => read(schema, black_box(list), |lead| {
                black_box(lead);
            }),
            Work::Line { scorer, list } => drop(black_box(score_list(scorer, black_box(list)))),
        }
    }

    /// Runs once and returns the mean probability, in double precision; `None` for work without one. Equal work has an equal
    /// mean.
    pub(crate) fn mean(&mut self) -> Option<f64> {
        match self {
            Work::Kernel { kernel, level, rows, width, sums } => {
                kernel.margins_at(*level, rows, *width, sums);
                Some(mean(sums.iter().map(|sum| logistic_f64(f64::from(*sum)))))
            }
            Work::Graph { model, blocks } => Some(mean(model.run(blocks).unwrap().into_iter().map(f64::from))),
            Work::Line { scorer, list } => {
                let sheet = score_list(scorer, list);
                Some(mean((0..sheet.len()).map(|lead| f64::from(sheet.score(lead).probability))))
            }
            Work::Encode { .. } | Work::Csv { .. } => None,
        }
    }
}

fn mean(probabilities: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = probabilities.len() as f64;
    probabilities.sum::<f64>() / count
}

/// Reads a list in which every row is a lead.
fn read(schema: &Schema, list: &[u8], mut take: impl FnMut(&Lead)) {
    let mut reader = CsvReader::new(schema.clone(), Dialect::default());
    for chunk in list.chunks(CHUNK) {
        reader.push(chunk, &mut |row| take(row.lead.unwrap())).unwrap();
    }
    reader.finish(&mut |row| take(row.lead.unwrap())).unwrap();
}

/// All leads of such a list.
pub(crate) fn leads(schema: &Schema, list: &[u8]) -> Vec<Lead> {
    let mut leads = Vec::new();
    read(schema, list, |lead| leads.push(lead.clone()));
    leads
}

fn score_list(scorer: &Arc<Scorer>, list: &[u8]) -> ScoredList {
    let mut reader = ListReader::new(scorer.clone(), ImportOptions::default());
    list.chunks(CHUNK).for_each(|chunk| reader.push(chunk).unwrap());
    let list = reader.finish().unwrap();
    assert!(list.rejects().is_empty(), "the list has rejected rows");
    list
}
