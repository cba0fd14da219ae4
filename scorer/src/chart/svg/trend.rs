//! Figures over time: a line for each, with its name at its end.

use super::super::markup::Markup;
use super::super::moment;
use super::Caption;
use super::pen::{Frame, Ink, Side, picture, round_up};

/// A line of a trend.
#[derive(Debug, Clone)]
pub(in super::super) struct Line {
    /// What it is, in a word.
    pub(in super::super) name: &'static str,
    /// One value per moment.
    pub(in super::super) values: Vec<f64>,
    /// Whether it is what the picture is about, or only beside it.
    pub(in super::super) is_main: bool,
}

/// The picture. Values rise from 0; `limit` is drawn where it is not far above them; `write` puts a height into words.
pub(in super::super) fn trend(
    caption: Caption<'_>,
    moments: &[String],
    lines: &[Line],
    limit: (f64, &str),
    write: impl Fn(f64) -> String,
) -> Markup {
    let highest = lines.iter().flat_map(|line| &line.values).fold(0.0_f64, |most, value| most.max(*value));
    let top = round_up(if limit.0 <= highest * 2.0 { highest.max(limit.0) } else { highest });
    let places = places(moments);
    let (first, last) = (places.first().copied().unwrap_or(0.0), places.last().copied().unwrap_or(1.0));
    let (first, last) = if first < last { (first, last) } else { (first - 1.0, first + 1.0) };
    let frame = Frame { left: 60, right: 40, ..Frame::CARD };
    picture(caption, frame, first..last, 0.0..top, |pen| {
        pen.beside(&[0.0, top / 2.0, top].map(|height| (height, write(height))));
        pen.below(&ends(moments, &places));
        if limit.0 <= top {
            pen.line(Ink::Limit, &[(first, limit.0), (last, limit.0)]);
            let (left, y) = pen.place((first, limit.0));
            pen.word(Ink::LimitWord, limit.1, (left + 4.0, if y < 40.0 { y + 8.0 } else { y - 8.0 }), Side::After);
        }
        let mut taken: Vec<f64> = Vec::new();
        for line in lines {
            let ink = if line.is_main { Ink::CurrentLine } else { Ink::ReferenceLine };
            let values: Vec<(f64, f64)> = places.iter().copied().zip(line.values.iter().copied()).collect();
            match values.as_slice() {
                [] => continue,
                [only] => pen.dot(if line.is_main { Ink::Current } else { Ink::Reference }, *only, 6.0),
                values => pen.line(ink, values),
            }
            let Some(end) = values.last() else { continue };
            let (x, y) = pen.place(*end);
            let y = apart(y, &taken);
            taken.push(y);
            let ink = if line.is_main { Ink::CurrentWord } else { Ink::ReferenceWord };
            pen.word(ink, line.name, (x + 5.0, y), Side::After);
        }
    })
}

/// Where each moment lies: in minutes, or one after the other where one is no moment.
fn places(moments: &[String]) -> Vec<f64> {
    let minutes: Option<Vec<f64>> =
        moments.iter().map(|text| moment::minutes(text).map(|minutes| minutes as f64)).collect();
    minutes.unwrap_or_else(|| (0..moments.len()).map(|place| place as f64).collect())
}

/// The first moment, one about the middle, and the last, in words.
fn ends(moments: &[String], places: &[f64]) -> Vec<(f64, String)> {
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else { return Vec::new() };
    let within_a_day = first.get(..10) == last.get(..10);
    let label = |place: usize| Some((*places.get(place)?, moment::label(moments.get(place)?, within_a_day)));
    let mut chosen: Vec<usize> = vec![0, moments.len() / 2, moments.len() - 1];
    if moments.len() < 5 {
        chosen.remove(1);
    }
    chosen.dedup();
    chosen.into_iter().filter_map(label).collect()
}

/// A height for words that keeps them off those that are there already.
fn apart(y: f64, taken: &[f64]) -> f64 {
    taken.iter().fold(y, |y, other| {
        let distance = y - other;
        if distance.abs() >= 12.0 {
            y
        } else if distance < 0.0 {
            other - 12.0
        } else {
            other + 12.0
        }
    })
}
