//! `cargo xtask bench api`: the service compared with a baseline, a rewrite of the one that it replaces, on one machine in
//! one run. Both log their predictions.

mod measurements;
mod memory;
mod report;
mod rounds;
mod services;
mod targets;

use super::document;
use crate::project::Project;
use anyhow::Result;
use clap::Args;
use measurements::Run;

/// Options of the section `api`.
#[derive(Debug, Default, Args)]
pub(super) struct ApiOptions {
    /// api: length of the memory measurement (default: 1)
    #[arg(long, value_parser = minutes)]
    pub(super) minutes: Option<f64>,
    /// api: predictions to log before the monitoring page is timed, which is left out without them
    #[arg(long)]
    pub(super) rows: Option<u64>,
    /// api: server to log on, instead of SQLite
    #[arg(long, value_name = "ADDRESS")]
    pub(super) postgres: Option<String>,
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes = text.parse().ok().filter(|minutes| (0.2..=600.0).contains(minutes));
    minutes.ok_or_else(|| "should be a number from 0.2 to 600".to_owned())
}

impl ApiOptions {
    /// True when no option is set.
    pub(super) fn is_default(&self) -> bool {
        self.minutes.is_none() && self.rows.is_none() && self.postgres.is_none()
    }
}

/// Runs the section; `write` replaces its part of docs/BENCHMARKS.md.
pub(super) fn run(project: &Project, options: &ApiOptions, write: bool) -> Result<()> {
    let mut services = services::start(project, options.postgres.as_deref())?;
    let list = services.list()?;
    let comparison = rounds::compare(&mut services)?;
    let memory = memory::measure(&mut services, options.minutes.unwrap_or(1.0), comparison.half_load())?;
    let rows = options.rows.filter(|rows| *rows > 0);
    let pages = rows.map_or(Ok(Vec::new()), |rows| rounds::pages(&mut services, rows))?;
    let run = Run { list, comparison, memory, pages };
    let report = report::report(project, &run, options.postgres.is_some());
    print!("\n{report}");
    // A void run is not recorded.
    targets::check_baseline(&run.comparison)?;
    if write { document::write_service(project, &report) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_have_limits() {
        assert_eq!(minutes("10"), Ok(10.0));
        for wrong in ["many", "0", "601"] {
            assert!(minutes(wrong).is_err(), "{wrong}");
        }
    }
}
