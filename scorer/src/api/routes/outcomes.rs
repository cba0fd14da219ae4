//! Who replied: outcomes of predictions, told later, as JSON or as a CSV.
//!
//! Owns the forms of outcomes. May not know how they are kept, nor what is made of them.

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

/// The most outcomes of one request.
const OUTCOMES_MAX: usize = 100_000;

/// The largest body.
const BYTES_MAX: usize = 32 << 20;

/// The longest key or id.
const NAME_MAX: usize = 200;

/// How far ahead of this machine's clock another's may be.
const AHEAD: time::Duration = time::Duration::minutes(5);

/// Outcomes to be told.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OutcomeList {
    /// 1 to 100,000 of them.
    #[schema(min_items = 1, max_items = 100_000)]
    outcomes: Vec<Outcome>,
}

/// One outcome: of a prediction, or of the latest prediction of a lead before it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Outcome {
    /// The prediction's id, as it was answered; or else `lead_key`.
    #[schema(min_length = 1, max_length = 200)]
    prediction_id: Option<String>,
    /// The client's own key of the lead; or else `prediction_id`.
    #[schema(min_length = 1, max_length = 200)]
    lead_key: Option<String>,
    /// Whether the lead replied.
    replied: bool,
    /// When, as RFC 3339 says; now where it is not said.
    #[schema(format = "date-time")]
    at: Option<String>,
}

/// What became of outcomes.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Taken {
    /// New ones.
    added: usize,
    /// Those that replace one of the same prediction or lead and moment.
    corrected: usize,
    /// Those of no prediction in the log; they are kept and count nowhere.
    unmatched: usize,
    /// The places of those, counted from 0; the first 1,000.
    unmatched_places: Vec<usize>,
}

/// Takes outcomes
#[utoipa::path(post, path = "/outcomes", tag = "outcomes", request_body(content(
    (OutcomeList = "application/json", example = json!({"outcomes": [
        {"lead_key": "crm-1042", "replied": true, "at": "2026-01-31T09:30:00Z"},
        {"prediction_id": "6f6c2b7e-8f0e-4f6e-9d0c-3c1b0a4f7d21", "replied": false},
    ]})),
    (String = "text/csv", example = json!("lead_key,replied,at\ncrm-1042,true,2026-01-31T09:30:00Z\n")),
)), responses(
    (status = 200, body = Taken, description = "They are kept"),
    (status = 400, body = ErrorBody, description = "The body could not be read to its end"),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
    (status = 408, body = ErrorBody, description = "The body was silent for 30 seconds"),
    (status = 413, body = ErrorBody, description = "The body is larger than 32 MB"),
    (status = 415, body = ErrorBody, description = "The encoding or character set of the body is not known"),
    (status = 422, body = ErrorBody, description = "Something is wrong with an outcome; none was kept"),
    (status = 503, body = ErrorBody, description = "The log cannot be written"),
))]
pub(crate) async fn tell(State(service): State<Arc<AppState>>, request: Request) -> Result<Json<Taken>, ApiError> {
    body::check_headers(request.headers(), BYTES_MAX)?;
    let form = MediaType::from_content_type(request.headers())?;
    let whole = service.bodies.collect(request, BYTES_MAX).await?;
    let read = move || match form {
        Some(MediaType::Csv) => of_csv(&whole.bytes),
        Some(MediaType::Json) => of_json(&whole.bytes),
        _ => Err(vec![member_error(vec![], "outcomes are sent as application/json or text/csv")]),
    };
    let outcomes = run_blocking(read).await?.map_err(ApiError::Invalid)?;
    let rows = rows(outcomes, OffsetDateTime::now_utc()).map_err(ApiError::Invalid)?;
    Ok(Json(Taken::of(&service.store.add_outcomes(rows).await?)))
}

impl Taken {
    fn of(fates: &[OutcomeStatus]) -> Self {
        let mut taken = Taken::default();
        for (place, fate) in fates.iter().enumerate() {
            match fate {
                OutcomeStatus::Added => taken.added += 1,
                OutcomeStatus::Corrected => taken.corrected += 1,
                OutcomeStatus::Unmatched => {
                    taken.unmatched += 1;
                    if taken.unmatched_places.len() < 1_000 {
                        taken.unmatched_places.push(place);
                    }
                }
            }
        }
        taken
    }
}

fn of_json(body: &[u8]) -> Result<Vec<Outcome>, Vec<ValidationError>> {
    let told: OutcomeList =
        serde_json::from_slice(body).map_err(|error| vec![member_error(vec![], &error.to_string())])?;
    Ok(told.outcomes)
}

