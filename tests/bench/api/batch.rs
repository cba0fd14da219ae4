//! Batches, one after the other. Knows when the clock runs: from the first byte out to the last byte in.

use crate::answer::scores;
use crate::connection::Connection;
use crate::leads::Leads;
use crate::tally::Tally;
use serde_json::{Value, json};
use std::time::Instant;

/// As many batches as the task says, over one connection. One that is not answered well is an error.
pub(crate) fn batches(leads: &Leads, task: &Value) -> Result<Value, String> {
    let address = task["address"].as_str().ok_or("an address")?;
    let count = task["leads"].as_u64().ok_or("leads")? as usize;
    let times = task["times"].as_u64().ok_or("times")?;
    let bytes_a_lead = task["bytes_a_lead"].as_u64().map(|bytes| bytes as usize);
    let request = leads.batch(address, count, bytes_a_lead);
    let mut connection = Connection::open(address).map_err(|error| error.to_string())?;
    let (mut tally, mut seconds) = (Tally::default(), Vec::new());
    for _ in 0..times {
        let start = Instant::now();
        let answer = connection.ask(&request).map_err(|error| format!("a broken answer: {error}"))?;
        let took = answer.at.duration_since(start);
        tally.good(took, scores(&answer, count)?);
        tally.timing(answer.timing);
        seconds.push(took.as_secs_f64());
    }
    let mean = tally.sum_of_scores / (count as u64 * times) as f64;
    let parts = &tally.told(1.0)["parts"];
    Ok(json!({ "seconds": seconds, "mean": mean, "parts": parts, "bytes_a_lead": request.len() / count }))
}
