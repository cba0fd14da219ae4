//! Canvas of all charts: plotters in tenths of a pixel, with CSS classes instead of colours.
//!
//! Every [`Style`] is a class in `static/style/monitoring.css`, so that one SVG suits light and dark mode and print.

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

/// Units per pixel: plotters rounds to whole units, which would make lines jagged.
const UNITS: i32 = 10;

/// Message of an impossible error.
const INTO_STRING: &str = "drawing into a string cannot fail";

/// Style of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Style {
    /// Area of the current data.
    Current = 1,
    /// Area of the reference.
    Reference,
    /// Area beyond its limit.
    Beyond,
    /// Area beyond its limit with a negligible effect.
    Slight,
    /// Line of the current data.
    CurrentLine,
    /// Line of the reference or a comparison.
    ReferenceLine,
    /// Line of an interval.
    Interval,
    /// Line of a limit.
    Limit,
    /// Axis.
    Axis,
    /// Grid line.
    Grid,
    /// Text.
    Text,
    /// Text on the current data.
    CurrentText,
    /// Text on the reference.
    ReferenceText,
    /// Text on a limit.
    LimitText,
    /// Mark of simulated data.
    Simulated,
}

/// CSS class of each style, in order.
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

impl Style {
    /// Placeholder colour, replaced by the class in the finished SVG.
    fn colour(self) -> RGBColor {
        RGBColor(0, 0, self as u8)
    }

    fn area(self) -> ShapeStyle {
        ShapeStyle { color: self.colour().into(), filled: true, stroke_width: 1 }
    }

    fn line(self) -> ShapeStyle {
        ShapeStyle { color: self.colour().into(), filled: false, stroke_width: 1 }
    }
}

/// Horizontal anchor of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Ends at the position.
    End,
    /// Centred at the position.
    Middle,
    /// Starts at the position.
    Start,
}

/// Size of a chart and margins of its plotting area, in pixels.
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
    /// Chart of a grid, as wide as a phone's screen.
    pub(super) const CARD: Frame = Frame { width: 340, height: 190, left: 40, right: 12, top: 28, bottom: 22 };
}

/// Drawing surface of a chart. Values outside of the axes are clamped to their ends.
pub(super) struct Canvas<'a> {
    root: DrawingArea<SVGBackend<'a>, Shift>,
    plot: DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    /// Size and margins.
    pub(super) frame: Frame,
    x: Range<f64>,
    y: Range<f64>,
}

/// Renders a chart; `x` and `y` are the ranges of the axes.
pub(super) fn render(
    caption: Caption<'_>,
    frame: Frame,
    x: Range<f64>,
    y: Range<f64>,
    draw: impl FnOnce(&Canvas<'_>),
) -> Markup {
    let mut drawn = String::new();
    if let Some(canvas) = canvas(&mut drawn, frame, x, y) {
        draw(&canvas);
        if caption.simulated {
            let position = (f64::from(frame.width - frame.right), 10.0);
            canvas.text(Style::Simulated, "simulated data", position, Anchor::End);
        }
        canvas.root.present().unwrap_or_else(|_| debug_assert!(false, "{INTO_STRING}"));
    }
    wrap(caption, frame, &drawn)
}

fn canvas(drawn: &mut String, frame: Frame, x: Range<f64>, y: Range<f64>) -> Option<Canvas<'_>> {
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
    Some(Canvas { root, plot, frame, x, y })
}

