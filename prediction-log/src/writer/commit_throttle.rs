//! Minimum interval between group commits.

use std::thread;
use std::time::{Duration, Instant};

/// Minimum time between the starts of two commits. A commit costs about the same for one prediction as for ten: without
/// it, a machine with few processors would make one commit of each and have no time left for requests.
const INTERVAL_MIN: Duration = Duration::from_micros(300);

/// Delays commits that follow each other too closely.
#[derive(Debug, Default)]
pub(super) struct CommitThrottle {
    /// Zero where the writer shares its thread: a commit to a server takes longer anyway.
    interval_min: Duration,
    last_start: Option<Instant>,
}

impl CommitThrottle {
    /// A throttle for a writer that has a thread of its own.
    pub(super) fn for_own_thread() -> Self {
        CommitThrottle { interval_min: INTERVAL_MIN, last_start: None }
    }

    /// Waits until the next commit may start; true when it had to wait. Blocks the thread, whose sleep is more precise
    /// than the runtime's timer.
    pub(super) fn wait(&mut self) -> bool {
        let rest = self.last_start.map_or(Duration::ZERO, |start| self.interval_min.saturating_sub(start.elapsed()));
        if !rest.is_zero() {
            thread::sleep(rest);
        }
        self.last_start = Some(Instant::now());
        !rest.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_only_commits_that_come_too_soon() {
        let mut throttle = CommitThrottle { interval_min: Duration::from_millis(20), last_start: None };
        assert!(!throttle.wait());
        let start = Instant::now();
        assert!(throttle.wait());
        assert!(start.elapsed() >= Duration::from_millis(15));
        thread::sleep(Duration::from_millis(20));
        assert!(!throttle.wait());
        assert!(!CommitThrottle::default().wait());
    }
}
