//! A scored list: a CSV of leads in, a ranked CSV out; shared by the worker of the page and the command line.
//!
//! Must not depend on files, messages or the page.

mod json;
mod rejects;
mod rows;
#[cfg(test)]
mod tests;
mod write;

pub use rejects::Rejects;
pub use write::{CsvStyle, Export, MarkColumn, SCORE_COLUMNS, unique_column_name, write_cell};

use crate::insight::rank;
use crate::lead::csv::{CsvRow, Header, ImportError, ImportSummary, Reject, RejectReason};
use crate::lead::duplicate::{self, IdentityColumns};
use crate::lead::import::{FileFormat, ImportOptions, ImportReader};
use crate::lead::level::UnseenField;
use crate::lead::{Lead, Value};
use crate::model::onnx::{LeadError, ScoreError};
use crate::pipeline::{Batch, Score, Scorer};
use rows::RowStore;
use std::sync::Arc;
use thiserror::Error;

/// Error of a file that gives no list.
#[derive(Debug, Error)]
pub enum ListError {
    /// The file cannot be read.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The leads cannot be scored.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// No row holds a usable lead.
    #[error("{}", no_leads(.rejects))]
    NoLeads {
        /// All rows, in the order of the file.
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

/// Push reader that scores the rows of a file.
pub struct ListReader {
    scorer: Arc<Scorer>,
    reader: ImportReader,
    list: PartialList,
}

/// Rows read so far.
struct PartialList {
    rows: RowStore,
    batch: Batch,
    rejects: Rejects,
    /// First scoring error; it cannot stop the CSV reader, so it is returned after the push.
    error: Option<ScoreError>,
}

impl PartialList {
    /// Adds a row and scores its lead, or adds the reject.
    fn add(&mut self, row: CsvRow<'_>, scorer: &Scorer) {
        match row.lead {
            Ok(lead) if self.error.is_none() => {
                self.rows.push(row.line, row.cells);
                self.error = self.batch.add(scorer, lead, row.matching).err();
            }
            Ok(_) => {}
            Err(reject) => self.rejects.push(reject, row.cells),
        }
    }

    fn take_error(&mut self) -> Result<(), ScoreError> {
        self.error.take().map_or(Ok(()), Err)
    }
}

impl ListReader {
    /// Creates a reader at the start of a file.
    pub fn new(scorer: Arc<Scorer>, options: ImportOptions) -> Self {
        let batch = Batch::new(&scorer);
        let list = PartialList { rows: RowStore::default(), batch, rejects: Rejects::default(), error: None };
        let options = ImportOptions { levels: scorer.levels().clone(), ..options };
        ListReader { reader: ImportReader::new(scorer.schema().clone(), options), scorer, list }
    }

    /// Reads the next bytes and scores their rows.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ListError> {
        let Self { scorer, reader, list } = self;
        reader.push(bytes, &mut |row| list.add(row, scorer))?;
        Ok(list.take_error()?)
    }

    /// Number of rows read so far, rejects included.
    pub fn rows(&self) -> usize {
        self.list.rows.len() + self.list.rejects.len()
    }

    /// Approximate memory of the rows so far, in bytes; scores and ranks add a little per lead.
    pub fn memory(&self) -> usize {
        self.list.rows.memory() + self.list.rejects.memory()
    }

    /// Reads and scores the rest, and ranks the leads.
    pub fn finish(self) -> Result<ScoredList, ListError> {
        let Self { scorer, reader, mut list } = self;
        let (summary, format) = reader.finish(&mut |row| list.add(row, &scorer))?;
        list.take_error()?;
        let PartialList { mut rows, mut batch, mut rejects, .. } = list;
        let scores = keep_scored(batch.finish(&scorer)?, &mut rows, &mut rejects);
        let unseen = batch.take_unseen(&scorer).report(scorer.schema());
        rejects.finish(&summary.columns);
        if scores.is_empty() {
            return Err(ListError::NoLeads { rejects });
        }
        let probabilities: Vec<f32> = scores.iter().map(|score| score.probability).collect();
        let order = rank::order(&probabilities);
        let ranks = ranks(&order);
        let mut used_models = vec![false; scorer.models().len()];
        scores.iter().for_each(|score| used_models[score.model] = true);
        let missing_fields = missing_fields(&scorer, &used_models, &summary);
        let duplicates = find_duplicates(&summary.columns, &rows, &order);
        Ok(ScoredList {
            scorer,
            summary,
            format,
            rows,
            scores,
            rejects,
            order,
            ranks,
            used_models,
            missing_fields,
            unseen,
            duplicates,
        })
    }
}

/// Scores of the leads that have one; a lead without a probability becomes a reject.
fn keep_scored(scores: Vec<Result<Score, LeadError>>, rows: &mut RowStore, rejects: &mut Rejects) -> Vec<Score> {
    for (row, score) in scores.iter().enumerate() {
        if let Err(error) = score {
            let reason = RejectReason::Unscored { message: error.to_string() };
            rejects.push(Reject { line: rows.line(row), column: None, reason }, rows.cells(row));
        }
    }
    rows.retain(|row| scores[row].is_ok());
    scores.into_iter().flatten().collect()
}

/// Marks leads that are the same person as a better one; empty when no column identifies people.
fn find_duplicates(columns: &[String], rows: &RowStore, order: &[u32]) -> Vec<bool> {
    let identities = IdentityColumns::from_names(columns);
    if identities.is_empty() {
        return Vec::new();
    }
    let keys = |row: usize| identities.keys(|column| rows.cells(row).get(column).unwrap_or_default());
    duplicate::find_duplicates(&(0..rows.len()).map(keys).collect::<Vec<_>>(), order)
}

/// Rank of each lead, from 1 for the best.
fn ranks(order: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (rank, lead) in (1..).zip(order) {
        ranks[*lead as usize] = rank;
    }
    ranks
}

/// Fields without a column that a model which scored the list reads.
fn missing_fields(scorer: &Scorer, used_models: &[bool], summary: &ImportSummary) -> Vec<String> {
    let models = || scorer.models().iter().zip(used_models).filter(|(_, used)| **used).map(|(model, _)| model);
    let read = |field: &String| models().any(|model| model.encoder().features().any(|feature| feature.field == *field));
    summary.missing_fields.iter().filter(|field| read(field)).cloned().collect()
}

/// A scored list.
pub struct ScoredList {
    scorer: Arc<Scorer>,
    summary: ImportSummary,
    format: FileFormat,
    rows: RowStore,
    scores: Vec<Score>,
    rejects: Rejects,
    order: Vec<u32>,
    ranks: Vec<u32>,
    used_models: Vec<bool>,
    missing_fields: Vec<String>,
    unseen: Vec<UnseenField>,
    duplicates: Vec<bool>,
}

impl ScoredList {
    /// Models that scored the list.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Column names of the file.
    pub fn columns(&self) -> &[String] {
        &self.summary.columns
    }

