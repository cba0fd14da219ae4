//! Reads a training history (leads with known outcomes) from CSV: the outcome column, accepted outcome values, and which
//! rows are left out and why.

use super::TrainError;
use super::spelling::unify_spellings;
use crate::lead::csv::{CsvReader, CsvRow, Dialect, ImportSummary, Reject, RejectReason};
use crate::lead::schema::Schema;
use crate::lead::{Lead, Value};

/// Leads with their outcomes, in file order.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Leads in the layout of [`Schema::leads`].
    pub leads: Vec<Lead>,
    /// Outcome of each lead.
    pub outcomes: Vec<bool>,
    /// Lead fields present in the file.
    pub columns: Vec<String>,
    /// Columns that are neither a field nor the outcome.
    pub unknown_columns: Vec<String>,
    /// Rows left out because a cell is invalid.
    pub rejects: Vec<Reject>,
    /// Number of rows left out because their outcome is empty.
    pub without_outcome: usize,
}

impl History {
    /// Reads a CSV with lead fields and one outcome column of 1, 1.0 or true, 0, 0.0 or false.
    pub fn read(bytes: &[u8], dialect: Dialect, outcome: &str) -> Result<Self, TrainError> {
        let schema = Schema::leads();
        let mut history = History::default();
        let mut reader = CsvReader::new(schema.clone(), dialect);
        let mut start = bytes.iter();
        // Pushed byte by byte up to the header's end, so that the outcome column is known before the first row.
        while reader.columns().is_none() {
            let Some(byte) = start.next() else { break };
            reader.push(&[*byte], &mut |_| ())?;
        }
        let column = reader.columns().map(|names| outcome_column(names, outcome, &schema)).transpose()?;
        let mut first_error = None;
        let mut sink = |row: CsvRow<'_>| match history.add(row, column, &schema) {
            Err(error) if first_error.is_none() => first_error = Some(error),
            _ => {}
        };
        reader.push(start.as_slice(), &mut sink)?;
        let intake = reader.finish(&mut sink)?;
        first_error.map_or(Ok(()), Err)?;
        history.set_columns(intake, column, &schema);
        unify_spellings(&mut history.leads, &schema);
        Ok(history)
    }

    /// Number of leads with the outcome.
    pub fn positives(&self) -> usize {
        self.outcomes.iter().filter(|outcome| **outcome).count()
    }

    fn add(&mut self, row: CsvRow<'_>, column: Option<usize>, schema: &Schema) -> Result<(), TrainError> {
        let lead = match row.lead.and_then(|lead| reject_infinite(lead, schema, row.line)) {
            Ok(lead) => lead,
            Err(reject) => {
                self.rejects.push(reject);
                return Ok(());
            }
        };
        let cell = column.and_then(|column| row.cells.get(column)).unwrap_or_default().trim();
        let outcome = match cell.to_ascii_lowercase().as_str() {
            "1" | "1.0" | "true" => true,
            "0" | "0.0" | "false" => false,
            "" => {
                self.without_outcome += 1;
                return Ok(());
            }
            _ => return Err(TrainError::Outcome { line: row.line, value: cell.chars().take(40).collect() }),
        };
        self.leads.push(lead.clone());
        self.outcomes.push(outcome);
        Ok(())
    }

    fn set_columns(&mut self, intake: ImportSummary, column: Option<usize>, schema: &Schema) {
        let outcome = column.and_then(|column| intake.columns.get(column));
        let unknown = intake.unknown_columns.iter().filter(|name| Some(*name) != outcome);
        self.unknown_columns = unknown.cloned().collect();
        let fields = schema.fields().iter().map(|field| field.name.clone());
        self.columns = fields.filter(|name| !intake.missing_fields.contains(name)).collect();
    }
}

fn outcome_column(names: &[String], outcome: &str, schema: &Schema) -> Result<usize, TrainError> {
    let outcome = outcome.trim();
    if schema.fields().iter().any(|field| field.name.eq_ignore_ascii_case(outcome)) {
        return Err(TrainError::OutcomeIsField(outcome.to_owned()));
    }
    let mut found = names.iter().enumerate().filter(|(_, name)| name.trim().eq_ignore_ascii_case(outcome));
    match (found.next(), found.next()) {
        (Some((column, _)), None) => Ok(column),
        (None, _) => Err(TrainError::NoOutcome(outcome.to_owned())),
        _ => Err(TrainError::TwoOutcomes(outcome.to_owned())),
    }
}

/// Rejects a lead with a number outside the range of f32, which would make every mean infinite.
fn reject_infinite<'a>(lead: &'a Lead, schema: &Schema, line: u64) -> Result<&'a Lead, Reject> {
    let infinite = |value: Value<'_>| matches!(value, Value::Number(number) if !(number as f32).is_finite());
    match lead.values().position(infinite) {
        None => Ok(lead),
        Some(place) => {
            let column = schema.fields().get(place).map(|field| field.name.clone());
            Err(Reject { line, column, reason: RejectReason::Infinite })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<History, TrainError> {
        History::read(text.as_bytes(), Dialect::default(), "engaged")
    }

    #[test]
    fn unusable_rows_are_left_out_and_counted() {
        let history =
            read("jobtitle,companyfoundedon,engaged,note\nCEO,2010,1,x\nCTO,,0.0,y\n,1e39,1,\nVP,1,,\n").unwrap();
        assert_eq!(history.outcomes, [true, false]);
        assert_eq!((history.leads.len(), history.positives(), history.without_outcome), (2, 1, 1));
        assert_eq!(history.rejects.iter().map(|reject| reject.line).collect::<Vec<_>>(), [4]);
        assert_eq!(history.columns, ["companyfoundedon", "jobtitle"]);
        assert_eq!(history.unknown_columns, ["note"]);
    }

    #[test]
    fn missing_or_invalid_outcome_is_an_error() {
        let message = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(message("jobtitle\nCEO\n"), "the history has no column \"engaged\" for the outcome");
        assert_eq!(message("jobtitle,engaged\nCEO,maybe\n"), "line 2: the outcome should be 0 or 1, but is \"maybe\"");
        assert!(message("jobtitle,engaged,Engaged\nCEO,1,0\n").contains("twice"));
        assert!(matches!(read("jobtitle,engaged"), Err(TrainError::Intake(_))));
    }

    /// Headers match fields ignoring case and surrounding white space, so the outcome's name must, too. Otherwise a model
    /// could read its own outcome.
    #[test]
    fn a_field_is_rejected_as_outcome_in_any_spelling() {
        for name in ["llm_company_fit", "LLM_Company_Fit", " llm_company_fit "] {
            let field = History::read(b"jobtitle,llm_company_fit\nCEO,1\n", Dialect::default(), name);
            assert!(matches!(field, Err(TrainError::OutcomeIsField(_))), "{name}");
        }
        let spaced = History::read(b"jobtitle, Engaged\nCEO,1\n", Dialect::default(), "engaged ").unwrap();
        assert_eq!(spaced.outcomes, [true]);
    }
}
