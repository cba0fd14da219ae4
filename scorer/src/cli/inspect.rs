//! `leadlight inspect`: prints the contents of a model file as text or JSON.

use super::{booster, files};
use crate::insight::card::{Card, Spread};
use crate::model::booster::Iterations;
use crate::model::bundle;
use crate::model::onnx;
use crate::pipeline::Model;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// Options of `leadlight inspect`.
#[derive(Debug, clap::Args)]
pub(super) struct InspectArgs {
    /// Model file
    model: PathBuf,
    /// Print JSON, including every feature
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &InspectArgs) -> Result<()> {
    let name = args.model.display().to_string();
    let bytes = files::read(&args.model)?;
    if let Some(translated) = booster::translate(&args.model, &bytes, Iterations::default())? {
        bail!("{name}: {}; make a model file of it with `leadlight pack`", translated.booster.description);
    }
    let model = Model::open(&name, &bytes)?;
    let contents = contents(&model, &bytes).with_context(|| name)?;
    let text = if args.json { serde_json::to_string_pretty(&contents)? + "\n" } else { text(&model, &contents) };
    files::write(None, |out| out.write_all(text.as_bytes()))
}

/// Returns the contents of the file as JSON, its sections unchanged.
fn contents(model: &Model, file: &[u8]) -> Result<Value> {
    let bundle = bundle::read(file)?;
    let operators: Vec<String> =
        onnx::operators(bundle.graph)?.into_iter().map(|(domain, operator)| format!("{domain}.{operator}")).collect();
    let inexact = model.inexact();
    let sizes: serde_json::Map<String, Value> =
        bundle.sections.iter().map(|(section, text)| (section.clone(), text.len().into())).collect();
    Ok(json!({
        "sha256": model.sha256(),
        "bytes": file.len(),
        "graph": {"bytes": bundle.graph.len(), "sha256": bundle::sha256_hex(bundle.graph), "operators": operators},
        "output": bundle.output,
        "section_bytes": sizes,
        "bit_exact": inexact.is_empty(),
        "inexact_operators": inexact,
        "card": model.card(),
        "grades": model.grades(),
        "encoder": model.encoder().specification(),
    }))
}

fn bit_exactness(inexact: &[String]) -> String {
    match inexact {
        [] => "yes: the same bits on every platform".to_owned(),
        operators => format!("no: {} may round differently on other processors", operators.join(", ")),
    }
}

fn text(model: &Model, contents: &Value) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<16}{value}");
    };
    let card = model.card();
    line("name", &format!("{} {}", card.name, card.version));
    line("sha256", model.sha256());
    line("size", &format!("{} bytes, {} of them the graph", contents["bytes"], contents["graph"]["bytes"]));
    line("operators", &contents["graph"]["operators"].as_array().map(|names| joined(names)).unwrap_or_default());
    line("bit exact", &bit_exactness(model.inexact()));
    line("probability", &format!("output {} column {}", contents["output"]["name"], contents["output"]["column"]));
    line("features", &model.encoder().width().to_string());
    line("self-check", "passed");
    write_card(card, &mut line);
    for range in &model.grades().ranges {
        let share = range.rate * 100.0;
        line(
            &format!("grade {}", range.grade),
            &format!("from {:.3}: {share:.0} % of {} leads replied", range.from, range.leads),
        );
    }
    text
}

fn write_card(card: &Card, line: &mut impl FnMut(&str, &str)) {
    if !card.predicts.is_empty() {
        line("predicts", &card.predicts);
    }
    if !card.requires_any.is_empty() {
        line("for leads with", &card.requires_any.join(", "));
    }
    if let Some(history) = &card.trained_on {
        line("trained on", &format!("{} leads, {} of them with the outcome", history.leads, history.positives));
    }
    if let Some(quality) = &card.quality {
        line("measured by", &quality.method);
        line("ROC AUC", &spread(quality.roc_auc));
        line("log-loss", &format!("{}; {:.4} for a constant", spread(quality.log_loss), quality.constant_log_loss));
    }
    for limit in &card.limits {
        line("limit", limit);
    }
}

fn spread(spread: Spread) -> String {
    format!("{:.4} ± {:.4}", spread.mean, spread.std)
}

fn joined(names: &[Value]) -> String {
    names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}
