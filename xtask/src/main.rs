//! The project's own commands: what each is called, and who carries it out. Knows nothing of how.

mod bench;
mod delivery;
mod exec;
mod fixtures;
mod fuzz;
mod golden;
mod layers;
mod monitoring;
mod offline;
mod project;
mod run;
mod sample;
mod server;
mod site;
mod size;
mod soak;
mod stamp;
mod steps;
mod test;
mod tidy;
mod tools;

use anyhow::{Result, bail};
use project::Project;
use std::process::ExitCode;

const HELP: &str = "\
The project's commands. Each installs what it needs and says so.

  cargo xtask run [options of `leadlight serve`]   build everything in release, serve page and API
  cargo xtask test [step...]                       all checks and tests, or only the steps named
  cargo xtask site [--out FOLDER]                  build the page in release; a copy for a static host goes to FOLDER
  cargo xtask size                                 bytes of the built page: raw, gzip, brotli
  cargo xtask bench [section...] [--write]         scoring beside its peers, as ratios; written to docs/BENCHMARKS.md
  cargo xtask bench api [--minutes N] [--rows N] [--postgres ADDRESS] [--write]
                                                   the service beside the one that it replaces; with --rows the page
                                                   over so many predictions
  cargo xtask bench page                           the page as shipped: paint, lists of up to a million leads, memory
  cargo xtask fuzz [target...] [--seconds N]       models that mean harm, guided by coverage; a minute each
  cargo xtask image [--out FOLDER]                 what the image holds, built in release
  cargo xtask deploy PLACE [--rollback] [--dry-run]  to the Space of staging or production, or back
  cargo xtask verify [--wait SECONDS] [--revision COMMIT] [--ready-only]
                                                   a deployment at BASE_URL: ready, same scores, the page in a browser
  cargo xtask nuclei PLACE                         stock templates over TARGET: in full on staging, safely on production
  cargo xtask package FOLDER                       a release's archives, contents and checksums
  cargo xtask coverage                             the lines of the scorer that tests run, and the least allowed
  cargo xtask soak [--minutes N]                   everything going wrong under load: nothing acknowledged is lost
  cargo xtask screenshots                          pictures of every view, into docs/pictures
  cargo xtask sample [--rows N] [--seed S] [-o FILE]  made-up leads, 500 where nothing else is said
  cargo xtask fixtures                             the synthetic golden set, by the libraries of the replaced system
  cargo xtask tidy                                 the project's own rules about its sources
  cargo xtask steps                                the steps of `test`, one line each";

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        println!("{HELP}");
        return Ok(());
    };
    let project = Project::find()?;
    match command.as_str() {
        "run" => run::run(&project, rest),
        "test" => test::run(&project, rest),
        "site" => site::run(&project, rest),
        "size" => size::print(&project),
        "bench" => bench::run(&project, rest),
        "fuzz" => fuzz::run(&project, rest),
        "soak" => soak::run(&project, rest),
        "screenshots" => steps::screenshots(&project),
        "image" => delivery::image(&project, rest),
        "deploy" => delivery::deploy(&project, rest),
        "verify" => delivery::verify(&project, rest),
        "nuclei" => delivery::nuclei(&project, rest),
        "package" => delivery::package(&project, rest),
        "coverage" => delivery::coverage(&project),
        "sample" => sample::run(rest),
        "fixtures" => fixtures::make(&project),
        "tidy" => tidy::check(&project),
        "steps" => {
            test::list();
            Ok(())
        }
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}
