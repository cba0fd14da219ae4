//! What all pictures are drawn with: plotters, in tenths of a pixel, with inks instead of colours.
//!
//! Owns the frame, the inks and how plotters' SVG is made to follow a style sheet. May not know any chart. Every ink is a
//! class in `static/style/monitoring.css`, so that the same picture is right on light, dark and paper.

use super::super::format::percent_exactly;
use super::super::markup::Markup;
use super::Caption;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    Cartesian2d, ChartBuilder, Circle, DrawingArea, IntoDrawingArea, PathElement, RGBColor, Rectangle, SVGBackend,
    ShapeStyle, Text, TextStyle,
};
use plotters::style::IntoFont;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

/// plotters rounds to whole units; this many to a pixel make lines smooth.
const UNITS: i32 = 10;

/// Drawing goes into a string, which takes everything.
const INTO_STRING: &str = "drawing into a string cannot fail";

/// What a mark means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Ink {
    /// Now: a surface.
    Current = 1,
    /// The reference: a surface.
    Reference,
    /// Beyond its limit: a surface.
    Beyond,
    /// Beyond its limit, but by little: a surface.
    Slight,
    /// Now: a line.
    CurrentLine,
    /// The reference, or what is only for comparison: a line.
    ReferenceLine,
    /// How far an interval reaches: a line.
    Reach,
    /// A limit: a line.
    Limit,
    /// An axis.
    Axis,
    /// A line to read a height by.
    Grid,
    /// Words.
    Word,
    /// Words of what is now.
    CurrentWord,
    /// Words of the reference.
    ReferenceWord,
    /// Words of a limit.
    LimitWord,
    /// The mark of simulated data.
    Simulated,
}

/// The class of each ink, in order.
const CLASSES: [&str; 15] = [
    "ink-current",
    "ink-reference",
    "ink-beyond",
    "ink-slight",
    "ink-current-line",
    "ink-reference-line",
    "ink-reach",
    "ink-limit",
    "ink-axis",
    "ink-grid",
    "ink-word",
    "ink-current-word",
    "ink-reference-word",
    "ink-limit-word",
    "ink-simulated",
];

impl Ink {
    /// A colour that stands for it until the picture is finished.
    fn colour(self) -> RGBColor {
        RGBColor(0, 0, self as u8)
    }

    fn surface(self) -> ShapeStyle {
        ShapeStyle { color: self.colour().into(), filled: true, stroke_width: 1 }
    }

    fn line(self) -> ShapeStyle {
        ShapeStyle { color: self.colour().into(), filled: false, stroke_width: 1 }
    }
}

/// On which side of its place a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// It ends there.
    Before,
    /// It is centred there.
    Around,
    /// It begins there.
    After,
}

/// The size of a picture and the margins around what is drawn in it, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
}

impl Frame {
    /// One of a grid of charts: as wide as a phone's page.
    pub(super) const CARD: Frame = Frame { width: 340, height: 190, left: 40, right: 12, top: 28, bottom: 22 };
}

/// Draws between axes. Values outside of the axes are drawn at their ends.
pub(super) struct Pen<'a> {
    root: DrawingArea<SVGBackend<'a>, Shift>,
    plot: DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    /// The frame.
    pub(super) frame: Frame,
    x: Range<f64>,
    y: Range<f64>,
}

/// A picture of a frame; `x` and `y` are what the axes reach over.
pub(super) fn picture(
    caption: Caption<'_>,
    frame: Frame,
    x: Range<f64>,
    y: Range<f64>,
    paint: impl FnOnce(&Pen<'_>),
) -> Markup {
    let mut drawn = String::new();
    if let Some(pen) = pen(&mut drawn, frame, x, y) {
        paint(&pen);
        if caption.simulated {
            pen.word(Ink::Simulated, "simulated data", (f64::from(frame.width - frame.right), 10.0), Side::Before);
        }
        pen.root.present().unwrap_or_else(|_| debug_assert!(false, "{INTO_STRING}"));
    }
    wrap(caption, frame, &drawn)
}

fn pen(drawn: &mut String, frame: Frame, x: Range<f64>, y: Range<f64>) -> Option<Pen<'_>> {
    let units = |pixels: i32| (pixels * UNITS).max(1) as u32;
    let root = SVGBackend::with_string(drawn, (units(frame.width), units(frame.height))).into_drawing_area();
    let margin = |pixels: i32| (pixels * UNITS).max(0) as u32;
    let chart = ChartBuilder::on(&root)
        .margin_left(margin(frame.left))
        .margin_right(margin(frame.right))
        .margin_top(margin(frame.top))
        .margin_bottom(margin(frame.bottom))
        .build_cartesian_2d(x.clone(), y.clone())
        .ok()?;
    let plot = chart.plotting_area().clone();
    Some(Pen { root, plot, frame, x, y })
}

