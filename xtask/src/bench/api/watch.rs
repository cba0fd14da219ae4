//! Our service over some minutes at half load, with a batch every few seconds: how much memory it holds all the while.
//! Knows what is asked meanwhile; no targets.

use super::figures::{Held, Moment, Watch};
use super::rounds::{ask, open};
use super::services::{BATCH, Field};
use crate::server::Memory;
use anyhow::{Result, anyhow};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long single predictions are asked for between two batches.
const SLICE_SECONDS: f64 = 2.0;
/// The time between two looks at memory.
const PAUSE: Duration = Duration::from_millis(50);

/// For so many minutes, at so many single predictions a second.
pub(super) fn over(field: &mut Field, minutes: f64, rate: f64) -> Result<Watch> {
    println!("watching memory for {minutes} minutes at {rate:.0} single predictions a second, with batches in between");
    let started = Instant::now();
    let mut watch = Watch { moments: Vec::new(), answers: 0 };
    loop {
        let memory = field.ours.memory();
        let (p99_ms, held) = beside(&memory, || slice(field, rate, &mut watch.answers))?;
        let minute = started.elapsed().as_secs_f64() / 60.0;
        watch.moments.push(Moment { minute, memory: held, p99_ms });
        if minute >= minutes {
            return Ok(watch);
        }
    }
}

/// Single predictions and a batch; within how many milliseconds 99 of 100 of the former were answered.
fn slice(field: &mut Field, rate: f64, answers: &mut u64) -> Result<f64> {
    let single = open(field, rate, SLICE_SECONDS)?;
    let address = field.ours.address();
    ask(field, &address, None, 1)?;
    *answers += (single.per_second * SLICE_SECONDS) as u64 + BATCH;
    Ok(single.p99_ms)
}

/// Does something, and tells what was held meanwhile.
fn beside<T>(memory: &Memory, work: impl FnOnce() -> Result<T>) -> Result<(T, Held)> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let looks = scope.spawn(|| {
            let mut held = Vec::new();
            while !done.load(Ordering::Relaxed) {
                held.push(memory.resident_bytes()?);
                thread::sleep(PAUSE);
            }
            Held::of(held)
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        let held = looks.join().map_err(|_| anyhow!("looking at memory failed"))?;
        Ok((result?, held?))
    })
}
