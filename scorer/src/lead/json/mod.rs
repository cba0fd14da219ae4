//! JSON bodies -> leads, or every problem in them with its place.
//!
//! Owns the forms of a lead and of a batch. May not know HTTP, encoding or models.

pub mod syntax;

use super::schema::{Field, Kind, LEAD_KEY, LEAD_KEY_MAX_CHARS, Schema};
use super::{Fault, Lead, Raw, Value};
use syntax::{Json, Reader, SyntaxError};
use thiserror::Error;

/// The most leads that a batch may have.
pub const BATCH_MAX: usize = 10_000;

/// The most problems that are told of one body: a batch of broken leads must not be answered by a larger body.
const PROBLEMS_MAX: usize = 1_000;

/// One step of the way to a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Into an object.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// What a body can be wrong in, beside the values of fields.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// A field's value.
    Value(Fault),
    /// Not an object.
    NotObject,
    /// A member that must be there is not.
    Missing,
    /// Not a list.
    NotList,
    /// Fewer leads than one.
    NoLeads,
    /// More leads than allowed.
    TooManyLeads {
        /// How many there are.
        count: usize,
    },
}

/// One problem of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Where it is, from the body down.
    pub path: Vec<Step>,
    /// What it is.
    pub trouble: Trouble,
    /// What stands there.
    pub input: Json,
}

/// A body that holds no usable leads.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum BodyError {
    /// Nothing at all.
    #[error("the body is empty")]
    Empty,
    /// Bytes that are no UTF-8.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Not JSON.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// JSON with at least one problem.
    #[error("the body has {} problem(s)", .0.len())]
    Invalid(Vec<Problem>),
}

/// Reads one lead. Unknown members are ignored.
pub fn read_lead(body: &[u8], schema: &Schema) -> Result<Lead, BodyError> {
    let mut reader = Reader::new(body_text(body)?);
    let mut problems = Vec::new();
    let lead = lead_of(&mut reader, schema, &[], &mut problems)?;
    reader.end()?;
    finish(lead, problems)
}

/// Reads `{"leads": [...]}`, lead by lead, so that the body's tree is never in memory as a whole.
pub fn read_batch(body: &[u8], schema: &Schema) -> Result<Vec<Lead>, BodyError> {
    let mut reader = Reader::new(body_text(body)?);
    if reader.peek() != Some(b'{') {
        let input = reader.small_value()?;
        reader.end()?;
        return finish(Vec::new(), vec![Problem { path: vec![], trouble: Trouble::NotObject, input }]);
    }
    let mut batch = None;
    reader.object::<SyntaxError>(|reader, key| {
        if key == "leads" {
            batch = Some(read_leads(reader, schema)?);
        } else {
            reader.skip()?;
        }
        Ok(())
    })?;
    reader.end()?;
    let missing = Problem { path: vec![leads_step()], trouble: Trouble::Missing, input: Json::Object(vec![]) };
    let (leads, problems) = batch.unwrap_or_else(|| (Vec::new(), vec![missing]));
    finish(leads, problems)
}

fn body_text(body: &[u8]) -> Result<&str, BodyError> {
    if body.is_empty() {
        return Err(BodyError::Empty);
    }
    // Some Windows programs put a byte order mark in front; Python skips it.
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    std::str::from_utf8(body).map_err(|_| BodyError::NotUtf8)
}

fn finish<T>(value: T, problems: Vec<Problem>) -> Result<T, BodyError> {
    if problems.is_empty() { Ok(value) } else { Err(BodyError::Invalid(problems)) }
}

fn leads_step() -> Step {
    Step::Key("leads".to_owned())
}

