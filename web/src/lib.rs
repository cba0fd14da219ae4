//! Leadlight in the browser: the page, its scoring worker, and the separate monitoring document.
//!
//! The page never parses a file and never scores; the worker never renders. They share only `protocol` and `project`.

pub mod browser;
pub mod components;
pub mod engine;
pub mod format;
pub mod language;
#[cfg(feature = "monitoring")]
pub mod monitoring;
pub mod pages;
pub mod project;
pub mod protocol;
pub mod state;
pub mod storage;
pub mod text;
pub mod virtual_scroll;
pub mod worker_port;

#[cfg(feature = "worker")]
pub mod ranked_list;
#[cfg(feature = "worker")]
pub mod worker;
