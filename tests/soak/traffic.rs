//! Clients: single leads, batches, and requests sent twice under one name, from several threads; and some that dawdle.
//!
//! Owns what is announced: 200, and 503 with `Retry-After`. May not know what goes wrong meanwhile.

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

/// What clients saw.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) acknowledged: HashSet<String>,
    /// Turned away as announced.
    pub(crate) refused: usize,
    /// Anything else, but a connection that broke.
    pub(crate) wrong: Vec<String>,
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} acknowledged, {} turned away", self.acknowledged.len(), self.refused)
    }
}

#[derive(Default)]
struct Shared {
    told: Mutex<Told>,
    refused: AtomicUsize,
    stop: AtomicBool,
}

/// Clients at work.
pub(crate) struct Traffic {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Traffic {
    pub(crate) fn start(address: &str) -> Self {
        let shared = Arc::new(Shared::default());
        let client = |number: usize| {
            let (shared, base) = (shared.clone(), format!("http://{address}"));
            std::thread::spawn(move || shared.work(&base, number))
        };
        Traffic { threads: (0..THREADS).map(client).collect(), shared }
    }

    pub(crate) fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(self) -> Told {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        let mut told = std::mem::take(&mut *self.shared.told.lock().unwrap());
        told.refused = self.shared.refused.load(Ordering::Relaxed);
        told
    }
}

impl Shared {
    fn work(&self, base: &str, number: usize) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            .http_status_as_error(false)
            .build()
            .into();
        let mut turn = 0;
        while !self.stop.load(Ordering::Relaxed) {
            turn += 1;
            let lead = format!(r#"{{"jobtitle": "CTO {turn}", "summary": "{}"}}"#, "s".repeat(300));
            let name = format!("{number}-{turn}");
            match (number, turn % 3) {
                (0, _) => self.ask(&agent, &format!("{base}/predict/batch"), &batch(&lead), None),
                (1, 0) => {
                    // The same twice: its second answer names the same prediction.
                    self.ask(&agent, &format!("{base}/predict"), &lead, Some(&name));
                    self.ask(&agent, &format!("{base}/predict"), &lead, Some(&name));
                }
                _ => self.ask(&agent, &format!("{base}/predict"), &lead, None),
            }
        }
    }

    fn ask(&self, agent: &ureq::Agent, url: &str, body: &str, name: Option<&str>) {
        let mut request = agent.post(url).content_type("application/json");
        if let Some(name) = name {
            request = request.header("idempotency-key", name);
        }
        // Whoever is cut off knows nothing, and may not be in the log.
        let Ok(mut answer) = request.send(body) else {
            return std::thread::sleep(Duration::from_millis(20));
        };
        let status = answer.status().as_u16();
        let again = answer.headers().contains_key("retry-after");
        let Ok(text) = answer.body_mut().read_to_string() else { return };
        match status {
            200 => self.told.lock().unwrap().acknowledged.extend(ids(&text)),
            503 if again => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
            _ => self.told.lock().unwrap().wrong.push(format!("{status} {text}")),
        }
    }
}

fn batch(lead: &str) -> String {
    format!(r#"{{"leads": [{}]}}"#, vec![lead; 20].join(","))
}

fn ids(text: &str) -> Vec<String> {
    let answer: Value = serde_json::from_str(text).unwrap();
    let id = |prediction: &Value| prediction["prediction_id"].as_str().unwrap().to_owned();
    match answer["predictions"].as_array() {
        Some(predictions) => predictions.iter().map(id).collect(),
        None => vec![id(&answer)],
    }
}

/// Clients that begin a request and do not go on.
pub(crate) fn dawdle(address: &str) -> Vec<TcpStream> {
    let begin = |number: usize| {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{";
        stream.write_all(&head.as_bytes()[..if number.is_multiple_of(2) { head.len() } else { 20 }]).unwrap();
        stream
    };
    (0..40).map(begin).collect()
}