    /// Number of leads.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// True when there are no leads.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// Cells of a lead; leads are numbered from 0 in the order of the file.
    pub fn cells(&self, lead: usize) -> impl Iterator<Item = &str> {
        self.rows.cells(lead).iter()
    }

    /// Cell of a lead in a column; empty if it has none.
    pub fn cell(&self, lead: usize, column: usize) -> &str {
        self.rows.cells(lead).get(column).unwrap_or_default()
    }

    /// Name and text of each field of a lead that has a value, as the models read it, in the order of the schema.
    pub fn fields(&self, lead: usize) -> Vec<(String, String)> {
        let Some(read) = self.read_lead(lead) else { return Vec::new() };
        let fields = self.scorer.schema().fields().iter().zip(read.values());
        let text = |value| match value {
            Value::Missing => None,
            Value::Number(number) => Some(number.to_string()),
            Value::Text(text) => Some(text.to_owned()),
        };
        fields.filter_map(|(field, value)| Some((field.name.clone(), text(value)?))).collect()
    }

    /// Maps the stored cells of a row to a lead again; leads are not kept.
    fn read_lead(&self, row: usize) -> Option<Lead> {
        let schema = self.scorer.schema();
        let mapping = Some(self.summary.mapping.clone()).filter(|mapping| !mapping.columns.is_empty());
        let header = Header::new(self.columns().to_vec(), schema, mapping).ok()?;
        let mut header = header.with_levels(self.scorer.levels().clone());
        let mut lead = Lead::empty(schema.len());
        header.read(self.rows.cells(row), schema, self.line(row), &mut lead).ok()?;
        self.scorer.models().get(self.score(row).model)?.encoder().respell(&mut lead);
        Some(lead)
    }

    /// Line of the file on which a lead starts.
    pub fn line(&self, lead: usize) -> u64 {
        self.rows.line(lead)
    }

    /// Score of a lead.
    pub fn score(&self, lead: usize) -> &Score {
        &self.scores[lead]
    }

    /// All leads, best first.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Rank of a lead, from 1 for the best.
    pub fn rank(&self, lead: usize) -> u32 {
        self.ranks[lead]
    }

    /// Rejected rows, in the order of the file.
    pub fn rejects(&self) -> &Rejects {
        &self.rejects
    }

    /// Fields without a column that a model which scored the list reads.
    pub fn missing_fields(&self) -> &[String] {
        &self.missing_fields
    }

    /// Cells of categorical fields that the leads' models have never seen, by field.
    pub fn unseen(&self) -> &[UnseenField] {
        &self.unseen
    }

    /// True when the model scored any lead of the list.
    pub fn is_model_used(&self, model: usize) -> bool {
        self.used_models.get(model).copied().unwrap_or(false)
    }

    /// True when a better lead is the same person.
    pub fn is_duplicate(&self, lead: usize) -> bool {
        self.duplicates.get(lead).copied().unwrap_or(false)
    }

    /// Detected format of the file.
    pub fn format(&self) -> &FileFormat {
        &self.format
    }

    /// Summary of the import.
    pub fn summary(&self) -> &ImportSummary {
        &self.summary
    }

    /// Columns that are no field of a lead.
    pub fn unknown_columns(&self) -> &[String] {
        &self.summary.unknown_columns
    }
}
