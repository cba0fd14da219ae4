//! `cargo xtask bench`: what scoring costs beside named peers, in one run on one machine. Knows which sections there are
//! and in which order they run; what is timed stands in `sections`, how in `contest`.

mod api;
mod arena;
mod browser;
mod contest;
mod contestant;
mod lists;
mod machine;
mod page;
mod report;
mod sections;
mod setup;
mod table;

use crate::project::Project;
use anyhow::{Result, bail};
use arena::Arena;
use contest::{Contest, Outcome};
use sections::{SECTIONS, Section};
use std::time::Instant;

/// A section and what came of its contests.
struct Done {
    section: &'static Section,
    outcomes: Vec<Outcome>,
}

/// Runs the sections named, or all that score without a service; the service's section runs alone. With `--write` a whole
/// run becomes docs/BENCHMARKS.md, or its part there.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    if options.iter().any(|option| option == api::NAME) {
        return api::run(project, options);
    }
    if options == [page::NAME] {
        return page::run(project);
    }
    let (sections, write) = chosen(options)?;
    let (setup, mut arena) = setup::start(project, sections.iter().any(|section| section.needs_browser))?;
    let started = Instant::now();
    let mut done = Vec::new();
    for section in sections {
        println!("\n{}: {}", section.name, section.title);
        let contests = (section.contests)(&setup);
        done.push(Done { section, outcomes: hold(&mut arena, &contests)? });
        print!("\n{}", report::tables(done.last().into_iter()));
    }
    println!("\n{:.0} s of timing", started.elapsed().as_secs_f32());
    if write { report::write(project, &mut arena, &done) } else { Ok(()) }
}

fn hold(arena: &mut Arena, contests: &[Contest]) -> Result<Vec<Outcome>> {
    contests.iter().map(|contest| contest.hold(arena)).collect()
}

/// The sections that the options name, and whether the run is to be written down.
fn chosen(options: &[String]) -> Result<(Vec<&'static Section>, bool)> {
    let (flags, names): (Vec<&String>, Vec<&String>) = options.iter().partition(|option| option.starts_with('-'));
    let known: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("there is no section {unknown}; there are {}, {} and {}", known.join(", "), api::NAME, page::NAME);
    }
    if let Some(unknown) = flags.iter().find(|flag| **flag != "--write") {
        bail!("there is no option {unknown}; there is --write");
    }
    let write = !flags.is_empty();
    if write && !names.is_empty() {
        bail!("--write writes down one whole run: name no sections with it");
    }
    let wanted = |section: &&Section| names.is_empty() || names.iter().any(|name| *name == section.name);
    Ok((SECTIONS.iter().filter(wanted).collect(), write))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &[&str]) -> Result<(Vec<&'static str>, bool)> {
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        chosen(&options).map(|(sections, write)| (sections.iter().map(|section| section.name).collect(), write))
    }

    #[test]
    fn sections_run_in_their_own_order_and_nothing_means_all() {
        assert_eq!(names(&["line", "kernel"]).unwrap(), (vec!["kernel", "line"], false));
        assert_eq!(names(&[]).unwrap().0.len(), SECTIONS.len());
        assert!(names(&["--write"]).unwrap().1);
    }

    #[test]
    fn what_is_not_there_or_would_write_half_a_run_is_refused() {
        for wrong in [&["kernels"][..], &["--wirte"], &["--write", "kernel"]] {
            assert!(names(wrong).is_err(), "{wrong:?}");
        }
    }
}
