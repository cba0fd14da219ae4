//! Chart of values with their confidence intervals.

use super::super::format::ellipsize;
use super::super::markup::Markup;
use super::Caption;
use super::canvas::{Anchor, Frame, Style, render};
use crate::insight::quality::Estimate;
use std::ops::Range;

/// Value of an interval chart.
#[derive(Debug, Clone)]
pub(in super::super) struct IntervalPoint {
    /// Label on the x axis.
    pub(in super::super) name: String,
    /// Value with its interval.
    pub(in super::super) estimate: Estimate,
    /// Text above it.
    pub(in super::super) note: Option<String>,
}

/// Renders the chart. `baseline` is a value with a label to compare with; `format` formats the y axis.
pub(in super::super) fn intervals(
    caption: Caption<'_>,
    points: &[IntervalPoint],
    y: Range<f64>,
    baseline: Option<(f64, &str)>,
    format: impl Fn(f64) -> String,
) -> Markup {
    let count = points.len().max(1) as f64;
    let heights = [y.start, f64::midpoint(y.start, y.end), y.end].map(|height| (height, format(height)));
    // Skips labels that would overlap; the table has all.
    let every = points.len().div_ceil(6).max(1);
    let names: Vec<(f64, String)> = points
        .iter()
        .enumerate()
        .filter(|(index, _)| index % every == 0)
        .map(|(index, point)| (index as f64 + 0.5, ellipsize(&point.name, 10)))
        .collect();
    render(caption, Frame { left: 46, ..Frame::CARD }, 0.0..count, y, |canvas| {
        canvas.y_axis(&heights);
        canvas.x_axis(&names);
        if let Some((height, label)) = baseline {
            canvas.line(Style::ReferenceLine, &[(0.0, height), (count, height)]);
            let (x, y) = canvas.to_pixels((count, height));
            canvas.text(Style::ReferenceText, label, (x, y - 8.0), Anchor::End);
        }
        for (index, point) in points.iter().enumerate() {
            let x = index as f64 + 0.5;
            let Estimate { value, low, high } = point.estimate;
            canvas.line(Style::Interval, &[(x, low), (x, high)]);
            canvas.dot(Style::Current, (x, value), 8.0);
            if let Some(note) = &point.note {
                let (x, y) = canvas.to_pixels((x, high));
                canvas.text(Style::CurrentText, note, (x, (y - 8.0).max(20.0)), Anchor::Middle);
            }
        }
    })
}