fn read_leads(reader: &mut Reader<'_>, schema: &Schema) -> Result<(Vec<Lead>, Vec<Problem>), SyntaxError> {
    let of_list = |trouble, input| Problem { path: vec![leads_step()], trouble, input };
    if reader.peek() != Some(b'[') {
        return Ok((Vec::new(), vec![of_list(Trouble::NotList, reader.small_value()?)]));
    }
    let (mut leads, mut problems, mut count) = (Vec::new(), Vec::new(), 0);
    reader.list::<SyntaxError>(|reader| {
        if count < BATCH_MAX && problems.len() < PROBLEMS_MAX {
            leads.push(lead_of(reader, schema, &[leads_step(), Step::Index(count)], &mut problems)?);
        } else {
            reader.skip()?;
        }
        count += 1;
        Ok(())
    })?;
    if count == 0 {
        problems.push(of_list(Trouble::NoLeads, Json::List(vec![])));
    } else if count > BATCH_MAX {
        problems = vec![of_list(Trouble::TooManyLeads { count }, Json::Null)];
    }
    Ok((leads, problems))
}

/// The lead that starts here; a value with a problem is left missing, and the problem is told. Problems come in the
/// order of the schema, not of the body.
fn lead_of(
    reader: &mut Reader<'_>,
    schema: &Schema,
    path: &[Step],
    problems: &mut Vec<Problem>,
) -> Result<Lead, SyntaxError> {
    let mut lead = Lead::empty(schema.len());
    if reader.peek() != Some(b'{') {
        problems.push(Problem { path: path.to_vec(), trouble: Trouble::NotObject, input: reader.small_value()? });
        return Ok(lead);
    }
    let mut found: Vec<(Option<usize>, Problem)> = Vec::new();
    reader.object::<SyntaxError>(|reader, name| {
        let place = schema.position(&name);
        if place.is_none() && name != LEAD_KEY {
            return reader.skip();
        }
        let value = reader.small_value()?;
        // Of a repeated key the last value counts, and so do its problems.
        found.retain(|(known, _)| *known != place);
        if let Err(fault) = take(&mut lead, place, &value, schema) {
            let path = path.iter().cloned().chain([Step::Key(name)]).collect();
            found.push((place, Problem { path, trouble: Trouble::Value(fault), input: value }));
        }
        Ok(())
    })?;
    found.sort_by_key(|(place, _)| *place);
    problems.extend(found.into_iter().map(|(_, problem)| problem));
    Ok(lead)
}

/// Puts a value into its field, or into the key where there is no field.
fn take(lead: &mut Lead, place: Option<usize>, value: &Json, schema: &Schema) -> Result<(), Fault> {
    match place {
        Some(place) => {
            lead.set(place, Value::Missing);
            lead.set(place, schema.fields()[place].check(raw(value)?)?);
        }
        None => {
            lead.set_key(None);
            lead.set_key(key_of(value)?.as_deref());
        }
    }
    Ok(())
}

fn raw(value: &Json) -> Result<Raw<'_>, Fault> {
    Ok(match value {
        Json::Null => Raw::Null,
        Json::Bool(flag) => Raw::Bool(*flag),
        Json::Number(number) => Raw::Number(*number),
        Json::LongInteger(digits) => Raw::LongInteger(digits.parse().map_err(|_| Fault::NotNumber)?),
        Json::Text(text) => Raw::Text(text),
        Json::BrokenText(_) => return Err(Fault::LoneSurrogate),
        Json::List(_) | Json::Object(_) => Raw::Other,
    })
}

