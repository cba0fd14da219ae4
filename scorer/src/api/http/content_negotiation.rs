//! In which form a body comes and in which an answer is wanted: Content-Type and Accept -> one of three forms.
//!
//! Owns the names of media types and how preferences are weighed (RFC 9110, section 12.5.1). May not know routes.

use super::error::ApiError;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};

/// The media type of errors that RFC 9457 defines.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// A form of leads and of their scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// One document.
    Json,
    /// A document per line.
    Ndjson,
    /// A table with a header.
    Csv,
}

impl MediaType {
    /// The form of a request's body; `None` for a type that is none of them. As the old service: a body without a type
    /// is tried as JSON. Browsers let any page send the other types without asking, so taking those would let any page
    /// fill the log.
    pub(crate) fn from_content_type(headers: &HeaderMap) -> Result<Option<MediaType>, ApiError> {
        let Some(kind) = headers.get(CONTENT_TYPE) else { return Ok(Some(MediaType::Json)) };
        let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
        let mut parts = kind.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let form = match essence {
            "application/json" => MediaType::Json,
            "text/csv" => MediaType::Csv,
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" => {
                MediaType::Ndjson
            }
            json if json.starts_with("application/") && json.ends_with("+json") => MediaType::Json,
            _ => return Ok(None),
        };
        let charset = parts.find_map(|part| part.strip_prefix("charset=")).map(|charset| charset.trim_matches('"'));
        let is_text = matches!(charset, None | Some("utf-8" | "utf8" | "us-ascii"));
        // The old service read every JSON as UTF-8, whatever was said of it.
        if form == MediaType::Json || is_text { Ok(Some(form)) } else { Err(ApiError::UnknownCharset) }
    }

    /// The media type of an answer.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            MediaType::Json => "application/json",
            MediaType::Ndjson => "application/x-ndjson",
            MediaType::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The form of an answer, from its media type.
    pub(crate) fn from_response_type(content_type: &str) -> Option<MediaType> {
        [MediaType::Json, MediaType::Ndjson, MediaType::Csv]
            .into_iter()
            .find(|form| form.content_type() == content_type)
    }

    fn essence(self) -> &'static str {
        match self {
            MediaType::Csv => "text/csv",
            other => other.content_type(),
        }
    }

    /// Of the forms on offer the one that the client likes best, the first of them where it likes several as much;
    /// `None` where it takes none.
    pub(crate) fn negotiate(headers: &HeaderMap, offered: &[MediaType]) -> Option<MediaType> {
        let ranges = ranges(headers);
        if ranges.is_empty() {
            return offered.first().copied();
        }
        let liked = offered.iter().map(|form| (*form, weight(&ranges, form.essence())));
        let best = liked.rev().max_by_key(|(_, weight)| *weight)?;
        (best.1 > 0).then_some(best.0)
    }
}

/// Whether the client asks for problems by their own name, and does not like plain JSON better.
pub(crate) fn accepts_problem_json(headers: &HeaderMap) -> bool {
    let ranges = ranges(headers);
    let own = ranges.iter().find(|range| range.essence == PROBLEM_JSON).map_or(0, |range| range.weight);
    let plain = ranges.iter().find(|range| range.essence == "application/json").map_or(0, |range| range.weight);
    own > 0 && own >= plain
}

/// A media range, and how much it is liked, in thousandths.
struct Range {
    essence: String,
    weight: u16,
}

fn ranges(headers: &HeaderMap) -> Vec<Range> {
    let lists = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let range = |text: &str| {
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.and_then(|weight| weight.parse::<f32>().ok()).unwrap_or(1.0);
        Range { essence, weight: (weight.clamp(0.0, 1.0) * 1_000.0) as u16 }
    };
    lists.flat_map(|list| list.split(',')).map(range).filter(|range| !range.essence.is_empty()).collect()
}

/// What the most specific range says of a type: its own name before `text/*` before `*/*`.
fn weight(ranges: &[Range], essence: &str) -> u16 {
    let family = essence.split('/').next().unwrap_or_default();
    let exactness = |range: &Range| match range.essence.as_str() {
        own if own == essence => Some(2),
        "*/*" => Some(0),
        other => (other.strip_suffix("/*") == Some(family)).then_some(1),
    };
    let told = ranges.iter().filter_map(|range| Some((exactness(range)?, range.weight)));
    told.max_by_key(|(exactness, _)| *exactness).map_or(0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT, value.parse().unwrap())])
    }

    #[test]
    fn a_body_is_json_unless_it_is_called_otherwise() {
        let sent =
            |kind: &str| MediaType::from_content_type(&HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]));
        for (kind, form) in [
            ("application/json", Some(MediaType::Json)),
            ("Application/JSON; charset=latin1", Some(MediaType::Json)),
            ("application/problem+json", Some(MediaType::Json)),
            ("text/csv; header=present; charset=\"UTF-8\"", Some(MediaType::Csv)),
            ("application/x-ndjson", Some(MediaType::Ndjson)),
            ("text/plain", None),
            ("application/x-www-form-urlencoded", None),
        ] {
            assert_eq!(sent(kind).unwrap(), form, "{kind}");
        }
        assert_eq!(MediaType::from_content_type(&HeaderMap::new()).unwrap(), Some(MediaType::Json));
        assert!(matches!(sent("text/csv; charset=utf-16"), Err(ApiError::UnknownCharset)));
    }

    #[test]
    fn the_form_liked_best_is_answered_and_the_own_one_where_all_are_liked() {
        let offered = [MediaType::Ndjson, MediaType::Csv];
        for (value, form) in [
            ("*/*", Some(MediaType::Ndjson)),
            ("text/csv", Some(MediaType::Csv)),
            ("text/*", Some(MediaType::Csv)),
            ("application/x-ndjson;q=0.5, text/csv;q=0.9", Some(MediaType::Csv)),
            ("text/csv;q=0, */*", Some(MediaType::Ndjson)),
            ("application/json, */*;q=0.1", Some(MediaType::Ndjson)),
            ("image/png", None),
            ("application/x-ndjson;q=0", None),
        ] {
            assert_eq!(MediaType::negotiate(&accept(value), &offered), form, "{value}");
        }
        assert_eq!(MediaType::negotiate(&HeaderMap::new(), &offered), Some(MediaType::Ndjson));
    }

    #[test]
    fn problems_are_for_those_who_name_them() {
        for (value, taken) in [
            ("application/problem+json", true),
            ("application/json, application/problem+json", true),
            ("application/json, application/problem+json;q=0.5", false),
            ("application/problem+json;q=0", false),
            ("application/json", false),
            ("*/*", false),
        ] {
            assert_eq!(accepts_problem_json(&accept(value)), taken, "{value}");
        }
    }
}
