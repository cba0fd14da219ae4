//! Memory for request bodies: a fixed budget, lent in blocks while requests are answered.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Size of a block in bytes.
const BLOCK_BYTES: usize = 64 << 10;

/// Bodies of the largest size that fit in memory at once.
const LARGEST_BODIES: usize = 2;

/// Budget of memory for request bodies.
#[derive(Debug)]
pub(crate) struct BodyMemory {
    blocks: Arc<Semaphore>,
    blocks_max: usize,
}

impl BodyMemory {
    /// Creates a budget for bodies of at most `bytes_max` bytes.
    pub(crate) fn new(bytes_max: usize) -> Self {
        let blocks = bytes_max.div_ceil(BLOCK_BYTES).max(1).saturating_mul(LARGEST_BODIES);
        let blocks_max = blocks.min(Semaphore::MAX_PERMITS);
        BodyMemory { blocks: Arc::new(Semaphore::new(blocks_max)), blocks_max }
    }

    /// Bytes lent at present.
    pub(crate) fn lent_bytes(&self) -> usize {
        self.blocks_max.saturating_sub(self.blocks.available_permits()).saturating_mul(BLOCK_BYTES)
    }
}

/// Memory lent for a body, returned when dropped.
#[derive(Debug, Default)]
pub(crate) struct MemoryPermit(Option<OwnedSemaphorePermit>);

impl MemoryPermit {
    /// Extends a permit for `bytes` by `more` bytes; `None` when the budget is used up.
    pub(crate) fn grow(&mut self, memory: &BodyMemory, bytes: usize, more: usize) -> Option<()> {
        let blocks = (bytes + more).div_ceil(BLOCK_BYTES) - bytes.div_ceil(BLOCK_BYTES);
        let (Ok(blocks), true) = (u32::try_from(blocks), blocks > 0) else { return Some(()) };
        let lent = memory.blocks.clone().try_acquire_many_owned(blocks).ok()?;
        match &mut self.0 {
            Some(permit) => permit.merge(lent),
            none => *none = Some(lent),
        }
        Some(())
    }
}
