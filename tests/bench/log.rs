//! Throughput and latency of the log: single predictions from many clients, the same at half of that load, batches of
//! 10,000, and reading with many rows. `cargo bench -p prediction-log --bench log`; with `LEADLIGHT_BENCH_DATABASE` on
//! another database than a new SQLite file, with `LEADLIGHT_BENCH_ROWS=10000000` with so many rows to read from.

#![allow(clippy::unwrap_used)]

use prediction_log::{LogEntry, PredictionQuery, PredictionRow, Settings, Store, TimeWindow, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use uuid::Uuid;

const CLIENTS: usize = 64;
const SECONDS: u64 = 8;

fn row(number: usize, now: Timestamp, inputs: &str) -> PredictionRow {
    let score = (number.wrapping_mul(7_919) % 10_000) as f64 / 10_000.0;
    PredictionRow {
        id: Uuid::now_v7().to_string(),
        created_at: now,
        input_features: inputs.to_owned(),
        predicted_score: score,
        inference_time_ms: 0.0312,
        model_version: "0.1.0".to_owned(),
        lead_key: Some(format!("crm-{}", number.wrapping_mul(2_654_435_761) % 1_000_000_007)),
        probability: score as f32,
        label: "not_engaged",
        confidence: "low",
        grade: Some('C'),
        model_sha256: "ab".repeat(32),
        request_id: Uuid::now_v7().to_string(),
    }
}

fn inputs(bytes: usize) -> String {
    format!(r#"{{"jobtitle":"Head of Marketing","summary":"{}"}}"#, "lorem ipsum ".repeat(bytes / 12))
}

/// Latencies of single predictions, each client pausing between two.
async fn singles(store: &Store, pause: Option<Duration>) -> (f64, Vec<f64>) {
    let stop = std::sync::Arc::new(AtomicBool::new(false));
    let started = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (store, stop, inputs) = (store.clone(), stop.clone(), inputs(800));
            tokio::spawn(async move {
                let (mut latencies, mut number) = (Vec::new(), client);
                let mut next =
                    tokio::time::Instant::now() + pause.unwrap_or_default().mul_f64(client as f64 / CLIENTS as f64);
                while !stop.load(Ordering::Relaxed) {
                    if let Some(pause) = pause {
                        tokio::time::sleep_until(next).await;
                        next += pause;
                    }
                    number += CLIENTS;
                    let begun = Instant::now();
                    store.log(LogEntry::new(vec![row(number, Timestamp::now(), &inputs)])).await.unwrap();
                    latencies.push(begun.elapsed().as_secs_f64() * 1e3);
                }
                latencies
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(SECONDS)).await;
    stop.store(true, Ordering::Relaxed);
    let mut latencies = Vec::new();
    for client in clients {
        latencies.extend(client.await.unwrap());
    }
    latencies.sort_by(f64::total_cmp);
    (latencies.len() as f64 / started.elapsed().as_secs_f64(), latencies)
}

fn report(what: &str, rate: f64, latencies: &[f64]) {
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    println!(
        "{what}: {rate:.0} rows/s, p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, max {:.2} ms",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
}

async fn batches(store: &Store, count: usize) {
    let inputs = inputs(800);
    let mut times = Vec::new();
    for batch in 0..count {
        let now = Timestamp::now();
        let rows: Vec<_> = (0..10_000).map(|i| row(batch * 10_000 + i, now, &inputs)).collect();
        let begun = Instant::now();
        store.log(LogEntry::new(rows)).await.unwrap();
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let middle = times[times.len() / 2];
    println!("batches of 10,000: median {middle:.1} ms, max {:.1} ms", times[times.len() - 1]);
}

async fn reading(store: &Store, rows: usize) {
    let inputs = inputs(300);
    let begun = Instant::now();
    let start = OffsetDateTime::now_utc() - time::Duration::days(30);
    for batch in 0..rows / 10_000 {
        let row = |i: usize| {
            let number = batch * 10_000 + i;
            let moment = start + time::Duration::milliseconds((number as f64 * 30.0 * 86_400e3 / rows as f64) as i64);
            row(number, moment.into(), &inputs)
        };
        store.log(LogEntry::new((0..10_000).map(row).collect())).await.unwrap();
    }
    println!("{rows} rows written in {:.0} s", begun.elapsed().as_secs_f64());
    let page = PredictionQuery { limit: 50, ..PredictionQuery::default() };
    let filtered = PredictionQuery { score_min: Some(0.9), score_max: Some(0.91), ..page.clone() };
    let rare = PredictionQuery { score_min: Some(0.95001), score_max: Some(0.95002), ..page.clone() };
    let version = PredictionQuery { model_version: Some("none".to_owned()), ..page.clone() };
    for round in 0..3 {
        let timed = |begun: Instant| begun.elapsed().as_secs_f64() * 1e3;
        for (what, filter) in [
            ("a page", &page),
            ("a page of 1 % of scores", &filtered),
            ("a page without a hit", &rare),
            ("of another version", &version),
        ] {
            let begun = Instant::now();
            let found = store.predictions(filter).await.unwrap();
            println!("{round} {what}: {:.1} ms, {} rows", timed(begun), found.rows.len());
        }
        let begun = Instant::now();
        let found = store.latest_predictions(10_000).await.unwrap();
        println!("{round} the last {}: {:.1} ms", found.len(), timed(begun));
        let begun = Instant::now();
        store.request_summary(&TimeWindow::all()).await.unwrap();
        println!("{round} calls: {:.1} ms", timed(begun));
    }
}

fn main() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let folder =
            tempfile::tempdir_in(std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned())).unwrap();
        let file = folder.path().join("log.sqlite").display().to_string();
        let location = std::env::var("LEADLIGHT_BENCH_DATABASE").unwrap_or(file).parse().unwrap();
        let settings = Settings {
            mode: std::env::var("LEADLIGHT_LOG_MODE").map_or_else(|_| Default::default(), |mode| mode.parse().unwrap()),
            ..Settings::new(location)
        };
        let (store, writer) = Store::open(&settings).await.unwrap();
        match std::env::var("LEADLIGHT_BENCH_ROWS") {
            Ok(rows) => reading(&store, rows.parse().unwrap()).await,
            Err(_) => {
                let (rate, latencies) = singles(&store, None).await;
                report(&format!("single predictions, {CLIENTS} clients"), rate, &latencies);
                let (half, latencies) = singles(&store, Some(Duration::from_secs_f64(CLIENTS as f64 / 4_500.0))).await;
                report("4,500 a second", half, &latencies);
                batches(&store, 30).await;
            }
        }
        writer.finish().await;
    });
}
