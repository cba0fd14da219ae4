//! Rendering of the monitoring page and the drift report: an [`Overview`](crate::wire::monitoring::Overview) becomes HTML
//! with SVG charts, by the same code in the server and in the static site.
//!
//! Equal overviews give equal text everywhere. Names of models, versions, columns and levels are untrusted and are escaped
//! by [`Markup`]. Must not depend on models, leads, files, HTTP or a browser.

mod captions;
mod figure;
mod format;
mod markup;
pub mod page;
pub mod report;
pub mod simulation;
mod svg;
mod timestamp;

pub use markup::Markup;
