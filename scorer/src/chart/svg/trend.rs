//! Line chart of series over time, labelled at their ends.

use super::super::markup::Markup;
use super::super::timestamp;
use super::Caption;
use super::canvas::{Anchor, Frame, Style, axis_end, render};

/// Series of a trend.
#[derive(Debug, Clone)]
pub(in super::super) struct TrendSeries {
    /// Label.
    pub(in super::super) name: &'static str,
    /// One value per timestamp.
    pub(in super::super) values: Vec<f64>,
    /// True for the main series, false for a secondary one.
    pub(in super::super) is_main: bool,
}

/// Renders the chart. The y axis starts at 0; `limit` is drawn unless it is far above the values; `format` formats the y
/// axis.
pub(in super::super) fn trend(
    caption: Caption<'_>,
    times: &[String],
    series: &[TrendSeries],
    limit: (f64, &str),
    format: impl Fn(f64) -> String,
) -> Markup {
    let highest = series.iter().flat_map(|one| &one.values).fold(0.0_f64, |highest, value| highest.max(*value));
    let top = axis_end(if limit.0 <= highest * 2.0 { highest.max(limit.0) } else { highest });
    let positions = positions(times);
    let (first, last) = (positions.first().copied().unwrap_or(0.0), positions.last().copied().unwrap_or(1.0));
    let (first, last) = if first < last { (first, last) } else { (first - 1.0, first + 1.0) };
    let frame = Frame { left: 60, right: 40, ..Frame::CARD };
    render(caption, frame, first..last, 0.0..top, |canvas| {
        canvas.y_axis(&[0.0, top / 2.0, top].map(|height| (height, format(height))));
        canvas.x_axis(&time_labels(times, &positions));
        if limit.0 <= top {
            canvas.line(Style::Limit, &[(first, limit.0), (last, limit.0)]);
            let (left, y) = canvas.to_pixels((first, limit.0));
            canvas.text(
                Style::LimitText,
                limit.1,
                (left + 4.0, if y < 40.0 { y + 8.0 } else { y - 8.0 }),
                Anchor::Start,
            );
        }
        let mut labels: Vec<f64> = Vec::new();
        for line in series {
            let style = if line.is_main { Style::CurrentLine } else { Style::ReferenceLine };
            let values: Vec<(f64, f64)> = positions.iter().copied().zip(line.values.iter().copied()).collect();
            match values.as_slice() {
                [] => continue,
                [only] => canvas.dot(if line.is_main { Style::Current } else { Style::Reference }, *only, 6.0),
                values => canvas.line(style, values),
            }
            let Some(end) = values.last() else { continue };
            let (x, y) = canvas.to_pixels(*end);
            let y = separated(y, &labels);
            labels.push(y);
            let style = if line.is_main { Style::CurrentText } else { Style::ReferenceText };
            canvas.text(style, line.name, (x + 5.0, y), Anchor::Start);
        }
    })
}

/// X positions: minutes, or indices where one timestamp does not parse.
fn positions(times: &[String]) -> Vec<f64> {
    let minutes: Option<Vec<f64>> =
        times.iter().map(|text| timestamp::parse(text).map(|minutes| minutes as f64)).collect();
    minutes.unwrap_or_else(|| (0..times.len()).map(|index| index as f64).collect())
}

/// Labels of the first, middle and last timestamp.
fn time_labels(times: &[String], positions: &[f64]) -> Vec<(f64, String)> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Vec::new() };
    let within_a_day = first.get(..10) == last.get(..10);
    let label = |index: usize| Some((*positions.get(index)?, timestamp::axis_label(times.get(index)?, within_a_day)));
    let mut chosen: Vec<usize> = vec![0, times.len() / 2, times.len() - 1];
    if times.len() < 5 {
        chosen.remove(1);
    }
    chosen.dedup();
    chosen.into_iter().filter_map(label).collect()
}

/// Moves a label away from those already drawn.
fn separated(y: f64, labels: &[f64]) -> f64 {
    labels.iter().fold(y, |y, other| {
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
