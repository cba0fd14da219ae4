//! Figures with their intervals, side by side: a dot and how far it may be off.

use super::super::format::clipped;
use super::super::markup::Markup;
use super::Caption;
use super::pen::{Frame, Ink, Side, picture};
use crate::insight::quality::Estimate;
use std::ops::Range;

/// One of the figures.
#[derive(Debug, Clone)]
pub(in super::super) struct Point {
    /// What it is of: stands below it.
    pub(in super::super) name: String,
    /// The figure.
    pub(in super::super) estimate: Estimate,
    /// A word above it.
    pub(in super::super) note: Option<String>,
}

/// The picture. `compare` is a height with a word to hold the figures against.
pub(in super::super) fn intervals(
    caption: Caption<'_>,
    points: &[Point],
    y: Range<f64>,
    compare: Option<(f64, &str)>,
    write: impl Fn(f64) -> String,
) -> Markup {
    let count = points.len().max(1) as f64;
    let heights = [y.start, f64::midpoint(y.start, y.end), y.end].map(|height| (height, write(height)));
    // Names that would run into each other are left to the table.
    let every = points.len().div_ceil(6).max(1);
    let names: Vec<(f64, String)> = points
        .iter()
        .enumerate()
        .filter(|(place, _)| place % every == 0)
        .map(|(place, point)| (place as f64 + 0.5, clipped(&point.name, 10)))
        .collect();
    picture(caption, Frame { left: 46, ..Frame::CARD }, 0.0..count, y, |pen| {
        pen.beside(&heights);
        pen.below(&names);
        if let Some((height, word)) = compare {
            pen.line(Ink::ReferenceLine, &[(0.0, height), (count, height)]);
            let (x, y) = pen.place((count, height));
            pen.word(Ink::ReferenceWord, word, (x, y - 8.0), Side::Before);
        }
        for (place, point) in points.iter().enumerate() {
            let x = place as f64 + 0.5;
            let Estimate { value, low, high } = point.estimate;
            pen.line(Ink::Reach, &[(x, low), (x, high)]);
            pen.dot(Ink::Current, (x, value), 8.0);
            if let Some(note) = &point.note {
                let (x, y) = pen.place((x, high));
                pen.word(Ink::CurrentWord, note, (x, (y - 8.0).max(20.0)), Side::Around);
            }
        }
    })
}
