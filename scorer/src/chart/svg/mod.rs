//! The charts, one file each: numbers in, an SVG picture out.
//!
//! Owns the pictures. May not know where the numbers come from; what they mean is in the title and description that
//! come with them.

pub(super) mod calibration;
pub(super) mod drift;
pub(super) mod histogram;
pub(super) mod interval;
pub(super) mod level;
mod pen;
pub(super) mod trend;

/// What a picture says to those who do not see it, and whether it is of simulated data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caption<'a> {
    /// Its name.
    pub(super) title: &'a str,
    /// What there is to see, in a sentence.
    pub(super) description: &'a str,
    /// Marked on the picture itself, which may be copied away from its page.
    pub(super) simulated: bool,
}

pub(super) use pen::round_up as end;
