//! Models in the own files of gradient boosting libraries: XGBoost's JSON and UBJSON, LightGBM's text.
//!
//! A file is parsed into a [`Booster`], which says what the library computes, and written as an ONNX graph that gives the
//! same scores. Exporters of other projects lose parts of that: thresholds in double precision, zeros as missing values,
//! linear leaves. What a graph cannot say is refused by name. Parsing is total and bounded: lengths are checked before
//! anything is allocated, and the children of every tree are walked once. Must not depend on leads, or on how graphs run.

mod error;
mod forest_builder;
mod graph;
mod lightgbm;
mod xgboost;

pub use error::BoosterError;
pub use graph::{INPUT, output, write};

use super::forest::ForestParts;

/// Largest number of nodes, leaves and members of sets that are read, each.
const PARTS_MAX: usize = 1 << 22;

/// Largest number of columns; as many features as an encoder may have.
const COLUMNS_MAX: usize = 65_536;

/// A parsed model.
#[derive(Debug, Clone, PartialEq)]
pub struct Booster {
    /// Library and what it trained, for messages.
    pub description: String,
    /// Columns of the matrix that the library predicts from, in order.
    pub columns: Vec<Column>,
    /// Precision in which the library compares and adds.
    pub precision: Precision,
    /// Formula of the margin.
    pub margin: Margin,
    /// Factor of the margin in the logistic function.
    pub sigmoid: f64,
    /// Facts that a user should know: choices that the file leaves open.
    pub notes: Vec<String>,
}

/// Column of the matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name in the file, or the library's own for columns without one.
    pub name: String,
    /// Names of the categories by code; `None` for a column of numbers, or of codes without names.
    pub categories: Option<Vec<Category>>,
}

/// Category of a column of a data frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Category {
    /// Text.
    Text(String),
    /// Number.
    Number(f64),
    /// Truth value.
    Flag(bool),
}

/// Precision of a library's arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// f32.
    Single,
    /// f64.
    Double,
}

/// Formula of the margin, whose logistic function is the probability.
#[derive(Debug, Clone, PartialEq)]
pub enum Margin {
    /// Sum or average of trees.
    Trees(Trees),
    /// Intercept plus coefficient × feature, in the order of the features; missing values add nothing.
    Linear {
        /// Intercept.
        intercept: f32,
        /// One per column.
        coefficients: Vec<f32>,
    },
}

/// Trees and the treatment of their inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Trees {
    /// The trees; each leaf has one weight. With linear leaves, the weight is the leaf's index among them, and the target
    /// that of the tree.
    pub forest: ForestParts<f64>,
    /// Treatment of each column before it is compared.
    pub columns: Vec<ColumnRule>,
    /// Rounding of categorical columns.
    pub rounding: Rounding,
    /// Leaves that are linear functions; none in most models.
    pub linear_leaves: Vec<LinearLeaf>,
}

/// Treatment of a column before the trees compare it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnRule {
    /// None.
    #[default]
    Number,
    /// Numbers nearer to 0 than LightGBM resolves are 0.
    FlushToZero,
    /// The same numbers are missing values.
    ZeroIsMissing,
    /// Codes of categories are rounded to integers.
    Category,
}

/// Rounding of the code of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Downwards, so that all below 0 are no category.
    Floor,
    /// Towards 0.
    Truncate,
}

/// Leaf that is a linear function of some columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LinearLeaf {
    /// Constant term.
    pub constant: f64,
    /// Columns with their coefficients, in the order of addition.
    pub terms: Vec<(u32, f64)>,
    /// Value where any of the columns is missing.
    pub fallback: f64,
}

/// Number of boosting iterations that predict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Iterations {
    /// As the library predicts with the file: XGBoost's scikit-learn classes up to the best iteration of early stopping, all
    /// others with all iterations.
    #[default]
    Library,
    /// All.
    All,
    /// Up to the best iteration that early stopping has recorded.
    Best,
    /// The first ones.
    First(usize),
}

/// Parses a library's own model file; `None` for a file of another kind.
pub fn parse(file: &[u8], iterations: Iterations) -> Option<Result<Booster, BoosterError>> {
    if lightgbm::is_text_model(file) {
        return Some(lightgbm::parse(file, iterations));
    }
    if xgboost::is_model(file) {
        return Some(xgboost::parse(file, iterations));
    }
    error::other_format(file).map(Err)
}

/// Note for columns of categories that the file does not name.
fn note_of_codes(columns: &[&str]) -> String {
    let columns = columns.join(", ");
    format!(
        "the file does not name the categories of {columns}: their codes from 0 up are read, as numbered in training"
    )
}
