//! What the benchmark times of Leadlight's own, natively and in a browser: each piece of work opened beforehand, run as
//! often as the clock's holder likes. Knows no clock and no files.

use crate::planted::planted;
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

/// How much of a list is read at once, as the page's worker does.
const PIECE: usize = 1 << 20;

/// One piece of work, ready to run.
pub(crate) enum Work {
    /// Rows -> the sums of a forest's leaves.
    Kernel { kernel: Kernel<f32>, level: Level, rows: Vec<f32>, width: usize, sums: Vec<f32> },
    /// Rows -> probabilities, by an opened model.
    Graph { model: Box<Model>, blocks: Vec<InputBlock> },
    /// Leads -> rows.
    Encode { model: Box<Model>, leads: Vec<Lead> },
    /// A list's bytes -> leads.
    Csv { schema: Schema, list: Vec<u8> },
    /// A list's bytes -> the ranked sheet.
    Line { scorer: Arc<Scorer>, list: Vec<u8> },
}

impl Work {
    /// With the instructions of a level, counted from the plainest; with the best where none is named. None where this
    /// machine has not that many.
    pub(crate) fn kernel(forest: &str, rows: Vec<f32>, width: usize, level: Option<usize>) -> Option<Self> {
        let level = level.map_or(Some(Level::best()), |place| Level::available().get(place).copied())?;
        let kernel = Kernel::new(planted(forest));
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

    /// Does it once.
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
            Work::Line { scorer, list } => drop(black_box(sheet(scorer, black_box(list)))),
        }
    }

    /// Does it once and gives the mean probability, in double precision, where there is one: those who do the same work
    /// give the same mean.
    pub(crate) fn mean(&mut self) -> Option<f64> {
        match self {
            Work::Kernel { kernel, level, rows, width, sums } => {
                kernel.margins_at(*level, rows, *width, sums);
                Some(mean(sums.iter().map(|sum| logistic_f64(f64::from(*sum)))))
            }
            Work::Graph { model, blocks } => Some(mean(model.run(blocks).unwrap().into_iter().map(f64::from))),
            Work::Line { scorer, list } => {
                let sheet = sheet(scorer, list);
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

/// Reads a list that has nothing but leads in it.
fn read(schema: &Schema, list: &[u8], mut take: impl FnMut(&Lead)) {
    let mut reader = CsvReader::new(schema.clone(), Dialect::default());
    for piece in list.chunks(PIECE) {
        reader.push(piece, &mut |row| take(row.lead.unwrap())).unwrap();
    }
    reader.finish(&mut |row| take(row.lead.unwrap())).unwrap();
}

/// All leads of such a list.
pub(crate) fn leads(schema: &Schema, list: &[u8]) -> Vec<Lead> {
    let mut leads = Vec::new();
    read(schema, list, |lead| leads.push(lead.clone()));
    leads
}

fn sheet(scorer: &Arc<Scorer>, list: &[u8]) -> ScoredList {
    let mut reader = ListReader::new(scorer.clone(), ImportOptions::default());
    list.chunks(PIECE).for_each(|piece| reader.push(piece).unwrap());
    let sheet = reader.finish().unwrap();
    assert!(sheet.rejects().is_empty(), "the list holds rows that are no leads");
    sheet
}
