//! Drift as the monitoring page and its report show it: the mirror of what compares profiles, and small pictures of
//! both sides of each column.
//!
//! Owns the shapes. May not know the tests.

use serde::{Deserialize, Serialize};

/// Section 4.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Drift))]
pub struct Drift {
    /// What the encoder made of the leads, as the model saw it: the overall verdict is this group's.
    pub features: Option<DriftGroup>,
    /// The leads' own fields, as they were sent.
    pub fields: Option<DriftGroup>,
    /// Why a comparison is missing, as a sentence for people: no rows in the window, or a model that brings no
    /// reference.
    pub note: Option<String>,
}

/// Which columns a group has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Columns))]
#[serde(rename_all = "snake_case")]
pub enum Columns {
    /// Encoded features.
    Features,
    /// The leads' own fields.
    Fields,
}

/// The columns of one kind and what they say together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::DriftGroup))]
pub struct DriftGroup {
    /// Which.
    pub columns_are: Columns,
    /// In the model's order.
    pub columns: Vec<ColumnDrift>,
    /// How many drifted.
    pub drifted: u64,
    /// Their share of all columns, 0 to 1.
    pub share: f64,
    /// From which share on there is drift overall.
    pub threshold: f64,
    /// Whether there is.
    pub drift: bool,
}

/// The kind of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Kind))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Numbers.
    Number,
    /// Levels.
    Category,
}

/// How two sides were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Test))]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Two samples, two sides; a p-value.
    KolmogorovSmirnov,
    /// Of fit to the reference's shares; a p-value.
    ChiSquare,
    /// Of two proportions; a p-value.
    ZTest,
    /// A distance in units of the reference's standard deviation.
    Wasserstein,
    /// A distance, 0 to 0.83.
    JensenShannon,
}

impl Test {
    /// Whether its score is a p-value, which is the smaller the stranger, and not a distance.
    pub fn gives_p_value(self) -> bool {
        matches!(self, Test::KolmogorovSmirnov | Test::ChiSquare | Test::ZTest)
    }
}

/// What one column says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::ColumnDrift))]
pub struct ColumnDrift {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The test, as Evidently chooses by default; null where one side has no values.
    pub test: Option<Test>,
    /// The p-value or distance; null where it is not a number.
    pub score: Option<f64>,
    /// What the score is held against.
    pub threshold: f64,
    /// The verdict.
    pub drifted: bool,
    /// How large the difference is, however many rows there are.
    pub effect: Effect,
    /// The p-value after Benjamini and Hochberg over the group; null for distances.
    pub q_value: Option<f64>,
    /// Too few rows on either side to say.
    pub too_few: bool,
    /// Whether values are missing more or less often.
    pub missing: MissingDrift,
    /// How many rows have a level that the reference does not name.
    pub new_levels: u64,
    /// Worked out from a sketch instead of every value.
    pub approximate: bool,
    /// Values in the reference.
    pub reference_count: u64,
    /// Values in the window.
    pub current_count: u64,
    /// Both sides in a few bins or levels; null where there is nothing to draw.
    pub picture: Option<Picture>,
}

/// The size of a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Effect))]
pub struct Effect {
    /// The measure's name, e.g. `Cramér's V`.
    pub measure: String,
    /// Its value; null where it is not a number.
    pub value: Option<f64>,
    /// In three steps.
    pub state: EffectState,
}

/// The size of a difference in three steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::EffectState))]
#[serde(rename_all = "snake_case")]
pub enum EffectState {
    /// Too small to matter.
    None,
    /// Worth knowing.
    Moderate,
    /// Worth acting on.
    Strong,
}

/// Missing values on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::MissingDrift))]
pub struct MissingDrift {
    /// Their share in the reference.
    pub reference_share: f64,
    /// Their share in the window.
    pub current_share: f64,
    /// Of the difference; null where there is none to test.
    pub p_value: Option<f64>,
    /// The verdict.
    pub drifted: bool,
}

/// Both sides of a column, counted alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Picture))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Picture {
    /// Numbers in bins that touch; about 20.
    Bins {
        /// Rising, finite, one more than counts.
        edges: Vec<f64>,
        /// Per bin.
        reference: Vec<u64>,
        /// Per bin.
        current: Vec<u64>,
    },
    /// Levels, most frequent first; at most about 12, the rest pooled in one whose name is empty. Only levels that the
    /// reference names may stand here by name: others are personal data.
    Levels {
        /// Each with its counts.
        levels: Vec<LevelCounts>,
    },
}

/// A level on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::LevelCounts))]
pub struct LevelCounts {
    /// The level; empty for all others together.
    pub level: String,
    /// In the reference.
    pub reference: u64,
    /// In the window.
    pub current: u64,
}
