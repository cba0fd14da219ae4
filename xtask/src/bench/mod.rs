//! `cargo xtask bench`: speed compared with named peers, in one run on one machine.

mod api;
mod browser;
mod comparison;
mod document;
mod lists;
mod machine;
mod page;
mod peer;
mod peers;
mod report;
mod sections;
mod setup;
mod table;

use crate::project::Project;
use anyhow::{Result, ensure};
use api::ApiOptions;
use clap::{Args, builder::PossibleValuesParser};
use report::SectionResult;
use sections::{SECTIONS, Section};
use std::time::Instant;

const API: &str = "api";
const PAGE: &str = "page";

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub(crate) struct BenchOptions {
    /// Sections to run, by default all but `api` and `page`, which run alone: `api` compares the service with the one that
    /// it replaces, `page` measures the page as shipped
    #[arg(value_name = "SECTION", value_parser = PossibleValuesParser::new(names()))]
    sections: Vec<String>,
    /// Write the run to docs/BENCHMARKS.md
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    api: ApiOptions,
}

fn names() -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().map(|section| section.name).chain([API, PAGE])
}

/// Runs the sections; with `--write` a whole run replaces its part of docs/BENCHMARKS.md.
pub(crate) fn run(project: &Project, options: &BenchOptions) -> Result<()> {
    check(options)?;
    match options.sections.first().map(String::as_str) {
        Some(API) => api::run(project, &options.api, options.write),
        Some(PAGE) => page::run(project),
        _ => compare(project, &selected(&options.sections), options.write),
    }
}

/// Rejects combinations that would write half a run or ignore an option.
fn check(options: &BenchOptions) -> Result<()> {
    let has = |name: &str| options.sections.iter().any(|section| section == name);
    let is_alone = options.sections.len() == 1;
    ensure!(is_alone || !has(API) && !has(PAGE), "`{API}` and `{PAGE}` run alone");
    ensure!(has(API) || options.api.is_default(), "--minutes, --rows and --postgres belong to the section `{API}`");
    let is_whole = options.sections.is_empty() || has(API);
    ensure!(is_whole || !options.write, "--write records one whole run: name no sections with it");
    ensure!(
        !options.write || options.api.postgres.is_none(),
        "--write records a run with SQLite: leave out --postgres"
    );
    Ok(())
}

/// Sections of these names, or all, in their own order.
fn selected(names: &[String]) -> Vec<&'static Section> {
    let is_named = |section: &&Section| names.is_empty() || names.iter().any(|name| *name == section.name);
    SECTIONS.iter().filter(is_named).collect()
}

fn compare(project: &Project, sections: &[&'static Section], write: bool) -> Result<()> {
    let (setup, mut peers) = setup::start(project, sections.iter().any(|section| section.needs_browser))?;
    let started = Instant::now();
    let mut results = Vec::new();
    for section in sections {
        println!("\n{}: {}", section.name, section.title);
        let comparisons = (section.comparisons)(&setup);
        let compared = comparisons.iter().map(|comparison| comparison.run(&mut peers)).collect::<Result<_>>()?;
        let result = SectionResult { section, comparisons: compared };
        print!("\n{}", report::tables(std::slice::from_ref(&result)));
        results.push(result);
    }
    println!("\n{:.0} s of timing", started.elapsed().as_secs_f32());
    if write { document::write_scoring(project, &report::document(project, &mut peers, &results)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(sections: &[&str], write: bool, api: ApiOptions) -> BenchOptions {
        BenchOptions { sections: sections.iter().map(|&name| name.to_owned()).collect(), write, api }
    }

    #[test]
    fn sections_run_in_their_own_order_and_none_means_all() {
        let names = |names: &[&str]| -> Vec<&str> {
            selected(&options(names, false, ApiOptions::default()).sections)
                .iter()
                .map(|section| section.name)
                .collect()
        };
        assert_eq!(names(&["line", "kernel"]), ["kernel", "line"]);
        assert_eq!(names(&[]).len(), SECTIONS.len());
    }

    #[test]
    fn half_runs_are_not_recorded_and_options_of_the_api_need_its_section() {
        let minutes = || ApiOptions { minutes: Some(2.0), ..ApiOptions::default() };
        let postgres = || ApiOptions { postgres: Some("x".to_owned()), ..ApiOptions::default() };
        let none = ApiOptions::default;
        for (sections, write, api, is_valid) in [
            (&[][..], true, none(), true),
            (&["kernel"], false, none(), true),
            (&["api"], true, minutes(), true),
            (&["api"], false, postgres(), true),
            (&["page"], false, none(), true),
            (&["kernel"], true, none(), false),
            (&["page"], true, none(), false),
            (&["kernel"], false, minutes(), false),
            (&["api", "kernel"], false, none(), false),
            (&["api"], true, postgres(), false),
        ] {
            assert_eq!(check(&options(sections, write, api)).is_ok(), is_valid, "{sections:?} {write}");
        }
    }
}
