//! Who takes part: one program for each side, or the reason why a side is not there. Knows no contest.

use super::contestant::Contestant;
use anyhow::{Result, anyhow};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where a piece of work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Leadlight's benchmark program.
    Native,
    /// The peers in Python.
    Python,
    /// A worker in headless Chromium: Leadlight's WebAssembly and onnxruntime-web.
    Browser,
}

/// The programs that run.
pub(super) struct Arena {
    sides: BTreeMap<Side, Result<Contestant, String>>,
}

impl Arena {
    pub(super) fn new() -> Self {
        Self { sides: BTreeMap::new() }
    }

    /// Adds a side, or why it cannot take part, which is told at once.
    pub(super) fn add(&mut self, side: Side, contestant: Result<Contestant>) {
        let contestant = contestant.map_err(|error| format!("{error:#}"));
        if let Err(reason) = &contestant {
            println!("!! {side:?} is left out: {reason} !!");
        }
        self.sides.insert(side, contestant);
    }

    /// What a side answers to a task.
    pub(super) fn ask(&mut self, side: Side, task: &Value) -> Result<Value> {
        match self.sides.get_mut(&side) {
            Some(Ok(contestant)) => contestant.ask(task),
            Some(Err(reason)) => Err(anyhow!("{reason}")),
            None => Err(anyhow!("{side:?} does not take part in this run")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_side_that_is_not_there_says_why() {
        let mut arena = Arena::new();
        arena.add(Side::Python, Err(anyhow!("no pip")));
        assert_eq!(arena.ask(Side::Python, &json!({})).unwrap_err().to_string(), "no pip");
        assert!(arena.ask(Side::Browser, &json!({})).is_err());
    }
}
