//! Treatment of the columns before trees compare them.

use super::super::lightgbm::ZERO_MAX;
use super::super::{Column, ColumnRule, Rounding, Trees};
use super::builder::GraphBuilder;
use super::has_names;

/// Makes codes below 0 missing values, in columns whose categories have names: the encoder writes them for unknown ones.
pub(super) fn mark_unknown(graph: &mut GraphBuilder, input: String, columns: &[Column]) -> String {
    let named = has_names(columns);
    if !named.contains(&true) {
        return input;
    }
    let (zero, nan) = (graph.numbers(&[1, 1], &[0.0]), graph.numbers(&[1, 1], &[f64::NAN]));
    let named = graph.flags(&named);
    let below = graph.apply("Less", &[&input, &zero], vec![]);
    let unknown = graph.apply("And", &[&below, &named], vec![]);
    graph.apply("Where", &[&unknown, &nan, &input], vec![])
}

/// Applies the rule of each column.
pub(super) fn prepare(graph: &mut GraphBuilder, input: String, trees: &Trees) -> String {
    let has = |rule: ColumnRule| trees.columns.contains(&rule);
    let input = if has(ColumnRule::Category) { round(graph, &input, trees) } else { input };
    if has(ColumnRule::FlushToZero) || has(ColumnRule::ZeroIsMissing) {
        replace_zeros(graph, &input, trees)
    } else {
        input
    }
}

fn round(graph: &mut GraphBuilder, input: &str, trees: &Trees) -> String {
    let categories: Vec<bool> = trees.columns.iter().map(|rule| *rule == ColumnRule::Category).collect();
    let categories = graph.flags(&categories);
    let rounded = match trees.rounding {
        Rounding::Floor => graph.apply("Floor", &[input], vec![]),
        Rounding::Truncate => {
            let sign = graph.apply("Sign", &[input], vec![]);
            let size = graph.apply("Abs", &[input], vec![]);
            let size = graph.apply("Floor", &[&size], vec![]);
            graph.apply("Mul", &[&sign, &size], vec![])
        }
    };
    graph.apply("Where", &[&categories, &rounded, input], vec![])
}

/// Replaces numbers that are 0 to LightGBM by 0, or by NaN where they are missing values.
fn replace_zeros(graph: &mut GraphBuilder, input: &str, trees: &Trees) -> String {
    let replacement = |rule: &ColumnRule| if *rule == ColumnRule::ZeroIsMissing { f64::NAN } else { 0.0 };
    let replacements: Vec<f64> = trees.columns.iter().map(replacement).collect();
    let replacements = graph.numbers(&[1, replacements.len()], &replacements);
    let limit = graph.numbers(&[1, 1], &[ZERO_MAX]);
    let size = graph.apply("Abs", &[input], vec![]);
    let is_zero = graph.apply("LessOrEqual", &[&size, &limit], vec![]);
    graph.apply("Where", &[&is_zero, &replacements, input], vec![])
}
