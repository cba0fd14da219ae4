//! `leadlight train`: trains models on a CSV history and writes model files with their cards.

use super::files;
use crate::lead::csv::Dialect;
use crate::pipeline::{ModelParts, pack};
use crate::train::{self, History, TrainedModel, TrainingPlan};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime};

/// Trains on leads whose outcome is known and writes model files and cards: one model for leads with the enriched llm_*
/// fields, and one named `<name>-basic` for leads without them.
#[derive(Debug, clap::Args)]
pub(super) struct TrainArgs {
    /// History: a CSV file with lead fields and an outcome column of 0 or 1.
    history: PathBuf,
    /// Name of the outcome column.
    #[arg(long)]
    outcome: String,
    /// Output model file, e.g. models/linkedin-engagement.onnx.
    #[arg(short, long)]
    output: PathBuf,
    /// Model date, used as its version; today (UTC) if omitted.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    date: Option<Date>,
    /// Meaning of the outcome, completing "the probability that"; derived from the column name if omitted.
    #[arg(long, value_name = "WORDS")]
    predicts: Option<String>,
    /// Random seed of the fold assignment; the same seed gives byte-identical files.
    #[arg(long, default_value_t = train::SEED)]
    seed: u64,
    /// Number of cross-validation folds.
    #[arg(long, default_value_t = 5)]
    folds: usize,
    /// Number of cross-validation repetitions.
    #[arg(long, default_value_t = 10)]
    repeats: usize,
}

pub(super) fn run(args: &TrainArgs) -> anyhow::Result<()> {
    let plan = plan(args)?;
    let bytes = files::read(&args.history)?;
    let history = History::read(&bytes, Dialect::default(), &args.outcome)
        .with_context(|| format!("cannot learn from {}", args.history.display()))?;
    println!("{}", train::report::history(&history));
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("cross-validating {bar:40} {pos}/{len}, {eta} left")?);
    let models = train::fit(&history, &plan, &mut |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let models = models.with_context(|| format!("cannot learn from {}", args.history.display()))?;
    // All files are built before the first one is written, so that either both models are new or neither is.
    let packed = models.iter().map(|model| Ok((model, pack_model(model)?))).collect::<anyhow::Result<Vec<_>>>()?;
    for (model, file) in packed {
        println!("{}", train::report::fitted(model));
        write_model_and_card(&args.output, model, &file)?;
    }
    Ok(())
}

fn parse_date(text: &str) -> Result<Date, String> {
    Date::parse(text, &Iso8601::DATE).map_err(|_| "a date should be written as 2026-11-23".to_owned())
}

fn plan(args: &TrainArgs) -> anyhow::Result<TrainingPlan> {
    let stem = args.output.file_stem().and_then(|stem| stem.to_str());
    let Some(name) = stem.filter(|_| args.output.extension().is_some_and(|extension| extension == "onnx")) else {
        bail!("the output should be a file name that ends in .onnx, not {}", args.output.display());
    };
    let folder = args.output.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        bail!("there is no folder to write {} into", args.output.display());
    }
    let date = args.date.unwrap_or_else(|| OffsetDateTime::now_utc().date());
    let default_outcome = || format!("a lead has the outcome \"{}\"", args.outcome);
    Ok(TrainingPlan {
        name: name.to_owned(),
        version: format!("{:04}.{:02}.{:02}", date.year(), u8::from(date.month()), date.day()),
        outcome: args.predicts.clone().unwrap_or_else(default_outcome),
        seed: args.seed,
        folds: args.folds,
        repeats: args.repeats,
    })
}

fn pack_model(model: &TrainedModel) -> anyhow::Result<Vec<u8>> {
    let parts = ModelParts {
        encoder: model.encoder.clone(),
        card: model.card.clone(),
        grades: model.grades.clone(),
        profile: Some(model.profile.clone()),
        output: Some(model.output.clone()),
    };
    pack(&model.graph, parts).with_context(|| format!("the model {} cannot be made", model.card.name))
}

/// Writes the model file, and its card to the same path with the extension `.md`.
fn write_model_and_card(output: &Path, model: &TrainedModel, file: &[u8]) -> anyhow::Result<()> {
    let path = output.with_file_name(format!("{}.onnx", model.card.name));
    let card = path.with_extension("md");
    files::write(Some(&path), |out| out.write_all(file))?;
    files::write(Some(&card), |out| out.write_all(train::report::card(&model.card, &model.grades).as_bytes()))?;
    println!("written: {} ({} bytes) and {}\n", path.display(), file.len(), card.display());
    Ok(())
}
