//! Parts of XGBoost's document that prediction needs, the same in JSON and UBJSON. Members of other names are skipped.

use super::json::Number;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// The whole file.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    /// Absent from files of other libraries.
    pub(super) learner: Option<Learner>,
    /// Version that wrote the file.
    #[serde(default)]
    pub(super) version: Vec<u32>,
    /// Present in LightGBM's dump.
    pub(super) tree_info: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Learner {
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) feature_names: Vec<String>,
    #[serde(default)]
    pub(super) feature_types: Vec<String>,
    pub(super) gradient_booster: GradientBooster,
    pub(super) learner_model_param: LearnerModelParam,
    pub(super) objective: Objective,
}

#[derive(Debug, Deserialize)]
pub(super) struct Objective {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct LearnerModelParam {
    pub(super) base_score: String,
    #[serde(default)]
    num_class: String,
    pub(super) num_feature: String,
    #[serde(default)]
    num_target: String,
}

impl LearnerModelParam {
    /// Number of classes; 0 for a single score.
    pub(super) fn classes(&self) -> usize {
        self.num_class.parse().unwrap_or(0)
    }

    /// Number of targets.
    pub(super) fn targets(&self) -> usize {
        self.num_target.parse().unwrap_or(1)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct GradientBooster {
    pub(super) name: String,
    model: Option<Model>,
    /// Trees of `dart`, up to version 3.2.
    gbtree: Option<Inner>,
    /// Weight of each tree, of `dart`.
    #[serde(default)]
    pub(super) weight_drop: Vec<f32>,
}

#[derive(Debug, Deserialize)]
struct Inner {
    model: Model,
}

impl GradientBooster {
    /// The model, wherever this booster holds it.
    pub(super) fn model(&self) -> Option<&Model> {
        self.gbtree.as_ref().map(|inner| &inner.model).or(self.model.as_ref())
    }
}

/// Trees, or the weights of a linear model.
#[derive(Debug, Deserialize)]
pub(super) struct Model {
    #[serde(default)]
    pub(super) trees: Vec<Tree>,
    /// Index of the first tree of each iteration, and of the end; since version 2.0.
    #[serde(default)]
    pub(super) iteration_indptr: Vec<i64>,
    pub(super) gbtree_model_param: Option<GbtreeModelParam>,
    /// Weight of each tree, of `dart`, after version 3.2.
    #[serde(default)]
    pub(super) weight_drop: Vec<f32>,
    /// Categories of the columns; since version 3.1.
    pub(super) cats: Option<Cats>,
    #[serde(default)]
    pub(super) weights: Vec<f32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct GbtreeModelParam {
    #[serde(default)]
    pub(super) num_parallel_tree: String,
}

/// Categories of each column.
#[derive(Debug, Deserialize)]
pub(super) struct Cats {
    #[serde(default)]
    pub(super) enc: Vec<CategoryList>,
}

/// Categories of a column: UTF-8 with the offset of each text, or numbers; both empty for a column of numbers.
#[derive(Debug, Deserialize)]
pub(super) struct CategoryList {
    pub(super) offsets: Option<Vec<i64>>,
    #[serde(default)]
    pub(super) values: Vec<f64>,
}

/// Lists of one tree, with an element per node.
#[derive(Debug, Deserialize)]
pub(super) struct Tree {
    pub(super) left_children: Vec<i64>,
    pub(super) right_children: Vec<i64>,
    pub(super) split_indices: Vec<i64>,
    /// Thresholds, or values of leaves; NaN for sets of categories in early versions.
    pub(super) split_conditions: Vec<Number>,
    pub(super) default_left: Vec<Flag>,
    /// 1 for sets of categories; since version 1.3.
    #[serde(default)]
    pub(super) split_type: Vec<i64>,
    /// Categories of all sets.
    #[serde(default)]
    pub(super) categories: Vec<i64>,
    /// Nodes with sets.
    #[serde(default)]
    pub(super) categories_nodes: Vec<i64>,
    /// First category of each set.
    #[serde(default)]
    pub(super) categories_segments: Vec<i64>,
    /// Number of categories of each set.
    #[serde(default)]
    pub(super) categories_sizes: Vec<i64>,
    pub(super) tree_param: TreeParam,
}

#[derive(Debug, Deserialize)]
pub(super) struct TreeParam {
    #[serde(default)]
    size_leaf_vector: String,
}

impl TreeParam {
    /// True when a leaf holds a value for each of several targets.
    pub(super) fn has_vector_leaves(&self) -> bool {
        self.size_leaf_vector.parse().unwrap_or(1_usize) > 1
    }
}

/// Truth value: 0 or 1, or a boolean in files of early versions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlagVisitor)
    }
}

struct FlagVisitor;

impl Visitor<'_> for FlagVisitor {
    type Value = Flag;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("0, 1 or a boolean")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Flag, E> {
        Ok(Flag(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Flag, E> {
        Ok(Flag(value != 0))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Flag, E> {
        Ok(Flag(value != 0))
    }
}
