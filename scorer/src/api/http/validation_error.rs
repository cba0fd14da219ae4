//! Validation errors in the format of the old service: types, messages and locations as Pydantic gives them.

use super::response::ValidationError;
use crate::lead::ValueError;
use crate::lead::csv::{ImportError, Reject};
use crate::lead::json::syntax::{Json, SyntaxError};
use crate::lead::json::{BATCH_MAX, BodyError, Issue, IssueKind, PathSegment};
use crate::lead::schema::{FieldKind, Schema};
use crate::model::onnx::LeadError;
use serde_json::{Value, json};

/// Longest value repeated to the client, in bytes of JSON.
const INPUT_BYTES_MAX: usize = 1_000;

/// Converts the errors of a JSON body, in the order found.
pub(crate) fn body_errors(error: BodyError, schema: &Schema) -> Vec<ValidationError> {
    match error {
        BodyError::Empty => vec![body_error("missing", "Field required".to_owned(), Value::Null)],
        BodyError::NotUtf8 => vec![not_json(0, "the body is not UTF-8")],
        BodyError::Syntax(SyntaxError { at, reason }) => vec![not_json(at, reason)],
        BodyError::Invalid(problems) => lead_errors(&problems, schema),
    }
}

/// Converts the problems of one lead; their paths start at its location in the body.
pub(crate) fn lead_errors(problems: &[Issue], schema: &Schema) -> Vec<ValidationError> {
    problems.iter().map(|problem| field_error(problem, schema)).collect()
}

/// Converts the errors of a line of NDJSON; the location is the line number, then the field.
pub(crate) fn line_errors(error: BodyError, line: u64, schema: &Schema) -> Vec<ValidationError> {
    let mut found = body_errors(error, schema);
    found.iter_mut().for_each(|error| error.loc.insert(1, json!(line)));
    found
}

/// Converts the error of a CSV row; the location is the line number, then the column.
pub(crate) fn row_error(reject: Reject) -> ValidationError {
    let Reject { line, column, reason } = reject;
    let kind = if column.is_some() { "cell_invalid" } else { "row_invalid" };
    let loc = [json!("body"), json!(line)].into_iter().chain(column.map(Value::from)).collect();
    ValidationError { kind: kind.to_owned(), loc, msg: reason.to_string(), input: Value::Null, ctx: None }
}

/// Error of a file that is not a table of leads.
pub(crate) fn table_error(error: &ImportError) -> ValidationError {
    body_error("csv_invalid", error.to_string(), Value::Null)
}

/// Error of a body without leads.
pub(crate) fn no_leads_error() -> ValidationError {
    body_error("too_short", "The body should hold at least 1 lead".to_owned(), Value::Null)
}

/// Error of a line longer than allowed.
pub(crate) fn line_too_long(line: u64, bytes_max: usize) -> ValidationError {
    let msg = format!("A line should have at most {bytes_max} bytes");
    let ctx = Some(json!({"max_length": bytes_max}));
    ValidationError { loc: vec![json!("body"), json!(line)], ctx, ..body_error("line_too_long", msg, Value::Null) }
}

/// Error of a lead for which the model gives no probability.
pub(crate) fn not_scorable_error(loc: Vec<Value>, error: &LeadError) -> ValidationError {
    ValidationError { kind: "not_scorable".to_owned(), loc, msg: error.to_string(), input: Value::Null, ctx: None }
}

/// Error of a query parameter whose value is not among those allowed.
pub(crate) fn literal_error(parameter: &str, value: &str, allowed: &[&str]) -> ValidationError {
    let quoted: Vec<String> = allowed.iter().map(|value| format!("'{value}'")).collect();
    let expected = quoted.join(" or ");
    ValidationError {
        kind: "literal_error".to_owned(),
        loc: vec![json!("query"), json!(parameter)],
        msg: format!("Input should be {expected}"),
        input: input_value(&Json::Text(value.into())),
        ctx: Some(json!({"expected": expected})),
    }
}

/// Error of a member of a JSON body; `place` is the path below the body.
pub(crate) fn member_error(place: impl IntoIterator<Item = Value>, msg: &str) -> ValidationError {
    let loc = std::iter::once(json!("body")).chain(place).collect();
    ValidationError { loc, ..body_error("value_error", msg.to_owned(), Value::Null) }
}

/// Error of a query parameter.
pub(crate) fn query_error(name: &str, allowed: &str) -> ValidationError {
    let loc = vec![json!("query"), json!(name)];
    ValidationError { loc, ..body_error("value_error", format!("{name} should be {allowed}"), Value::Null) }
}

/// Error of a header.
pub(crate) fn header_error(name: &str, msg: &str) -> ValidationError {
    let loc = vec![json!("header"), json!(name)];
    ValidationError { kind: "value_error".to_owned(), loc, msg: msg.to_owned(), input: Value::Null, ctx: None }
}

/// Error of a body whose `Content-Type` is not JSON, which the old service read as a string.
pub(crate) fn not_json_content() -> ValidationError {
    let (kind, msg, _) = issue_description(&IssueKind::NotObject, None);
    body_error(kind, format!("{msg}; send it as application/json"), Value::Null)
}

fn body_error(kind: &str, msg: String, input: Value) -> ValidationError {
    ValidationError { kind: kind.to_owned(), loc: vec![json!("body")], msg, input, ctx: None }
}

