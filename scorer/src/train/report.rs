//! Formats the result of a training: a terminal report, and the Markdown card written next to a model file.
//!
//! A test compares [`card`] with the cards in `models/`: changing a text there needs new files.

use super::{History, TrainedModel};
use crate::insight::card::{Card, Quality, Spread};
use crate::insight::grade::Grades;
use std::fmt::Write;

/// Maximum number of rejected rows listed.
const REJECTS_LISTED: usize = 5;

/// Formats the history: leads, outcomes, and what was left out.
pub fn history(history: &History) -> String {
    let (leads, positives) = (history.leads.len(), history.positives());
    let rate = percent(positives as f64 / leads.max(1) as f64);
    let mut text = format!("{leads} leads, {positives} of them with the outcome ({rate})\n");
    text += &format!("lead fields in the file: {}\n", list(&history.columns));
    if !history.unknown_columns.is_empty() {
        text += &format!("other columns, not used: {}\n", list(&history.unknown_columns));
    }
    if history.without_outcome > 0 {
        text += &format!("left out: {} rows with an empty outcome\n", history.without_outcome);
    }
    if !history.rejects.is_empty() {
        text += &format!("left out: {} rows with an invalid cell\n", history.rejects.len());
        for reject in history.rejects.iter().take(REJECTS_LISTED) {
            let column = reject.column.as_ref().map(|column| format!(", column {column:?}")).unwrap_or_default();
            text += &format!("  line {}{column}: {}\n", reject.line, reject.reason);
        }
    }
    text
}

/// Formats the quality, grades and limits of one model.
pub fn fitted(fitted: &TrainedModel) -> String {
    let card = &fitted.card;
    let features: usize = fitted.encoder.inputs.iter().map(|input| input.features.len()).sum();
    let mut text =
        format!("{}: {} features from {} fields, {}\n", card.name, features, card.fields.len(), audience(card));
    if let Some(quality) = &card.quality {
        text += &indent(&metrics(card, quality));
        text += &format!("  regularisation strength: C = {} (chosen by log-loss over all folds)\n", quality.strength);
        text += "\n  the best     rate   95 % interval\n";
        for best in &quality.precision_at {
            text += &format!(
                "  {:>8}  {:>7}   {} to {}\n",
                best.k,
                percent(best.rate),
                percent(best.low),
                percent(best.high)
            );
        }
    }
    text += "\n  grade   from    leads     rate   (held-out leads)\n";
    for range in &fitted.grades.ranges {
        text += &format!("  {:>5}  {:>5.3}  {:>7}  {:>7}\n", range.grade, range.from, range.leads, percent(range.rate));
    }
    text += "\n  without the field      ROC-AUC falls   log-loss rises\n";
    for cost in &card.missing_costs {
        text +=
            &format!("  {:<22}  {:>12.4}  {:>15.4}\n", cost.field, rounded(cost.auc_drop), rounded(cost.log_loss_rise));
    }
    if !fitted.pooled.is_empty() {
        text += "\n  levels too rare to learn, pooled\n";
        for (field, levels, leads) in &fitted.pooled {
            text += &format!("  {field:<22}  {levels:>4} levels of {leads} leads\n");
        }
    }
    text += "\n  limits\n";
    card.limits.iter().for_each(|limit| text += &format!("  - {limit}\n"));
    text
}

/// Formats the card of a model as Markdown.
pub fn card(card: &Card, grades: &Grades) -> String {
    let mut text = format!("# {} {}\n\nGives {}, {}.\n", card.name, card.version, card.predicts, audience(card));
    if let Some(trained) = &card.trained_on {
        let rate = percent(trained.positives as f64 / trained.leads.max(1) as f64);
        let _ = write!(
            text,
            "\n## Learned from\n\n{} leads, {} of them with the outcome ({rate}). Fields it reads: {}.\n",
            trained.leads,
            trained.positives,
            list(&card.fields)
        );
    }
    if let Some(quality) = &card.quality {
        text += &quality_section(card, quality);
    }
    if !grades.ranges.is_empty() {
        text += "\n## Grades\n\n| grade | from probability | held-back leads | of them with the outcome |\n|---|---:|---:|---:|\n";
        for range in &grades.ranges {
            text += &format!("| {} | {:.3} | {} | {} |\n", range.grade, range.from, range.leads, percent(range.rate));
        }
    }
    if !card.missing_costs.is_empty() {
        text += "\n## What a missing field costs\n\nMeasured by blanking the field in held-back leads. Below zero: the \
                 figure got better without it, which is noise.\n\n| field | ROC-AUC falls by | log-loss rises by |\n|---|---:|---:|\n";
        for cost in &card.missing_costs {
            text +=
                &format!("| {} | {:.4} | {:.4} |\n", cost.field, rounded(cost.auc_drop), rounded(cost.log_loss_rise));
        }
    }
    text += "\n## Limits\n\n";
    card.limits.iter().for_each(|limit| text += &format!("- {limit}\n"));
    text
}

fn quality_section(card: &Card, quality: &Quality) -> String {
    let mut text = format!("\n## How good it is\n\nBy {}\n\n```\n{}```\n", quality.method, metrics(card, quality));
    text += &format!("\nStrength of the regularisation: C = {}.\n", quality.strength);
    if !quality.precision_at.is_empty() {
        text += "\n| the best | with the outcome | 95 % interval |\n|---:|---:|---:|\n";
        for best in &quality.precision_at {
            text +=
                &format!("| {} | {} | {} to {} |\n", best.k, percent(best.rate), percent(best.low), percent(best.high));
        }
    }
    text
}

/// Formats the metrics, each with that of the constant prediction of the history's outcome rate.
fn metrics(card: &Card, quality: &Quality) -> String {
    let rate = card.trained_on.as_ref().map_or(0.5, |on| on.positives as f64 / on.leads.max(1) as f64);
    let line = |name: &str, figure: Spread, constant: f64| {
        format!("{name:<9}  {:.4} ± {:.4}   constant {constant:.4}\n", figure.mean, figure.std)
    };
    line("ROC-AUC", quality.roc_auc, 0.5)
        + &line("log-loss", quality.log_loss, quality.constant_log_loss)
        + &line("Brier", quality.brier, rate * (1.0 - rate))
}

fn audience(card: &Card) -> String {
    if card.requires_any.is_empty() {
        "for all leads".to_owned()
    } else {
        format!("for leads with any of {}", list(&card.requires_any))
    }
}

fn list(names: &[String]) -> String {
    names.join(", ")
}

/// Rounds to four decimal places; negative zero becomes zero.
fn rounded(change: f64) -> f64 {
    (change * 1e4).round() / 1e4 + 0.0
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
