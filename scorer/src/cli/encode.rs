//! `leadlight encode`: what a model sees of each lead, for comparing with other programs.
//!
//! May not know how leads are encoded.

use super::files::{self, Input};
use crate::lead::Lead;
use crate::lead::csv::{CsvReader, Dialect};
use crate::lead::json::read_lead;
use crate::pipeline::Model;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::path::{Path, PathBuf};

/// The options of `leadlight encode`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The leads: a CSV, or a file ending in .jsonl with one lead as JSON per line
    leads: PathBuf,
    /// The model file
    #[arg(long)]
    model: PathBuf,
    /// As JSON lines: {"features": [...], "probability": ...}; the only form there is
    #[arg(long)]
    json: bool,
    /// Where to write; without it, or as -, standard output
    #[arg(short, long)]
    output: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let model = Model::open(&options.model.display().to_string(), &files::read(&options.model)?)?;
    let leads = leads(&options.leads, &model)?;
    let matrix = model.encoder().encode(&leads);
    let probabilities = model.run(&model.encoder().encode_blocks(leads.iter()))?;
    files::write(options.output.as_deref(), |out| {
        for (features, probability) in matrix.values.chunks(matrix.width).zip(&probabilities) {
            writeln!(
                out,
                "{}",
                json!({"features": features.iter().map(number).collect::<Vec<_>>(), "probability": probability})
            )?;
        }
        Ok(())
    })
}

/// JSON has no infinities and no NaN; they are written as texts that every language's float reader takes.
fn number(value: &f32) -> serde_json::Value {
    if value.is_finite() { json!(value) } else { json!(value.to_string()) }
}

fn leads(path: &Path, model: &Model) -> Result<Vec<Lead>> {
    let schema = model.encoder().schema();
    if path.extension().is_some_and(|end| end == "jsonl") {
        let bytes = files::read(path)?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        return lines
            .enumerate()
            .map(|(at, line)| read_lead(line, schema).with_context(|| format!("{}: lead {}", path.display(), at + 1)))
            .collect();
    }
    let mut leads = Vec::new();
    let mut rejected = None;
    let mut sink = |row: crate::lead::csv::CsvRow<'_>| match row.lead {
        Ok(lead) => leads.push(lead.clone()),
        Err(reject) => rejected = rejected.take().or(Some(reject)),
    };
    let mut reader = CsvReader::new(schema.clone(), Dialect::default());
    Input::open(Some(path))?.each_piece(|piece| Ok(reader.push(piece, &mut sink)?))?;
    reader.finish(&mut sink).with_context(|| path.display().to_string())?;
    match rejected {
        Some(reject) => bail!("{}: line {}: {reject}", path.display(), reject.line),
        None => Ok(leads),
    }
}
