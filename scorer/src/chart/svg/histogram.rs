//! Histogram of the current data in front of the reference, both as shares, so that samples of different sizes can be
//! compared.

use super::super::format::{NONE, count, percent, significant};
use super::super::markup::Markup;
use super::Caption;
use super::canvas::{Anchor, Canvas, Frame, Style, axis_end, render};

/// Counts of both sides in the same bins.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct ComparedCounts<'a> {
    /// Counts of the reference; empty without one.
    pub(in super::super) reference: &'a [u64],
    /// Counts of the current data.
    pub(in super::super) current: &'a [u64],
}

impl ComparedCounts<'_> {
    /// Shares of a bin, current and reference.
    pub(in super::super) fn shares(self, index: usize) -> (f64, Option<f64>) {
        let share = |counts: &[u64]| {
            let total: f64 = counts.iter().map(|count| *count as f64).sum();
            counts.get(index).filter(|_| total > 0.0).map(|count| *count as f64 / total)
        };
        (share(self.current).unwrap_or(0.0), share(self.reference))
    }

    /// Largest share of either side.
    pub(super) fn largest_share(self) -> f64 {
        let shares = (0..self.current.len().max(self.reference.len())).map(|index| self.shares(index));
        shares.fold(0.0, |largest, (current, reference)| largest.max(current).max(reference.unwrap_or(0.0)))
    }
}

/// Renders the histogram. There is one more edge than bins; `marker` is a value with a label, e.g. a threshold.
pub(in super::super) fn histogram(
    caption: Caption<'_>,
    edges: &[f64],
    counts: ComparedCounts<'_>,
    marker: Option<(f64, &str)>,
) -> Markup {
    let (Some(low), Some(high)) = (edges.first().copied(), edges.last().copied()) else {
        return Markup::new();
    };
    // A constant column has bins of width 0.
    let (low, high) = if low < high { (low, high) } else { (low - 0.5, low + 0.5) };
    render(caption, Frame::CARD, low..high, 0.0..axis_end(counts.largest_share()), |canvas| {
        canvas.percent_axis();
        for (index, bin) in edges.windows(2).enumerate() {
            let (from, to) = if bin[0] < bin[1] { (bin[0], bin[1]) } else { (low, high) };
            let (current, reference) = counts.shares(index);
            if let Some(reference) = reference.filter(|reference| *reference > 0.0) {
                let gap = (to - from) * 0.04;
                canvas.bar(Style::Reference, (from + gap, 0.0), (to - gap, reference));
            }
            if current > 0.0 {
                let gap = (to - from) * if counts.reference.is_empty() { 0.04 } else { 0.28 };
                canvas.bar(Style::Current, (from + gap, 0.0), (to - gap, current));
            }
        }
        let ends = [low, f64::midpoint(low, high), high];
        canvas.x_axis(&ends.map(|value| (value, significant(value))));
        if let Some((value, label)) = marker {
            let (x, bottom) = canvas.to_pixels((value, 0.0));
            canvas.polyline(Style::Limit, &[(x, f64::from(canvas.frame.top)), (x, bottom)]);
            let anchor = if x > f64::from(canvas.frame.width) * 0.7 { Anchor::End } else { Anchor::Start };
            let x = if anchor == Anchor::Start { x + 4.0 } else { x - 4.0 };
            canvas.text(Style::LimitText, label, (x, f64::from(canvas.frame.top) + 6.0), anchor);
        }
        legend(canvas, counts);
    })
}

/// Draws the legend above the plot.
fn legend(canvas: &Canvas<'_>, counts: ComparedCounts<'_>) {
    let sum = |counts: &[u64]| counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let left = f64::from(canvas.frame.left);
    canvas.rectangle(Style::Current, (left, 6.0), (left + 8.0, 14.0));
    canvas.text(Style::CurrentText, &format!("now {}", count(sum(counts.current))), (left + 12.0, 10.0), Anchor::Start);
    if !counts.reference.is_empty() {
        canvas.rectangle(Style::Reference, (left + 110.0, 6.0), (left + 118.0, 14.0));
        let label = format!("reference {}", count(sum(counts.reference)));
        canvas.text(Style::ReferenceText, &label, (left + 122.0, 10.0), Anchor::Start);
    }
}

/// Table cells of a bin: count and share, current and reference.
pub(in super::super) fn bin_cells(counts: ComparedCounts<'_>, index: usize) -> [String; 4] {
    let (current, reference) = counts.shares(index);
    let counted = |counts: &[u64]| counts.get(index).map_or_else(|| NONE.to_owned(), |number| count(*number));
    [
        counted(counts.current),
        percent(current),
        counted(counts.reference),
        reference.map_or_else(|| NONE.to_owned(), percent),
    ]
}