/// Columns by their names, in any order; others are passed over.
fn of_csv(body: &[u8]) -> Result<Vec<Outcome>, Vec<ValidationError>> {
    let mut columns: Option<Vec<Option<usize>>> = None;
    let (mut outcomes, mut problems) = (Vec::new(), Vec::new());
    let dialect = Dialect::detect(body);
    let read = for_each_record(body, dialect, &mut |_, cells| {
        let cells: Vec<&str> = cells.iter().collect();
        let Some(columns) = &columns else {
            let names = ["prediction_id", "lead_key", "replied", "at"];
            let place = |name: &&str| cells.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
            columns = Some(names.iter().map(place).collect());
            return Ok(());
        };
        let cell = |column: usize| {
            let cell = columns[column].and_then(|place| cells.get(place)).map(|cell| cell.trim());
            cell.filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        match cell(2).as_deref().map(is_reply) {
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
    read.map_err(|error| vec![member_error(vec![], &error.to_string())])?;
    if problems.is_empty() { Ok(outcomes) } else { Err(problems) }
}

fn is_reply(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "replied" => Some(true),
        "false" | "no" | "0" | "not_replied" => Some(false),
        _ => None,
    }
}

fn rows(outcomes: Vec<Outcome>, now: OffsetDateTime) -> Result<Vec<OutcomeRow>, Vec<ValidationError>> {
    if outcomes.is_empty() || outcomes.len() > OUTCOMES_MAX {
        return Err(vec![member_error(vec![json!("outcomes")], "there should be 1 to 100000 outcomes")]);
    }
    let mut problems = Vec::new();
    let mut rows = Vec::with_capacity(outcomes.len());
    for (place, outcome) in outcomes.into_iter().enumerate() {
        match row(outcome, now) {
            Ok(row) => rows.push(row),
            Err((member, msg)) if problems.len() < 1_000 => {
                problems.push(member_error(vec![json!("outcomes"), json!(place), json!(member)], msg));
            }
            Err(_) => {}
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

fn row(outcome: Outcome, now: OffsetDateTime) -> Result<OutcomeRow, (&'static str, &'static str)> {
    let fits = |name: &String| (1..=NAME_MAX).contains(&name.chars().count());
    let subject = match (outcome.prediction_id, outcome.lead_key) {
        (Some(id), None) if fits(&id) => OutcomeSubject::Prediction(id),
        (None, Some(key)) if fits(&key) => OutcomeSubject::Lead(key),
        (None, None) | (Some(_), Some(_)) => return Err(("lead_key", "name either a prediction_id or a lead_key")),
        _ => return Err(("lead_key", "a key or an id should have 1 to 200 characters")),
    };
    let at = match outcome.at.as_deref() {
        None => now,
        Some(text) => moment(text).ok_or(("at", "at should be a moment like 2026-01-31T09:30:00Z"))?,
    };
    if at > now + AHEAD {
        return Err(("at", "at should not lie in the future"));
    }
    Ok(OutcomeRow { subject, replied: outcome.replied, at: at.into(), received_at: now.into() })
}

/// A moment of RFC 3339, or a day, which is taken for its end: an outcome counts for what was predicted before it.
fn moment(text: &str) -> Option<OffsetDateTime> {
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
    fn outcomes_are_read_from_a_table_of_any_columns() {
        let csv = b"Name;Replied;lead_key;at\nAnn;yes;crm-1;2026-01-30\nBob;0;crm-2;\n";
        let rows = rows(of_csv(csv).unwrap(), now()).unwrap();
        assert_eq!(rows[0].subject, OutcomeSubject::Lead("crm-1".to_owned()));
        assert_eq!((rows[0].replied, rows[0].at.to_string().as_str()), (true, "2026-01-30 23:59:59.000000"));
        assert_eq!((rows[1].replied, rows[1].at.to_string().as_str()), (false, "2026-01-31 09:30:00.000000"));
    }

    #[test]
    fn every_wrong_outcome_is_told_with_its_place() {
        let body = br#"{"outcomes": [
            {"replied": true}, {"lead_key": "a", "replied": true, "at": "tomorrow"},
            {"lead_key": "a", "replied": true, "at": "2027-01-01T00:00:00Z"}, {"lead_key": "", "replied": false}
        ]}"#;
        let problems = rows(of_json(body).unwrap(), now()).unwrap_err();
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
        assert!(rows(Vec::new(), now()).is_err());
        assert_eq!(of_csv(b"lead_key,replied\na,perhaps\n").unwrap_err()[0].loc[1], json!(0));
    }
}
