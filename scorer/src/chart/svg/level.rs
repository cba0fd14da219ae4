//! Levels one below the other, each with its share now and in the reference.

use super::super::format::{NONE, clipped, percent};
use super::super::markup::Markup;
use super::Caption;
use super::histogram::Sides;
use super::pen::{Frame, Ink, Side, picture, round_up};

/// The height of one level, in pixels.
const ROW: i32 = 22;

/// How many characters of a name fit beside the bars.
const NAME_MAX: usize = 20;

/// The picture; `names` are as many as there are counts.
pub(in super::super) fn levels(caption: Caption<'_>, names: &[String], sides: Sides<'_>) -> Markup {
    let rows = names.len() as i32;
    let frame = Frame { height: rows * ROW + 10, left: 124, right: 44, top: 4, bottom: 4, ..Frame::CARD };
    let frame = if caption.simulated { Frame { height: frame.height + 16, top: 20, ..frame } } else { frame };
    let most = (0..names.len())
        .map(|place| sides.shares(place))
        .fold(0.0_f64, |most, (now, then)| most.max(now).max(then.unwrap_or(0.0)));
    picture(caption, frame, 0.0..round_up(most), 0.0..f64::from(rows.max(1)), |pen| {
        for (place, name) in names.iter().enumerate() {
            let (now, then) = sides.shares(place);
            let row = f64::from(rows) - place as f64;
            let (left, middle) = pen.place((0.0, row - 0.5));
            if let Some(then) = then.filter(|then| *then > 0.0) {
                pen.bar(Ink::Reference, (0.0, row - 0.12), (then, row - 0.88));
            }
            if now > 0.0 {
                pen.bar(Ink::Current, (0.0, row - 0.3), (now, row - 0.7));
            }
            pen.word(Ink::Word, &clipped(name, NAME_MAX), (left - 6.0, middle), Side::Before);
            let end = pen.place((now.max(then.unwrap_or(0.0)), row)).0;
            let words = if sides.current.iter().all(|count| *count == 0) { NONE.to_owned() } else { percent(now) };
            pen.word(Ink::CurrentWord, &words, (end + 4.0, middle), Side::After);
        }
        pen.stroke(Ink::Axis, &[pen.place((0.0, 0.0)), pen.place((0.0, f64::from(rows)))]);
    })
}
