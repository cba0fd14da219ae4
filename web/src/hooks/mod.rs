//! What the page has under way beside drawing: fetching its parts, and the worker.

pub mod assets;
pub mod engine;
