//! `leadlight pack`: builds a model file from a model trained elsewhere: an ONNX file and its encoder, or the own file of
//! XGBoost or LightGBM, which names its columns itself.

use super::{booster, files, import_legacy_encoder};
use crate::insight::card::Card;
use crate::insight::grade::Grades;
use crate::lead::encode::Specification;
use crate::model::booster::{Booster, Iterations};
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
    /// ONNX model as exported, XGBoost model (.json, .ubj), or LightGBM model (.txt)
    model: PathBuf,
    /// Encoder: a specification, or an encoder export of the legacy Python service; the model's own columns, by name, if
    /// omitted (XGBoost and LightGBM)
    #[arg(long)]
    encoder: Option<PathBuf>,
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
    /// Boosting iterations of an XGBoost or LightGBM model: all, best (of early stopping) or a number; as the library
    /// predicts if omitted
    #[arg(long, value_parser = booster::parse_iterations)]
    iterations: Option<Iterations>,
}

pub(super) fn run(args: &PackArgs) -> Result<()> {
    let file = files::read(&args.model)?;
    match booster::translate(&args.model, &file, args.iterations.unwrap_or_default())? {
        None if args.iterations.is_some() => bail!("--iterations is for XGBoost and LightGBM models"),
        None => pack_graph(args, graph_bytes(&file).with_context(|| args.model.display().to_string())?, None),
        Some(translated) => {
            let Booster { description, notes, .. } = &translated.booster;
            eprintln!("{}: {description}", args.model.display());
            notes.iter().for_each(|note| eprintln!("note: {note}"));
            pack_graph(args, &translated.bytes, Some(&translated.booster))
        }
    }
}

/// Packs a graph; that of a gradient boosting library comes with its model.
fn pack_graph(args: &PackArgs, graph: &[u8], library: Option<&Booster>) -> Result<()> {
    let encoder = match (&args.encoder, library) {
        (Some(path), _) => read_encoder(path, graph)?,
        (None, Some(library)) => booster::specification(library),
        (None, None) => bail!("--encoder is needed for an ONNX model, which does not say how leads become its inputs"),
    };
    let named = args.probability_output.clone().zip(args.probability_column);
    let output = named.map(|(name, column)| OutputColumn { name, column });
    let parts = ModelParts {
        encoder,
        card: read_card(args, graph)?,
        grades: args.grades.as_deref().map(read_json::<Grades>).transpose()?.unwrap_or_default(),
        profile: None,
        output: output.or_else(|| library.map(|_| crate::model::booster::output())),
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
