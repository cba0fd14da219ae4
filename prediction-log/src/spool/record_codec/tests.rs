//! Round trips, partial and damaged records.

use super::*;
use proptest::prelude::*;

fn row(id: &str, lead_key: Option<&str>) -> PredictionRow {
    PredictionRow {
        id: id.to_owned(),
        created_at: "2026-01-31 09:30:00".parse().unwrap(),
        input_features: r#"{"jobtitle":"CTO"}"#.to_owned(),
        predicted_score: 0.1234,
        inference_time_ms: 0.5,
        model_version: "0.1.0".to_owned(),
        lead_key: lead_key.map(str::to_owned),
        probability: 0.123_45,
        label: "not_engaged",
        confidence: "low",
        grade: Some('A'),
        model_sha256: "0".repeat(64),
        request_id: "r".to_owned(),
    }
}

fn batch() -> Batch {
    let record = IdempotencyRecord {
        key: "k".to_owned(),
        fingerprint: "f".to_owned(),
        status: 200,
        content_type: "application/json".to_owned(),
        body: vec![0, 255],
        created_at: "2026-01-31 09:30:00".parse().unwrap(),
    };
    Batch {
        source: "run".to_owned(),
        sequence: 7,
        entries: vec![
            LogEntry { idempotency: Some(record), ..LogEntry::new(vec![row("a", None), row("b", Some(""))]) },
            LogEntry::new(vec![PredictionRow { grade: None, ..row("c", Some("crm")) }]),
        ],
        requests: vec![RequestRow {
            created_at: "2026-01-31 09:30:00".parse().unwrap(),
            endpoint: "/predict".to_owned(),
            status_code: 422,
            response_time_ms: 1.5,
        }],
    }
}

#[test]
fn record_round_trips() {
    let bytes = encode(&batch()).unwrap();
    assert_eq!(decode(&bytes), Decoded::Record(Box::new(batch()), bytes.len()));
    assert_eq!(decode(&[]), Decoded::End);
}

#[test]
fn record_without_its_end_is_partial() {
    let bytes = encode(&batch()).unwrap();
    for length in 1..bytes.len() {
        assert_eq!(decode(&bytes[..length]), Decoded::Partial, "{length}");
    }
}

proptest! {
    #[test]
    fn changed_byte_never_decodes(at in 0usize..4096, change in 1u8..) {
        let mut bytes = encode(&batch()).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= change;
        prop_assert!(!matches!(decode(&bytes), Decoded::Record(..)));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
        let _ = read_batch(&mut Cursor(&bytes));
    }
}
