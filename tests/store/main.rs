//! The log as its callers see it, on SQLite, on PostgreSQL and on PostgreSQL behind a pooler: the same tests, each with
//! a database of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crash;
mod fixtures;
mod idempotency;
mod legacy_database;
mod outage;
mod outcome;
mod profile;
mod query;
mod requests;
mod retention;
mod server;
mod test_database;
