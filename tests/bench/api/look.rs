//! Looking at a page of the service again and again. Knows when the clock runs: from the first byte out to the last byte
//! in.

use crate::connection::Connection;
use serde_json::{Value, json};
use std::time::Instant;

/// What a path's page takes, each time, and how long it is. One that is not answered well is an error.
pub(crate) fn looks(task: &Value) -> Result<Value, String> {
    let address = task["address"].as_str().ok_or("an address")?;
    let path = task["path"].as_str().ok_or("a path")?;
    let times = task["times"].as_u64().ok_or("times")?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes();
    let mut connection = Connection::open(address).map_err(|error| error.to_string())?;
    let (mut seconds, mut bytes) = (Vec::new(), 0);
    for _ in 0..times {
        let start = Instant::now();
        let answer = connection.ask(&request).map_err(|error| format!("a broken answer: {error}"))?;
        if answer.status != 200 {
            return Err(format!("status {}", answer.status));
        }
        seconds.push(answer.at.duration_since(start).as_secs_f64());
        bytes = answer.body.len();
    }
    Ok(json!({ "seconds": seconds, "bytes": bytes }))
}
