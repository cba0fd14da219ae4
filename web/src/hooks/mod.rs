//! What the page has under way beside drawing: fetching its parts, keeping them, the worker, and what unpacks workbooks for it.

pub mod assets;
pub mod engine;
pub mod offline;
mod own_model;
mod program;
mod workbook;
