//! Section 2: the scores beside those of the reference.

use super::super::figure::{Figure, Table};
use super::super::format::{NONE, count, percent, three};
use super::super::markup::Markup;
use super::super::reading;
use super::super::svg::Caption;
use super::super::svg::histogram::{Sides, bin_words, histogram};
use super::super::svg::level::levels;
use super::{figures, section};
use crate::wire::monitoring::{Overview, Quantiles, Scores};

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let scores = &overview.scores;
    let words = reading::scores(scores);
    section(main, "scores", "2. Score distribution", &words, |section| {
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
        let now = three(scores.quantiles.as_ref().map(of));
        match scores.reference_quantiles.as_ref().map(of) {
            Some(then) => format!("{now}\nreference {then:.3}"),
            None => now,
        }
    };
    let shift = scores
        .shift
        .map_or(NONE.to_owned(), |shift| format!("{:.3}\n{}", shift.statistic, super::super::format::p(shift.p_value)));
    let all = [
        ("p25", both(|quantiles| quantiles.p25)),
        ("p50", both(|quantiles| quantiles.p50)),
        ("p75", both(|quantiles| quantiles.p75)),
        ("Engaged (≥ 0.5)", count(scores.engaged)),
        ("Not engaged", count(scores.not_engaged)),
        ("Kolmogorov-Smirnov", shift),
    ];
    figures(section, &all);
}

fn distribution(plots: &mut Markup, overview: &Overview) {
    let scores = &overview.scores;
    let sides = Sides { reference: &scores.reference, current: &scores.current };
    let bins = scores.current.len();
    let edges: Vec<f64> = (0..=bins).map(|bin| bin as f64 / bins as f64).collect();
    let title = "Scores now and in the reference";
    let words = &reading::middle_half(scores);
    let caption = Caption { title, description: words, simulated: overview.simulated };
    let threshold = format!("threshold {}", super::super::format::short(overview.choice.threshold));
    let picture = histogram(caption, &edges, sides, Some((overview.choice.threshold, &threshold)));
    let row = |bin: usize| {
        let range = format!("{:.2} to {:.2}", edges[bin], edges[bin + 1]);
        std::iter::once(range).chain(bin_words(sides, bin)).collect()
    };
    let heads = ["Score", "Now", "Share", "Reference", "Share"];
    let table = Table { caption: title, heads: &heads, words: &[], rows: (0..bins).map(row).collect() };
    let simulated = overview.simulated;
    Figure { title: "Distribution", reading: words, simulated }.write(plots, &picture, &table);
}

fn labels(plots: &mut Markup, overview: &Overview) {
    let scores = &overview.scores;
    let graded: u64 = scores.grades.iter().map(|one| one.count).sum();
    let labels = [("engaged".to_owned(), scores.engaged), ("not engaged".to_owned(), scores.not_engaged)];
    let grades = scores.grades.iter().map(|one| (format!("grade {}", one.grade), one.count));
    let (names, counts): (Vec<String>, Vec<u64>) = labels.iter().cloned().chain(grades.clone()).unzip();
    let all = scores.engaged.saturating_add(scores.not_engaged).max(1);
    let words = format!(
        "{} of {} labelled engaged.",
        percent(scores.engaged as f64 / all as f64),
        super::super::format::counted(all, "lead is", "leads are"),
    );
    let title = "Labels and grades";
    let caption = Caption { title, description: &words, simulated: overview.simulated };
    let mut picture = levels(caption, &names[..2], Sides { reference: &[], current: &counts[..2] });
    if graded > 0 {
        picture.append(&levels(caption, &names[2..], Sides { reference: &[], current: &counts[2..] }));
    }
    let rows = names.iter().zip(&counts).map(|(name, number)| vec![name.clone(), count(*number)]).collect();
    let table = Table { caption: title, heads: &["Label or grade", "Leads"], words: &[], rows };
    Figure { title, reading: &words, simulated: overview.simulated }.write(plots, &picture, &table);
}
