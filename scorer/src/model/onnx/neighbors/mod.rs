//! Nearest neighbors, as exported from scikit-learn: distances to the fitted rows, and the closest ones.

mod distances;
mod top_k;

pub(super) use distances::scan;
pub(super) use top_k::top_k;
