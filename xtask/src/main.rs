//! The project's commands, parsed by clap and dispatched to their modules.

mod bench;
mod binary;
mod delivery;
mod dependencies;
mod exec;
mod files;
mod fingerprint;
mod fixtures;
mod fuzz;
mod golden;
mod monitoring;
mod offline;
mod project;
mod run;
mod sample;
mod server;
mod site;
mod size;
mod soak;
mod steps;
mod test;
mod tidy;
mod tools;

use anyhow::Result;
use bench::BenchOptions;
use clap::{CommandFactory, Parser, Subcommand, builder::PossibleValuesParser, value_parser};
use delivery::{DeployOptions, Place, VerifyOptions};
use project::Project;
use sample::SampleOptions;
use std::{path::PathBuf, process::ExitCode};

/// The project's commands. Each installs the tools that it needs and says so.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build everything in release, then serve page and API
    #[command(disable_help_flag = true)]
    Run {
        /// Options of `leadlight serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
        options: Vec<String>,
    },
    /// Run all checks and tests, or only the named steps
    Test {
        #[arg(value_name = "STEP", value_parser = PossibleValuesParser::new(test::names()))]
        steps: Vec<String>,
    },
    /// List the steps of `test`
    Steps,
    /// Check the project's rules about its sources
    Tidy,
    /// Build the page in release
    Site {
        /// Copy the page to a folder for a static host
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Print the bytes of the built page (raw, gzip, brotli) and check its size budgets
    Size,
    /// Compare speed with peers, as ratios; docs/BENCHMARKS.md has the results
    Bench(BenchOptions),
    /// Fuzz the parsers of untrusted files, guided by coverage
    Fuzz {
        #[arg(value_name = "TARGET", value_parser = PossibleValuesParser::new(fuzz::names()))]
        targets: Vec<String>,
        /// Time for each target
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Run the soak test: faults under load, after which nothing acknowledged is lost
    Soak {
        #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(1..))]
        minutes: u64,
    },
    /// Measure the line coverage of scorer and prediction log and check its lower limit
    Coverage,
    /// Write made-up leads as CSV
    Sample(SampleOptions),
    /// Regenerate the synthetic golden set with the libraries of the replaced system
    Fixtures,
    /// Take pictures of every view, into docs/pictures
    Screenshots,
    /// Assemble the contents of the image, built in release
    Image {
        /// Target folder; `image` in cargo's target folder by default
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Deploy to the Space of a place, or roll back
    Deploy(DeployOptions),
    /// Check a deployment at BASE_URL: ready, same scores, the page in a browser
    Verify(VerifyOptions),
    /// Scan the deployment at TARGET with Nuclei: in full on staging, safely on production
    Nuclei { place: Place },
    /// Pack the archives of a release, with a bill of materials and checksums
    Package { folder: PathBuf },
}

fn main() -> ExitCode {
    dispatch(Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn dispatch(arguments: Arguments) -> Result<ExitCode> {
    let Some(command) = arguments.command else {
        Arguments::command().print_help()?;
        return Ok(ExitCode::SUCCESS);
    };
    let project = &Project::find()?;
    match command {
        Command::Run { options } => run::run(project, &options)?,
        Command::Test { steps } => return Ok(test::run(project, &steps)),
        Command::Steps => test::list(),
        Command::Tidy => tidy::check(project)?,
        Command::Site { out } => site::run(project, out.as_deref())?,
        Command::Size => size::print(project)?,
        Command::Bench(options) => bench::run(project, &options)?,
        Command::Fuzz { targets, seconds } => fuzz::run(project, &targets, seconds)?,
        Command::Soak { minutes } => soak::run(project, minutes)?,
        Command::Coverage => delivery::coverage(project)?,
        Command::Sample(options) => sample::run(&options)?,
        Command::Fixtures => fixtures::run(project)?,
        Command::Screenshots => steps::screenshots(project)?,
        Command::Image { out } => delivery::image(project, out)?,
        Command::Deploy(options) => delivery::deploy(project, &options)?,
        Command::Verify(options) => delivery::verify(project, &options)?,
        Command::Nuclei { place } => delivery::nuclei(project, place)?,
        Command::Package { folder } => delivery::package(project, &folder)?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        let words = std::iter::once("cargo xtask").chain(line.split_whitespace());
        let arguments = Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
        arguments.command.ok_or_else(|| "no command".to_owned())
    }

    #[test]
    fn the_definition_of_the_arguments_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn options_of_the_server_pass_through() {
        let Ok(Command::Run { options }) = parse("run --port 80 --help") else { panic!("no `run`") };
        assert_eq!(options, ["--port", "80", "--help"]);
        let Ok(Command::Run { options }) = parse("run --help") else { panic!("no `run`") };
        assert_eq!(options, ["--help"]);
    }

    #[test]
    fn an_unknown_step_lists_the_steps() {
        let error = parse("test fmt lint").unwrap_err();
        assert!(error.contains("'lint'") && error.contains("clippy-wasm") && error.contains("tidy"), "{error}");
        assert!(parse("test fmt tidy").is_ok());
    }

    #[test]
    fn commands_of_workflows_and_documents_parse() {
        for line in [
            "site --out public",
            "size",
            "bench api --minutes 10 --rows 1000 --write",
            "bench kernel browser",
            "fuzz lists --seconds 600",
            "soak --minutes 2",
            "sample --rows 10 --seed 3 -o leads.csv",
            "deploy production --rollback --dry-run",
            "verify --ready-only --wait 2400 --revision abc",
            "nuclei staging",
            "package assets",
            "image --out page",
        ] {
            assert!(parse(line).is_ok(), "{line}: {:?}", parse(line));
        }
        for line in ["deploy", "deploy space", "deploy staging production", "nuclei here", "soak --minutes 0", "tests"]
        {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
