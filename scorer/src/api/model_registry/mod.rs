//! Models in service: loaded and verified from files, switched atomically while requests run, kept the same on all
//! instances.
//!
//! A request takes the current scorer once and keeps it to its end, so no response mixes two sets of models. Imports go
//! one way: `registry` -> `registry_state` -> `watcher`, `selection` -> `status`; only `cluster_sync` touches the log's
//! database.
//!
//! Must not depend on HTTP.

mod cluster_sync;
mod registry;
mod registry_state;
mod selection;
pub mod status;
pub mod watcher;

pub use cluster_sync::{ClusterSync, DatabaseSync, DesiredModels};
pub use registry::{ChangeError, Command, ModelRegistry};
