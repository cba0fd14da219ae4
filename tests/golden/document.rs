//! The golden document: what the native golden test saw, for the same test in a browser.
//!
//! Numbers stand as their bits, so that no reader can change them.

use serde::{Deserialize, Serialize};

/// All sets.
#[derive(Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) sets: Vec<Set>,
}

/// A model file and what it gave.
#[derive(Serialize, Deserialize)]
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) model: Vec<u8>,
    pub(crate) records: Vec<Record>,
}

/// A lead and what it became.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) name: String,
    /// The lead as a JSON text, so that NaN and infinities pass.
    pub(crate) lead: String,
    pub(crate) feature_bits: Vec<u32>,
    pub(crate) probability_bits: u32,
    /// What another program answered, where there is one.
    pub(crate) reference: Option<f64>,
}
