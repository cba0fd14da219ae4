//! Tests of the monitoring page and the drift report: content, escaping and size. The pages are also saved in the target
//! folder for visual inspection.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod document;
mod escaping;
mod page;
mod report;
mod sample;
