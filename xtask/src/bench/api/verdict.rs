//! What was to be reached: by the stand-in, so that the run counts, and by us. Knows the figures of the replaced service.

use super::super::table;
use super::figures::{Contest, Run, Single};
use super::report::Row;
use super::services::BYTES;
use anyhow::{Result, bail};

/// What the replaced service does on the machine that it was measured on: single predictions a second over eight
/// connections, and the longest that a batch of 10,000 took.
const SINGLES: f64 = 43.0;
const BATCH_SECONDS: f64 = 1.0;
/// How much slower a stand-in may be, as a share.
const SLACK: f64 = 0.2;

const SINGLES_RATIO: f64 = 200.0;
const BATCH_RATIO: f64 = 8.0;
const P99_MS: f64 = 10.0;
/// What the page may take, however much is in the log.
const PAGE_SECONDS: f64 = 0.3;
/// How much memory may grow over a run, as a ratio.
const GROWTH: f64 = 1.05;

/// A stand-in that is slower than what it stands for flatters us, so the run counts for nothing. A faster one does not.
pub(super) fn of_stand_in(contest: &Contest) -> Result<()> {
    let (singles, batch) = stand_in(contest);
    if singles < SINGLES * (1.0 - SLACK) || batch > BATCH_SECONDS * (1.0 + SLACK) {
        bail!(
            "this run is VOID: the stand-in answers {singles:.1} single predictions a second and a batch in {batch:.2} s; \
             the service that it stands for answers {SINGLES:.0}, and a batch in {BATCH_SECONDS:.1} s at most. Waits for \
             the disk are most of its time where others keep the processors busy: run this on a machine that does nothing else"
        );
    }
    Ok(())
}

fn stand_in(contest: &Contest) -> (f64, f64) {
    (Single::median(&contest.stand_in.few).per_second, contest.stand_in.batches.median())
}

/// Each target, what was measured, and whether that is enough.
pub(super) fn targets(run: &Run) -> Vec<Row> {
    let (ours, theirs) = (&run.contest.ours, &run.contest.stand_in);
    let ratio =
        |ours: &[Single], theirs: &[Single]| Single::median(ours).per_second / Single::median(theirs).per_second;
    let at_least = |what: &str, target: f64, got: f64| {
        row(what, format!("at least {target:.0} ×"), format!("{got:.1} ×"), got >= target)
    };
    let below = |what: &str, target: String, got: String, met: bool| row(what, format!("below {target}"), got, met);
    let p99 = run.contest.half.p99_ms;
    let growth = run.watch.growth();
    let batches = format!("batches of 10,000 leads of {BYTES} bytes");
    let mut targets = vec![
        at_least("single predictions, 8 connections", SINGLES_RATIO, ratio(&ours.few, &theirs.few)),
        at_least("single predictions, 64 connections", SINGLES_RATIO, ratio(&ours.many, &theirs.many)),
        below("99 of 100 answers at half load", format!("{P99_MS} ms"), format!("{p99:.2} ms"), p99 < P99_MS),
        at_least(&batches, BATCH_RATIO, theirs.batches.median() / ours.batches.median()),
        below("growth of memory", format!("{GROWTH} ×"), format!("{growth:.3} ×"), growth < GROWTH),
    ];
    if let Some(page) = run.page.first() {
        let slowest = page.first_seconds.max(page.seconds);
        let what = format!("the page over {} predictions", page.rows);
        targets.push(below(&what, table::seconds(PAGE_SECONDS), table::seconds(slowest), slowest < PAGE_SECONDS));
    }
    targets
}

fn row(what: &str, target: String, got: String, met: bool) -> Row {
    vec![what.to_owned(), target, got, if met { "reached" } else { "MISSED" }.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::super::figures::{Batches, List, Side, Watch};
    use super::*;

    fn contest(per_second: f64, batch: f64) -> Contest {
        let single = Single { per_second, p50_ms: 1.0, p99_ms: 1.0, p99_9_ms: 1.0 };
        let batches = || Batches { seconds: vec![batch], ..Batches::default() };
        let side = || Side { few: vec![single], many: vec![single], batches: batches(), ..Side::default() };
        Contest { ours: side(), stand_in: side(), half: single }
    }

    #[test]
    fn a_stand_in_that_is_too_slow_makes_the_run_void() {
        for (per_second, batch, counts) in
            [(43.0, 0.9, true), (34.5, 1.19, true), (34.3, 0.9, false), (43.0, 1.21, false), (80.0, 0.3, true)]
        {
            let verdict = of_stand_in(&contest(per_second, batch));
            assert_eq!(verdict.is_ok(), counts, "{per_second} {batch}");
        }
        assert!(of_stand_in(&contest(20.0, 0.9)).unwrap_err().to_string().starts_with("this run is VOID"));
    }

    #[test]
    fn a_target_that_is_missed_says_so() {
        let run = Run {
            list: List { leads: 1, bytes_a_lead: 1, levels_least: 1 },
            contest: contest(43.0, 0.9),
            watch: Watch { moments: Vec::new(), answers: 0 },
            page: Vec::new(),
        };
        let targets = targets(&run);
        assert_eq!(targets[0], ["single predictions, 8 connections", "at least 200 ×", "1.0 ×", "MISSED"]);
        assert_eq!(targets[2], ["99 of 100 answers at half load", "below 10 ms", "1.00 ms", "reached"]);
    }
}
