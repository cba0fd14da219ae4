//! The programs that take part in a run: one for each side, or the reason why a side is absent.

use super::peer::Peer;
use anyhow::{Result, anyhow};
use serde_json::Value;
use std::collections::BTreeMap;

/// Environment in which a task runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Leadlight's benchmark program.
    Native,
    /// The peers in Python.
    Python,
    /// A worker in headless Chromium: Leadlight's WebAssembly and onnxruntime-web.
    Browser,
}

/// The running programs.
#[derive(Default)]
pub(super) struct Peers {
    sides: BTreeMap<Side, Result<Peer, String>>,
}

impl Peers {
    /// Adds a side; the reason why it cannot take part is printed.
    pub(super) fn add(&mut self, side: Side, peer: Result<Peer>) {
        let peer = peer.map_err(|error| format!("{error:#}"));
        if let Err(reason) = &peer {
            println!("!! {side:?} is left out: {reason} !!");
        }
        self.sides.insert(side, peer);
    }

    /// Sends a task to a side and returns its response.
    pub(super) fn request(&mut self, side: Side, task: &Value) -> Result<Value> {
        match self.sides.get_mut(&side) {
            Some(Ok(peer)) => peer.request(task),
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
    fn an_absent_side_gives_the_reason() {
        let mut peers = Peers::default();
        peers.add(Side::Python, Err(anyhow!("no pip")));
        assert_eq!(peers.request(Side::Python, &json!({})).unwrap_err().to_string(), "no pip");
        assert!(peers.request(Side::Browser, &json!({})).is_err());
    }
}