impl Canvas<'_> {
    /// Converts values to pixels.
    pub(super) fn to_pixels(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let clamped = |value: f64, range: &Range<f64>| value.max(range.start).min(range.end);
        let (x, y) = self.plot.map_coordinate(&(clamped(x, &self.x), clamped(y, &self.y)));
        (f64::from(x) / f64::from(UNITS), f64::from(y) / f64::from(UNITS))
    }

    /// Draws a rectangle between two corners in values, at least a pixel high and wide to stay visible.
    pub(super) fn bar(&self, style: Style, from: (f64, f64), to: (f64, f64)) {
        let ((x0, y0), (x1, y1)) = (self.to_pixels(from), self.to_pixels(to));
        self.rectangle(
            style,
            (x0.min(x1), y0.min(y1)),
            (x0.max(x1).max(x0.min(x1) + 1.0), y0.max(y1).max(y0.min(y1) + 1.0)),
        );
    }

    /// Draws a rectangle between two corners in pixels.
    pub(super) fn rectangle(&self, style: Style, from: (f64, f64), to: (f64, f64)) {
        self.draw(&Rectangle::new([units(from), units(to)], style.area()));
    }

    /// Draws a line through values.
    pub(super) fn line(&self, style: Style, values: &[(f64, f64)]) {
        self.polyline(style, &values.iter().map(|value| self.to_pixels(*value)).collect::<Vec<_>>());
    }

    /// Draws a line through points in pixels.
    pub(super) fn polyline(&self, style: Style, points: &[(f64, f64)]) {
        self.draw(&PathElement::new(points.iter().copied().map(units).collect::<Vec<_>>(), style.line()));
    }

    /// Draws a dot at a value; the diameter is in pixels.
    pub(super) fn dot(&self, style: Style, value: (f64, f64), diameter: f64) {
        let radius = (diameter / 2.0 * f64::from(UNITS)) as i32;
        self.draw(&Circle::new(units(self.to_pixels(value)), radius, style.area()));
    }

    /// Draws a vertically centred text at a position in pixels.
    pub(super) fn text(&self, style: Style, text: &str, position: (f64, f64), anchor: Anchor) {
        let anchor = match anchor {
            Anchor::End => HPos::Right,
            Anchor::Middle => HPos::Center,
            Anchor::Start => HPos::Left,
        };
        let text_style: TextStyle<'_> = ("sans-serif", UNITS * 11).into_font().color(&style.colour());
        self.draw(&Text::new(text, units(position), text_style.pos(Pos::new(anchor, VPos::Center))));
    }

    /// Draws the x axis with labels; the outermost labels stay inside the chart.
    pub(super) fn x_axis(&self, labels: &[(f64, String)]) {
        let (low, high) = (self.to_pixels((self.x.start, self.y.start)), self.to_pixels((self.x.end, self.y.start)));
        self.polyline(Style::Axis, &[low, high]);
        for (index, (value, text)) in labels.iter().enumerate() {
            let x = self.to_pixels((*value, self.y.start)).0;
            let anchor = match index {
                0 if x < low.0 + 14.0 => Anchor::Start,
                last if last + 1 == labels.len() && x > high.0 - 14.0 => Anchor::End,
                _ => Anchor::Middle,
            };
            self.text(Style::Text, text, (x, low.1 + 12.0), anchor);
        }
    }

    /// Draws the labels of the y axis with grid lines; the lowest has none.
    pub(super) fn y_axis(&self, labels: &[(f64, String)]) {
        for (value, text) in labels {
            let (left, y) = self.to_pixels((self.x.start, *value));
            if *value > self.y.start {
                self.polyline(Style::Grid, &[(left, y), self.to_pixels((self.x.end, *value))]);
            }
            self.text(Style::Text, text, (left - 5.0, y), Anchor::End);
        }
    }

    /// Draws the y axis in percent, with labels at its ends and middle.
    pub(super) fn percent_axis(&self) {
        let values = [0.0, self.y.end / 2.0, self.y.end];
        self.y_axis(&values.map(|share| (share, percent_exactly(share))));
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
    // The cast turns NaN into 0 and saturates.
    let unit = |pixels: f64| (pixels * f64::from(UNITS)).round().clamp(-1e6, 1e6) as i32;
    (unit(x), unit(y))
}

/// Upper end of an axis: the smallest of 1, 2, 2.5, 5 times a power of ten that is not below the maximum. 1 for maxima
/// that are not positive and finite.
pub(in super::super) fn axis_end(maximum: f64) -> f64 {
    if !(maximum.is_finite() && maximum > 0.0) {
        return 1.0;
    }
    let mut power = 1.0;
    while power > maximum && power > 1e-300 {
        power /= 10.0;
    }
    while power * 10.0 <= maximum {
        power *= 10.0;
    }
    [1.0, 2.0, 2.5, 5.0].into_iter().map(|step| step * power).find(|end| *end >= maximum).unwrap_or(10.0 * power)
}

