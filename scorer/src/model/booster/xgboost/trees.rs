//! Trees of XGBoost: the iterations that predict, their nodes, sets of categories, and the weights of `dart`.

use super::super::forest_builder::{ForestBuilder, RawNode, RawTest};
use super::super::{BoosterError, ColumnRule, Iterations, Rounding, Trees};
use super::document::{Learner, Model, Tree};
use crate::model::forest::Comparison;
use std::collections::HashMap;

/// Number of trees that predict.
pub(super) fn count(
    model: &Model,
    learner: &Learner,
    iterations: Iterations,
    notes: &mut Vec<String>,
) -> Result<usize, BoosterError> {
    let ends = iteration_ends(model)?;
    let all = ends.len();
    let best = learner.attributes.get("best_iteration").and_then(|text| text.parse::<usize>().ok());
    let best = best.and_then(|best| best.checked_add(1)).filter(|best| *best <= all);
    let used = match iterations {
        Iterations::Library => by_library(all, best, learner.attributes.contains_key("scikit_learn"), notes),
        Iterations::All => all,
        Iterations::Best => best.ok_or_else(|| {
            BoosterError::refused("the best iteration", "early stopping has recorded none in this file")
        })?,
        Iterations::First(count) if (1..=all).contains(&count) => count,
        Iterations::First(count) => {
            return Err(BoosterError::refused(format!("{count} iterations"), format!("the file has {all}")));
        }
    };
    Ok(used.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0))
}

/// Iterations that predict by default: scikit-learn's classes stop at the best one, `Booster.predict` does not.
fn by_library(all: usize, best: Option<usize>, is_scikit_learn: bool, notes: &mut Vec<String>) -> usize {
    let Some(best) = best.filter(|best| *best < all) else { return all };
    let (used, whose) = if is_scikit_learn { (best, "scikit-learn classes") } else { (all, "Booster.predict") };
    notes.push(format!(
        "early stopping found iteration {best} of {all} best; as XGBoost's {whose}, this model uses {used} (--iterations \
         changes it)"
    ));
    used
}

/// Number of trees up to the end of each iteration.
fn iteration_ends(model: &Model) -> Result<Vec<usize>, BoosterError> {
    let trees = model.trees.len();
    let error = |reason: &str| BoosterError::Format { format: "XGBoost", reason: reason.to_owned() };
    if model.iteration_indptr.len() > 1 {
        let end = |end: &i64| usize::try_from(*end).ok().filter(|end| *end <= trees);
        let ends: Option<Vec<usize>> = model.iteration_indptr.iter().skip(1).map(end).collect();
        return ends.ok_or_else(|| error("an iteration ends behind the last tree"));
    }
    let parallel = model.gbtree_model_param.as_ref().and_then(|param| param.num_parallel_tree.parse::<usize>().ok());
    let parallel = parallel.unwrap_or(1).max(1);
    if !trees.is_multiple_of(parallel) {
        return Err(error("its trees do not fill their iterations"));
    }
    Ok((1..=trees / parallel).map(|iteration| iteration * parallel).collect())
}

/// The first trees, behind a constant one for the base margin.
pub(super) fn forest(
    model: &Model,
    weight_drop: &[f32],
    width: usize,
    base: f32,
    count: usize,
) -> Result<Trees, BoosterError> {
    let weights = if weight_drop.is_empty() { &model.weight_drop } else { weight_drop };
    let mut builder = ForestBuilder::default();
    let mut columns = ColumnKinds { is_category: vec![None; width] };
    if base != 0.0 || count == 0 {
        builder.push_constant(base.into());
    }
    for (at, tree) in model.trees.iter().take(count).enumerate() {
        let weight = weights.get(at).copied().unwrap_or(1.0);
        let nodes = nodes(tree, weight, &mut columns).map_err(|reason| BoosterError::tree(at, reason))?;
        builder.push(at, 0, &nodes)?;
    }
    let rule = |kind: Option<bool>| if kind == Some(true) { ColumnRule::Category } else { ColumnRule::Number };
    Ok(Trees {
        forest: builder.build(1),
        columns: columns.is_category.into_iter().map(rule).collect(),
        rounding: Rounding::Floor,
        linear_leaves: vec![],
    })
}

