//! Section 2: score distribution against the reference.

use super::super::captions;
use super::super::figure::{DataTable, Figure};
use super::super::format::{NONE, count, percent, three_places};
use super::super::markup::Markup;
use super::super::svg::Caption;
use super::super::svg::histogram::{ComparedCounts, bin_cells, histogram};
use super::super::svg::levels::levels;
use super::{metric_list, section};
use crate::wire::monitoring::{Overview, Quantiles, Scores};

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let scores = &overview.scores;
    let sentence = captions::scores(scores);
    section(main, "scores", "2. Score distribution", &sentence, |section| {
        quantiles(section, scores);
        if scores.current.iter().any(|number| *number > 0) {
            section.element("div", &[("class", "plots")], |plots| {
                distribution(plots, overview);
                labels(plots, overview);
            });
        }
    });
}

fn quantiles(section: &mut Markup, scores: &Scores) {
    let both = |of: fn(&Quantiles) -> f64| {
        let now = three_places(scores.quantiles.as_ref().map(of));
        match scores.reference_quantiles.as_ref().map(of) {
            Some(then) => format!("{now}\nreference {then:.3}"),
            None => now,
        }
    };
    let shift = scores.shift.map_or(NONE.to_owned(), |shift| {
        format!("{:.3}\n{}", shift.statistic, super::super::format::p_value(shift.p_value))
    });
    let all = [
        ("p25", both(|quantiles| quantiles.p25)),
        ("p50", both(|quantiles| quantiles.p50)),
        ("p75", both(|quantiles| quantiles.p75)),
        ("Engaged (≥ 0.5)", count(scores.engaged)),
        ("Not engaged", count(scores.not_engaged)),
        ("Kolmogorov-Smirnov", shift),
    ];
    metric_list(section, &all);
}

fn distribution(plots: &mut Markup, overview: &Overview) {
    let scores = &overview.scores;
    let counts = ComparedCounts { reference: &scores.reference, current: &scores.current };
    let bins = scores.current.len();
    let edges: Vec<f64> = (0..=bins).map(|bin| bin as f64 / bins as f64).collect();
    let title = "Scores now and in the reference";
    let sentence = &captions::interquartile_range(scores);
    let caption = Caption { title, description: sentence, simulated: overview.simulated };
    let threshold = format!("threshold {}", super::super::format::significant(overview.choice.threshold));
    let chart = histogram(caption, &edges, counts, Some((overview.choice.threshold, &threshold)));
    let row = |bin: usize| {
        let range = format!("{:.2} to {:.2}", edges[bin], edges[bin + 1]);
        std::iter::once(range).chain(bin_cells(counts, bin)).collect()
    };
    let headers = ["Score", "Now", "Share", "Reference", "Share"];
    let table = DataTable { caption: title, headers: &headers, text_columns: &[], rows: (0..bins).map(row).collect() };
    let simulated = overview.simulated;
    Figure { title: "Distribution", caption: sentence, simulated }.write(plots, &chart, &table);
}

fn labels(plots: &mut Markup, overview: &Overview) {
    let scores = &overview.scores;
    let graded: u64 = scores.grades.iter().map(|one| one.count).sum();
    let labels = [("engaged".to_owned(), scores.engaged), ("not engaged".to_owned(), scores.not_engaged)];
    let grades = scores.grades.iter().map(|one| (format!("grade {}", one.grade), one.count));
    let (names, counts): (Vec<String>, Vec<u64>) = labels.iter().cloned().chain(grades.clone()).unzip();
    let all = scores.engaged.saturating_add(scores.not_engaged).max(1);
    let sentence = format!(
        "{} of {} labelled engaged.",
        percent(scores.engaged as f64 / all as f64),
        super::super::format::counted(all, "lead is", "leads are"),
    );
    let title = "Labels and grades";
    let caption = Caption { title, description: &sentence, simulated: overview.simulated };
    let mut chart = levels(caption, &names[..2], ComparedCounts { reference: &[], current: &counts[..2] });
    if graded > 0 {
        chart.append(&levels(caption, &names[2..], ComparedCounts { reference: &[], current: &counts[2..] }));
    }
    let rows = names.iter().zip(&counts).map(|(name, number)| vec![name.clone(), count(*number)]).collect();
    let table = DataTable { caption: title, headers: &["Label or grade", "Leads"], text_columns: &[], rows };
    Figure { title, caption: &sentence, simulated: overview.simulated }.write(plots, &chart, &table);
}
