//! Requests to both services in turn, round after round, so that noise of the machine affects both.

use super::super::comparison::median;
use super::measurements::{FEW, MANY, PageTiming, ServiceComparison, ServiceRounds, SingleTiming};
use super::services::{BATCH, BYTES, Services};
use crate::server::Server;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::thread;
use std::time::Duration;

const ROUNDS: usize = 3;
/// Seconds of single predictions in a round.
const SECONDS: f64 = 8.0;
const HALF_SECONDS: f64 = 20.0;
/// Batches in a round, of which the first one does not count.
const BATCHES: usize = 6;
/// Pause ahead of batches, in which earlier writes reach the disk.
const PAUSE: Duration = Duration::from_secs(3);
/// Pages over the log, and the requests to each.
const PAGES: [&str; 4] =
    ["/monitoring", "/monitoring?window=all", "/monitoring/data?window=all", "/monitoring/report?window=all"];
const PAGE_REQUESTS: u64 = 5;
/// Batches between two progress lines while the log is filled.
const FILL_BATCHES: u64 = 100;
/// Largest difference of mean scores, which the baseline rounds to four places.
const TOLERANCE: f64 = 1e-4;

type SelectServer = fn(&Services) -> &Server;

/// Runs all rounds, then ours at half load.
pub(super) fn compare(services: &mut Services) -> Result<ServiceComparison> {
    let (mut ours, mut baseline) = (ServiceRounds::default(), ServiceRounds::default());
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS}");
        let sides: [(&str, SelectServer, &mut ServiceRounds); 2] = [
            ("the baseline", |services| &services.baseline, &mut baseline),
            ("Leadlight", |services| &services.ours, &mut ours),
        ];
        for (name, server, rounds) in sides {
            run_round(services, server, rounds).context(name)?;
            let last = |rounds: &[SingleTiming]| rounds.last().map_or(0.0, |single| single.per_second);
            let (few, many, batch) = (last(&rounds.few), last(&rounds.many), rounds.batches.median());
            println!("  {name}: {few:.1} and {many:.1} single predictions a second, a batch in {batch:.3} s");
        }
    }
    let (mean, baseline_mean) = (ours.batches.mean, baseline.batches.mean);
    let is_equal = (mean - baseline_mean).abs() <= TOLERANCE;
    ensure!(is_equal, "the mean score is {mean} by Leadlight and {baseline_mean} by the baseline");
    let half = open_loop(services, ours.half_load(), HALF_SECONDS)?;
    Ok(ServiceComparison { ours, baseline, half })
}

fn run_round(services: &mut Services, server: SelectServer, rounds: &mut ServiceRounds) -> Result<()> {
    let address = server(services).address();
    for (connections, timings) in [(FEW, &mut rounds.few), (MANY, &mut rounds.many)] {
        let task = json!({ "task": "closed", "address": address, "connections": connections, "seconds": SECONDS });
        timings.push(SingleTiming::from_response(&services.request(&task)?)?);
    }
    thread::sleep(PAUSE);
    rounds.batches.add(&batches(services, &address, Some(BYTES), BATCHES)?)
}

/// Sends batches of the whole list, or of those of its leads that have `bytes_per_lead` on average.
pub(super) fn batches(
    services: &mut Services,
    address: &str,
    bytes_per_lead: Option<u64>,
    times: usize,
) -> Result<Value> {
    services.request(&json!({
        "task": "batch", "address": address, "leads": BATCH, "bytes_per_lead": bytes_per_lead, "times": times,
    }))
}

/// Sends single predictions to ours at a constant rate (open loop).
pub(super) fn open_loop(services: &mut Services, rate: f64, seconds: f64) -> Result<SingleTiming> {
    let address = services.ours.address();
    SingleTiming::from_response(&services.request(&json!({
        "task": "open", "address": address, "connections": MANY, "rate": rate, "seconds": seconds,
    }))?)
}

/// Logs `rows` predictions in our service, then times the pages over them.
pub(super) fn pages(services: &mut Services, rows: u64) -> Result<Vec<PageTiming>> {
    let address = services.ours.address();
    let mut logged = 0;
    while logged < rows {
        println!("{logged} of {rows} predictions logged");
        let times = (rows - logged).div_ceil(BATCH).min(FILL_BATCHES);
        batches(services, &address, None, times as usize)?;
        logged += times * BATCH;
    }
    PAGES.iter().map(|path| time_page(services, &address, path, logged)).collect()
}

fn time_page(services: &mut Services, address: &str, path: &'static str, rows: u64) -> Result<PageTiming> {
    let task = json!({ "task": "page", "address": address, "path": path, "times": PAGE_REQUESTS });
    let response = services.request(&task)?;
    let seconds: Vec<f64> = response["seconds"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    let (first, others) = seconds.split_first().context("the load generator reports no seconds")?;
    let bytes = response["bytes"].as_u64().context("the load generator reports no bytes")?;
    Ok(PageTiming { path, rows, bytes, first_seconds: *first, seconds: median(others.to_vec()) })
}