/// Kind of each column that some node compares.
struct ColumnKinds {
    is_category: Vec<Option<bool>>,
}

impl ColumnKinds {
    fn check(&mut self, column: i64, is_category: bool) -> Result<u32, String> {
        let width = self.is_category.len();
        let kind = usize::try_from(column).ok().and_then(|column| self.is_category.get_mut(column));
        let Some(kind) = kind else { return Err(format!("column {column} should be from 0 to before {width}")) };
        if *kind.get_or_insert(is_category) != is_category {
            return Err(format!("column {column} is compared both as a number and as a category"));
        }
        Ok(column as u32)
    }
}

fn nodes(tree: &Tree, weight: f32, columns: &mut ColumnKinds) -> Result<Vec<RawNode>, String> {
    if tree.tree_param.has_vector_leaves() {
        return Err("its leaves hold values of several targets".to_owned());
    }
    let count = tree.left_children.len();
    let lengths =
        [tree.right_children.len(), tree.split_indices.len(), tree.split_conditions.len(), tree.default_left.len()];
    if count == 0 || lengths.iter().any(|length| *length != count) {
        return Err(format!("its lists have {count}, {lengths:?} elements, but should have one per node"));
    }
    let sets = sets(tree)?;
    (0..count).map(|at| node(tree, at, weight, &sets, columns)).collect()
}

fn node(
    tree: &Tree,
    at: usize,
    weight: f32,
    sets: &HashMap<i64, &[i64]>,
    columns: &mut ColumnKinds,
) -> Result<RawNode, String> {
    let (left, right) = (tree.left_children[at], tree.right_children[at]);
    if left == -1 {
        return Ok(RawNode::Leaf((tree.split_conditions[at].0 * weight).into()));
    }
    let child = |child: i64| usize::try_from(child).map_err(|_| format!("node {at} has child {child}"));
    let (left, right) = (child(left)?, child(right)?);
    let is_category = tree.split_type.get(at).is_some_and(|kind| *kind == 1);
    let column = columns.check(tree.split_indices[at], is_category)?;
    let default_left = tree.default_left[at].0;
    if !is_category {
        let test = RawTest::Compare(Comparison::Lt, tree.split_conditions[at].0.into());
        return Ok(RawNode::Branch { column, test, if_true: left, if_false: right, missing_is_true: default_left });
    }
    // The listed categories go to the right.
    let set = sets.get(&(at as i64)).ok_or_else(|| format!("node {at} has no categories"))?;
    let test = RawTest::Member(set.iter().map(|category| *category as f64).collect());
    Ok(RawNode::Branch { column, test, if_true: right, if_false: left, missing_is_true: !default_left })
}

/// Categories of each node that has some.
fn sets(tree: &Tree) -> Result<HashMap<i64, &[i64]>, String> {
    let (firsts, sizes) = (&tree.categories_segments, &tree.categories_sizes);
    let nodes = &tree.categories_nodes;
    if firsts.len() != nodes.len() || sizes.len() != nodes.len() {
        return Err("its lists of categories differ in length".to_owned());
    }
    let (mut sets, mut total) = (HashMap::new(), 0);
    for ((node, first), size) in nodes.iter().zip(firsts).zip(sizes) {
        let range = usize::try_from(*first).ok().zip(usize::try_from(*size).ok());
        let end = range.and_then(|(first, size)| first.checked_add(size));
        let set = range.zip(end).and_then(|((first, _), end)| tree.categories.get(first..end));
        let set = set.ok_or_else(|| format!("the categories of node {node} are not in the list"))?;
        // Sets are disjoint parts of the list, so that they are no longer than the file.
        total += set.len();
        sets.insert(*node, set);
    }
    if total > tree.categories.len() { Err("its sets of categories overlap".to_owned()) } else { Ok(sets) }
}
