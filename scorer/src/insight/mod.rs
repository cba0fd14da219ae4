//! What follows from scores: order, words, grades, the card of a model, the profile of a batch and its drift, and how good
//! it all was once the outcomes are known.
//!
//! May not know trees, files or the wire.

pub mod alert;
pub mod card;
pub mod drift;
pub mod grade;
pub mod label;
pub mod metric;
pub mod profile;
pub mod quality;
pub mod rank;
