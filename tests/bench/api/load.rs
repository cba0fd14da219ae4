//! The load on a service of the contract, and what it answers under it. Argument: a list of leads as CSV. Reads tasks from
//! standard input, one JSON object a line, and answers each with one line of what was measured. It shares the machine with
//! the service, so it is plain threads and sockets: one thread for each connection, two calls of the system for a request.
//! Knows the contract's two routes and how to look at any page; neither which service it asks nor how that is started.

// A benchmark that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answer;
mod batch;
mod connection;
mod leads;
mod look;
mod single;
mod tally;

use leads::Leads;
use serde_json::{Value, json};
use std::io::Write;

fn main() {
    let list = std::env::args().nth(1).expect("a list");
    let leads = Leads::read(&std::fs::read(&list).unwrap());
    for line in std::io::stdin().lines() {
        let task: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let answer = run(&leads, &task).unwrap_or_else(|reason| json!({ "error": reason }));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}").and_then(|()| out.flush()).unwrap();
    }
}

fn run(leads: &Leads, task: &Value) -> Result<Value, String> {
    match task["task"].as_str() {
        Some("census") => Ok(leads.census()),
        Some("closed") => single::closed(leads, task),
        Some("open") => single::open(leads, task),
        Some("batch") => batch::batches(leads, task),
        Some("look") => look::looks(task),
        _ => Err(format!("there is no task {task}")),
    }
}
