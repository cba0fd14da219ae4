//! Task `page`: repeated requests for a page, each timed from the first byte sent to the last byte received.

use crate::connection::Connection;
use serde_json::{Value, json};
use std::time::Instant;

/// Seconds of each request and bytes of the page; a status other than 200 is an error.
pub(crate) fn page(task: &Value) -> Result<Value, String> {
    let address = task["address"].as_str().ok_or("an address")?;
    let path = task["path"].as_str().ok_or("a path")?;
    let times = task["times"].as_u64().ok_or("times")?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes();
    let mut connection = Connection::open(address).map_err(|error| error.to_string())?;
    let (mut seconds, mut bytes) = (Vec::new(), 0);
    for _ in 0..times {
        let start = Instant::now();
        let response = connection.send(&request).map_err(|error| format!("a broken response: {error}"))?;
        if response.status != 200 {
            return Err(format!("status {}", response.status));
        }
        seconds.push(response.received_at.duration_since(start).as_secs_f64());
        bytes = response.body.len();
    }
    Ok(json!({ "seconds": seconds, "bytes": bytes }))
}
