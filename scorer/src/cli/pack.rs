//! `leadlight pack`: builds a model file from an ONNX model trained elsewhere and its encoder.

use super::{files, import_legacy_encoder};
use crate::insight::card::Card;
use crate::insight::grade::Grades;
use crate::lead::encode::Specification;
use crate::model::bundle::{OutputColumn, graph_bytes, sha256_hex};
use crate::model::onnx;
use crate::pipeline::{ModelParts, pack};
use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// Hexadecimal digits of the graph's SHA-256 that form the default version.
const DEFAULT_VERSION_DIGITS: usize = 12;

/// Options of `leadlight pack`.
#[derive(Debug, clap::Args)]
pub(super) struct PackArgs {
    /// ONNX model as exported
    model: PathBuf,
    /// Encoder: a specification, or an encoder export of the legacy Python service
    #[arg(long)]
    encoder: PathBuf,
    /// Output model file
    #[arg(short, long)]
    output: PathBuf,
    /// Model card (JSON); a card with only name and version is generated if omitted
    #[arg(long)]
    card: Option<PathBuf>,
    /// Grades (JSON); leads get no grade if omitted
    #[arg(long)]
    grades: Option<PathBuf>,
    /// Model name; the output file's stem if omitted
    #[arg(long)]
    name: Option<String>,
    /// Model version; the first 12 digits of the graph's SHA-256 if omitted
    #[arg(long)]
    model_version: Option<String>,
    /// Graph output with the probability, if it is ambiguous
    #[arg(long, requires = "probability_column")]
    probability_output: Option<String>,
    /// Column of that output, counted from 0
    #[arg(long, requires = "probability_output")]
    probability_column: Option<usize>,
}

pub(super) fn run(args: &PackArgs) -> Result<()> {
    let file = files::read(&args.model)?;
    let graph = graph_bytes(&file).with_context(|| args.model.display().to_string())?;
    let parts = ModelParts {
        encoder: read_encoder(&args.encoder, graph)?,
        card: read_card(args, graph)?,
        grades: args.grades.as_deref().map(read_json::<Grades>).transpose()?.unwrap_or_default(),
        profile: None,
        output: args
            .probability_output
            .clone()
            .zip(args.probability_column)
            .map(|(name, column)| OutputColumn { name, column }),
    };
    let packed = pack(graph, parts).with_context(|| args.model.display().to_string())?;
    files::write(Some(&args.output), |out| out.write_all(&packed))?;
    println!("{}: {} bytes, sha256 {}", args.output.display(), packed.len(), sha256_hex(&packed));
    Ok(())
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_slice(&files::read(path)?).with_context(|| format!("cannot use {}", path.display()))
}

/// Reads a specification, or an encoder export of the legacy Python service. An export names no inputs, so it takes the
/// single input of the graph.
fn read_encoder(path: &Path, graph: &[u8]) -> Result<Specification> {
    let bytes = files::read(path)?;
    let document: serde_json::Value =
        serde_json::from_slice(&bytes).with_context(|| format!("cannot use {}", path.display()))?;
    if document.get("inputs").is_some() {
        return read_json(path);
    }
    let inputs = onnx::inputs(graph)?;
    let [input] = inputs.as_slice() else {
        bail!("the graph has {} inputs; an encoder export of the legacy service needs a graph with one", inputs.len());
    };
    import_legacy_encoder::specification(&bytes, &input.name).with_context(|| format!("cannot use {}", path.display()))
}

fn read_card(args: &PackArgs, graph: &[u8]) -> Result<Card> {
    let mut card = args.card.as_deref().map(read_json::<Card>).transpose()?.unwrap_or_default();
    if let Some(name) = &args.name {
        card.name.clone_from(name);
    }
    if let Some(version) = &args.model_version {
        card.version.clone_from(version);
    }
    if card.name.is_empty() {
        card.name = args.output.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    }
    if card.version.is_empty() {
        card.version = sha256_hex(graph)[..DEFAULT_VERSION_DIGITS].to_owned();
    }
    Ok(card)
}
