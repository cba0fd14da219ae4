//! Calibration chart: actual against expected shares of replies.

use super::super::format::percent_exactly;
use super::super::markup::Markup;
use super::Caption;
use super::canvas::{Anchor, Frame, Style, axis_end, render};
use crate::insight::quality::CalibrationBin;

/// Renders the chart.
pub(in super::super) fn calibration(caption: Caption<'_>, bins: &[CalibrationBin]) -> Markup {
    let maximum = bins.iter().fold(0.0_f64, |maximum, bin| maximum.max(bin.expected).max(bin.actual.high));
    let end = axis_end(maximum).min(1.0);
    let frame = Frame { left: 46, height: 220, bottom: 36, ..Frame::CARD };
    render(caption, frame, 0.0..end, 0.0..end, |canvas| {
        canvas.percent_axis();
        canvas.x_axis(&[0.0, end / 2.0, end].map(|share| (share, percent_exactly(share))));
        canvas.line(Style::ReferenceLine, &[(0.0, 0.0), (end, end)]);
        let (x, y) = canvas.to_pixels((end, end));
        canvas.text(Style::ReferenceText, "as expected", (x - 22.0, y + 6.0), Anchor::End);
        for bin in bins {
            canvas.line(Style::Interval, &[(bin.expected, bin.actual.low), (bin.expected, bin.actual.high)]);
            canvas.dot(Style::Current, (bin.expected, bin.actual.value), 8.0);
        }
        let middle = canvas.to_pixels((end / 2.0, 0.0));
        canvas.text(Style::Text, "expected share of replies", (middle.0, middle.1 + 26.0), Anchor::Middle);
        canvas.text(Style::Text, "actual share of replies", (f64::from(canvas.frame.left), 10.0), Anchor::Start);
    })
}
