//! What is asked of both services, and in which order: the one, the other, and again, so that the machine's moods fall on
//! both. Knows tasks of the load's program; no targets.

use super::super::contest::median;
use super::figures::{Contest, FEW, Look, MANY, Side, Single, half_of};
use super::services::{BATCH, BYTES, Field};
use crate::server::Server;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::thread;
use std::time::Duration;

const ROUNDS: usize = 3;
/// How long single predictions are asked for in a round.
const SECONDS: f64 = 8.0;
const HALF_SECONDS: f64 = 20.0;
/// Batches in a round, of which the first one is not counted.
const BATCHES: usize = 6;
/// How long nobody is asked before batches: what was written meanwhile comes onto the disk, which is no part of them.
const REST: Duration = Duration::from_secs(3);
/// Pages over the log, and how often each is looked at.
const PAGES: [&str; 4] =
    ["/monitoring", "/monitoring?window=all", "/monitoring/data?window=all", "/monitoring/report?window=all"];
const LOOKS: u64 = 5;
/// How many batches fill the log between two words about it.
const FILL: u64 = 100;
/// How far the mean scores of a batch may be apart, which the stand-in rounds to four places.
const TOLERANCE: f64 = 1e-4;

/// Who is asked.
type Who = fn(&Field) -> &Server;

/// All rounds, then ours at half of its load.
pub(super) fn contest(field: &mut Field) -> Result<Contest> {
    let (mut ours, mut stand_in) = (Side::default(), Side::default());
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS}");
        let sides: [(&str, Who, &mut Side); 2] =
            [("the stand-in", |field| &field.stand_in, &mut stand_in), ("Leadlight", |field| &field.ours, &mut ours)];
        for (name, who, side) in sides {
            take_turn(field, who, side).context(name)?;
            let told = |rounds: &[Single]| rounds.last().map_or(0.0, |single| single.per_second);
            let (few, many, batch) = (told(&side.few), told(&side.many), side.batches.median());
            println!("  {name}: {few:.1} and {many:.1} single predictions a second, a batch in {batch:.3} s");
        }
    }
    for (ours, theirs) in [(&ours.batches, &stand_in.batches), (&ours.long, &stand_in.long)] {
        let apart = (ours.mean - theirs.mean).abs();
        ensure!(apart <= TOLERANCE, "the mean score is {} with us and {} with the stand-in", ours.mean, theirs.mean);
    }
    let half = open(field, half_of(&ours), HALF_SECONDS)?;
    Ok(Contest { ours, stand_in, half })
}

fn take_turn(field: &mut Field, who: Who, side: &mut Side) -> Result<()> {
    let address = who(field).address();
    let closed = |connections: u32| json!({ "task": "closed", "address": address, "connections": connections, "seconds": SECONDS });
    side.few.push(Single::of(&field.ask(&closed(FEW))?)?);
    side.many.push(Single::of(&field.ask(&closed(MANY))?)?);
    for (batches, bytes) in [(&mut side.batches, Some(BYTES)), (&mut side.long, None)] {
        thread::sleep(REST);
        batches.add(&ask(field, &address, bytes, BATCHES)?)?;
    }
    Ok(())
}

/// Batches of the whole list, or of those of its leads that have so many bytes on average.
pub(super) fn ask(field: &mut Field, address: &str, bytes_a_lead: Option<u64>, times: usize) -> Result<Value> {
    let task =
        json!({ "task": "batch", "address": address, "leads": BATCH, "bytes_a_lead": bytes_a_lead, "times": times });
    field.ask(&task)
}

/// Ours, with requests that are due at even steps.
pub(super) fn open(field: &mut Field, rate: f64, seconds: f64) -> Result<Single> {
    let address = field.ours.address();
    let task = json!({
        "task": "open", "address": address, "connections": MANY, "rate": rate, "seconds": seconds,
    });
    Single::of(&field.ask(&task)?)
}

/// Puts so many predictions into our log, then looks at the pages over it.
pub(super) fn page(field: &mut Field, rows: u64) -> Result<Vec<Look>> {
    let address = field.ours.address();
    let mut logged = 0;
    while logged < rows {
        println!("{logged} of {rows} predictions put into the log");
        let times = (rows - logged).div_ceil(BATCH).min(FILL);
        ask(field, &address, None, times as usize)?;
        logged += times * BATCH;
    }
    PAGES.iter().map(|path| look(field, path, logged)).collect()
}

fn look(field: &mut Field, path: &'static str, rows: u64) -> Result<Look> {
    let told = field.ask(&json!({ "task": "look", "address": field.ours.address(), "path": path, "times": LOOKS }))?;
    let seconds: Vec<f64> = told["seconds"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    let (first, others) = seconds.split_first().context("the load tells no seconds")?;
    let bytes = told["bytes"].as_u64().context("the load tells no bytes")?;
    Ok(Look { path, rows, bytes, first_seconds: *first, seconds: median(others.to_vec()) })
}
