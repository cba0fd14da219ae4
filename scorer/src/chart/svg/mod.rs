//! Charts, one file each: numbers in, SVG out. Titles and descriptions come from the caller.

pub(super) mod calibration;
mod canvas;
pub(super) mod drift_bars;
pub(super) mod histogram;
pub(super) mod intervals;
pub(super) mod levels;
pub(super) mod trend;

/// Accessible title and description of a chart, and its mark of simulated data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caption<'a> {
    /// Title.
    pub(super) title: &'a str,
    /// Description, one sentence.
    pub(super) description: &'a str,
    /// True to mark simulated data in the chart itself, which may be copied out of the page.
    pub(super) simulated: bool,
}

pub(super) use canvas::axis_end;