impl Pen<'_> {
    /// Where a value lies, in pixels.
    pub(super) fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let inside = |value: f64, range: &Range<f64>| value.max(range.start).min(range.end);
        let (x, y) = self.plot.map_coordinate(&(inside(x, &self.x), inside(y, &self.y)));
        (f64::from(x) / f64::from(UNITS), f64::from(y) / f64::from(UNITS))
    }

    /// A surface between two corners, in values; at least a pixel high and wide, so that little is not nothing.
    pub(super) fn bar(&self, ink: Ink, from: (f64, f64), to: (f64, f64)) {
        let ((x0, y0), (x1, y1)) = (self.place(from), self.place(to));
        self.surface(
            ink,
            (x0.min(x1), y0.min(y1)),
            (x0.max(x1).max(x0.min(x1) + 1.0), y0.max(y1).max(y0.min(y1) + 1.0)),
        );
    }

    /// A surface between two corners, in pixels.
    pub(super) fn surface(&self, ink: Ink, from: (f64, f64), to: (f64, f64)) {
        self.draw(&Rectangle::new([units(from), units(to)], ink.surface()));
    }

    /// A line through values.
    pub(super) fn line(&self, ink: Ink, values: &[(f64, f64)]) {
        self.stroke(ink, &values.iter().map(|value| self.place(*value)).collect::<Vec<_>>());
    }

    /// A line through places in pixels.
    pub(super) fn stroke(&self, ink: Ink, places: &[(f64, f64)]) {
        self.draw(&PathElement::new(places.iter().copied().map(units).collect::<Vec<_>>(), ink.line()));
    }

    /// A dot at a value, so many pixels wide.
    pub(super) fn dot(&self, ink: Ink, value: (f64, f64), width: f64) {
        let radius = (width / 2.0 * f64::from(UNITS)) as i32;
        self.draw(&Circle::new(units(self.place(value)), radius, ink.surface()));
    }

    /// Words at a place in pixels, their middle at its height.
    pub(super) fn word(&self, ink: Ink, text: &str, place: (f64, f64), side: Side) {
        let side = match side {
            Side::Before => HPos::Right,
            Side::Around => HPos::Center,
            Side::After => HPos::Left,
        };
        let style: TextStyle<'_> = ("sans-serif", UNITS * 11).into_font().color(&ink.colour());
        self.draw(&Text::new(text, units(place), style.pos(Pos::new(side, VPos::Center))));
    }

    /// The axis below, and words at some values of it; the outermost words do not leave the picture.
    pub(super) fn below(&self, labels: &[(f64, String)]) {
        let (low, high) = (self.place((self.x.start, self.y.start)), self.place((self.x.end, self.y.start)));
        self.stroke(Ink::Axis, &[low, high]);
        for (place, (value, text)) in labels.iter().enumerate() {
            let x = self.place((*value, self.y.start)).0;
            let side = match place {
                0 if x < low.0 + 14.0 => Side::After,
                last if last + 1 == labels.len() && x > high.0 - 14.0 => Side::Before,
                _ => Side::Around,
            };
            self.word(Ink::Word, text, (x, low.1 + 12.0), side);
        }
    }

    /// Lines across and words to the left at some heights; the lowest has no line.
    pub(super) fn beside(&self, labels: &[(f64, String)]) {
        for (value, text) in labels {
            let (left, y) = self.place((self.x.start, *value));
            if *value > self.y.start {
                self.stroke(Ink::Grid, &[(left, y), self.place((self.x.end, *value))]);
            }
            self.word(Ink::Word, text, (left - 5.0, y), Side::Before);
        }
    }

    /// Heights of shares: nothing, half and all of what the axis reaches to.
    pub(super) fn beside_shares(&self) {
        let heights = [0.0, self.y.end / 2.0, self.y.end];
        self.beside(&heights.map(|share| (share, percent_exactly(share))));
    }

    fn draw<'e, E>(&self, element: &'e E)
    where
        &'e E: plotters::element::PointCollection<'e, (i32, i32)>,
        E: for<'b> plotters::element::Drawable<SVGBackend<'b>>,
    {
        self.root.draw(element).unwrap_or_else(|_| debug_assert!(false, "{INTO_STRING}"));
    }
}

fn units((x, y): (f64, f64)) -> (i32, i32) {
    // Casting takes what is not a number to 0 and what is too large to the largest.
    let unit = |pixels: f64| (pixels * f64::from(UNITS)).round().clamp(-1e6, 1e6) as i32;
    (unit(x), unit(y))
}

/// The next of 1, 2, 2.5, 5 times a power of ten that is not below a number: where an axis ends. 1 for what has no size.
pub(in super::super) fn round_up(most: f64) -> f64 {
    if !(most.is_finite() && most > 0.0) {
        return 1.0;
    }
    let mut power = 1.0;
    while power > most && power > 1e-300 {
        power /= 10.0;
    }
    while power * 10.0 <= most {
        power *= 10.0;
    }
    [1.0, 2.0, 2.5, 5.0].into_iter().map(|step| step * power).find(|end| *end >= most).unwrap_or(10.0 * power)
}

