//! What the page has under way beside drawing: fetching its parts, keeping them, and the worker.

pub mod assets;
pub mod engine;
pub mod offline;
mod own_model;
