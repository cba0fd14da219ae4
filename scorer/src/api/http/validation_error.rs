//! What is wrong with a body -> the list that the old service gave, in Pydantic's words.
//!
//! Owns the types, sentences and places of that list. May not know HTTP or how a body is read.

use super::response::ValidationError;
use crate::lead::Fault;
use crate::lead::csv::{IntakeError, Reject};
use crate::lead::json::syntax::{Json, SyntaxError};
use crate::lead::json::{BATCH_MAX, BodyError, Problem, Step, Trouble};
use crate::lead::schema::{Kind, Schema};
use crate::model::onnx::NotProbability;
use serde_json::{Value, json};

/// The longest value that is repeated to the client, in bytes of its JSON.
const INPUT_BYTES_MAX: usize = 1_000;

/// Every problem of a body, in the order found.
pub(crate) fn body_errors(error: BodyError, schema: &Schema) -> Vec<ValidationError> {
    match error {
        BodyError::Empty => vec![body_error("missing", "Field required".to_owned(), Value::Null)],
        BodyError::NotUtf8 => vec![not_json(0, "the body is not UTF-8")],
        BodyError::Syntax(SyntaxError { at, reason }) => vec![not_json(at, reason)],
        BodyError::Invalid(problems) => lead_errors(&problems, schema),
    }
}

/// What is wrong with one lead. The path that its problems start from is its place in the body.
pub(crate) fn lead_errors(problems: &[Problem], schema: &Schema) -> Vec<ValidationError> {
    problems.iter().map(|problem| field_error(problem, schema)).collect()
}

/// What is wrong with a line of a file that should be a lead: the place is the line's number, then the field.
pub(crate) fn line_errors(error: BodyError, line: u64, schema: &Schema) -> Vec<ValidationError> {
    let mut found = body_errors(error, schema);
    found.iter_mut().for_each(|complaint| complaint.loc.insert(1, json!(line)));
    found
}

/// What is wrong with a row of a table: the place is the line's number, then the column.
pub(crate) fn row_error(reject: Reject) -> ValidationError {
    let Reject { line, column, reason } = reject;
    let kind = if column.is_some() { "cell_invalid" } else { "row_invalid" };
    let loc = [json!("body"), json!(line)].into_iter().chain(column.map(Value::from)).collect();
    ValidationError { kind: kind.to_owned(), loc, msg: reason.to_string(), input: Value::Null, ctx: None }
}

/// A file that cannot be read as a table of leads at all.
pub(crate) fn table_error(error: &IntakeError) -> ValidationError {
    body_error("csv_invalid", error.to_string(), Value::Null)
}

/// A file without a single lead.
pub(crate) fn no_leads_error() -> ValidationError {
    body_error("too_short", "The body should hold at least 1 lead".to_owned(), Value::Null)
}

/// A line that is longer than allowed.
pub(crate) fn line_too_long(line: u64, bytes_max: usize) -> ValidationError {
    let msg = format!("A line should have at most {bytes_max} bytes");
    let ctx = Some(json!({"max_length": bytes_max}));
    ValidationError { loc: vec![json!("body"), json!(line)], ctx, ..body_error("line_too_long", msg, Value::Null) }
}

/// A lead that its model has no probability for.
pub(crate) fn not_scorable_error(loc: Vec<Value>, error: &NotProbability) -> ValidationError {
    ValidationError { kind: "not_scorable".to_owned(), loc, msg: error.to_string(), input: Value::Null, ctx: None }
}

/// A parameter of the query whose value is none of those that it can have.
pub(crate) fn literal_error(parameter: &str, value: &str, allowed: &[&str]) -> ValidationError {
    let quoted: Vec<String> = allowed.iter().map(|value| format!("'{value}'")).collect();
    let expected = quoted.join(" or ");
    ValidationError {
        kind: "literal_error".to_owned(),
        loc: vec![json!("query"), json!(parameter)],
        msg: format!("Input should be {expected}"),
        input: shown(&Json::Text(value.into())),
        ctx: Some(json!({"expected": expected})),
    }
}

/// A member of a small body that cannot be used; its place leads from the body down.
pub(crate) fn member_error(place: impl IntoIterator<Item = Value>, msg: &str) -> ValidationError {
    let loc = std::iter::once(json!("body")).chain(place).collect();
    ValidationError { loc, ..body_error("value_error", msg.to_owned(), Value::Null) }
}

/// A parameter of the query that cannot be used.
pub(crate) fn query_error(name: &str, allowed: &str) -> ValidationError {
    let loc = vec![json!("query"), json!(name)];
    ValidationError { loc, ..body_error("value_error", format!("{name} should be {allowed}"), Value::Null) }
}

/// A header that cannot be used.
pub(crate) fn header_error(name: &str, msg: &str) -> ValidationError {
    let loc = vec![json!("header"), json!(name)];
    ValidationError { kind: "value_error".to_owned(), loc, msg: msg.to_owned(), input: Value::Null, ctx: None }
}

