//! Monitoring as pictures and pages: an [`Overview`](crate::wire::monitoring::Overview) becomes HTML with SVG charts, by
//! the same code in the server and in the static site's document.
//!
//! Owns how figures look and the sentences beside them. May not know models, leads, files, HTTP or a browser: the same
//! overview gives the same text everywhere. Names of models, versions, columns and levels come from outside and are
//! escaped where they are written ([`Markup`]).

mod figure;
mod format;
mod markup;
mod moment;
pub mod page;
mod reading;
pub mod report;
pub mod simulation;
mod svg;

pub use markup::Markup;
