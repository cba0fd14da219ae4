//! A CSV of leads in, a ranked CSV out: what the browser's worker and the command line share.
//!
//! Owns the list while it is read and after: rows, scores, rejects, order. May not know files, messages or the page.

mod fields;
mod json;
mod rejects;
mod rows;
mod source;
#[cfg(test)]
mod tests;
mod write;

pub use rejects::Rejects;
pub use source::{Given, Origin};
pub use write::{ADDED, Extract, Form, Remarks, free_name, write_cell};

use crate::insight::rank;
use crate::lead::csv::{Intake, IntakeError, Reason, Reject, Row};
use crate::lead::duplicate::{self, Identities};
use crate::model::onnx::{NotProbability, ScoreError};
use crate::pipeline::{Batch, Score, Scorer};
use rows::Rows;
use source::Source;
use std::sync::Arc;
use thiserror::Error;

/// Why a file gives no list.
#[derive(Debug, Error)]
pub enum SheetError {
    /// The file cannot be read.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The leads cannot be scored.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// Not a single row holds a usable lead.
    #[error("{}", no_leads(.rejects))]
    NoLeads {
        /// All rows, in the file's order.
        rejects: Rejects,
    },
}

fn no_leads(rejects: &Rejects) -> String {
    let rows = if rejects.len() == 1 {
        "the only row does not hold".to_owned()
    } else {
        format!("none of the {} rows holds", rejects.len())
    };
    let first = rejects.iter().next().map_or_else(String::new, |first| format!("; line {}: {first}", first.line));
    format!("{rows} a usable lead{first}")
}

/// Reads and scores a file that is pushed in pieces.
pub struct SheetReader {
    scorer: Arc<Scorer>,
    source: Source,
    list: List,
}

/// What was read so far.
struct List {
    rows: Rows,
    batch: Batch,
    rejects: Rejects,
    /// The first failure of scoring, which cannot stop the CSV reader: kept until the piece is read.
    failed: Option<ScoreError>,
}

impl List {
    /// Keeps a row and scores its lead, or keeps what is wrong with it.
    fn take(&mut self, row: Row<'_>, scorer: &Scorer) {
        match row.lead {
            Ok(lead) if self.failed.is_none() => {
                self.rows.push(row.line, row.cells);
                self.failed = self.batch.add(scorer, lead).err();
            }
            Ok(_) => {}
            Err(reject) => self.rejects.push(reject, row.cells),
        }
    }

    fn check(&mut self) -> Result<(), ScoreError> {
        self.failed.take().map_or(Ok(()), Err)
    }
}

impl SheetReader {
    /// A reader at the start of a file.
    pub fn new(scorer: Arc<Scorer>, given: Given) -> Self {
        let list =
            List { rows: Rows::default(), batch: Batch::new(&scorer), rejects: Rejects::default(), failed: None };
        SheetReader { source: Source::new(scorer.schema().clone(), given), scorer, list }
    }

    /// Reads the next piece and scores the rows in it.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), SheetError> {
        let Self { scorer, source, list } = self;
        source.push(bytes, &mut |row| list.take(row, scorer))?;
        Ok(list.check()?)
    }

    /// How many rows were read so far, rejected ones included.
    pub fn rows(&self) -> usize {
        self.list.rows.len() + self.list.rejects.len()
    }

    /// About how many bytes of memory the list takes so far; beside it comes a little for each lead in the end.
    pub fn memory(&self) -> usize {
        self.list.rows.memory() + self.list.rejects.memory()
    }

    /// Reads and scores the rest, and puts the leads in order.
    pub fn finish(self) -> Result<Sheet, SheetError> {
        let Self { scorer, source, mut list } = self;
        let (intake, origin) = source.finish(&mut |row| list.take(row, &scorer))?;
        list.check()?;
        let List { mut rows, mut batch, mut rejects, .. } = list;
        let scores = keep_scored(batch.finish(&scorer)?, &mut rows, &mut rejects);
        rejects.finish(&intake.columns);
        if scores.is_empty() {
            return Err(SheetError::NoLeads { rejects });
        }
        let probabilities: Vec<f32> = scores.iter().map(|score| score.probability).collect();
        let order = rank::order(&probabilities);
        let ranks = ranks(&order);
        let mut used = vec![false; scorer.models().len()];
        scores.iter().for_each(|score| used[score.model] = true);
        let missing = missing_fields(&scorer, &used, &intake);
        let repeated = repeated(&intake.columns, &rows, &order);
        Ok(Sheet { scorer, intake, origin, rows, scores, rejects, order, ranks, used, missing, repeated })
    }
}

