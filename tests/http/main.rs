//! HTTP tests of the API: the router in process, with a database per test, and the real binary where signals and exit
//! codes matter.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod auth;
mod batch;
mod connection;
mod content_encoding;
mod field;
mod fixtures;
mod idempotency;
mod imports;
mod legacy_responses;
mod limits;
mod log;
mod metrics;
mod model_registry;
mod monitoring;
mod operations;
mod process;
mod readiness;
mod responses;
mod security;
mod socket;
mod static_site;
mod streaming;
mod support;
mod trace;
