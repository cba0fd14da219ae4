//! `POST /outcomes`: records outcomes of predictions (replied or not), sent later as JSON or CSV.

use crate::api::http::blocking::run_blocking;
use crate::api::http::body;
use crate::api::http::content_negotiation::MediaType;
use crate::api::http::error::ApiError;
use crate::api::http::response::{ErrorBody, ValidationError};
use crate::api::http::validation_error::member_error;
use crate::api::state::AppState;
use crate::lead::csv::{Dialect, for_each_record};
use axum::Json;
use axum::extract::{Request, State};
use prediction_log::{OutcomeRow, OutcomeStatus, OutcomeSubject};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

/// Most outcomes of one request.
const OUTCOMES_MAX: usize = 100_000;

/// Largest body, in bytes.
const BYTES_MAX: usize = 32 << 20;

/// Longest key or id, in characters.
const NAME_CHARS_MAX: usize = 200;

/// Tolerated clock skew of a client ahead of this machine.
const CLOCK_SKEW_MAX: time::Duration = time::Duration::minutes(5);

/// Outcomes to record.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OutcomeList {
    /// 1 to 100,000 outcomes.
    #[schema(min_items = 1, max_items = 100_000)]
    outcomes: Vec<Outcome>,
}

/// Outcome of a prediction, or of the latest prediction of a lead before it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Outcome {
    /// Prediction id, as in the response; or else `lead_key`.
    #[schema(min_length = 1, max_length = 200)]
    prediction_id: Option<String>,
    /// The client's own key of the lead; or else `prediction_id`.
    #[schema(min_length = 1, max_length = 200)]
    lead_key: Option<String>,
    /// True if the lead replied.
    replied: bool,
    /// Time of the outcome (RFC 3339); default: now.
    #[schema(format = "date-time")]
    at: Option<String>,
}

/// Counts of recorded outcomes.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Taken)]
pub(crate) struct OutcomeSummary {
    /// New outcomes.
    added: usize,
    /// Outcomes that replace one of the same prediction, or lead and time.
    corrected: usize,
    /// Outcomes without a prediction in the log; stored, but not counted anywhere.
    unmatched: usize,
    /// Positions of the unmatched outcomes, counted from 0; the first 1,000.
    unmatched_places: Vec<usize>,
}

/// Records outcomes
#[utoipa::path(post, operation_id = "record_outcomes", path = "/outcomes", tag = "outcomes", request_body(content(
    (OutcomeList = "application/json", example = json!({"outcomes": [
        {"lead_key": "crm-1042", "replied": true, "at": "2026-01-31T09:30:00Z"},
        {"prediction_id": "6f6c2b7e-8f0e-4f6e-9d0c-3c1b0a4f7d21", "replied": false},
    ]})),
    (String = "text/csv", example = json!("lead_key,replied,at\ncrm-1042,true,2026-01-31T09:30:00Z\n")),
)), responses(
    (status = 200, body = OutcomeSummary, description = "The outcomes are recorded", example = json!({
        "added": 1, "corrected": 0, "unmatched": 1, "unmatched_places": [1],
    })),
    (status = 400, body = ErrorBody, description = "The body could not be read to its end"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 408, body = ErrorBody, description = "The body was silent for 30 seconds"),
    (status = 413, body = ErrorBody, description = "The body is larger than 32 MB"),
    (status = 415, body = ErrorBody, description = "The encoding or character set of the body is not known"),
    (status = 422, body = ErrorBody, description = "An outcome is not valid; none was recorded"),
    (status = 503, body = ErrorBody, description = "The log cannot be written"),
))]
pub(crate) async fn record(
    State(service): State<Arc<AppState>>,
    request: Request,
) -> Result<Json<OutcomeSummary>, ApiError> {
    body::check_headers(request.headers(), BYTES_MAX)?;
    let form = MediaType::from_content_type(request.headers())?;
    let body = service.bodies.collect(request, BYTES_MAX).await?;
    let parse = move || match form {
        Some(MediaType::Csv) => parse_csv(&body.bytes),
        Some(MediaType::Json) => parse_json(&body.bytes),
        _ => Err(vec![member_error(vec![], "outcomes are sent as application/json or text/csv")]),
    };
    let outcomes = run_blocking(parse).await?.map_err(ApiError::Invalid)?;
    let rows = to_rows(outcomes, OffsetDateTime::now_utc()).map_err(ApiError::Invalid)?;
    Ok(Json(OutcomeSummary::new(&service.store.add_outcomes(rows).await?)))
}

impl OutcomeSummary {
    fn new(results: &[OutcomeStatus]) -> Self {
        let mut summary = Self::default();
        for (position, result) in results.iter().enumerate() {
            match result {
                OutcomeStatus::Added => summary.added += 1,
                OutcomeStatus::Corrected => summary.corrected += 1,
                OutcomeStatus::Unmatched => {
                    summary.unmatched += 1;
                    if summary.unmatched_places.len() < 1_000 {
                        summary.unmatched_places.push(position);
                    }
                }
            }
        }
        summary
    }
}

fn parse_json(body: &[u8]) -> Result<Vec<Outcome>, Vec<ValidationError>> {
    let list: OutcomeList =
        serde_json::from_slice(body).map_err(|error| vec![member_error(vec![], &error.to_string())])?;
    Ok(list.outcomes)
}

