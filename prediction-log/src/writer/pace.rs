//! How close together groups may begin.
//!
//! Owns the pause before a group that comes too soon. May not know what is in groups, nor the database.

use std::thread;
use std::time::{Duration, Instant};

/// The least between the beginnings of two groups. A commit costs about the same whether one prediction is in it or
/// ten: a machine that has little else to do would make one of each, and have no time left for those that ask.
const LEAST: Duration = Duration::from_micros(300);

/// When the last group began.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Zero where whoever waits is not alone on its thread: a commit to a server takes longer anyway.
    least: Duration,
    begun: Option<Instant>,
}

impl Pace {
    /// For a writer that has a thread of its own.
    pub(super) fn of_a_thread() -> Self {
        Pace { least: LEAST, begun: None }
    }

    /// A group is about to begin; whether it waited for that. It sleeps by the thread, whose clock is finer than the
    /// runtime's.
    pub(super) fn keep(&mut self) -> bool {
        let rest = self.begun.map_or(Duration::ZERO, |begun| self.least.saturating_sub(begun.elapsed()));
        if !rest.is_zero() {
            thread::sleep(rest);
        }
        self.begun = Some(Instant::now());
        !rest.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_too_soon_waits() {
        let mut pace = Pace { least: Duration::from_millis(20), begun: None };
        assert!(!pace.keep());
        let begun = Instant::now();
        assert!(pace.keep());
        assert!(begun.elapsed() >= Duration::from_millis(15));
        thread::sleep(Duration::from_millis(20));
        assert!(!pace.keep());
        assert!(!Pace::default().keep());
    }
}