/// A client's key: a text, or a whole number that becomes its text.
fn key_of(value: &Json) -> Result<Option<String>, Fault> {
    let key = Field { name: LEAD_KEY.to_owned(), kind: Kind::Text { max_chars: Some(LEAD_KEY_MAX_CHARS) } };
    let whole = match (value, value.to_value()) {
        (Json::LongInteger(digits), _) => Some(digits.clone()),
        (Json::Number(number), serde_json::Value::Number(whole)) if number.fract() == 0.0 => Some(whole.to_string()),
        _ => None,
    };
    let raw = whole.as_deref().map_or_else(|| raw(value), |whole| Ok(Raw::Text(whole)))?;
    Ok(match key.check(raw)? {
        Value::Text(text) => Some(text.to_owned()),
        Value::Missing | Value::Number(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_tells_every_problem_with_its_place() {
        let body = br#"{"leads": [{}, {"llm_engagement": 5, "llm_quality": 101}, 7]}"#;
        let Err(BodyError::Invalid(problems)) = read_batch(body, &Schema::leads()) else { panic!() };
        let places: Vec<_> =
            problems.iter().map(|problem| (problem.path[1].clone(), problem.path.last().cloned())).collect();
        let key = |name: &str| Some(Step::Key(name.into()));
        assert_eq!(
            places,
            [
                (Step::Index(1), key("llm_quality")),
                (Step::Index(1), key("llm_engagement")),
                (Step::Index(2), Some(Step::Index(2))),
            ]
        );
    }

    #[test]
    fn the_key_is_kept_beside_the_values() {
        let schema = Schema::leads();
        let lead = read_lead(br#"{"lead_key": 12, "jobtitle": "CTO", "other": [1]}"#, &schema).unwrap();
        assert_eq!(lead.key(), Some("12"));
        assert_eq!(lead.value(schema.position("jobtitle").unwrap()), Value::Text("CTO"));
        let account = read_lead(br#"{"lead_key": 12345678901234567890}"#, &schema).unwrap();
        assert_eq!(account.key(), Some("12345678901234567890"));
        for long in [format!("\"{}\"", "k".repeat(201)), "9".repeat(201)] {
            let body = format!(r#"{{"lead_key": {long}}}"#);
            assert!(matches!(read_lead(body.as_bytes(), &schema), Err(BodyError::Invalid(_))), "{long}");
        }
    }

    #[test]
    fn of_a_repeated_field_the_last_value_and_its_problems_count() {
        let schema = Schema::leads();
        let place = schema.position("llm_quality").unwrap();
        let lead = read_lead(br#"{"llm_quality": 900, "llm_quality": 90}"#, &schema).unwrap();
        assert_eq!(lead.value(place), Value::Number(90.0));
        let Err(BodyError::Invalid(problems)) = read_lead(br#"{"llm_quality": 90, "llm_quality": [1]}"#, &schema)
        else {
            panic!()
        };
        assert_eq!((problems.len(), &problems[0].input), (1, &Json::List(vec![Json::Number(1.0)])));
    }

    #[test]
    fn large_trees_are_passed_over_and_not_kept() {
        let large = format!("[{}0]", "0,".repeat(1_000_000));
        let schema = Schema::leads();
        assert!(read_lead(format!(r#"{{"x": {large}, "jobtitle": "CTO"}}"#).as_bytes(), &schema).is_ok());
        let body = format!(r#"{{"leads": [{{"skills": {large}}}]}}"#);
        let Err(BodyError::Invalid(problems)) = read_batch(body.as_bytes(), &schema) else { panic!() };
        assert_eq!(problems[0].trouble, Trouble::Value(Fault::NotText));
        assert_eq!(problems[0].input, Json::List(vec![Json::Text("<omitted: 2000003 bytes>".into())]));
    }

    #[test]
    fn leads_are_counted_beyond_the_limit_without_being_kept() {
        let body = format!(r#"{{"leads": [{}]}}"#, vec!["{}"; BATCH_MAX + 1].join(","));
        let Err(BodyError::Invalid(problems)) = read_batch(body.as_bytes(), &Schema::leads()) else { panic!() };
        assert_eq!(problems[0].trouble, Trouble::TooManyLeads { count: BATCH_MAX + 1 });
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(read_lead(b"\xEF\xBB\xBF{}", &Schema::leads()), read_lead(b"{}", &Schema::leads()));
    }

    #[test]
    fn an_empty_body_and_one_without_leads_are_told_apart() {
        assert_eq!(read_batch(b"", &Schema::leads()), Err(BodyError::Empty));
        let Err(BodyError::Invalid(problems)) = read_batch(b"{}", &Schema::leads()) else { panic!() };
        assert_eq!(problems[0].trouble, Trouble::Missing);
    }
}
