//! A histogram of what is now before that of the reference, both in shares of their own, so that sides of other sizes
//! can be compared.

use super::super::format::{NONE, count, percent, short};
use super::super::markup::Markup;
use super::Caption;
use super::pen::{Frame, Ink, Pen, Side, picture, round_up};

/// Both sides, counted in the same bins.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Sides<'a> {
    /// Empty without a reference.
    pub(in super::super) reference: &'a [u64],
    pub(in super::super) current: &'a [u64],
}

impl Sides<'_> {
    /// The shares of bin `place`: now, and in the reference.
    pub(in super::super) fn shares(self, place: usize) -> (f64, Option<f64>) {
        let share = |counts: &[u64]| {
            let all: f64 = counts.iter().map(|number| *number as f64).sum();
            counts.get(place).filter(|_| all > 0.0).map(|number| *number as f64 / all)
        };
        (share(self.current).unwrap_or(0.0), share(self.reference))
    }

    fn tallest(self) -> f64 {
        let shares = (0..self.current.len().max(self.reference.len())).map(|place| self.shares(place));
        shares.fold(0.0, |most, (now, then)| most.max(now).max(then.unwrap_or(0.0)))
    }
}

/// The picture. `edges` are one more than bins; `mark` is a value with a word to it, e.g. a threshold.
pub(in super::super) fn histogram(
    caption: Caption<'_>,
    edges: &[f64],
    sides: Sides<'_>,
    mark: Option<(f64, &str)>,
) -> Markup {
    let (Some(low), Some(high)) = (edges.first().copied(), edges.last().copied()) else {
        return Markup::new();
    };
    // A column that has one value has bins without a width.
    let (low, high) = if low < high { (low, high) } else { (low - 0.5, low + 0.5) };
    picture(caption, Frame::CARD, low..high, 0.0..round_up(sides.tallest()), |pen| {
        pen.beside_shares();
        for (place, bin) in edges.windows(2).enumerate() {
            let (from, to) = if bin[0] < bin[1] { (bin[0], bin[1]) } else { (low, high) };
            let (now, then) = sides.shares(place);
            if let Some(then) = then.filter(|then| *then > 0.0) {
                let gap = (to - from) * 0.04;
                pen.bar(Ink::Reference, (from + gap, 0.0), (to - gap, then));
            }
            if now > 0.0 {
                let gap = (to - from) * if sides.reference.is_empty() { 0.04 } else { 0.28 };
                pen.bar(Ink::Current, (from + gap, 0.0), (to - gap, now));
            }
        }
        let ends = [low, f64::midpoint(low, high), high];
        pen.below(&ends.map(|value| (value, short(value))));
        if let Some((value, word)) = mark {
            let (x, bottom) = pen.place((value, 0.0));
            pen.stroke(Ink::Limit, &[(x, f64::from(pen.frame.top)), (x, bottom)]);
            let side = if x > f64::from(pen.frame.width) * 0.7 { Side::Before } else { Side::After };
            let x = if side == Side::After { x + 4.0 } else { x - 4.0 };
            pen.word(Ink::LimitWord, word, (x, f64::from(pen.frame.top) + 6.0), side);
        }
        names(pen, sides);
    })
}

/// Which side is which, above the picture.
fn names(pen: &Pen<'_>, sides: Sides<'_>) {
    let sum = |counts: &[u64]| counts.iter().fold(0_u64, |sum, number| sum.saturating_add(*number));
    let left = f64::from(pen.frame.left);
    pen.surface(Ink::Current, (left, 6.0), (left + 8.0, 14.0));
    pen.word(Ink::CurrentWord, &format!("now {}", count(sum(sides.current))), (left + 12.0, 10.0), Side::After);
    if !sides.reference.is_empty() {
        pen.surface(Ink::Reference, (left + 110.0, 6.0), (left + 118.0, 14.0));
        let words = format!("reference {}", count(sum(sides.reference)));
        pen.word(Ink::ReferenceWord, &words, (left + 122.0, 10.0), Side::After);
    }
}

/// One bin in words.
pub(in super::super) fn bin_words(sides: Sides<'_>, place: usize) -> [String; 4] {
    let (now, then) = sides.shares(place);
    let counted = |counts: &[u64]| counts.get(place).map_or_else(|| NONE.to_owned(), |number| count(*number));
    [counted(sides.current), percent(now), counted(sides.reference), then.map_or_else(|| NONE.to_owned(), percent)]
}
