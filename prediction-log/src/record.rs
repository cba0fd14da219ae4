//! The rows of the log, and the one form of time in them.
//!
//! Owns what is kept of a prediction and of a call. May not know SQL, HTTP or how a row came to be.

use time::OffsetDateTime;

/// One lead that was scored: a row of `prediction_logs`.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionRow {
    /// A UUID, the answer's `prediction_id`.
    pub id: String,
    /// See [`timestamp`].
    pub created_at: String,
    /// What is kept of the lead: a JSON object.
    pub input_features: String,
    /// 0 to 1, rounded to 4 places.
    pub predicted_score: f64,
    /// Of this lead; a batch's time is shared evenly.
    pub inference_time_ms: f64,
    /// Of the model that scored this lead.
    pub model_version: String,
    /// The client's own identifier of the lead.
    pub lead_key: Option<String>,
    /// 0 to 1, as the model gave it.
    pub probability: f32,
    /// `engaged` or `not_engaged`.
    pub label: &'static str,
    /// `high`, `medium` or `low`.
    pub confidence: &'static str,
    /// The letter, where the model has grades.
    pub grade: Option<char>,
    /// The hash of the model file, in hexadecimal.
    pub model_sha256: String,
    /// The `X-Request-ID` of the answer.
    pub request_id: String,
}

/// One call of a route: a row of `api_metrics`.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    /// See [`timestamp`].
    pub created_at: String,
    /// The route, never the address as it was sent.
    pub endpoint: String,
    /// HTTP's number.
    pub status_code: u16,
    /// From the request's head to the answer's.
    pub response_time_ms: f64,
}

/// A moment as the old service wrote it, so that old and new rows sort together: UTC, `2026-01-31 09:30:00.000000`.
pub fn timestamp(moment: OffsetDateTime) -> String {
    let utc = moment.to_offset(time::UtcOffset::UTC);
    let (year, month, day) = utc.to_calendar_date();
    let (hour, minute, second, micro) = utc.to_hms_micro();
    format!("{year:04}-{:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micro:06}", u8::from(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_old_service_wrote_them() {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(1_769_851_800_000_045_999).unwrap();
        assert_eq!(timestamp(moment), "2026-01-31 09:30:00.000045");
    }
}
