//! Durable log of predictions, API requests and outcomes in SQLite or PostgreSQL.
//!
//! One writer commits whatever waits as a group (group commit). While the database is unavailable, entries go to an
//! append-only spool on local disk and are replayed in order later, so that an acknowledged entry is never lost and never
//! stored twice. `docs/LOG.md` states the guarantees; `tests/store/` checks each of them.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use prediction_log::{LogEntry, Settings, Store};
//!
//! let settings = Settings::new("sqlite:leads.sqlite".parse()?);
//! let (store, writer) = Store::open(&settings).await?;
//! store.log(LogEntry::new(Vec::new())).await?;
//! writer.finish().await;
//! # Ok(())
//! # }
//! ```
//!
//! | module | responsibility |
//! |---|---|
//! | `store` | [`Store`], the handle that callers clone |
//! | `writer/` | queue, batching, commit throttle, retry, replay |
//! | `commit/` | the writer's database session and the transaction of one group |
//! | `database/` | connections, transactions and values of both databases; migrations |
//! | `tables/` | the SQL of each table |
//! | `spool/` | files on local disk while the database is unavailable |
//!
//! SQL occurs in this crate only. Must not depend on HTTP, models or how a lead was scored.

mod commit;
mod database;
mod database_url;
mod entry;
mod idempotency_cache;
mod row;
mod settings;
mod spool;
mod state;
mod store;
mod tables;
mod timestamp;
mod window;
mod writer;

pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use entry::{IdempotencyRecord, LogEntry, WriteStatus};
pub use row::{PredictionRow, RequestRow};
pub use settings::{DEFAULT_SPOOL_BYTES, LogMode, LogModeError, Retention, Settings};
pub use state::StoreState;
pub use store::{Store, StoreError, WriterTask};
pub use tables::active_model::ActiveModel;
pub use tables::legacy_backfill::{LegacyHour, LegacyPrediction};
pub use tables::outcome::{OutcomeRow, OutcomeStatus, OutcomeSubject, PredictionOutcome};
pub use tables::prediction_query::{
    Cursor, CursorError, LATEST_MAX, LoggedPrediction, PAGE_MAX, PredictionPage, PredictionQuery,
};
pub use tables::profile::{ProfileKey, ProfileRow};
pub use tables::request_log::{EndpointRequests, RequestSummary};
pub use timestamp::{Timestamp, TimestampError};
pub use window::{Granularity, TimeWindow};