fn not_json(at: usize, reason: &str) -> ValidationError {
    ValidationError {
        loc: vec![json!("body"), json!(at)],
        ctx: Some(json!({"error": reason})),
        ..body_error("json_invalid", "JSON decode error".to_owned(), json!({}))
    }
}

fn field_error(problem: &Issue, schema: &Schema) -> ValidationError {
    let field = match problem.path.last() {
        Some(PathSegment::Key(name)) => schema.position(name).map(|place| &schema.fields()[place].kind),
        _ => None,
    };
    let (kind, msg, ctx) = issue_description(&problem.kind, field);
    let steps = problem.path.iter().map(|step| match step {
        PathSegment::Key(key) => json!(key),
        PathSegment::Index(index) => json!(index),
    });
    let loc = std::iter::once(json!("body")).chain(steps).collect();
    ValidationError { kind: kind.to_owned(), loc, msg, input: input_value(&problem.input), ctx }
}

type Description = (&'static str, String, Option<Value>);

fn issue_description(trouble: &IssueKind, field: Option<&FieldKind>) -> Description {
    match trouble {
        IssueKind::Value(fault) => fault_description(fault, field),
        IssueKind::NotObject => (
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from".to_owned(),
            None,
        ),
        IssueKind::Missing => ("missing", "Field required".to_owned(), None),
        IssueKind::NotList => ("list_type", "Input should be a valid list".to_owned(), None),
        IssueKind::NoLeads => (
            "too_short",
            "List should have at least 1 item after validation, not 0".to_owned(),
            Some(json!({"field_type": "List", "min_length": 1, "actual_length": 0})),
        ),
        IssueKind::TooManyLeads { count } => (
            "too_long",
            format!("List should have at most {BATCH_MAX} items after validation, not {count}"),
            Some(json!({"field_type": "List", "max_length": BATCH_MAX, "actual_length": count})),
        ),
    }
}

fn fault_description(fault: &ValueError, field: Option<&FieldKind>) -> Description {
    let limit = |number: f64| match field {
        Some(FieldKind::Integer { .. }) => json!(number as i64),
        _ => json!(number),
    };
    let plain = |kind, msg: &str| (kind, msg.to_owned(), None);
    match fault {
        ValueError::TooSmall { min } => {
            let msg = format!("Input should be greater than or equal to {min}");
            ("greater_than_equal", msg, Some(json!({"ge": limit(*min)})))
        }
        ValueError::TooLarge { max } => {
            let msg = format!("Input should be less than or equal to {max}");
            ("less_than_equal", msg, Some(json!({"le": limit(*max)})))
        }
        ValueError::TooLong { max_chars } => {
            let msg = format!("String should have at most {max_chars} characters");
            ("string_too_long", msg, Some(json!({"max_length": max_chars})))
        }
        ValueError::Fraction => {
            plain("int_from_float", "Input should be a valid integer, got a number with a fractional part")
        }
        ValueError::NotFinite => plain("finite_number", "Input should be a finite number"),
        ValueError::NotIntegerText => {
            plain("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
        }
        ValueError::NotInteger => plain("int_type", "Input should be a valid integer"),
        ValueError::NotNumberText => {
            plain("float_parsing", "Input should be a valid number, unable to parse string as a number")
        }
        ValueError::NotNumber => plain("float_type", "Input should be a valid number"),
        ValueError::NotText => plain("string_type", "Input should be a valid string"),
        ValueError::LoneSurrogate => {
            plain("string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string")
        }
    }
}

/// Value as JSON; long ones are omitted, or a response could outgrow its request.
fn input_value(input: &Json<'_>) -> Value {
    let value = input.to_value();
    let bytes = value.to_string().len();
    if bytes > INPUT_BYTES_MAX { json!(format!("<omitted: {bytes} bytes>")) } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::json::{read_batch, read_lead};

    fn lead_body_errors(body: &str) -> Vec<ValidationError> {
        body_errors(read_lead(body.as_bytes(), &Schema::leads()).unwrap_err(), &Schema::leads())
    }

    #[test]
    fn limits_of_integer_fields_are_integers() {
        let found = lead_body_errors(r#"{"llm_quality": 101, "llm_engagement": 5}"#);
        let ctx: Vec<_> = found.iter().map(|error| error.ctx.clone().unwrap().to_string()).collect();
        assert_eq!(ctx, [r#"{"le":100}"#, r#"{"le":1.0}"#]);
    }

    #[test]
    fn long_values_are_omitted() {
        let found = lead_body_errors(&format!(r#"{{"jobtitle": "{}"}}"#, "x".repeat(2_000)));
        assert_eq!(found[0].input, json!("<omitted: 2002 bytes>"));
    }

    #[test]
    fn a_lone_surrogate_is_an_error() {
        assert_eq!(lead_body_errors(r#"{"jobtitle": "\ud83d Sales"}"#)[0].kind, "string_unicode");
    }

    #[test]
    fn the_location_in_a_batch_is_complete() {
        let error = read_batch(br#"{"leads": [{}, {"llm_quality": [1]}]}"#, &Schema::leads()).unwrap_err();
        let found = body_errors(error, &Schema::leads());
        assert_eq!(found[0].loc, [json!("body"), json!("leads"), json!(1), json!("llm_quality")]);
        assert_eq!(found[0].kind, "int_type");
    }
}
