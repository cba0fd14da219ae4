//! `cargo xtask bench api`: the service beside a stand-in of the one that it replaces, on the same machine in one run, both
//! recording what they answer. Knows the order of a run; what is asked stands in `rounds`, what is made of it in `report`
//! and `verdict`.

mod figures;
mod page;
mod report;
mod rounds;
mod services;
mod verdict;
mod watch;

pub(super) use page::with_part_of;

use crate::project::Project;
use anyhow::{Context, Result, bail};
use figures::Run;

/// The section's name among the others.
pub(super) const NAME: &str = "api";

/// What the options ask for.
#[derive(Debug, PartialEq)]
struct Order {
    /// How long memory is watched.
    minutes: f64,
    /// How many predictions are put into the log before the page over them is looked at; none: it is not.
    rows: u64,
    /// The server to record on; SQLite without one.
    postgres: Option<String>,
    write: bool,
}

/// Runs it. With `--write` its part of docs/BENCHMARKS.md becomes this run.
pub(super) fn run(project: &Project, options: &[String]) -> Result<()> {
    let order = order(options)?;
    let mut field = services::start(project, order.postgres.as_deref())?;
    let list = field.list()?;
    let contest = rounds::contest(&mut field)?;
    let watch = watch::over(&mut field, order.minutes, contest.half_load())?;
    let page = if order.rows > 0 { rounds::page(&mut field, order.rows)? } else { Vec::new() };
    let run = Run { list, contest, watch, page };
    let report = report::report(project, &run, order.postgres.is_some());
    print!("\n{report}");
    // A void run is not worth writing down.
    verdict::of_stand_in(&run.contest)?;
    if order.write { page::write(project, &report) } else { Ok(()) }
}

fn order(options: &[String]) -> Result<Order> {
    let mut order = Order { minutes: 1.0, rows: 0, postgres: None, write: false };
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match option.as_str() {
            NAME => {}
            "--write" => order.write = true,
            "--postgres" => order.postgres = Some(options.next().context("--postgres needs an address")?.clone()),
            "--minutes" => {
                let minutes = options.next().and_then(|minutes| minutes.parse().ok());
                order.minutes = minutes
                    .filter(|minutes| (0.2..=600.0).contains(minutes))
                    .context("--minutes should be a number from 0.2 to 600")?;
            }
            "--rows" => {
                let rows = options.next().and_then(|rows| rows.parse().ok());
                order.rows = rows.context("--rows should be a whole number")?;
            }
            other => bail!(
                "there is no option {other}; there are --minutes, --rows, --postgres and --write, and no section beside {NAME}"
            ),
        }
    }
    if order.write && order.postgres.is_some() {
        bail!("--write writes down a run with SQLite: leave --postgres away");
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let plain = || Order { minutes: 1.0, rows: 0, postgres: None, write: false };
        assert_eq!(order(&words("api")).unwrap(), plain());
        assert_eq!(
            order(&words("api --write --minutes 10 --rows 10000000")).unwrap(),
            Order { minutes: 10.0, rows: 10_000_000, write: true, ..plain() }
        );
        for wrong in [
            "api --minutes",
            "api --minutes many",
            "api --minutes 0",
            "api --rows -1",
            "api kernel",
            "api --wirte",
            "api --postgres x --write",
        ] {
            assert!(order(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