/// A body that its head says is no JSON, which the old service then took for a text.
pub(crate) fn not_json_content() -> ValidationError {
    let (kind, msg, _) = trouble_words(&Trouble::NotObject, None);
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

fn field_error(problem: &Problem, schema: &Schema) -> ValidationError {
    let field = match problem.path.last() {
        Some(Step::Key(name)) => schema.position(name).map(|place| &schema.fields()[place].kind),
        _ => None,
    };
    let (kind, msg, ctx) = trouble_words(&problem.trouble, field);
    let steps = problem.path.iter().map(|step| match step {
        Step::Key(key) => json!(key),
        Step::Index(index) => json!(index),
    });
    let loc = std::iter::once(json!("body")).chain(steps).collect();
    ValidationError { kind: kind.to_owned(), loc, msg, input: shown(&problem.input), ctx }
}

type Words = (&'static str, String, Option<Value>);

fn trouble_words(trouble: &Trouble, field: Option<&Kind>) -> Words {
    match trouble {
        Trouble::Value(fault) => fault_words(fault, field),
        Trouble::NotObject => (
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from".to_owned(),
            None,
        ),
        Trouble::Missing => ("missing", "Field required".to_owned(), None),
        Trouble::NotList => ("list_type", "Input should be a valid list".to_owned(), None),
        Trouble::NoLeads => (
            "too_short",
            "List should have at least 1 item after validation, not 0".to_owned(),
            Some(json!({"field_type": "List", "min_length": 1, "actual_length": 0})),
        ),
        Trouble::TooManyLeads { count } => (
            "too_long",
            format!("List should have at most {BATCH_MAX} items after validation, not {count}"),
            Some(json!({"field_type": "List", "max_length": BATCH_MAX, "actual_length": count})),
        ),
    }
}

fn fault_words(fault: &Fault, field: Option<&Kind>) -> Words {
    let limit = |number: f64| match field {
        Some(Kind::Integer { .. }) => json!(number as i64),
        _ => json!(number),
    };
    let plain = |kind, msg: &str| (kind, msg.to_owned(), None);
    match fault {
        Fault::TooSmall { min } => {
            let msg = format!("Input should be greater than or equal to {min}");
            ("greater_than_equal", msg, Some(json!({"ge": limit(*min)})))
        }
        Fault::TooLarge { max } => {
            let msg = format!("Input should be less than or equal to {max}");
            ("less_than_equal", msg, Some(json!({"le": limit(*max)})))
        }
        Fault::TooLong { max_chars } => {
            let msg = format!("String should have at most {max_chars} characters");
            ("string_too_long", msg, Some(json!({"max_length": max_chars})))
        }
        Fault::Fraction => {
            plain("int_from_float", "Input should be a valid integer, got a number with a fractional part")
        }
        Fault::NotFinite => plain("finite_number", "Input should be a finite number"),
        Fault::NotIntegerText => {
            plain("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
        }
        Fault::NotInteger => plain("int_type", "Input should be a valid integer"),
        Fault::NotNumberText => {
            plain("float_parsing", "Input should be a valid number, unable to parse string as a number")
        }
        Fault::NotNumber => plain("float_type", "Input should be a valid number"),
        Fault::NotText => plain("string_type", "Input should be a valid string"),
        Fault::LoneSurrogate => {
            plain("string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string")
        }
    }
}

/// The value as JSON; a long one would make the answer larger than the request.
fn shown(input: &Json<'_>) -> Value {
    let value = input.to_value();
    let bytes = value.to_string().len();
    if bytes > INPUT_BYTES_MAX { json!(format!("<omitted: {bytes} bytes>")) } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::json::{read_batch, read_lead};

    fn of_lead(body: &str) -> Vec<ValidationError> {
        body_errors(read_lead(body.as_bytes(), &Schema::leads()).unwrap_err(), &Schema::leads())
    }

    #[test]
    fn limits_are_whole_where_the_field_is() {
        let found = of_lead(r#"{"llm_quality": 101, "llm_engagement": 5}"#);
        let ctx: Vec<_> = found.iter().map(|complaint| complaint.ctx.clone().unwrap().to_string()).collect();
        assert_eq!(ctx, [r#"{"le":100}"#, r#"{"le":1.0}"#]);
    }

    #[test]
    fn long_values_are_not_repeated() {
        let found = of_lead(&format!(r#"{{"jobtitle": "{}"}}"#, "x".repeat(2_000)));
        assert_eq!(found[0].input, json!("<omitted: 2002 bytes>"));
    }

    #[test]
    fn half_a_surrogate_pair_is_told() {
        assert_eq!(of_lead(r#"{"jobtitle": "\ud83d Sales"}"#)[0].kind, "string_unicode");
    }

    #[test]
    fn a_place_in_a_batch_is_told() {
        let error = read_batch(br#"{"leads": [{}, {"llm_quality": [1]}]}"#, &Schema::leads()).unwrap_err();
        let found = body_errors(error, &Schema::leads());
        assert_eq!(found[0].loc, [json!("body"), json!("leads"), json!(1), json!("llm_quality")]);
        assert_eq!(found[0].kind, "int_type");
    }
}