/// Parses a table; columns are found by name, in any order, and unknown ones are ignored.
fn parse_csv(body: &[u8]) -> Result<Vec<Outcome>, Vec<ValidationError>> {
    let mut columns: Option<Vec<Option<usize>>> = None;
    let (mut outcomes, mut problems) = (Vec::new(), Vec::new());
    let dialect = Dialect::detect(body);
    let result = for_each_record(body, dialect, &mut |_, cells| {
        let cells: Vec<&str> = cells.iter().collect();
        let Some(columns) = &columns else {
            let names = ["prediction_id", "lead_key", "replied", "at"];
            let position = |name: &&str| cells.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
            columns = Some(names.iter().map(position).collect());
            return Ok(());
        };
        let cell = |column: usize| {
            let cell = columns[column].and_then(|position| cells.get(position)).map(|cell| cell.trim());
            cell.filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        match cell(2).as_deref().map(parse_reply) {
            Some(Some(replied)) => {
                outcomes.push(Outcome { prediction_id: cell(0), lead_key: cell(1), replied, at: cell(3) });
            }
            _ if problems.len() < 1_000 => problems.push(member_error(
                vec![json!(outcomes.len()), json!("replied")],
                "replied should be true, false, yes, no, 1 or 0",
            )),
            _ => {}
        }
        Ok(())
    });
    result.map_err(|error| vec![member_error(vec![], &error.to_string())])?;
    if problems.is_empty() { Ok(outcomes) } else { Err(problems) }
}

fn parse_reply(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "replied" => Some(true),
        "false" | "no" | "0" | "not_replied" => Some(false),
        _ => None,
    }
}

fn to_rows(outcomes: Vec<Outcome>, now: OffsetDateTime) -> Result<Vec<OutcomeRow>, Vec<ValidationError>> {
    if outcomes.is_empty() || outcomes.len() > OUTCOMES_MAX {
        return Err(vec![member_error(vec![json!("outcomes")], "there should be 1 to 100000 outcomes")]);
    }
    let mut problems = Vec::new();
    let mut rows = Vec::with_capacity(outcomes.len());
    for (position, outcome) in outcomes.into_iter().enumerate() {
        match to_row(outcome, now) {
            Ok(row) => rows.push(row),
            Err((member, msg)) if problems.len() < 1_000 => {
                problems.push(member_error(vec![json!("outcomes"), json!(position), json!(member)], msg));
            }
            Err(_) => {}
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

fn to_row(outcome: Outcome, now: OffsetDateTime) -> Result<OutcomeRow, (&'static str, &'static str)> {
    let fits = |name: &String| (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    let subject = match (outcome.prediction_id, outcome.lead_key) {
        (Some(id), None) if fits(&id) => OutcomeSubject::Prediction(id),
        (None, Some(key)) if fits(&key) => OutcomeSubject::Lead(key),
        (None, None) | (Some(_), Some(_)) => return Err(("lead_key", "name either a prediction_id or a lead_key")),
        _ => return Err(("lead_key", "a key or an id should have 1 to 200 characters")),
    };
    let at = match outcome.at.as_deref() {
        None => now,
        Some(text) => parse_time(text).ok_or(("at", "at should be a moment like 2026-01-31T09:30:00Z"))?,
    };
    if at > now + CLOCK_SKEW_MAX {
        return Err(("at", "at should not lie in the future"));
    }
    Ok(OutcomeRow { subject, replied: outcome.replied, at: at.into(), received_at: now.into() })
}

/// Parses an RFC 3339 time or a date, which means the end of that day: an outcome belongs to a prediction before it.
fn parse_time(text: &str) -> Option<OffsetDateTime> {
    let day = || format!("{text}T23:59:59Z");
    let written = text.replacen(' ', "T", 1);
    let at = [written.clone(), format!("{written}Z"), day()]
        .iter()
        .find_map(|text| OffsetDateTime::parse(text, &Rfc3339).ok())?;
    (1970..=9000).contains(&at.year()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_769_851_800).unwrap()
    }

    #[test]
    fn csv_columns_are_found_by_name() {
        let csv = b"Name;Replied;lead_key;at\nAnn;yes;crm-1;2026-01-30\nBob;0;crm-2;\n";
        let rows = to_rows(parse_csv(csv).unwrap(), now()).unwrap();
        assert_eq!(rows[0].subject, OutcomeSubject::Lead("crm-1".to_owned()));
        assert_eq!((rows[0].replied, rows[0].at.to_string().as_str()), (true, "2026-01-30 23:59:59.000000"));
        assert_eq!((rows[1].replied, rows[1].at.to_string().as_str()), (false, "2026-01-31 09:30:00.000000"));
    }

    #[test]
    fn every_invalid_outcome_is_reported_with_its_position() {
        let body = br#"{"outcomes": [
            {"replied": true}, {"lead_key": "a", "replied": true, "at": "tomorrow"},
            {"lead_key": "a", "replied": true, "at": "2027-01-01T00:00:00Z"}, {"lead_key": "", "replied": false}
        ]}"#;
        let problems = to_rows(parse_json(body).unwrap(), now()).unwrap_err();
        let places: Vec<_> = problems.iter().map(|problem| Value::from(problem.loc.clone()).to_string()).collect();
        assert_eq!(
            places,
            [
                r#"["body","outcomes",0,"lead_key"]"#,
                r#"["body","outcomes",1,"at"]"#,
                r#"["body","outcomes",2,"at"]"#,
                r#"["body","outcomes",3,"lead_key"]"#
            ]
        );
        assert!(to_rows(Vec::new(), now()).is_err());
        assert_eq!(parse_csv(b"lead_key,replied\na,perhaps\n").unwrap_err()[0].loc[1], json!(0));
    }
}
