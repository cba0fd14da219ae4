//! Columns one below the other, each with how near it is to its threshold or how far beyond.

use super::super::format::{NONE, clipped, p, short};
use super::super::markup::Markup;
use super::Caption;
use super::pen::{Frame, Ink, Side, picture};
use crate::wire::monitoring::{ColumnDrift, EffectState};

/// The height of one column, in pixels.
const ROW: i32 = 18;

/// How many characters of a name fit beside the bars.
const NAME_MAX: usize = 22;

/// Bars end at so many times the threshold.
const MOST: f64 = 3.0;

/// How far a column is on the way to its threshold (1) or beyond: a distance by its multiple, a p-value by its
/// logarithm's. `None` where there is no score.
pub(in super::super) fn nearness(column: &ColumnDrift) -> Option<f64> {
    let score = column.score?;
    let by_logarithm = column.test.is_some_and(|test| test.gives_p_value());
    let nearness = if by_logarithm {
        // Below what a 64-bit number holds, a p-value is 0.
        libm::log(score.max(f64::MIN_POSITIVE)) / libm::log(column.threshold)
    } else {
        score / column.threshold
    };
    nearness.is_finite().then_some(nearness.max(0.0))
}

/// The picture. A column that drifted, but by little, is pale: with many rows, next to nothing is enough for a test.
pub(in super::super) fn bars(caption: Caption<'_>, columns: &[&ColumnDrift]) -> Markup {
    let rows = columns.len() as i32;
    let frame = Frame { height: rows * ROW + 34, left: 154, right: 62, top: 28, bottom: 6, ..Frame::CARD };
    picture(caption, frame, 0.0..MOST, 0.0..f64::from(rows.max(1)), |pen| {
        for (place, column) in columns.iter().enumerate() {
            let row = f64::from(rows) - place as f64;
            let (left, middle) = pen.place((0.0, row - 0.5));
            let near = nearness(column).unwrap_or(0.0).min(MOST);
            if near > 0.0 {
                let ink = match (column.drifted, column.effect.state) {
                    (false, _) => Ink::Reference,
                    (true, EffectState::None) => Ink::Slight,
                    (true, _) => Ink::Beyond,
                };
                pen.bar(ink, (0.0, row - 0.2), (near, row - 0.8));
            }
            pen.word(Ink::Word, &clipped(&column.name, NAME_MAX), (left - 6.0, middle), Side::Before);
            let end = f64::from(pen.frame.width);
            pen.word(
                if column.drifted { Ink::LimitWord } else { Ink::ReferenceWord },
                &words(column),
                (end, middle),
                Side::Before,
            );
        }
        let (x, top) = pen.place((1.0, f64::from(rows)));
        pen.stroke(Ink::Limit, &[(x, top - 4.0), pen.place((1.0, 0.0))]);
        pen.word(Ink::LimitWord, "threshold", (x, top - 12.0), Side::Around);
        pen.stroke(Ink::Axis, &[pen.place((0.0, 0.0)), pen.place((0.0, f64::from(rows)))]);
    })
}

fn words(column: &ColumnDrift) -> String {
    match (column.test, column.score) {
        (Some(test), Some(score)) if test.gives_p_value() => p(score),
        (_, Some(score)) => short(score),
        (_, None) => NONE.to_owned(),
    }
}
