//! Bar chart of drift: the score of each column relative to its threshold.

use super::super::format::{NONE, ellipsize, p_value, significant};
use super::super::markup::Markup;
use super::Caption;
use super::canvas::{Anchor, Frame, Style, render};
use crate::insight::drift::{ColumnDrift, DriftTest, EffectState};

/// Height of a bar, in pixels.
const ROW: i32 = 18;

/// Maximum number of characters of a name.
const NAME_MAX: usize = 22;

/// Length of the longest bar, in multiples of the threshold.
const RATIO_MAX: f64 = 3.0;

/// Ratio of a column's score to its threshold, of the logarithms for p-values: drift is beyond 1. `None` without a score.
pub(in super::super) fn threshold_ratio(column: &ColumnDrift) -> Option<f64> {
    let score = column.score?;
    let ratio = if column.test.is_some_and(DriftTest::has_p_value) {
        // A p-value can underflow to 0.
        libm::log(score.max(f64::MIN_POSITIVE)) / libm::log(column.threshold)
    } else {
        score / column.threshold
    };
    ratio.is_finite().then_some(ratio.max(0.0))
}

/// Renders the bars. A drifted column with a negligible effect is pale: with many rows, tests detect tiny differences.
pub(in super::super) fn drift_bars(caption: Caption<'_>, columns: &[&ColumnDrift]) -> Markup {
    let rows = columns.len() as i32;
    let frame = Frame { height: rows * ROW + 34, left: 154, right: 62, top: 28, bottom: 6, ..Frame::CARD };
    render(caption, frame, 0.0..RATIO_MAX, 0.0..f64::from(rows.max(1)), |canvas| {
        for (index, column) in columns.iter().enumerate() {
            let row = f64::from(rows) - index as f64;
            let (left, middle) = canvas.to_pixels((0.0, row - 0.5));
            let ratio = threshold_ratio(column).unwrap_or(0.0).min(RATIO_MAX);
            if ratio > 0.0 {
                let style = match (column.drifted, column.effect.state) {
                    (false, _) => Style::Reference,
                    (true, EffectState::None) => Style::Slight,
                    (true, _) => Style::Beyond,
                };
                canvas.bar(style, (0.0, row - 0.2), (ratio, row - 0.8));
            }
            canvas.text(Style::Text, &ellipsize(&column.name, NAME_MAX), (left - 6.0, middle), Anchor::End);
            let end = f64::from(canvas.frame.width);
            canvas.text(
                if column.drifted { Style::LimitText } else { Style::ReferenceText },
                &score_text(column),
                (end, middle),
                Anchor::End,
            );
        }
        let (x, top) = canvas.to_pixels((1.0, f64::from(rows)));
        canvas.polyline(Style::Limit, &[(x, top - 4.0), canvas.to_pixels((1.0, 0.0))]);
        canvas.text(Style::LimitText, "threshold", (x, top - 12.0), Anchor::Middle);
        canvas.polyline(Style::Axis, &[canvas.to_pixels((0.0, 0.0)), canvas.to_pixels((0.0, f64::from(rows)))]);
    })
}

fn score_text(column: &ColumnDrift) -> String {
    match (column.test, column.score) {
        (Some(test), Some(score)) if test.has_p_value() => p_value(score),
        (_, Some(score)) => significant(score),
        (_, None) => NONE.to_owned(),
    }
}