/// Wraps the output of plotters in an `svg` element without a size, with classes for colours.
fn wrap(caption: Caption<'_>, frame: Frame, drawn: &str) -> Markup {
    let mut chart = Markup::new();
    let view = format!("0 0 {} {}", frame.width * UNITS, frame.height * UNITS);
    let title =
        if caption.simulated { format!("{} (simulated data)", caption.title) } else { caption.title.to_owned() };
    chart.element("svg", &[("class", "chart"), ("viewBox", &view), ("role", "img")], |svg| {
        svg.leaf("title", &[], &title);
        svg.leaf("desc", &[], caption.description);
        let inside = drawn.split_once('\n').map_or("", |(_, rest)| rest);
        rewrite_elements(inside.trim_end().trim_end_matches("</svg>"), svg);
    });
    chart
}

/// Rewrites the elements of plotters: geometry is kept, style becomes a class.
fn rewrite_elements(drawn: &str, svg: &mut Markup) {
    for element in drawn.split('<').filter_map(|element| element.split_once('>')) {
        let (tag, text) = element;
        if tag.starts_with('/') {
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let Some(name) =
            ["rect", "line", "polyline", "polygon", "circle", "text"].into_iter().find(|known| *known == name)
        else {
            continue;
        };
        let attributes = attributes.split("\" ").filter_map(|attribute| attribute.split_once("=\""));
        let (mut class, mut geometry) = ("", Vec::new());
        for (name, value) in attributes {
            let value = value.trim_end_matches(['"', '/']).trim_end();
            match GEOMETRY.into_iter().find(|known| *known == name) {
                Some(name) => geometry.push((name, value)),
                None => class = css_class(value).unwrap_or(class),
            }
        }
        geometry.insert(0, ("class", class));
        svg.element(name, &geometry, |inner| inner.text(&unescaped(text.trim())));
    }
}

/// Attributes of an element that are not its style.
const GEOMETRY: [&str; 15] =
    ["x", "y", "width", "height", "cx", "cy", "r", "x1", "y1", "x2", "y2", "points", "dy", "text-anchor", "transform"];

/// CSS class of a placeholder colour.
fn css_class(colour: &str) -> Option<&'static str> {
    let number = usize::from_str_radix(colour.strip_prefix("#0000")?, 16).ok()?;
    CLASSES.get(number.checked_sub(1)?).copied()
}

/// Reverts the escaping of plotters, since [`Markup`] escapes again.
fn unescaped(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPTION: Caption<'static> = Caption { title: "T<1>", description: "D & d", simulated: false };

    fn svg(draw: impl FnOnce(&Canvas<'_>)) -> String {
        render(CAPTION, Frame::CARD, 0.0..1.0, 0.0..1.0, draw).into_string()
    }

    #[test]
    fn a_chart_has_classes_title_and_description() {
        let svg = svg(|canvas| {
            canvas.bar(Style::Current, (0.0, 0.0), (0.5, 1.0));
            canvas.line(Style::Limit, &[(0.0, 0.0), (1.0, 1.0)]);
            canvas.dot(Style::Beyond, (0.5, 0.5), 6.0);
            canvas.text(Style::Text, "a <b> & \"c\"", (10.0, 20.0), Anchor::End);
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
    fn simulated_data_is_marked_in_the_chart() {
        let caption = Caption { simulated: true, ..CAPTION };
        let svg = render(caption, Frame::CARD, 0.0..1.0, 0.0..1.0, |_| ()).into_string();
        assert!(svg.contains("(simulated data)</title>") && svg.contains(">simulated data</text>"));
    }

    #[test]
    fn non_finite_numbers_stay_in_the_chart() {
        for value in [f64::NAN, f64::INFINITY, -1e308, 1e308] {
            let svg = svg(|canvas| canvas.line(Style::CurrentLine, &[(value, value), (0.0, 0.0)]));
            assert!(svg.contains("ink-current-line"), "{svg}");
        }
    }

    #[test]
    fn axes_end_at_round_numbers() {
        let ends = [0.0, f64::NAN, 0.013, 0.21, 0.5, 3.0, 62.0, 10.0].map(axis_end);
        for (end, expected) in ends.into_iter().zip([1.0, 1.0, 0.02, 0.25, 0.5, 5.0, 100.0, 10.0]) {
            assert!((end - expected).abs() < 1e-9 * expected, "{end} for {expected}");
        }
    }
}
