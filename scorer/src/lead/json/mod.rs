//! JSON bodies -> leads, or every problem in them with its place.
//!
//! Owns the forms of a lead and of a batch. May not know HTTP, encoding or models.

mod lines;
pub mod syntax;
mod turns;

pub use lines::{LINE_MAX, Line, LineError, Lines};

use super::schema::{LEAD_KEY, LEAD_KEY_MAX_CHARS, Schema};
use super::text::utf8;
use super::{Fault, Lead, Raw, Value};
use std::borrow::Cow;
use syntax::{Json, Reader, SyntaxError};
use thiserror::Error;
use turns::Turns;

/// The most leads that a batch may have.
pub const BATCH_MAX: usize = 10_000;

/// The most problems that are told of one body: at least two for each lead of the largest batch. A batch of broken leads
/// must not be answered by a much larger body.
pub const PROBLEMS_MAX: usize = 2 * BATCH_MAX;

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
    pub input: Json<'static>,
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

/// Takes the leads of a batch, one by one.
pub trait Sink {
    /// A list of leads starts. Of a repeated list the last one counts: what was taken before is to be forgotten.
    fn restart(&mut self);

    /// The next lead, and what is wrong with it; its values are good where nothing is.
    fn take(&mut self, lead: &Lead, problems: Vec<Problem>);
}

/// Reads one lead. Unknown members are ignored.
pub fn read_lead(body: &[u8], schema: &Schema) -> Result<Lead, BodyError> {
    let mut lead = Lead::empty(schema.len());
    read_into(body, schema, &mut lead).map(|()| lead)
}

/// Reads one lead into another of the same schema, whose room is used again. Of a lead that is not valid, what could be
/// read is there, its key for one.
pub fn read_into(body: &[u8], schema: &Schema, lead: &mut Lead) -> Result<(), BodyError> {
    lead.clear();
    let mut reader = Reader::new(body_text(body)?);
    let problems = fill(lead, &mut reader, schema, &mut Turns::new(), || Vec::with_capacity(1))?;
    reader.end()?;
    if problems.is_empty() { Ok(()) } else { Err(BodyError::Invalid(problems)) }
}

/// Reads `{"leads": [...]}` and hands over lead by lead, so that neither the body's tree nor all leads are in memory.
/// The leads taken are worth nothing when an error comes in the end.
pub fn read_each(body: &[u8], schema: &Schema, sink: &mut impl Sink) -> Result<(), BodyError> {
    let mut reader = Reader::new(body_text(body)?);
    if reader.peek() != Some(b'{') {
        let input = reader.small_value()?.into_owned();
        reader.end()?;
        return Err(BodyError::Invalid(vec![Problem { path: vec![], trouble: Trouble::NotObject, input }]));
    }
    let missing = Problem { path: vec![leads_step()], trouble: Trouble::Missing, input: Json::Object(vec![]) };
    let mut wrong = Some(missing);
    reader.object::<SyntaxError>(|reader, key| {
        if key == "leads" {
            wrong = read_leads(reader, schema, sink)?;
            Ok(())
        } else {
            reader.skip()
        }
    })?;
    reader.end()?;
    wrong.map_or(Ok(()), |problem| Err(BodyError::Invalid(vec![problem])))
}

/// Reads a whole batch, or tells every problem in it.
pub fn read_batch(body: &[u8], schema: &Schema) -> Result<Vec<Lead>, BodyError> {
    #[derive(Default)]
    struct Whole(Vec<Lead>, Vec<Problem>);
    impl Sink for Whole {
        fn restart(&mut self) {
            *self = Whole::default();
        }

        fn take(&mut self, lead: &Lead, problems: Vec<Problem>) {
            self.0.push(lead.clone());
            self.1.extend(problems);
            self.1.truncate(PROBLEMS_MAX);
        }
    }
    let mut whole = Whole::default();
    read_each(body, schema, &mut whole)?;
    if whole.1.is_empty() { Ok(whole.0) } else { Err(BodyError::Invalid(whole.1)) }
}

