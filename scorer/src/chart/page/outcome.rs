//! Section 6: what became of the leads.

use super::super::figure::{Figure, Table};
use super::super::format::{NONE, between, count, percent, percent_exactly, share_between};
use super::super::markup::Markup;
use super::super::svg::Caption;
use super::super::svg::calibration::calibration;
use super::super::svg::interval::{Point, intervals};
use super::super::{moment, reading};
use super::{figures, section};
use crate::insight::quality::{Estimate, Measured, Period};
use crate::wire::monitoring::Overview;
use std::ops::Range;

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let Some(all) = &overview.outcomes.all else {
        let words = "No outcomes yet: send them to /outcomes, by prediction or by lead key.";
        return section(main, "outcomes", "6. Outcomes", words, |_| ());
    };
    section(main, "outcomes", "6. Outcomes", &reading::outcomes(all), |section| {
        let figure = |estimate: Option<Estimate>| estimate.map_or(NONE.to_owned(), figure_between);
        let known = [
            ("Leads with an outcome", count(all.leads)),
            ("Replied", format!("{}\n{}", count(all.replied), share_between(all.rate))),
            ("ROC-AUC", figure(all.roc_auc)),
            ("Brier score", figure(all.brier)),
            ("Since the training", count(overview.outcomes.since_training)),
        ];
        figures(section, &known);
        section.element("div", &[("class", "plots")], |plots| {
            best(plots, all, overview.simulated);
            expected(plots, all, overview.simulated);
            over_time(plots, overview, all);
        });
    });
}

/// A figure, and its interval as a note.
fn figure_between(estimate: Estimate) -> String {
    format!("{:.3}\n{:.3} to {:.3}", estimate.value, estimate.low, estimate.high)
}

fn best(plots: &mut Markup, all: &Measured, simulated: bool) {
    if all.precision_at.is_empty() {
        return;
    }
    let (title, words) = ("Precision among the best", reading::precision(all));
    let caption = Caption { title, description: &words, simulated };
    let point = |best: &crate::insight::quality::Precision| Point {
        name: best.k.to_string(),
        estimate: best.rate,
        note: best.lift.map(|lift| format!("{:.1}×", lift.value)),
    };
    let points: Vec<Point> = all.precision_at.iter().map(point).collect();
    let compare = format!("all leads {}", percent(all.rate.value));
    let picture = intervals(caption, &points, 0.0..1.0, Some((all.rate.value, &compare)), percent_exactly);
    let row = |best: &crate::insight::quality::Precision| {
        let lift = best.lift.map_or(NONE.to_owned(), between);
        vec![format!("best {}", best.k), count(best.replied), share_between(best.rate), lift]
    };
    let heads = ["Leads", "Replied", "Precision (95 %)", "Lift (95 %)"];
    let table = Table { caption: title, heads: &heads, words: &[], rows: all.precision_at.iter().map(row).collect() };
    Figure { title, reading: &words, simulated }.write(plots, &picture, &table);
}

fn expected(plots: &mut Markup, all: &Measured, simulated: bool) {
    let (title, words) = ("Calibration", reading::bins(all));
    let picture = calibration(Caption { title, description: &words, simulated }, &all.calibration);
    let row = |bin: &crate::insight::quality::CalibrationBin| {
        let range = format!("{:.2} to {:.2}", bin.from, bin.to);
        vec![range, count(bin.leads), count(bin.replied), percent(bin.expected), share_between(bin.actual)]
    };
    let heads = ["Probability", "Leads", "Replied", "Expected", "Actual (95 %)"];
    let table = Table { caption: title, heads: &heads, words: &[], rows: all.calibration.iter().map(row).collect() };
    Figure { title, reading: &words, simulated }.write(plots, &picture, &table);
}

fn over_time(plots: &mut Markup, overview: &Overview, all: &Measured) {
    let periods = &overview.outcomes.over_time;
    let (area, brier) = (reading::area(all), reading::brier(all));
    let rate = format!("{} of {} leads with an outcome replied.", percent(all.rate.value), count(all.leads));
    let best = "Of the best 20 of each span of time.";
    let series: [Series<'_>; 4] = [
        Series {
            title: "Replies over time",
            words: &rate,
            of: |measured| Some(measured.rate),
            compare: None,
            is_share: true,
        },
        Series { title: "Precision@20 over time", words: best, of: best_20, compare: None, is_share: true },
        Series {
            title: "ROC-AUC over time",
            words: &area,
            of: |measured| measured.roc_auc,
            compare: Some((0.5, "chance")),
            is_share: false,
        },
        Series {
            title: "Brier score over time",
            words: &brier,
            of: |measured| measured.brier,
            compare: Some((all.brier_constant, "the same for all")),
            is_share: false,
        },
    ];
    series.iter().for_each(|series| series.write(plots, periods, overview.simulated));
}

fn best_20(measured: &Measured) -> Option<Estimate> {
    measured.precision_at.iter().find(|best| best.k == 20).map(|best| best.rate)
}

/// One figure over time.
struct Series<'a> {
    title: &'static str,
    words: &'a str,
    of: fn(&Measured) -> Option<Estimate>,
    compare: Option<(f64, &'a str)>,
    is_share: bool,
}

impl Series<'_> {
    fn write(&self, plots: &mut Markup, periods: &[Period], simulated: bool) {
        let known: Vec<(&Period, Estimate)> =
            periods.iter().filter_map(|period| Some((period, (self.of)(&period.measured)?))).collect();
        if known.is_empty() {
            return;
        }
        let point = |(period, estimate): &(&Period, Estimate)| Point {
            name: moment::label(&period.start, false),
            estimate: *estimate,
            note: None,
        };
        let points: Vec<Point> = known.iter().map(point).collect();
        let caption = Caption { title: self.title, description: self.words, simulated };
        let write = |height: f64| if self.is_share { percent_exactly(height) } else { format!("{height:.2}") };
        let picture = intervals(caption, &points, self.heights(&known), self.compare, write);
        let row = |(period, estimate): &(&Period, Estimate)| {
            let figure = if self.is_share { share_between(*estimate) } else { between(*estimate) };
            vec![period.start.clone(), count(period.measured.leads), count(period.measured.replied), figure]
        };
        let heads = ["From", "Leads", "Replied", "Figure (95 %)"];
        let table = Table { caption: self.title, heads: &heads, words: &[], rows: known.iter().map(row).collect() };
        Figure { title: self.title, reading: self.words, simulated }.write(plots, &picture, &table);
    }

    /// From nothing to all, or as far as the intervals reach.
    fn heights(&self, known: &[(&Period, Estimate)]) -> Range<f64> {
        let most =
            known.iter().fold(self.compare.map_or(0.0, |(height, _)| height), |most, (_, one)| most.max(one.high));
        0.0..super::super::svg::end(most).min(1.0)
    }
}
