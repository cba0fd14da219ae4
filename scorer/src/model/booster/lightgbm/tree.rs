//! Trees of LightGBM's text file.
//!
//! Children from 0 up are decisions, those below are leaves. A decision's bits say whether it compares a category, where
//! missing values go, and which values are missing.

use super::super::forest_builder::{ForestBuilder, RawNode, RawTest};
use super::super::{BoosterError, ColumnRule, LinearLeaf, PARTS_MAX, Rounding, Trees};
use super::linear_leaves;
use super::text::Section;
use crate::model::forest::Comparison;

/// Numbers up to this distance from 0 are 0: `kZeroThreshold`.
pub(in super::super) const ZERO_MAX: f64 = 1e-35_f32 as f64;

/// Bits of `decision_type`.
const CATEGORICAL: u8 = 1;
const DEFAULT_LEFT: u8 = 2;

/// Values that are missing for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MissingType {
    /// None: NaN is compared as 0.
    None,
    /// Zeros, and NaN.
    Zero,
    /// NaN.
    Nan,
}

/// Parses the trees of a model.
pub(super) fn trees(sections: &[Section<'_>], width: usize) -> Result<Trees, BoosterError> {
    let is_linear = |section: &Section<'_>| section.get("is_linear").is_some_and(|flag| flag.trim() != "0");
    let has_linear = sections.iter().any(is_linear);
    let mut builder = ForestBuilder::default();
    let mut columns = Columns { uses: vec![ColumnUse::default(); width], members: 0 };
    let (mut leaves, mut slots): (Vec<LinearLeaf>, usize) = (Vec::new(), 0);
    for (at, section) in sections.iter().enumerate() {
        let located = |error: BoosterError| BoosterError::tree(at, error.to_string());
        let tree = Lists::parse(section).map_err(located)?;
        let mut nodes = tree.nodes(&mut columns).map_err(|reason| BoosterError::tree(at, reason))?;
        let mut target = 0;
        if has_linear {
            let own = linear_leaves::parse(section, &tree.leaf_values, is_linear(section), width).map_err(located)?;
            number_leaves(&mut nodes, leaves.len());
            slots = slots.max(linear_leaves::count_columns(&own));
            leaves.extend(own);
            target = at as u32;
        }
        builder.push(at, target, &nodes)?;
        if leaves.len().saturating_mul(slots) > PARTS_MAX {
            return Err(BoosterError::TooLarge { what: "coefficients of linear leaves", limit: PARTS_MAX });
        }
    }
    if sections.is_empty() {
        builder.push_constant(0.0);
    }
    Ok(Trees {
        forest: builder.build(if has_linear { sections.len() } else { 1 }),
        columns: columns.rules()?,
        rounding: Rounding::Truncate,
        linear_leaves: leaves,
    })
}

/// Replaces the values of leaves by their indices from `first` on; leaves are the last nodes, in order.
fn number_leaves(nodes: &mut [RawNode], first: usize) {
    let mut next = first;
    for node in nodes {
        if let RawNode::Leaf(value) = node {
            *value = next as f64;
            next += 1;
        }
    }
}

/// Count of a tree, from `least` up; `least` if absent.
fn count(section: &Section<'_>, key: &str, least: usize) -> Result<usize, BoosterError> {
    let Some(count) = section.integer(key)? else { return Ok(least) };
    let within = usize::try_from(count).ok().filter(|count| (least..=PARTS_MAX).contains(count));
    within.ok_or_else(|| super::text::error(format!("{key} is {count}")))
}

/// Lists of a tree.
#[derive(Default)]
struct Lists {
    leaf_values: Vec<f64>,
    split_features: Vec<i64>,
    thresholds: Vec<f64>,
    decision_types: Vec<u8>,
    left: Vec<i64>,
    right: Vec<i64>,
    category_bounds: Vec<usize>,
    category_bits: Vec<u32>,
}

impl Lists {
    fn parse(section: &Section<'_>) -> Result<Self, BoosterError> {
        let leaves = count(section, "num_leaves", 1)?;
        let decisions = leaves - 1;
        let mut lists = Lists { leaf_values: section.list("leaf_value", leaves)?, ..Lists::default() };
        if decisions == 0 {
            return Ok(lists);
        }
        lists.split_features = section.list("split_feature", decisions)?;
        lists.thresholds = section.list("threshold", decisions)?;
        lists.left = section.list("left_child", decisions)?;
        lists.right = section.list("right_child", decisions)?;
        lists.decision_types = match section.has("decision_type") {
            // They are signed in the file.
            true => section.list::<i8>("decision_type", decisions)?.into_iter().map(|bits| bits as u8).collect(),
            false => vec![0; decisions],
        };
        let sets = count(section, "num_cat", 0)?;
        if sets > 0 {
            lists.category_bounds = section.list("cat_boundaries", sets + 1)?;
            let words = lists.category_bounds.last().copied().unwrap_or(0);
            lists.category_bits = section.list("cat_threshold", words)?;
        }
        Ok(lists)
    }

    /// Decisions, then leaves.
    fn nodes(&self, columns: &mut Columns) -> Result<Vec<RawNode>, String> {
        let decisions = (0..self.left.len()).map(|at| self.decision(at, columns));
        decisions.chain(self.leaf_values.iter().map(|value| Ok(RawNode::Leaf(*value)))).collect()
    }

    fn decision(&self, at: usize, columns: &mut Columns) -> Result<RawNode, String> {
        let bits = self.decision_types[at];
        let default_left = bits & DEFAULT_LEFT != 0;
        let (if_true, if_false) = (self.child(self.left[at])?, self.child(self.right[at])?);
        if bits & CATEGORICAL != 0 {
            let members = self.categories(self.thresholds[at])?;
            let column = columns.add_categories(self.split_features[at], members.len())?;
            let test = RawTest::Member(members);
            // Missing values are in no set.
            return Ok(RawNode::Branch { column, test, if_true, if_false, missing_is_true: false });
        }
        let threshold = self.thresholds[at];
        let missing = match (bits >> 2) & 3 {
            0 => MissingType::None,
            1 => MissingType::Zero,
            2 => MissingType::Nan,
            other => return Err(format!("the missing type {other} is not known")),
        };
        let column = columns.add_comparison(self.split_features[at], threshold, missing)?;
        let missing_is_true = if missing == MissingType::None { 0.0 <= threshold } else { default_left };
        let test = RawTest::Compare(Comparison::Leq, threshold);
        Ok(RawNode::Branch { column, test, if_true, if_false, missing_is_true })
    }

    /// Index among the nodes; leaves follow the decisions.
    fn child(&self, child: i64) -> Result<usize, String> {
        let index = if child < 0 { (!child).checked_add(self.left.len() as i64) } else { Some(child) };
        let is_known = |index: &usize| child < 0 || *index < self.left.len();
        let index = index.and_then(|index| usize::try_from(index).ok()).filter(is_known);
        index.ok_or_else(|| format!("there is no child {child}"))
    }

    /// Members of the set with an index, which the file has as a threshold.
    fn categories(&self, index: f64) -> Result<Vec<f64>, String> {
        let at = index as usize;
        let bounds = self.category_bounds.get(at).zip(self.category_bounds.get(at.saturating_add(1)));
        let words = bounds.and_then(|(first, end)| self.category_bits.get(*first..*end));
        let words = words.ok_or_else(|| format!("there is no set of categories {index}"))?;
        let is_set = |(at, word): (usize, &u32)| {
            let (at, word) = (at, *word);
            (0..32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| (32 * at + bit) as f64)
        };
        Ok(words.iter().enumerate().flat_map(is_set).collect())
    }
}

/// Uses of a column by decisions.
#[derive(Debug, Clone, Copy, Default)]
struct ColumnUse {
    is_category: bool,
    is_number: bool,
    zero_is_missing: bool,
    nan_is_missing: bool,
    /// True when a threshold lies between numbers that are all 0 to LightGBM.
    splits_zero: bool,
}

struct Columns {
    uses: Vec<ColumnUse>,
    /// Number of members of all sets: one set may be that of many decisions.
    members: usize,
}

impl Columns {
    fn find(&mut self, column: i64) -> Result<(u32, &mut ColumnUse), String> {
        let width = self.uses.len();
        let found = usize::try_from(column).ok().and_then(|at| self.uses.get_mut(at));
        let found = found.ok_or_else(|| format!("column {column} should be from 0 to before {width}"))?;
        Ok((column as u32, found))
    }

    fn add_categories(&mut self, column: i64, members: usize) -> Result<u32, String> {
        self.members += members;
        if self.members > PARTS_MAX {
            return Err(format!("its sets of categories have more than {PARTS_MAX} members"));
        }
        let (column, found) = self.find(column)?;
        found.is_category = true;
        Ok(column)
    }

    fn add_comparison(&mut self, column: i64, threshold: f64, missing: MissingType) -> Result<u32, String> {
        let (column, found) = self.find(column)?;
        found.is_number = true;
        found.zero_is_missing |= missing == MissingType::Zero;
        found.nan_is_missing |= missing == MissingType::Nan;
        found.splits_zero |= (-ZERO_MAX..ZERO_MAX).contains(&threshold);
        Ok(column)
    }

    fn rules(&self) -> Result<Vec<ColumnRule>, BoosterError> {
        let rule = |(at, found): (usize, &ColumnUse)| {
            let refused = |reason: &str| Err(BoosterError::refused(format!("column {at}"), reason));
            match found {
                ColumnUse { is_category: true, is_number: true, .. } => {
                    refused("some trees compare it as a number and others as a category")
                }
                ColumnUse { zero_is_missing: true, nan_is_missing: true, .. } => {
                    refused("zero is a missing value in some trees and a number in others")
                }
                ColumnUse { is_category: true, .. } => Ok(ColumnRule::Category),
                ColumnUse { zero_is_missing: true, .. } => Ok(ColumnRule::ZeroIsMissing),
                ColumnUse { splits_zero: true, .. } => Ok(ColumnRule::FlushToZero),
                ColumnUse { .. } => Ok(ColumnRule::Number),
            }
        };
        self.uses.iter().enumerate().map(rule).collect()
    }
}
