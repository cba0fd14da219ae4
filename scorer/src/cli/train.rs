//! `leadlight train`: a history as CSV -> model files with their cards.
//!
//! Owns files, the date and the progress bar; what is learned and written about it is `train`'s and `pipeline`'s.

use super::files;
use crate::lead::csv::Dialect;
use crate::pipeline::{Parts, pack};
use crate::train::{self, Fitted, History, Plan};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime};

/// Learns from leads whose outcome is known, and writes a model file and its card: one model for leads with the
/// enriched llm_* fields, and one, `<name>-basic`, for leads without.
#[derive(Debug, clap::Args)]
pub(super) struct Train {
    /// The history: a CSV with the fields of a lead and a column of outcomes, 0 or 1.
    history: PathBuf,
    /// The column of outcomes.
    #[arg(long)]
    outcome: String,
    /// Where to write the model, e.g. models/linkedin-engagement.onnx.
    #[arg(short, long)]
    output: PathBuf,
    /// The date of the model, which becomes its version; today (UTC) if not given.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Option<Date>,
    /// What the outcome means, to follow "the probability that"; made from the column's name if not given.
    #[arg(long, value_name = "WORDS")]
    predicts: Option<String>,
    /// Deals the leads into folds; the same seed gives the same files.
    #[arg(long, default_value_t = train::SEED)]
    seed: u64,
    /// Into how many parts the leads are dealt.
    #[arg(long, default_value_t = 5)]
    folds: usize,
    /// How often they are dealt.
    #[arg(long, default_value_t = 10)]
    repeats: usize,
}

/// Runs it.
pub(super) fn run(options: &Train) -> anyhow::Result<()> {
    let plan = plan(options)?;
    let bytes = files::read(&options.history)?;
    let history = History::read(&bytes, Dialect::default(), &options.outcome)
        .with_context(|| format!("cannot learn from {}", options.history.display()))?;
    println!("{}", train::report::history(&history));
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("cross-validating {bar:40} {pos}/{len}, {eta} left")?);
    let models = train::fit(&history, &plan, &mut |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let models = models.with_context(|| format!("cannot learn from {}", options.history.display()))?;
    // All files are made before the first one is written: either both models are new, or neither.
    let packed = models.iter().map(|model| Ok((model, pack_one(model)?))).collect::<anyhow::Result<Vec<_>>>()?;
    for (model, file) in packed {
        println!("{}", train::report::fitted(model));
        write_both(&options.output, model, &file)?;
    }
    Ok(())
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text, &Iso8601::DATE).map_err(|_| "a date should be written as 2026-11-23".to_owned())
}

fn plan(options: &Train) -> anyhow::Result<Plan> {
    let stem = options.output.file_stem().and_then(|stem| stem.to_str());
    let Some(name) = stem.filter(|_| options.output.extension().is_some_and(|extension| extension == "onnx")) else {
        bail!("the output should be a file name that ends in .onnx, not {}", options.output.display());
    };
    let folder = options.output.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        bail!("there is no folder to write {} into", options.output.display());
    }
    let date = options.date.unwrap_or_else(|| OffsetDateTime::now_utc().date());
    let outcome = || format!("a lead has the outcome \"{}\"", options.outcome);
    Ok(Plan {
        name: name.to_owned(),
        version: format!("{:04}.{:02}.{:02}", date.year(), u8::from(date.month()), date.day()),
        outcome: options.predicts.clone().unwrap_or_else(outcome),
        seed: options.seed,
        folds: options.folds,
        repeats: options.repeats,
    })
}

fn pack_one(model: &Fitted) -> anyhow::Result<Vec<u8>> {
    let parts = Parts {
        encoder: model.encoder.clone(),
        card: model.card.clone(),
        grades: model.grades.clone(),
        profile: Some(model.profile.clone()),
        output: Some(model.output.clone()),
    };
    pack(&model.graph, parts).with_context(|| format!("the model {} cannot be made", model.card.name))
}

/// The model file, and its card beside it.
fn write_both(output: &Path, model: &Fitted, file: &[u8]) -> anyhow::Result<()> {
    let path = output.with_file_name(format!("{}.onnx", model.card.name));
    let card = path.with_extension("md");
    files::write(Some(&path), |out| out.write_all(file))?;
    files::write(Some(&card), |out| out.write_all(train::report::card(&model.card, &model.grades).as_bytes()))?;
    println!("written: {} ({} bytes) and {}\n", path.display(), file.len(), card.display());
    Ok(())
}
