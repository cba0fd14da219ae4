//! SQL of each table. Statements are written once for both databases; [`Dialect`](super::database::Dialect) has what
//! differs.
//!
//! Must not depend on the writer or the spool.

pub(super) mod active_model;
pub(super) mod deletion;
pub(super) mod idempotency_record;
pub(super) mod legacy_backfill;
pub(super) mod outcome;
pub(super) mod prediction_query;
pub(super) mod profile;
pub(super) mod request_log;
