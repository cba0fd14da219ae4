//! Memory of our service over some minutes at half load, with a batch every few seconds.

use super::measurements::{Interval, MemorySeries, MemoryUse};
use super::rounds::{batches, open_loop};
use super::services::{BATCH, Services};
use crate::server::ProcessMemory;
use anyhow::{Result, anyhow};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Seconds of single predictions between two batches.
const INTERVAL_SECONDS: f64 = 2.0;
const SAMPLE_PERIOD: Duration = Duration::from_millis(50);

/// Measures for some minutes, at `rate` single predictions a second.
pub(super) fn measure(services: &mut Services, minutes: f64, rate: f64) -> Result<MemorySeries> {
    println!(
        "measuring memory for {minutes} minutes at {rate:.0} single predictions a second, with batches in between"
    );
    let (started, process) = (Instant::now(), services.ours.memory());
    let mut series = MemorySeries { intervals: Vec::new(), predictions: 0 };
    loop {
        let (p99_ms, memory) = sample_during(&process, || load(services, rate, &mut series.predictions))?;
        let minute = started.elapsed().as_secs_f64() / 60.0;
        series.intervals.push(Interval { minute, memory, p99_ms });
        if minute >= minutes {
            return Ok(series);
        }
    }
}

/// Sends single predictions and a batch; returns the 99th percentile of the former, in milliseconds.
fn load(services: &mut Services, rate: f64, predictions: &mut u64) -> Result<f64> {
    let single = open_loop(services, rate, INTERVAL_SECONDS)?;
    let address = services.ours.address();
    batches(services, &address, None, 1)?;
    *predictions += (single.per_second * INTERVAL_SECONDS) as u64 + BATCH;
    Ok(single.p99_ms)
}

/// Runs `work` and samples the memory of a process meanwhile.
fn sample_during<T>(process: &ProcessMemory, work: impl FnOnce() -> Result<T>) -> Result<(T, MemoryUse)> {
    thread::scope(|scope| {
        // Dropped when the work ends in any way, a panic too: the sampling thread never outlasts it.
        let (working, ended) = mpsc::channel::<()>();
        let sampling = scope.spawn(move || {
            let mut samples = vec![process.resident_bytes()?];
            while ended.recv_timeout(SAMPLE_PERIOD) == Err(RecvTimeoutError::Timeout) {
                samples.push(process.resident_bytes()?);
            }
            MemoryUse::from_samples(samples)
        });
        let result = work();
        drop(working);
        let memory = sampling.join().map_err(|_| anyhow!("sampling memory failed"))?;
        Ok((result?, memory?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_sampled_during_the_work() {
        let own = ProcessMemory::new(std::process::id());
        let (result, memory) = sample_during(&own, || Ok(7)).unwrap();
        assert!(result == 7 && memory.median > 0.0 && memory.max >= memory.median);
        let error = sample_during(&own, || -> Result<()> { Err(anyhow!("no")) }).unwrap_err();
        assert_eq!(error.to_string(), "no");
    }

    #[test]
    fn sampling_ends_when_the_work_panics() {
        let own = ProcessMemory::new(std::process::id());
        let panicked = std::panic::catch_unwind(|| sample_during(&own, || -> Result<()> { panic!("on purpose") }));
        assert!(panicked.is_err());
    }
}
