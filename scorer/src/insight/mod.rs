//! What follows from scores: order, words, grades, the card of a model and the profile of a batch.
//!
//! May not know trees, files or the wire.

pub mod card;
pub mod grade;
pub mod label;
pub mod profile;
pub mod rank;
