//! Parses JSON bodies into leads, or returns every issue with its path.
//!
//! Must not depend on HTTP, encoding or models.

mod field_order;
mod ndjson;
pub mod syntax;

pub use ndjson::{LINE_BYTES_MAX, NdjsonError, NdjsonLine, NdjsonReader};

use super::schema::{LEAD_KEY, LEAD_KEY_MAX_CHARS, Schema};
use super::text::utf8;
use super::{Lead, RawValue, Value, ValueError};
use field_order::FieldOrderCache;
use std::borrow::Cow;
use syntax::{Json, JsonParser, SyntaxError};
use thiserror::Error;

/// Limit of leads per batch.
pub const BATCH_MAX: usize = 10_000;

/// Limit of issues reported per body: two for each lead of the largest batch, so that the error response is not much
/// larger than the body.
pub const ISSUES_MAX: usize = 2 * BATCH_MAX;

/// Segment of a path to a value.
#[derive(Debug, Clone, PartialEq)]
pub enum PathSegment {
    /// Member of an object.
    Key(String),
    /// Item of a list.
    Index(usize),
}

/// Kind of an issue.
#[derive(Debug, Clone, PartialEq)]
pub enum IssueKind {
    /// Invalid value of a field.
    Value(ValueError),
    /// Not an object.
    NotObject,
    /// A required member is missing.
    Missing,
    /// Not a list.
    NotList,
    /// An empty list of leads.
    NoLeads,
    /// A list of leads over the limit.
    TooManyLeads {
        /// Number of leads.
        count: usize,
    },
}

/// Validation issue of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// Path from the body to the value.
    pub path: Vec<PathSegment>,
    /// Kind of the issue.
    pub kind: IssueKind,
    /// Value at the path.
    pub input: Json<'static>,
}

/// A body that holds no usable leads.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum BodyError {
    /// No bytes.
    #[error("the body is empty")]
    Empty,
    /// Invalid UTF-8.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Not JSON.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// JSON with at least one issue.
    #[error("the body has {} problem(s)", .0.len())]
    Invalid(Vec<Issue>),
}

/// Receives the leads of a batch one by one.
pub trait BatchSink {
    /// Called when a list of leads starts. The last of repeated lists counts: earlier leads must be discarded.
    fn restart(&mut self);

    /// Called with the next lead and its issues; the lead is valid when there are none.
    fn take(&mut self, lead: &Lead, issues: Vec<Issue>);
}

/// Parses one lead. Unknown members are ignored.
pub fn read_lead(body: &[u8], schema: &Schema) -> Result<Lead, BodyError> {
    let mut lead = Lead::empty(schema.len());
    read_lead_into(body, schema, &mut lead).map(|()| lead)
}

/// Parses one lead into an existing one of the same schema, reusing its buffers. After an error the lead holds what could
/// be parsed, such as its key.
pub fn read_lead_into(body: &[u8], schema: &Schema, lead: &mut Lead) -> Result<(), BodyError> {
    lead.clear();
    let mut reader = JsonParser::new(body_text(body)?);
    let issues = fill_lead(lead, &mut reader, schema, &mut FieldOrderCache::new(), || Vec::with_capacity(1))?;
    reader.end()?;
    if issues.is_empty() { Ok(()) } else { Err(BodyError::Invalid(issues)) }
}

/// Parses `{"leads": [...]}` and passes lead by lead to the sink: neither a tree of the body nor all leads are in memory.
/// After an error the leads passed so far must be discarded.
pub fn read_batch_into(body: &[u8], schema: &Schema, sink: &mut impl BatchSink) -> Result<(), BodyError> {
    let mut reader = JsonParser::new(body_text(body)?);
    if reader.peek() != Some(b'{') {
        let input = reader.small_value()?.into_owned();
        reader.end()?;
        return Err(BodyError::Invalid(vec![Issue { path: vec![], kind: IssueKind::NotObject, input }]));
    }
    let missing = Issue { path: vec![leads_step()], kind: IssueKind::Missing, input: Json::Object(vec![]) };
    let mut list_issue = Some(missing);
    reader.object::<SyntaxError>(|reader, key| {
        if key == "leads" {
            list_issue = read_leads(reader, schema, sink)?;
            Ok(())
        } else {
            reader.skip()
        }
    })?;
    reader.end()?;
    list_issue.map_or(Ok(()), |issue| Err(BodyError::Invalid(vec![issue])))
}

