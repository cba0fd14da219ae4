//! The API as its clients see it: the router in process, with a database of its own per test, and the real program
//! where signals and exit codes matter.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod batches;
mod behaviour;
mod connection;
mod files;
mod imports;
mod keys;
mod limits;
mod log;
mod media;
mod metrics;
mod model_life;
mod monitoring;
mod names;
mod parity;
mod process;
mod readiness;
mod site;
mod socket;
mod support;
mod sweep;
mod trace;
mod upkeep;
