//! Leadlight in the browser: the page, which shows, and the worker, which reads and scores; and, apart from both, the
//! monitoring document, which shows what an API tells.
//!
//! The page never parses a file and never scores; the worker never shows anything. They share only `agent`.

pub mod agent;
pub mod browser;
pub mod columns;
pub mod components;
pub mod format;
pub mod hooks;
pub mod language;
pub mod memory;
#[cfg(feature = "monitoring")]
pub mod monitoring;
pub mod pages;
pub mod project;
pub mod scroll;
pub mod state;
pub mod text;

#[cfg(feature = "worker")]
pub mod table;
#[cfg(feature = "worker")]
pub mod worker;