/// Parses a whole batch, or returns every issue.
pub fn read_batch(body: &[u8], schema: &Schema) -> Result<Vec<Lead>, BodyError> {
    #[derive(Default)]
    struct Collected(Vec<Lead>, Vec<Issue>);
    impl BatchSink for Collected {
        fn restart(&mut self) {
            *self = Collected::default();
        }

        fn take(&mut self, lead: &Lead, issues: Vec<Issue>) {
            self.0.push(lead.clone());
            self.1.extend(issues);
            self.1.truncate(ISSUES_MAX);
        }
    }
    let mut collected = Collected::default();
    read_batch_into(body, schema, &mut collected)?;
    if collected.1.is_empty() { Ok(collected.0) } else { Err(BodyError::Invalid(collected.1)) }
}

fn body_text(body: &[u8]) -> Result<&str, BodyError> {
    if body.is_empty() {
        return Err(BodyError::Empty);
    }
    // Some Windows programs write a byte order mark; Python skips it.
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    utf8(body).map_err(|_| BodyError::NotUtf8)
}

fn leads_step() -> PathSegment {
    PathSegment::Key("leads".to_owned())
}

/// Parses the list of leads; returns an issue of the list itself.
fn read_leads(
    reader: &mut JsonParser<'_>,
    schema: &Schema,
    sink: &mut impl BatchSink,
) -> Result<Option<Issue>, SyntaxError> {
    let list_issue = |kind, input| Some(Issue { path: vec![leads_step()], kind, input });
    sink.restart();
    if reader.peek() != Some(b'[') {
        return Ok(list_issue(IssueKind::NotList, reader.small_value()?.into_owned()));
    }
    let (mut lead, mut order, mut count) = (Lead::empty(schema.len()), FieldOrderCache::new(), 0);
    reader.list::<SyntaxError>(|reader| {
        if count < BATCH_MAX {
            lead.clear();
            let issues =
                fill_lead(&mut lead, reader, schema, &mut order, || vec![leads_step(), PathSegment::Index(count)])?;
            sink.take(&lead, issues);
        } else {
            reader.skip()?;
        }
        count += 1;
        Ok(())
    })?;
    Ok(match count {
        0 => list_issue(IssueKind::NoLeads, Json::List(vec![])),
        count if count > BATCH_MAX => list_issue(IssueKind::TooManyLeads { count }, Json::Null),
        _ => None,
    })
}

/// Parses the object that starts here into a lead. Invalid values are left missing and returned as issues below `path`, in
/// the order of the schema.
fn fill_lead(
    lead: &mut Lead,
    reader: &mut JsonParser<'_>,
    schema: &Schema,
    order: &mut FieldOrderCache,
    path: impl Fn() -> Vec<PathSegment>,
) -> Result<Vec<Issue>, SyntaxError> {
    if reader.peek() != Some(b'{') {
        let input = reader.small_value()?.into_owned();
        return Ok(vec![Issue { path: path(), kind: IssueKind::NotObject, input }]);
    }
    let mut issues: Vec<(Option<usize>, Issue)> = Vec::new();
    order.restart();
    reader.object::<SyntaxError>(|reader, name| {
        let field = order.find(&name, schema);
        if field.is_none() && name != LEAD_KEY {
            return reader.skip();
        }
        let value = reader.small_value()?;
        // The last value of a repeated key counts, and so do its issues.
        issues.retain(|(other, _)| *other != field);
        if let Err(error) = set_member(lead, field, &value, schema) {
            let mut path = path();
            path.push(PathSegment::Key(name.into_owned()));
            issues.push((field, Issue { path, kind: IssueKind::Value(error), input: value.into_owned() }));
        }
        Ok(())
    })?;
    issues.sort_by_key(|(field, _)| *field);
    Ok(issues.into_iter().map(|(_, issue)| issue).collect())
}

/// Sets a field, or the key when `field` is `None`.
fn set_member(lead: &mut Lead, field: Option<usize>, value: &Json<'_>, schema: &Schema) -> Result<(), ValueError> {
    match field {
        Some(field) => {
            lead.set(field, Value::Missing);
            lead.set(field, schema.fields()[field].check(raw_value(value)?)?);
        }
        None => {
            lead.set_key(None);
            lead.set_key(lead_key(value)?.as_deref());
        }
    }
    Ok(())
}

fn raw_value<'a>(value: &'a Json<'_>) -> Result<RawValue<'a>, ValueError> {
    Ok(match value {
        Json::Null => RawValue::Null,
        Json::Bool(flag) => RawValue::Bool(*flag),
        Json::Number(number) => RawValue::Number(*number),
        Json::LongInteger(digits) => RawValue::LongInteger(digits.parse().map_err(|_| ValueError::NotNumber)?),
        Json::Text(text) => RawValue::Text(text),
        Json::BrokenText(_) => return Err(ValueError::LoneSurrogate),
        Json::List(_) | Json::Object(_) => RawValue::Other,
    })
}

