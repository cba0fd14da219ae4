//! The monitoring page and the drift report: what they hold, whatever the names in them are, and how large they get.
//! The pages are also written to the folder for tests' files in the target folder, to be looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod document;
mod escaping;
mod page;
mod report;
mod sample;
