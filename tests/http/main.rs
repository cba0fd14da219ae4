//! The API as its clients see it: the router in process, with a database of its own per test, and the real program
//! where signals and exit codes matter.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod behaviour;
mod connection;
mod keys;
mod limits;
mod log;
mod metrics;
mod model_life;
mod parity;
mod process;
mod readiness;
mod site;
mod support;
mod trace;
