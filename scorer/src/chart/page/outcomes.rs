//! Section 6: outcomes of the leads.

use super::super::figure::{DataTable, Figure};
use super::super::format::{NONE, count, percent, percent_exactly, percent_with_interval, with_interval};
use super::super::markup::Markup;
use super::super::svg::Caption;
use super::super::svg::calibration::calibration;
use super::super::svg::intervals::{IntervalPoint, intervals};
use super::super::{captions, timestamp};
use super::{metric_list, section};
use crate::insight::quality::{CalibrationBin, Estimate, PrecisionAtK, QualityMetrics, QualityPeriod};
use crate::wire::monitoring::Overview;
use std::ops::Range;

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let Some(all) = &overview.outcomes.all else {
        let sentence = "No outcomes yet: send them to /outcomes, by prediction or by lead key.";
        return section(main, "outcomes", "6. Outcomes", sentence, |_| ());
    };
    section(main, "outcomes", "6. Outcomes", &captions::outcomes(all), |section| {
        let figure = |estimate: Option<Estimate>| estimate.map_or(NONE.to_owned(), figure_between);
        let known = [
            ("Leads with an outcome", count(all.leads)),
            ("Replied", format!("{}\n{}", count(all.replied), percent_with_interval(all.rate))),
            ("ROC-AUC", figure(all.roc_auc)),
            ("Brier score", figure(all.brier)),
            ("Since the training", count(overview.outcomes.since_training)),
        ];
        metric_list(section, &known);
        section.element("div", &[("class", "plots")], |plots| {
            best(plots, all, overview.simulated);
            expected(plots, all, overview.simulated);
            over_time(plots, overview, all);
        });
    });
}

/// Formats a value with its interval as a note.
fn figure_between(estimate: Estimate) -> String {
    format!("{:.3}\n{:.3} to {:.3}", estimate.value, estimate.low, estimate.high)
}

fn best(plots: &mut Markup, all: &QualityMetrics, simulated: bool) {
    if all.precision_at.is_empty() {
        return;
    }
    let (title, sentence) = ("Precision among the best", captions::precision(all));
    let caption = Caption { title, description: &sentence, simulated };
    let point = |best: &PrecisionAtK| IntervalPoint {
        name: best.k.to_string(),
        estimate: best.rate,
        note: best.lift.map(|lift| format!("{:.1}×", lift.value)),
    };
    let points: Vec<IntervalPoint> = all.precision_at.iter().map(point).collect();
    let compare = format!("all leads {}", percent(all.rate.value));
    let chart = intervals(caption, &points, 0.0..1.0, Some((all.rate.value, &compare)), percent_exactly);
    let row = |best: &PrecisionAtK| {
        let lift = best.lift.map_or(NONE.to_owned(), with_interval);
        vec![format!("best {}", best.k), count(best.replied), percent_with_interval(best.rate), lift]
    };
    let headers = ["Leads", "Replied", "Precision (95 %)", "Lift (95 %)"];
    let table = DataTable {
        caption: title,
        headers: &headers,
        text_columns: &[],
        rows: all.precision_at.iter().map(row).collect(),
    };
    Figure { title, caption: &sentence, simulated }.write(plots, &chart, &table);
}

fn expected(plots: &mut Markup, all: &QualityMetrics, simulated: bool) {
    let (title, sentence) = ("Calibration", captions::calibration(all));
    let chart = calibration(Caption { title, description: &sentence, simulated }, &all.calibration);
    let row = |bin: &CalibrationBin| {
        let range = format!("{:.2} to {:.2}", bin.from, bin.to);
        vec![range, count(bin.leads), count(bin.replied), percent(bin.expected), percent_with_interval(bin.actual)]
    };
    let headers = ["Probability", "Leads", "Replied", "Expected", "Actual (95 %)"];
    let table = DataTable {
        caption: title,
        headers: &headers,
        text_columns: &[],
        rows: all.calibration.iter().map(row).collect(),
    };
    Figure { title, caption: &sentence, simulated }.write(plots, &chart, &table);
}

fn over_time(plots: &mut Markup, overview: &Overview, all: &QualityMetrics) {
    let periods = &overview.outcomes.over_time;
    let (area, brier) = (captions::roc_auc(all), captions::brier(all));
    let rate = format!("{} of {} leads with an outcome replied.", percent(all.rate.value), count(all.leads));
    let best = "Of the best 20 of each span of time.";
    let series: [Series<'_>; 4] = [
        Series {
            title: "Replies over time",
            sentence: &rate,
            of: |measured| Some(measured.rate),
            baseline: None,
            is_share: true,
        },
        Series { title: "Precision@20 over time", sentence: best, of: best_20, baseline: None, is_share: true },
        Series {
            title: "ROC-AUC over time",
            sentence: &area,
            of: |measured| measured.roc_auc,
            baseline: Some((0.5, "chance")),
            is_share: false,
        },
        Series {
            title: "Brier score over time",
            sentence: &brier,
            of: |measured| measured.brier,
            baseline: Some((all.brier_constant, "the same for all")),
            is_share: false,
        },
    ];
    series.iter().for_each(|series| series.write(plots, periods, overview.simulated));
}

fn best_20(measured: &QualityMetrics) -> Option<Estimate> {
    measured.precision_at.iter().find(|best| best.k == 20).map(|best| best.rate)
}

/// Metric over time.
struct Series<'a> {
    title: &'static str,
    sentence: &'a str,
    of: fn(&QualityMetrics) -> Option<Estimate>,
    baseline: Option<(f64, &'a str)>,
    is_share: bool,
}

impl Series<'_> {
    fn write(&self, plots: &mut Markup, periods: &[QualityPeriod], simulated: bool) {
        let known: Vec<(&QualityPeriod, Estimate)> =
            periods.iter().filter_map(|period| Some((period, (self.of)(&period.measured)?))).collect();
        if known.is_empty() {
            return;
        }
        let point = |(period, estimate): &(&QualityPeriod, Estimate)| IntervalPoint {
            name: timestamp::axis_label(&period.start, false),
            estimate: *estimate,
            note: None,
        };
        let points: Vec<IntervalPoint> = known.iter().map(point).collect();
        let caption = Caption { title: self.title, description: self.sentence, simulated };
        let write = |height: f64| if self.is_share { percent_exactly(height) } else { format!("{height:.2}") };
        let chart = intervals(caption, &points, self.y_range(&known), self.baseline, write);
        let row = |(period, estimate): &(&QualityPeriod, Estimate)| {
            let figure = if self.is_share { percent_with_interval(*estimate) } else { with_interval(*estimate) };
            vec![period.start.clone(), count(period.measured.leads), count(period.measured.replied), figure]
        };
        let headers = ["From", "Leads", "Replied", "Figure (95 %)"];
        let table = DataTable {
            caption: self.title,
            headers: &headers,
            text_columns: &[],
            rows: known.iter().map(row).collect(),
        };
        Figure { title: self.title, caption: self.sentence, simulated }.write(plots, &chart, &table);
    }

    /// Range of the y axis: from 0 to the upper end of the intervals, at most 1.
    fn y_range(&self, known: &[(&QualityPeriod, Estimate)]) -> Range<f64> {
        let maximum = known
            .iter()
            .fold(self.baseline.map_or(0.0, |(height, _)| height), |maximum, (_, estimate)| maximum.max(estimate.high));
        0.0..super::super::svg::axis_end(maximum).min(1.0)
    }
}
