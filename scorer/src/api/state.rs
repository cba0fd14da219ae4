//! What every route shares.
//!
//! Owns the model in service, the log, the site and the memory that bodies may take. May not know routes.

use super::config::Config;
use super::error::Error;
use super::idempotency::Running;
use super::site::Site;
use super::store::Store;
use crate::lead::schema::Schema;
use crate::pipeline::Scorer;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Memory for bodies is lent in blocks of this many bytes.
pub(super) const BLOCK_BYTES: usize = 64 << 10;

/// How many bodies of the largest size may be in memory at once.
const LARGEST_BODIES: usize = 2;

/// The service behind the routes.
#[derive(Debug)]
pub struct Service {
    scorer: Option<Arc<Scorer>>,
    schema: Schema,
    /// The log.
    pub(super) store: Store,
    /// The page; `None` is a small page of links.
    pub(super) site: Option<Site>,
    /// The settings.
    pub(super) config: Config,
    /// Blocks of memory that bodies have not taken.
    pub(super) blocks: Arc<Semaphore>,
    /// The keys of requests that are being answered.
    pub(super) running: Arc<Running>,
}

impl Service {
    /// Without a scorer, predictions are answered with 503.
    pub fn new(scorer: Option<Scorer>, store: Store, site: Option<Site>, config: Config) -> Self {
        let schema = scorer.as_ref().map_or_else(Schema::leads, |scorer| scorer.schema().clone());
        let blocks = (config.body_bytes_max.div_ceil(BLOCK_BYTES).max(1) * LARGEST_BODIES).min(Semaphore::MAX_PERMITS);
        Service {
            scorer: scorer.map(Arc::new),
            schema,
            store,
            site,
            config,
            blocks: Arc::new(Semaphore::new(blocks)),
            running: Arc::default(),
        }
    }

    /// The fields that a lead can have here.
    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Whether predictions can be given.
    pub(super) fn has_model(&self) -> bool {
        self.scorer.is_some()
    }

    /// The model in service.
    pub(super) fn scorer(&self) -> Result<Arc<Scorer>, Error> {
        self.scorer.clone().ok_or(Error::NoModel)
    }
}
