//! Bar chart of levels: current and reference shares.

use super::super::format::{NONE, ellipsize, percent};
use super::super::markup::Markup;
use super::Caption;
use super::canvas::{Anchor, Frame, Style, axis_end, render};
use super::histogram::ComparedCounts;

/// Height of a bar, in pixels.
const ROW: i32 = 22;

/// Maximum number of characters of a name.
const NAME_MAX: usize = 20;

/// Renders the bars; there is one name per count.
pub(in super::super) fn levels(caption: Caption<'_>, names: &[String], counts: ComparedCounts<'_>) -> Markup {
    let rows = names.len() as i32;
    let frame = Frame { height: rows * ROW + 10, left: 124, right: 44, top: 4, bottom: 4, ..Frame::CARD };
    let frame = if caption.simulated { Frame { height: frame.height + 16, top: 20, ..frame } } else { frame };
    render(caption, frame, 0.0..axis_end(counts.largest_share()), 0.0..f64::from(rows.max(1)), |canvas| {
        for (index, name) in names.iter().enumerate() {
            let (current, reference) = counts.shares(index);
            let row = f64::from(rows) - index as f64;
            let (left, middle) = canvas.to_pixels((0.0, row - 0.5));
            if let Some(reference) = reference.filter(|reference| *reference > 0.0) {
                canvas.bar(Style::Reference, (0.0, row - 0.12), (reference, row - 0.88));
            }
            if current > 0.0 {
                canvas.bar(Style::Current, (0.0, row - 0.3), (current, row - 0.7));
            }
            canvas.text(Style::Text, &ellipsize(name, NAME_MAX), (left - 6.0, middle), Anchor::End);
            let end = canvas.to_pixels((current.max(reference.unwrap_or(0.0)), row)).0;
            let is_empty = counts.current.iter().all(|count| *count == 0);
            let label = if is_empty { NONE.to_owned() } else { percent(current) };
            canvas.text(Style::CurrentText, &label, (end + 4.0, middle), Anchor::Start);
        }
        canvas.polyline(Style::Axis, &[canvas.to_pixels((0.0, 0.0)), canvas.to_pixels((0.0, f64::from(rows)))]);
    })
}
