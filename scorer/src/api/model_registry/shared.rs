//! Where the instances of one service agree on the models that they serve.
//!
//! Owns what is agreed on. May not know how it is kept.

use super::status::Named;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// The models that every instance is to serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// One of each name, sorted.
    pub models: Vec<Named>,
    /// When it was agreed on; UTC.
    pub since: String,
    /// The name of the caller who asked for it, or `file` where a file changed.
    pub by: String,
}

/// A place that every instance reads and writes; errors are sentences for operators.
pub trait Shared: std::fmt::Debug + Send + Sync {
    /// What is agreed on; `None` before the first change.
    fn agreed(&self) -> BoxFuture<'_, Result<Option<Agreed>, String>>;

    /// Agrees on something else.
    fn agree(&self, agreed: Agreed) -> BoxFuture<'_, Result<(), String>>;
}
