//! Tasks `closed` and `open`: single predictions over several connections, as fast as the service responds or at a constant
//! rate.

use crate::connection::Connection;
use crate::leads::Leads;
use crate::scores::scores;
use crate::tally::Tally;
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// Warm-up that does not count.
const WARM_UP: Duration = Duration::from_secs(1);
/// Delay behind schedule after which requests that remain are not sent.
const LATE_MAX: Duration = Duration::from_secs(10);

/// One connection: its requests, its index among the connections.
struct Client<'r> {
    address: &'r str,
    requests: &'r [Vec<u8>],
    index: usize,
    connections: usize,
    start: Instant,
    end: Instant,
}

/// Each connection sends the next request when it has the response to the last.
pub(crate) fn closed_loop(leads: &Leads, task: &Value) -> Result<Value, String> {
    run(leads, task, |client| client.send_closed())
}

/// Requests are due at constant intervals, independent of responses. Latency counts from the due time, so that stalls of the
/// service count (no coordinated omission).
pub(crate) fn open_loop(leads: &Leads, task: &Value) -> Result<Value, String> {
    let rate = task["rate"].as_f64().filter(|rate| *rate > 0.0).ok_or("a rate")?;
    run(leads, task, |client| client.send_open(rate))
}

fn run(leads: &Leads, task: &Value, send: impl Fn(Client<'_>) -> Tally + Sync) -> Result<Value, String> {
    let address = task["address"].as_str().ok_or("an address")?;
    let connections = task["connections"].as_u64().ok_or("connections")? as usize;
    let seconds = task["seconds"].as_f64().ok_or("seconds")?;
    let requests = leads.singles(address);
    let start = Instant::now() + WARM_UP;
    let end = start + Duration::from_secs_f64(seconds);
    let client = |index| Client { address, requests: &requests, index, connections, start, end };
    let mut all = Tally::default();
    thread::scope(|scope| {
        let send = &send;
        let threads: Vec<_> = (0..connections).map(|index| scope.spawn(move || send(client(index)))).collect();
        threads.into_iter().for_each(|thread| all.add(thread.join().unwrap()));
    });
    if all.successes() == 0 {
        return Err(format!("no valid response at all: {}", all.summary(seconds)["errors"]));
    }
    Ok(all.summary(seconds))
}

impl Client<'_> {
    /// Requests of this connection, repeated; connections start at different leads.
    fn requests(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.requests.iter().cycle().skip(self.index * self.requests.len() / self.connections)
    }

    /// Counts responses received between start and end.
    fn send_closed(self) -> Tally {
        let (mut tally, mut connection) = (Tally::default(), None);
        for request in self.requests() {
            let since = Instant::now();
            if since >= self.end {
                break;
            }
            self.send(&mut connection, request, since, &mut tally, |at| (self.start..self.end).contains(&at));
        }
        tally
    }

    /// Counts requests due between start and end.
    fn send_open(self, rate: f64) -> Tally {
        let (mut tally, mut connection) = (Tally::default(), None);
        let first = self.start - WARM_UP;
        for (turn, request) in self.requests().enumerate() {
            let number = turn * self.connections + self.index;
            let due = first + Duration::from_secs_f64(number as f64 / rate);
            if due >= self.end {
                break;
            }
            if Instant::now() > self.end + LATE_MAX {
                tally.error("not sent: too far behind".to_owned());
                continue;
            }
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.send(&mut connection, request, due, &mut tally, |_| due >= self.start);
        }
        tally
    }

    /// Sends one request and validates the response; a connection with a wrong response is not used again.
    fn send(
        &self,
        connection: &mut Option<Connection>,
        request: &[u8],
        since: Instant,
        tally: &mut Tally,
        counts: impl Fn(Instant) -> bool,
    ) {
        let mut attempt = || -> Result<(), String> {
            let mut open = match connection.take() {
                Some(open) => open,
                None => Connection::open(self.address).map_err(|error| format!("no connection: {error}"))?,
            };
            let response = open.send(request).map_err(|error| format!("a broken response: {error}"))?;
            let score = scores(&response, 1)?;
            if counts(response.received_at) {
                tally.timing(response.timing);
                tally.success(response.received_at.duration_since(since), score);
            }
            *connection = Some(open);
            Ok(())
        };
        if let Err(reason) = attempt() {
            tally.error(reason);
        }
    }
}
