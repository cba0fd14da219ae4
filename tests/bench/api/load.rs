//! Load generator for services of the API contract. Argument: a list of leads as CSV. Reads tasks from standard input, one
//! JSON object a line; each response is a line with the measurements. It shares the machine with the service, so it uses
//! plain threads and sockets: one thread for each connection, two system calls for a request.

// A panic ends a benchmark that cannot go on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batches;
mod connection;
mod leads;
mod page;
mod scores;
mod singles;
mod tally;

use leads::Leads;
use serde_json::{Value, json};
use std::io::Write;

fn main() {
    let list = std::env::args().nth(1).expect("a list");
    let leads = Leads::read(&std::fs::read(&list).unwrap());
    for line in std::io::stdin().lines() {
        let task: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let response = run(&leads, &task).unwrap_or_else(|reason| json!({ "error": reason }));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{response}").and_then(|()| out.flush()).unwrap();
    }
}

fn run(leads: &Leads, task: &Value) -> Result<Value, String> {
    match task["task"].as_str() {
        Some("statistics") => Ok(leads.statistics()),
        Some("closed") => singles::closed_loop(leads, task),
        Some("open") => singles::open_loop(leads, task),
        Some("batch") => batches::batches(leads, task),
        Some("page") => page::page(task),
        _ => Err(format!("there is no task {task}")),
    }
}