/// plotters' picture within an element of ours: its size left to the page, its colours turned into classes.
fn wrap(caption: Caption<'_>, frame: Frame, drawn: &str) -> Markup {
    let mut picture = Markup::new();
    let view = format!("0 0 {} {}", frame.width * UNITS, frame.height * UNITS);
    let title =
        if caption.simulated { format!("{} (simulated data)", caption.title) } else { caption.title.to_owned() };
    picture.element("svg", &[("class", "chart"), ("viewBox", &view), ("role", "img")], |svg| {
        svg.leaf("title", &[], &title);
        svg.leaf("desc", &[], caption.description);
        let inside = drawn.split_once('\n').map_or("", |(_, rest)| rest);
        marks(inside.trim_end().trim_end_matches("</svg>"), svg);
    });
    picture
}

/// Writes every mark of plotters' anew: its place is kept, its style becomes a class.
fn marks(drawn: &str, svg: &mut Markup) {
    for mark in drawn.split('<').filter_map(|mark| mark.split_once('>')).filter(|(tag, _)| !tag.starts_with('/')) {
        let (tag, text) = mark;
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let Some(name) = ["rect", "line", "polyline", "polygon", "circle", "text"].into_iter().find(|own| *own == name)
        else {
            continue;
        };
        let kept = attributes.split("\" ").filter_map(|attribute| attribute.split_once("=\""));
        let (mut class, mut places) = ("", Vec::new());
        for (name, value) in kept {
            let value = value.trim_end_matches(['"', '/']).trim_end();
            match PLACES.into_iter().find(|own| *own == name) {
                Some(name) => places.push((name, value)),
                None => class = class_of(value).unwrap_or(class),
            }
        }
        places.insert(0, ("class", class));
        svg.element(name, &places, |inner| inner.text(&unescaped(text.trim())));
    }
}

/// The attributes of a mark that are not its style.
const PLACES: [&str; 15] =
    ["x", "y", "width", "height", "cx", "cy", "r", "x1", "y1", "x2", "y2", "points", "dy", "text-anchor", "transform"];

/// The class behind a colour that stands for an ink.
fn class_of(colour: &str) -> Option<&'static str> {
    let number = usize::from_str_radix(colour.strip_prefix("#0000")?, 16).ok()?;
    CLASSES.get(number.checked_sub(1)?).copied()
}

/// plotters escapes words; they are escaped again, as everything here is.
fn unescaped(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPTION: Caption<'static> = Caption { title: "T<1>", description: "D & d", simulated: false };

    fn drawn(paint: impl FnOnce(&Pen<'_>)) -> String {
        picture(CAPTION, Frame::CARD, 0.0..1.0, 0.0..1.0, paint).into_string()
    }

    #[test]
    fn a_picture_has_classes_for_colours_and_tells_what_it_is() {
        let svg = drawn(|pen| {
            pen.bar(Ink::Current, (0.0, 0.0), (0.5, 1.0));
            pen.line(Ink::Limit, &[(0.0, 0.0), (1.0, 1.0)]);
            pen.dot(Ink::Beyond, (0.5, 0.5), 6.0);
            pen.word(Ink::Word, "a <b> & \"c\"", (10.0, 20.0), Side::Before);
        });
        assert_eq!(
            svg,
            "<svg class=\"chart\" viewBox=\"0 0 3400 1900\" role=\"img\"><title>T&lt;1&gt;</title><desc>D &amp; d</desc>\
             <rect class=\"ink-current\" x=\"400\" y=\"280\" width=\"1439\" height=\"1399\"></rect>\
             <polyline class=\"ink-limit\" points=\"400,1679 3279,280\"></polyline>\
             <circle class=\"ink-beyond\" cx=\"1839\" cy=\"980\" r=\"30\"></circle>\
             <text class=\"ink-word\" x=\"100\" y=\"200\" dy=\"0.5ex\" text-anchor=\"end\">a &lt;b&gt; &amp; &quot;c&quot;</text></svg>"
        );
    }

    #[test]
    fn simulated_data_is_marked_on_the_picture() {
        let caption = Caption { simulated: true, ..CAPTION };
        let svg = picture(caption, Frame::CARD, 0.0..1.0, 0.0..1.0, |_| ()).into_string();
        assert!(svg.contains("(simulated data)</title>") && svg.contains(">simulated data</text>"));
    }

    #[test]
    fn numbers_without_end_stay_in_the_picture() {
        for wrong in [f64::NAN, f64::INFINITY, -1e308, 1e308] {
            let svg = drawn(|pen| pen.line(Ink::CurrentLine, &[(wrong, wrong), (0.0, 0.0)]));
            assert!(svg.contains("ink-current-line"), "{svg}");
        }
    }

    #[test]
    fn axes_end_at_round_numbers() {
        let ends = [0.0, f64::NAN, 0.013, 0.21, 0.5, 3.0, 62.0, 10.0].map(round_up);
        for (end, expected) in ends.into_iter().zip([1.0, 1.0, 0.02, 0.25, 0.5, 5.0, 100.0, 10.0]) {
            assert!((end - expected).abs() < 1e-9 * expected, "{end} for {expected}");
        }
    }
}
