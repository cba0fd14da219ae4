//! Our service over some minutes at half load, with a batch every few seconds: how much memory it holds all the while.
//! Knows what is asked meanwhile; no targets.

use super::figures::{Held, Moment, Watch};
use super::rounds::{ask, open};
use super::services::{BATCH, Field};
use crate::server::Memory;
use anyhow::{Result, anyhow};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long single predictions are asked for between two batches.
const SLICE_SECONDS: f64 = 2.0;
/// The time between two looks at memory.
const PAUSE: Duration = Duration::from_millis(50);

/// For so many minutes, at so many single predictions a second.
pub(super) fn over(field: &mut Field, minutes: f64, rate: f64) -> Result<Watch> {
    println!("watching memory for {minutes} minutes at {rate:.0} single predictions a second, with batches in between");
    let (started, memory) = (Instant::now(), field.ours.memory());
    let mut watch = Watch { moments: Vec::new(), answers: 0 };
    loop {
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
    thread::scope(|scope| {
        // Closed when the work ends, in whatever way: whoever looks never outlasts it.
        let (working, ended) = mpsc::channel::<()>();
        let looks = scope.spawn(move || {
            let mut held = vec![memory.resident_bytes()?];
            while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                held.push(memory.resident_bytes()?);
            }
            Held::of(held)
        });
        let result = work();
        drop(working);
        let held = looks.join().map_err(|_| anyhow!("looking at memory failed"))?;
        Ok((result?, held?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_looked_at_while_something_is_done() {
        let own = Memory::of(std::process::id());
        let (done, held) = beside(&own, || Ok(7)).unwrap();
        assert!(done == 7 && held.median > 0.0 && held.most >= held.median);
        assert_eq!(beside(&own, || -> Result<()> { Err(anyhow!("no")) }).unwrap_err().to_string(), "no");
    }

    #[test]
    fn nobody_waits_for_looks_at_work_that_panics() {
        let own = Memory::of(std::process::id());
        let panicked = std::panic::catch_unwind(|| beside(&own, || -> Result<()> { panic!("on purpose") }));
        assert!(panicked.is_err());
    }
}
