//! `leadlight pack`: an ONNX model trained elsewhere, with its encoder -> a model file.
//!
//! May not know the form of the file.

use super::{adopt, files};
use crate::insight::card::Card;
use crate::insight::grade::Grades;
use crate::lead::encode::Specification;
use crate::model::bundle::{OutputColumn, graph_bytes, sha256_hex};
use crate::model::onnx;
use crate::pipeline::{Parts, pack};
use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// How many digits of the graph's hash stand for a version where none is given.
const VERSION_DIGITS: usize = 12;

/// The options of `leadlight pack`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The model, as it was exported
    model: PathBuf,
    /// Its encoder: a specification, or an export of the Python service's encoder
    #[arg(long)]
    encoder: PathBuf,
    /// Where to write the model file
    #[arg(short, long)]
    output: PathBuf,
    /// A card as JSON; without it, one of only name and version is made
    #[arg(long)]
    card: Option<PathBuf>,
    /// Grades as JSON; without them, leads get no grade
    #[arg(long)]
    grades: Option<PathBuf>,
    /// The model's name; the file's if not given
    #[arg(long)]
    name: Option<String>,
    /// The model's version; the start of the graph's hash if not given
    #[arg(long)]
    model_version: Option<String>,
    /// The graph's output that holds the probability, where that is not clear
    #[arg(long, requires = "probability_column")]
    probability_output: Option<String>,
    /// The column in that output, from 0
    #[arg(long, requires = "probability_output")]
    probability_column: Option<usize>,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let file = files::read(&options.model)?;
    let graph = graph_bytes(&file).with_context(|| options.model.display().to_string())?;
    let parts = Parts {
        encoder: encoder(&options.encoder, graph)?,
        card: card(options, graph)?,
        grades: options.grades.as_deref().map(json::<Grades>).transpose()?.unwrap_or_default(),
        profile: None,
        output: options
            .probability_output
            .clone()
            .zip(options.probability_column)
            .map(|(name, column)| OutputColumn { name, column }),
    };
    let packed = pack(graph, parts).with_context(|| options.model.display().to_string())?;
    files::write(Some(&options.output), |out| out.write_all(&packed))?;
    println!("{}: {} bytes, sha256 {}", options.output.display(), packed.len(), sha256_hex(&packed));
    Ok(())
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_slice(&files::read(path)?).with_context(|| format!("cannot use {}", path.display()))
}

/// A specification names its inputs; an export of the Python service's encoder has none, and takes the graph's.
fn encoder(path: &Path, graph: &[u8]) -> Result<Specification> {
    let bytes = files::read(path)?;
    let whole: serde_json::Value =
        serde_json::from_slice(&bytes).with_context(|| format!("cannot use {}", path.display()))?;
    if whole.get("inputs").is_some() {
        return json(path);
    }
    let inputs = onnx::inputs(graph)?;
    let [input] = inputs.as_slice() else {
        bail!("the graph has {} inputs; such an encoder is for graphs with one", inputs.len());
    };
    adopt::specification(&bytes, &input.name).with_context(|| format!("cannot use {}", path.display()))
}

fn card(options: &Options, graph: &[u8]) -> Result<Card> {
    let mut card = options.card.as_deref().map(json::<Card>).transpose()?.unwrap_or_default();
    if let Some(name) = &options.name {
        card.name.clone_from(name);
    }
    if let Some(version) = &options.model_version {
        card.version.clone_from(version);
    }
    if card.name.is_empty() {
        card.name = options.output.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    }
    if card.version.is_empty() {
        card.version = sha256_hex(graph)[..VERSION_DIGITS].to_owned();
    }
    Ok(card)
}
