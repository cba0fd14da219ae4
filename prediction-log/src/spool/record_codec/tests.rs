//! Frames read back as they were, and what is no frame is told apart.

use super::*;
use proptest::prelude::*;

fn row(id: &str, lead_key: Option<&str>) -> PredictionRow {
    PredictionRow {
        id: id.to_owned(),
        created_at: "2026-01-31 09:30:00.000000".to_owned(),
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

fn frame() -> Frame {
    let keyed = KeyedAnswer {
        key: "k".to_owned(),
        fingerprint: "f".to_owned(),
        status: 200,
        content_type: "application/json".to_owned(),
        body: vec![0, 255],
        created_at: "2026-01-31 09:30:00.000000".to_owned(),
    };
    Frame {
        source: "run".to_owned(),
        number: 7,
        entries: vec![
            Entry { keyed: Some(keyed), ..Entry::new(vec![row("a", None), row("b", Some(""))]) },
            Entry::new(vec![PredictionRow { grade: None, ..row("c", Some("crm")) }]),
        ],
        calls: vec![CallRow {
            created_at: "2026-01-31 09:30:00.000000".to_owned(),
            endpoint: "/predict".to_owned(),
            status_code: 422,
            response_time_ms: 1.5,
        }],
    }
}

#[test]
fn a_frame_reads_back_as_it_was() {
    let bytes = frame().encode().unwrap();
    assert_eq!(Frame::decode(&bytes), Found::Whole(Box::new(frame()), bytes.len()));
    assert_eq!(Frame::decode(&[]), Found::End);
}

#[test]
fn a_frame_without_its_end_is_torn() {
    let bytes = frame().encode().unwrap();
    for length in 1..bytes.len() {
        assert_eq!(Frame::decode(&bytes[..length]), Found::Torn, "{length}");
    }
}

proptest! {
    #[test]
    fn a_changed_byte_never_gives_another_frame(at in 0usize..4096, change in 1u8..) {
        let mut bytes = frame().encode().unwrap();
        let at = at % bytes.len();
        bytes[at] ^= change;
        prop_assert!(!matches!(Frame::decode(&bytes), Found::Whole(..)));
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Frame::decode(&bytes);
        let _ = read(&mut Cursor(&bytes));
    }
}
