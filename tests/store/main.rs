//! The log as its callers see it, on SQLite, on PostgreSQL and on PostgreSQL behind a pooler: the same tests, each with
//! a database of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adoption;
mod fault;
mod keyed;
mod kill;
mod monitoring;
mod outcome;
mod place;
mod profile;
mod reading;
mod retention;
mod row;
mod server;
