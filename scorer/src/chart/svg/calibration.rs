//! Expected against actual: leads of like probability, where they should be and where they are.

use super::super::format::percent_exactly;
use super::super::markup::Markup;
use super::Caption;
use super::pen::{Frame, Ink, Side, picture, round_up};
use crate::insight::quality::CalibrationBin;

/// The picture.
pub(in super::super) fn calibration(caption: Caption<'_>, bins: &[CalibrationBin]) -> Markup {
    let most = bins.iter().fold(0.0_f64, |most, bin| most.max(bin.expected).max(bin.actual.high));
    let end = round_up(most).min(1.0);
    let frame = Frame { left: 46, height: 220, bottom: 36, ..Frame::CARD };
    picture(caption, frame, 0.0..end, 0.0..end, |pen| {
        pen.beside_shares();
        pen.below(&[0.0, end / 2.0, end].map(|share| (share, percent_exactly(share))));
        pen.line(Ink::ReferenceLine, &[(0.0, 0.0), (end, end)]);
        let (x, y) = pen.place((end, end));
        pen.word(Ink::ReferenceWord, "as expected", (x - 22.0, y + 6.0), Side::Before);
        for bin in bins {
            pen.line(Ink::Reach, &[(bin.expected, bin.actual.low), (bin.expected, bin.actual.high)]);
            pen.dot(Ink::Current, (bin.expected, bin.actual.value), 8.0);
        }
        let middle = pen.place((end / 2.0, 0.0));
        pen.word(Ink::Word, "expected share of replies", (middle.0, middle.1 + 26.0), Side::Around);
        pen.word(Ink::Word, "actual share of replies", (f64::from(pen.frame.left), 10.0), Side::After);
    })
}
