//! Single predictions over several connections: as many as the service can answer, or so many a second. Knows the two
//! loops; nothing of what stands in requests.

use crate::answer::scores;
use crate::connection::Connection;
use crate::leads::Leads;
use crate::tally::Tally;
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// Connections and caches come to themselves before anything is counted.
const WARMING: Duration = Duration::from_secs(1);
/// How far behind its schedule a connection may be when the time is over.
const LATE: Duration = Duration::from_secs(10);

/// One connection's part: its requests, its place among the connections.
struct Client<'r> {
    address: &'r str,
    requests: &'r [Vec<u8>],
    place: usize,
    connections: usize,
    start: Instant,
    end: Instant,
}

/// Each connection asks again as soon as it is answered.
pub(crate) fn closed(leads: &Leads, task: &Value) -> Result<Value, String> {
    run(leads, task, |client| client.ask_at_once())
}

/// Requests are due at even steps, whether those before are answered or not: a time counts from when its request was due,
/// so that a service that stands still is seen to.
pub(crate) fn open(leads: &Leads, task: &Value) -> Result<Value, String> {
    let rate = task["rate"].as_f64().filter(|rate| *rate > 0.0).ok_or("a rate")?;
    run(leads, task, |client| client.ask_when_due(rate))
}

fn run(leads: &Leads, task: &Value, ask: impl Fn(Client<'_>) -> Tally + Sync) -> Result<Value, String> {
    let address = task["address"].as_str().ok_or("an address")?;
    let connections = task["connections"].as_u64().ok_or("connections")? as usize;
    let seconds = task["seconds"].as_f64().ok_or("seconds")?;
    let requests = leads.singles(address);
    let start = Instant::now() + WARMING;
    let end = start + Duration::from_secs_f64(seconds);
    let client = |place| Client { address, requests: &requests, place, connections, start, end };
    let mut all = Tally::default();
    thread::scope(|scope| {
        let ask = &ask;
        let threads: Vec<_> = (0..connections).map(|place| scope.spawn(move || ask(client(place)))).collect();
        threads.into_iter().for_each(|thread| all.add(thread.join().unwrap()));
    });
    if all.answers() == 0 {
        return Err(format!("no good answer at all: {}", all.told(seconds)["wrong"]));
    }
    Ok(all.told(seconds))
}

impl Client<'_> {
    /// The requests of this connection, over and over; no two connections ask for the same lead at a time.
    fn requests(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.requests.iter().cycle().skip(self.place * self.requests.len() / self.connections)
    }

    /// What is answered between start and end counts.
    fn ask_at_once(self) -> Tally {
        let (mut tally, mut connection) = (Tally::default(), None);
        for request in self.requests() {
            let since = Instant::now();
            if since >= self.end {
                break;
            }
            self.ask(&mut connection, request, since, &mut tally, |at| (self.start..self.end).contains(&at));
        }
        tally
    }

    /// What is due between start and end counts.
    fn ask_when_due(self, rate: f64) -> Tally {
        let (mut tally, mut connection) = (Tally::default(), None);
        let first = self.start - WARMING;
        for (turn, request) in self.requests().enumerate() {
            let number = turn * self.connections + self.place;
            let due = first + Duration::from_secs_f64(number as f64 / rate);
            if due >= self.end {
                break;
            }
            if Instant::now() > self.end + LATE {
                tally.wrong("not sent: too far behind".to_owned());
                continue;
            }
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.ask(&mut connection, request, due, &mut tally, |_| due >= self.start);
        }
        tally
    }

    /// One request. Its answer is checked in any case; a connection with a bad answer is not used again.
    fn ask(
        &self,
        connection: &mut Option<Connection>,
        request: &[u8],
        since: Instant,
        tally: &mut Tally,
        counts: impl Fn(Instant) -> bool,
    ) {
        let mut answered = || -> Result<(), String> {
            let mut open = match connection.take() {
                Some(open) => open,
                None => Connection::open(self.address).map_err(|error| format!("no connection: {error}"))?,
            };
            let answer = open.ask(request).map_err(|error| format!("a broken answer: {error}"))?;
            let score = scores(&answer, 1)?;
            if counts(answer.at) {
                tally.timing(answer.timing);
                tally.good(answer.at.duration_since(since), score);
            }
            *connection = Some(open);
            Ok(())
        };
        if let Err(what) = answered() {
            tally.wrong(what);
        }
    }
}