/// The scores of the leads that have one. A lead that its model has no probability for becomes a reject.
fn keep_scored(scores: Vec<Result<Score, NotProbability>>, rows: &mut Rows, rejects: &mut Rejects) -> Vec<Score> {
    for (row, score) in scores.iter().enumerate() {
        if let Err(error) = score {
            let reason = Reason::Unscored { told: error.to_string() };
            rejects.push(Reject { line: rows.line(row), column: None, reason }, rows.cells(row));
        }
    }
    rows.retain(|row| scores[row].is_ok());
    scores.into_iter().flatten().collect()
}

/// For each lead whether a better one is the same person; none where no column tells who a lead is.
fn repeated(columns: &[String], rows: &Rows, order: &[u32]) -> Vec<bool> {
    let identities = Identities::of(columns);
    if identities.is_empty() {
        return Vec::new();
    }
    let keys = |row: usize| identities.keys(|column| rows.cells(row).get(column).unwrap_or_default());
    duplicate::repeated(&(0..rows.len()).map(keys).collect::<Vec<_>>(), order)
}

/// Each lead's place among all, best first, from 1.
fn ranks(order: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (rank, lead) in (1..).zip(order) {
        ranks[*lead as usize] = rank;
    }
    ranks
}

/// Fields that a model which scored the list reads, and that the file has no column for.
fn missing_fields(scorer: &Scorer, used: &[bool], intake: &Intake) -> Vec<String> {
    let models = || scorer.models().iter().zip(used).filter(|(_, used)| **used).map(|(model, _)| model);
    let read = |field: &String| models().any(|model| model.encoder().features().any(|feature| feature.field == *field));
    intake.missing_fields.iter().filter(|field| read(field)).cloned().collect()
}

/// A scored list.
pub struct Sheet {
    scorer: Arc<Scorer>,
    intake: Intake,
    origin: Origin,
    rows: Rows,
    scores: Vec<Score>,
    rejects: Rejects,
    order: Vec<u32>,
    ranks: Vec<u32>,
    used: Vec<bool>,
    missing: Vec<String>,
    repeated: Vec<bool>,
}

impl Sheet {
    /// The models that scored it.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// The names of the file's columns.
    pub fn columns(&self) -> &[String] {
        &self.intake.columns
    }

    /// How many leads there are.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// True where there are no leads; never, for a list that was finished.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// A lead's cells, one for each column; leads are counted from 0 in the file's order.
    pub fn cells(&self, lead: usize) -> impl Iterator<Item = &str> {
        self.rows.cells(lead).iter()
    }

    /// A lead's cell in a column; empty where there is none.
    pub fn cell(&self, lead: usize, column: usize) -> &str {
        self.rows.cells(lead).get(column).unwrap_or_default()
    }

    /// The line of the file on which a lead starts.
    pub fn line(&self, lead: usize) -> u64 {
        self.rows.line(lead)
    }

    /// What a lead got.
    pub fn score(&self, lead: usize) -> &Score {
        &self.scores[lead]
    }

    /// All leads, best first.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// A lead's place among all, best first, from 1.
    pub fn rank(&self, lead: usize) -> u32 {
        self.ranks[lead]
    }

    /// The rows that hold no usable lead, in the file's order.
    pub fn rejects(&self) -> &Rejects {
        &self.rejects
    }

    /// Fields that the models which scored the list read, and that the file has no column for.
    pub fn missing_fields(&self) -> &[String] {
        &self.missing
    }

    /// Whether a model scored any lead of the list.
    pub fn used(&self, model: usize) -> bool {
        self.used.get(model).copied().unwrap_or(false)
    }

    /// Whether a better lead is the same person.
    pub fn is_repeated(&self, lead: usize) -> bool {
        self.repeated.get(lead).copied().unwrap_or(false)
    }

    /// How the file was written.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What its columns were read as, and how that went.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Columns that are no field of a lead.
    pub fn unknown_columns(&self) -> &[String] {
        &self.intake.unknown_columns
    }
}