/// Client's key: a text, or an integer as its text.
fn lead_key<'a>(value: &'a Json<'_>) -> Result<Option<Cow<'a, str>>, ValueError> {
    let key = match value {
        Json::Null => return Ok(None),
        Json::Number(number) if number.is_nan() => return Ok(None),
        Json::Text(text) => Cow::Borrowed(text.as_ref()),
        Json::LongInteger(digits) => Cow::Borrowed(digits.as_ref()),
        Json::Number(number) if number.fract() == 0.0 => Cow::Owned(value.to_value().to_string()),
        Json::BrokenText(_) => return Err(ValueError::LoneSurrogate),
        _ => return Err(ValueError::NotText),
    };
    // A text has at least as many bytes as characters, so most keys need no count.
    if key.len() > LEAD_KEY_MAX_CHARS && key.chars().count() > LEAD_KEY_MAX_CHARS {
        return Err(ValueError::TooLong { max_chars: LEAD_KEY_MAX_CHARS });
    }
    Ok(Some(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batch_issues_have_their_path() {
        let body = br#"{"leads": [{}, {"llm_engagement": 5, "llm_quality": 101}, 7]}"#;
        let Err(BodyError::Invalid(issues)) = read_batch(body, &Schema::leads()) else { panic!() };
        let paths: Vec<_> = issues.iter().map(|issue| (issue.path[1].clone(), issue.path.last().cloned())).collect();
        let key = |name: &str| Some(PathSegment::Key(name.into()));
        assert_eq!(
            paths,
            [
                (PathSegment::Index(1), key("llm_quality")),
                (PathSegment::Index(1), key("llm_engagement")),
                (PathSegment::Index(2), Some(PathSegment::Index(2))),
            ]
        );
    }

    #[test]
    fn key_is_a_text_or_an_integer() {
        let schema = Schema::leads();
        let lead = read_lead(br#"{"lead_key": 12, "jobtitle": "CTO", "other": [1]}"#, &schema).unwrap();
        assert_eq!(lead.key(), Some("12"));
        assert_eq!(lead.value(schema.position("jobtitle").unwrap()), Value::Text("CTO"));
        let long_integer = read_lead(br#"{"lead_key": 12345678901234567890}"#, &schema).unwrap();
        assert_eq!(long_integer.key(), Some("12345678901234567890"));
        for long in [format!("\"{}\"", "k".repeat(201)), "9".repeat(201)] {
            let body = format!(r#"{{"lead_key": {long}}}"#);
            assert!(matches!(read_lead(body.as_bytes(), &schema), Err(BodyError::Invalid(_))), "{long}");
        }
    }

    #[test]
    fn last_value_of_a_repeated_field_counts() {
        let schema = Schema::leads();
        let field = schema.position("llm_quality").unwrap();
        let lead = read_lead(br#"{"llm_quality": 900, "llm_quality": 90}"#, &schema).unwrap();
        assert_eq!(lead.value(field), Value::Number(90.0));
        let Err(BodyError::Invalid(issues)) = read_lead(br#"{"llm_quality": 90, "llm_quality": [1]}"#, &schema) else {
            panic!()
        };
        assert_eq!((issues.len(), &issues[0].input), (1, &Json::List(vec![Json::Number(1.0)])));
    }

    #[test]
    fn large_trees_are_skipped() {
        let large = format!("[{}0]", "0,".repeat(1_000_000));
        let schema = Schema::leads();
        assert!(read_lead(format!(r#"{{"x": {large}, "jobtitle": "CTO"}}"#).as_bytes(), &schema).is_ok());
        let body = format!(r#"{{"leads": [{{"skills": {large}}}]}}"#);
        let Err(BodyError::Invalid(issues)) = read_batch(body.as_bytes(), &schema) else { panic!() };
        assert_eq!(issues[0].kind, IssueKind::Value(ValueError::NotText));
        assert_eq!(issues[0].input, Json::List(vec![Json::Text("<omitted: 2000003 bytes>".into())]));
    }

    #[test]
    fn leads_over_the_limit_are_counted() {
        let body = format!(r#"{{"leads": [{}]}}"#, vec!["{}"; BATCH_MAX + 1].join(","));
        let Err(BodyError::Invalid(issues)) = read_batch(body.as_bytes(), &Schema::leads()) else { panic!() };
        assert_eq!(issues[0].kind, IssueKind::TooManyLeads { count: BATCH_MAX + 1 });
    }

    #[test]
    fn byte_order_mark_is_skipped() {
        assert_eq!(read_lead(b"\xEF\xBB\xBF{}", &Schema::leads()), read_lead(b"{}", &Schema::leads()));
    }

    #[test]
    fn empty_body_and_missing_leads_are_distinct_errors() {
        assert_eq!(read_batch(b"", &Schema::leads()), Err(BodyError::Empty));
        let Err(BodyError::Invalid(issues)) = read_batch(b"{}", &Schema::leads()) else { panic!() };
        assert_eq!(issues[0].kind, IssueKind::Missing);
    }
}
