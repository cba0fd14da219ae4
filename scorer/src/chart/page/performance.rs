//! Section 3: inference times.

use super::super::figure::{DataTable, Figure};
use super::super::format::{NONE, count, ms};
use super::super::markup::Markup;
use super::super::svg::Caption;
use super::super::svg::trend::{TrendSeries, trend};
use super::super::{captions, timestamp};
use super::{metric_list, section};
use crate::insight::alert::INFERENCE_P95_MS_MAX;
use crate::wire::monitoring::{Overview, Times, TrendPoint};

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let performance = &overview.performance;
    let sentence = captions::performance(performance);
    section(main, "performance", "3. Performance", &sentence, |section| {
        let figure = |of: fn(&Times) -> f64| performance.times.as_ref().map_or(NONE.to_owned(), |times| ms(of(times)));
        let all = [
            ("Mean", figure(|times| times.mean_ms)),
            ("p50", figure(|times| times.p50_ms)),
            ("p95", figure(|times| times.p95_ms)),
            ("p99", figure(|times| times.p99_ms)),
        ];
        metric_list(section, &all);
        if !performance.trend.is_empty() {
            section.element("div", &[("class", "plots")], |plots| {
                times(plots, overview);
                volume(plots, overview);
            });
        }
    });
}

fn times(plots: &mut Markup, overview: &Overview) {
    let points = &overview.performance.trend;
    let sentence = &captions::inference_trend(points);
    let title = "Inference time per lead";
    let caption = Caption { title, description: sentence, simulated: overview.simulated };
    let line = |name, is_main, of: fn(&Times) -> f64| TrendSeries {
        name,
        is_main,
        values: points.iter().map(|point| of(&point.times)).collect(),
    };
    let lines = [line("p95", true, |times| times.p95_ms), line("p50", false, |times| times.p50_ms)];
    let chart = trend(caption, &moments(points), &lines, (INFERENCE_P95_MS_MAX, "limit 50 ms"), ms);
    let row = |point: &TrendPoint| {
        let times = &point.times;
        let metric_list = [times.mean_ms, times.p50_ms, times.p95_ms, times.p99_ms].map(ms);
        std::iter::once(timestamp::display(&point.start)).chain(metric_list).collect()
    };
    let headers = ["From", "Mean", "p50", "p95", "p99"];
    let table =
        DataTable { caption: title, headers: &headers, text_columns: &[], rows: points.iter().map(row).collect() };
    Figure { title, caption: sentence, simulated: overview.simulated }.write(plots, &chart, &table);
}

fn volume(plots: &mut Markup, overview: &Overview) {
    let points = &overview.performance.trend;
    let title = "Predictions over time";
    let most = points.iter().map(|point| point.predictions).max().unwrap_or_default();
    let sentence = format!("At most {} in one span of time.", count(most));
    let caption = Caption { title, description: &sentence, simulated: overview.simulated };
    let values = points.iter().map(|point| point.predictions as f64).collect();
    let lines = [TrendSeries { name: "all", is_main: true, values }];
    let chart = trend(caption, &moments(points), &lines, (f64::INFINITY, ""), |height| count(height.round() as u64));
    let rows = points.iter().map(|point| vec![timestamp::display(&point.start), count(point.predictions)]).collect();
    let table = DataTable { caption: title, headers: &["From", "Predictions"], text_columns: &[], rows };
    Figure { title, caption: &sentence, simulated: overview.simulated }.write(plots, &chart, &table);
}

fn moments(points: &[TrendPoint]) -> Vec<String> {
    points.iter().map(|point| point.start.clone()).collect()
}