fn body_text(body: &[u8]) -> Result<&str, BodyError> {
    if body.is_empty() {
        return Err(BodyError::Empty);
    }
    // Some Windows programs put a byte order mark in front; Python skips it.
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    utf8(body).map_err(|_| BodyError::NotUtf8)
}

fn leads_step() -> Step {
    Step::Key("leads".to_owned())
}

/// Reads the list of leads; what is wrong with it as a whole.
fn read_leads(reader: &mut Reader<'_>, schema: &Schema, sink: &mut impl Sink) -> Result<Option<Problem>, SyntaxError> {
    let of_list = |trouble, input| Some(Problem { path: vec![leads_step()], trouble, input });
    sink.restart();
    if reader.peek() != Some(b'[') {
        return Ok(of_list(Trouble::NotList, reader.small_value()?.into_owned()));
    }
    let (mut lead, mut turns, mut count) = (Lead::empty(schema.len()), Turns::new(), 0);
    reader.list::<SyntaxError>(|reader| {
        if count < BATCH_MAX {
            lead.clear();
            let problems = fill(&mut lead, reader, schema, &mut turns, || vec![leads_step(), Step::Index(count)])?;
            sink.take(&lead, problems);
        } else {
            reader.skip()?;
        }
        count += 1;
        Ok(())
    })?;
    Ok(match count {
        0 => of_list(Trouble::NoLeads, Json::List(vec![])),
        count if count > BATCH_MAX => of_list(Trouble::TooManyLeads { count }, Json::Null),
        _ => None,
    })
}

/// Fills a lead with what starts here; a value with a problem is left missing, and the problem is told with the path
/// that it starts from. Problems come in the order of the schema, not of the body.
fn fill(
    lead: &mut Lead,
    reader: &mut Reader<'_>,
    schema: &Schema,
    turns: &mut Turns,
    path: impl Fn() -> Vec<Step>,
) -> Result<Vec<Problem>, SyntaxError> {
    if reader.peek() != Some(b'{') {
        let input = reader.small_value()?.into_owned();
        return Ok(vec![Problem { path: path(), trouble: Trouble::NotObject, input }]);
    }
    let mut found: Vec<(Option<usize>, Problem)> = Vec::new();
    turns.begin();
    reader.object::<SyntaxError>(|reader, name| {
        let place = turns.place(&name, schema);
        if place.is_none() && name != LEAD_KEY {
            return reader.skip();
        }
        let value = reader.small_value()?;
        // Of a repeated key the last value counts, and so do its problems.
        found.retain(|(known, _)| *known != place);
        if let Err(fault) = take(lead, place, &value, schema) {
            let mut path = path();
            path.push(Step::Key(name.into_owned()));
            found.push((place, Problem { path, trouble: Trouble::Value(fault), input: value.into_owned() }));
        }
        Ok(())
    })?;
    found.sort_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, problem)| problem).collect())
}

/// Puts a value into its field, or into the key where there is no field.
fn take(lead: &mut Lead, place: Option<usize>, value: &Json<'_>, schema: &Schema) -> Result<(), Fault> {
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

fn raw<'a>(value: &'a Json<'_>) -> Result<Raw<'a>, Fault> {
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
fn key_of<'a>(value: &'a Json<'_>) -> Result<Option<Cow<'a, str>>, Fault> {
    let key = match value {
        Json::Null => return Ok(None),
        Json::Number(number) if number.is_nan() => return Ok(None),
        Json::Text(text) => Cow::Borrowed(text.as_ref()),
        Json::LongInteger(digits) => Cow::Borrowed(digits.as_ref()),
        Json::Number(number) if number.fract() == 0.0 => Cow::Owned(value.to_value().to_string()),
        Json::BrokenText(_) => return Err(Fault::LoneSurrogate),
        _ => return Err(Fault::NotText),
    };
    // Bytes are never fewer than characters, so most keys need no count.
    if key.len() > LEAD_KEY_MAX_CHARS && key.chars().count() > LEAD_KEY_MAX_CHARS {
        return Err(Fault::TooLong { max_chars: LEAD_KEY_MAX_CHARS });
    }
    Ok(Some(key))
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
