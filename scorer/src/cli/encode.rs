//! `leadlight encode`: prints the features that a model reads of each lead, for comparison with other programs.

use super::files::{self, Input};
use crate::lead::Lead;
use crate::lead::csv::{CsvReader, Dialect};
use crate::lead::json::read_lead;
use crate::pipeline::Model;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Options of `leadlight encode`.
#[derive(Debug, clap::Args)]
pub(super) struct EncodeArgs {
    /// Leads: a CSV file, or a .jsonl file with one JSON lead per line
    leads: PathBuf,
    /// Model file
    #[arg(long)]
    model: PathBuf,
    /// Write JSON lines: {"features": [...], "probability": ...} (the only format)
    #[arg(long)]
    json: bool,
    /// Output file; standard output if omitted or -
    #[arg(short, long)]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &EncodeArgs) -> Result<()> {
    let model = Model::open(&args.model.display().to_string(), &files::read(&args.model)?)?;
    let leads = read_leads(&args.leads, &model)?;
    let matrix = model.encoder().encode(&leads);
    let probabilities = model.run(&model.encoder().encode_blocks(leads.iter()))?;
    files::write(args.output.as_deref(), |out| {
        for (features, probability) in matrix.values.chunks(matrix.width).zip(&probabilities) {
            writeln!(
                out,
                "{}",
                json!({"features": features.iter().map(json_number).collect::<Vec<_>>(), "probability": probability})
            )?;
        }
        Ok(())
    })
}

/// Converts a number to JSON; NaN and infinities, which JSON lacks, become strings that float parsers accept.
fn json_number(value: &f32) -> serde_json::Value {
    if value.is_finite() { json!(value) } else { json!(value.to_string()) }
}

fn read_leads(path: &Path, model: &Model) -> Result<Vec<Lead>> {
    let schema = model.encoder().schema();
    if path.extension().is_some_and(|extension| extension == "jsonl") {
        let bytes = files::read(path)?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        return lines
            .enumerate()
            .map(|(at, line)| read_lead(line, schema).with_context(|| format!("{}: lead {}", path.display(), at + 1)))
            .collect();
    }
    let mut leads = Vec::new();
    let mut first_reject = None;
    let mut sink = |row: crate::lead::csv::CsvRow<'_>| match row.lead {
        Ok(lead) => leads.push(lead.clone()),
        Err(reject) => first_reject = first_reject.take().or(Some(reject)),
    };
    let mut reader = CsvReader::new(schema.clone(), Dialect::default());
    Input::open(Some(path))?.for_each_chunk(|chunk| Ok(reader.push(chunk, &mut sink)?))?;
    reader.finish(&mut sink).with_context(|| path.display().to_string())?;
    match first_reject {
        Some(reject) => bail!("{}: line {}: {reject}", path.display(), reject.line),
        None => Ok(leads),
    }
}
