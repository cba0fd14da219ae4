//! Clients: single leads, batches, and repeated requests with one idempotency key, from several threads; and slow clients.
//! Expected responses are 200, and 503 with `Retry-After`.

use serde_json::Value;
use std::collections::HashSet;
use std::fmt;
use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

const THREADS: usize = 6;

/// Responses that clients received.
#[derive(Default)]
pub(crate) struct TrafficReport {
    pub(crate) acknowledged: HashSet<String>,
    /// 503 with `Retry-After`.
    pub(crate) rejected: usize,
    /// Any other response; broken connections do not count.
    pub(crate) unexpected: Vec<String>,
}

impl fmt::Display for TrafficReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} acknowledged, {} rejected", self.acknowledged.len(), self.rejected)
    }
}

#[derive(Default)]
struct TrafficState {
    report: Mutex<TrafficReport>,
    rejected: AtomicUsize,
    stop: AtomicBool,
}

/// Clients at work.
pub(crate) struct Traffic {
    state: Arc<TrafficState>,
    threads: Vec<JoinHandle<()>>,
}

impl Traffic {
    pub(crate) fn start(address: &str) -> Self {
        let state = Arc::new(TrafficState::default());
        let client = |number: usize| {
            let (state, base) = (state.clone(), format!("http://{address}"));
            std::thread::spawn(move || state.run_client(&base, number))
        };
        Traffic { threads: (0..THREADS).map(client).collect(), state }
    }

    pub(crate) fn rejected(&self) -> usize {
        self.state.rejected.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(self) -> TrafficReport {
        self.state.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        let mut report = std::mem::take(&mut *self.state.report.lock().unwrap());
        report.rejected = self.state.rejected.load(Ordering::Relaxed);
        report
    }
}

impl TrafficState {
    fn run_client(&self, base: &str, number: usize) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            .http_status_as_error(false)
            .build()
            .into();
        let mut turn = 0;
        while !self.stop.load(Ordering::Relaxed) {
            turn += 1;
            let lead = format!(r#"{{"jobtitle": "CTO {turn}", "summary": "{}"}}"#, "s".repeat(300));
            let key = format!("{number}-{turn}");
            match (number, turn % 3) {
                (0, _) => self.post(&agent, &format!("{base}/predict/batch"), &batch(&lead), None),
                (1, 0) => {
                    // The second response has the id of the first.
                    self.post(&agent, &format!("{base}/predict"), &lead, Some(&key));
                    self.post(&agent, &format!("{base}/predict"), &lead, Some(&key));
                }
                _ => self.post(&agent, &format!("{base}/predict"), &lead, None),
            }
        }
    }

    fn post(&self, agent: &ureq::Agent, url: &str, body: &str, key: Option<&str>) {
        let mut request = agent.post(url).content_type("application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        // After a broken connection the prediction may or may not be in the log.
        let Ok(mut response) = request.send(body) else {
            return std::thread::sleep(Duration::from_millis(20));
        };
        let status = response.status().as_u16();
        let has_retry_after = response.headers().contains_key("retry-after");
        let Ok(text) = response.body_mut().read_to_string() else { return };
        match status {
            200 => self.report.lock().unwrap().acknowledged.extend(ids(&text)),
            503 if has_retry_after => {
                self.rejected.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
            _ => self.report.lock().unwrap().unexpected.push(format!("{status} {text}")),
        }
    }
}

fn batch(lead: &str) -> String {
    format!(r#"{{"leads": [{}]}}"#, vec![lead; 20].join(","))
}

fn ids(text: &str) -> Vec<String> {
    let response: Value = serde_json::from_str(text).unwrap();
    let id = |prediction: &Value| prediction["prediction_id"].as_str().unwrap().to_owned();
    match response["predictions"].as_array() {
        Some(predictions) => predictions.iter().map(id).collect(),
        None => vec![id(&response)],
    }
}

/// Opens connections of slow clients, which begin a request and never finish it.
pub(crate) fn slow_clients(address: &str) -> Vec<TcpStream> {
    let begin = |number: usize| {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{";
        stream.write_all(&head.as_bytes()[..if number.is_multiple_of(2) { head.len() } else { 20 }]).unwrap();
        stream
    };
    (0..40).map(begin).collect()
}
