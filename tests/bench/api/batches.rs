//! Task `batch`: batches one after the other, each timed from the first byte sent to the last byte received.

use crate::connection::Connection;
use crate::leads::Leads;
use crate::scores::scores;
use crate::tally::Tally;
use serde_json::{Value, json};
use std::time::Instant;

/// Sends the batches of a task over one connection; a wrong response is an error.
pub(crate) fn batches(leads: &Leads, task: &Value) -> Result<Value, String> {
    let address = task["address"].as_str().ok_or("an address")?;
    let count = task["leads"].as_u64().ok_or("leads")? as usize;
    let times = task["times"].as_u64().ok_or("times")?;
    let bytes_per_lead = task["bytes_per_lead"].as_u64().map(|bytes| bytes as usize);
    let request = leads.batch(address, count, bytes_per_lead);
    let mut connection = Connection::open(address).map_err(|error| error.to_string())?;
    let (mut tally, mut seconds) = (Tally::default(), Vec::new());
    for _ in 0..times {
        let start = Instant::now();
        let response = connection.send(&request).map_err(|error| format!("a broken response: {error}"))?;
        let took = response.received_at.duration_since(start);
        tally.success(took, scores(&response, count)?);
        tally.timing(response.timing);
        seconds.push(took.as_secs_f64());
    }
    let mean = tally.sum_of_scores / (count as u64 * times) as f64;
    let parts = &tally.summary(1.0)["parts"];
    Ok(json!({ "seconds": seconds, "mean": mean, "parts": parts, "bytes_per_lead": request.len() / count }))
}
