//! Targets of the service, and limits that the baseline must keep for the run to count.

use super::super::table;
use super::measurements::{Run, ServiceComparison, SingleTiming};
use super::services::BYTES;
use anyhow::{Result, bail};

/// The replaced service where it was measured: single predictions a second over eight connections, and the longest time of
/// a batch of 10,000.
const SINGLES: f64 = 43.0;
const BATCH_SECONDS: f64 = 1.0;
/// Share by which the baseline may be slower.
const SLACK: f64 = 0.2;

const SINGLES_RATIO_MIN: f64 = 200.0;
const BATCH_RATIO_MIN: f64 = 8.0;
const P99_MS_MAX: f64 = 10.0;
/// For any size of the log.
const PAGE_SECONDS_MAX: f64 = 0.3;
/// Growth of memory over a run, as a ratio.
const GROWTH_MAX: f64 = 1.05;

/// Fails for a baseline slower than the service that it stands for, which would flatter us. A faster one passes.
pub(super) fn check_baseline(comparison: &ServiceComparison) -> Result<()> {
    let singles = SingleTiming::median(&comparison.baseline.few).per_second;
    let batch = comparison.baseline.batches.median();
    if singles < SINGLES * (1.0 - SLACK) || batch > BATCH_SECONDS * (1.0 + SLACK) {
        bail!(
            "this run is VOID: the baseline answers {singles:.1} single predictions a second and a batch in {batch:.2} s; \
             the service that it stands for answers {SINGLES:.0}, and a batch in {BATCH_SECONDS:.1} s at most. Disk waits \
             dominate its time on a busy machine: run this on an idle one"
        );
    }
    Ok(())
}

/// Table rows: target, limit, measurement, verdict.
pub(super) fn rows(run: &Run) -> Vec<Vec<String>> {
    let (ours, baseline) = (&run.comparison.ours, &run.comparison.baseline);
    let ratio = |ours: &[SingleTiming], baseline: &[SingleTiming]| {
        SingleTiming::median(ours).per_second / SingleTiming::median(baseline).per_second
    };
    let at_least = |label: &str, target: f64, measured: f64| {
        row(label, format!("at least {target:.0} ×"), format!("{measured:.1} ×"), measured >= target)
    };
    let below =
        |label: &str, limit: String, measured: String, is_met| row(label, format!("below {limit}"), measured, is_met);
    let p99 = run.comparison.half.p99_ms;
    let growth = run.memory.growth();
    let batches = format!("batches of 10,000 leads of {BYTES} bytes");
    let mut rows = vec![
        at_least("single predictions, 8 connections", SINGLES_RATIO_MIN, ratio(&ours.few, &baseline.few)),
        at_least("single predictions, 64 connections", SINGLES_RATIO_MIN, ratio(&ours.many, &baseline.many)),
        below("p99 at half load", format!("{P99_MS_MAX} ms"), format!("{p99:.2} ms"), p99 < P99_MS_MAX),
        at_least(&batches, BATCH_RATIO_MIN, baseline.batches.median() / ours.batches.median()),
        below("growth of memory", format!("{GROWTH_MAX} ×"), format!("{growth:.3} ×"), growth < GROWTH_MAX),
    ];
    if let Some(page) = run.pages.first() {
        let slowest = page.first_seconds.max(page.seconds);
        let label = format!("the page over {} predictions", page.rows);
        let is_met = slowest < PAGE_SECONDS_MAX;
        rows.push(below(&label, table::seconds(PAGE_SECONDS_MAX), table::seconds(slowest), is_met));
    }
    rows
}

fn row(label: &str, limit: String, measured: String, is_met: bool) -> Vec<String> {
    vec![label.to_owned(), limit, measured, if is_met { "reached" } else { "MISSED" }.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::super::measurements::{BatchTimings, LeadList, MemorySeries, ServiceRounds};
    use super::*;

    fn comparison(per_second: f64, batch: f64) -> ServiceComparison {
        let single = SingleTiming { per_second, p50_ms: 1.0, p99_ms: 1.0, p99_9_ms: 1.0 };
        let rounds = || ServiceRounds {
            few: vec![single],
            many: vec![single],
            batches: BatchTimings { seconds: vec![batch], ..BatchTimings::default() },
        };
        ServiceComparison { ours: rounds(), baseline: rounds(), half: single }
    }

    #[test]
    fn a_baseline_that_is_too_slow_makes_the_run_void() {
        for (per_second, batch, counts) in
            [(43.0, 0.9, true), (34.5, 1.19, true), (34.3, 0.9, false), (43.0, 1.21, false), (80.0, 0.3, true)]
        {
            assert_eq!(check_baseline(&comparison(per_second, batch)).is_ok(), counts, "{per_second} {batch}");
        }
        assert!(check_baseline(&comparison(20.0, 0.9)).unwrap_err().to_string().starts_with("this run is VOID"));
    }

    #[test]
    fn a_missed_target_is_marked() {
        let run = Run {
            list: LeadList { leads: 1, bytes_per_lead: 1, levels_min: 1 },
            comparison: comparison(43.0, 0.9),
            memory: MemorySeries { intervals: Vec::new(), predictions: 0 },
            pages: Vec::new(),
        };
        let rows = rows(&run);
        assert_eq!(rows[0], ["single predictions, 8 connections", "at least 200 ×", "1.0 ×", "MISSED"]);
        assert_eq!(rows[2], ["p99 at half load", "below 10 ms", "1.00 ms", "reached"]);
    }
}
