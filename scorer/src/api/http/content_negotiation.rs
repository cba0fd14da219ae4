//! Content negotiation: `Content-Type` and `Accept` to one of three media types (RFC 9110, sections 8.3 and 12.5.1).

use super::error_response::ErrorResponse;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use thiserror::Error;

/// Media type of problem details (RFC 9457).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Unsupported media type of a body or of a response.
#[derive(Debug, Error)]
pub enum NegotiationError {
    /// Character set other than UTF-8.
    #[error("the character set of the body is not known")]
    UnknownCharset,
    /// None of the response's media types is acceptable.
    #[error("no form of the answer is acceptable")]
    NotAcceptable,
}

impl NegotiationError {
    pub(crate) fn response(&self) -> ErrorResponse {
        match self {
            NegotiationError::UnknownCharset => ErrorResponse::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Files of leads are read as UTF-8 only.",
            ),
            NegotiationError::NotAcceptable => ErrorResponse::new(
                StatusCode::NOT_ACCEPTABLE,
                "not_acceptable",
                "A stream of leads is answered as application/x-ndjson or text/csv.",
            ),
        }
    }
}

/// Media type of leads and of their scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// One JSON document.
    Json,
    /// One JSON document per line.
    Ndjson,
    /// Table with a header.
    Csv,
}

impl MediaType {
    /// Reads the media type of a request's body; `None` for an unsupported one. A body without a type is tried as JSON,
    /// as in the old service. Browsers let any page send `text/plain` and forms across origins without a preflight, so
    /// accepting those would let any page fill the log.
    pub(crate) fn from_content_type(headers: &HeaderMap) -> Result<Option<MediaType>, NegotiationError> {
        let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(Some(MediaType::Json)) };
        let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
        let mut parts = value.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let media_type = match essence {
            "application/json" => MediaType::Json,
            "text/csv" => MediaType::Csv,
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" => {
                MediaType::Ndjson
            }
            json if json.starts_with("application/") && json.ends_with("+json") => MediaType::Json,
            _ => return Ok(None),
        };
        let charset = parts.find_map(|part| part.strip_prefix("charset=")).map(|charset| charset.trim_matches('"'));
        let is_utf8 = matches!(charset, None | Some("utf-8" | "utf8" | "us-ascii"));
        // The old service read every JSON as UTF-8, whatever its charset parameter.
        if media_type == MediaType::Json || is_utf8 {
            Ok(Some(media_type))
        } else {
            Err(NegotiationError::UnknownCharset)
        }
    }

    /// Value of a response's `Content-Type`.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            MediaType::Json => "application/json",
            MediaType::Ndjson => "application/x-ndjson",
            MediaType::Csv => "text/csv; charset=utf-8",
        }
    }

    /// Reads back [`Self::content_type`].
    pub(crate) fn from_response_type(content_type: &str) -> Option<MediaType> {
        [MediaType::Json, MediaType::Ndjson, MediaType::Csv]
            .into_iter()
            .find(|media_type| media_type.content_type() == content_type)
    }

    fn essence(self) -> &'static str {
        match self {
            MediaType::Csv => "text/csv",
            other => other.content_type(),
        }
    }

    /// Selects the offered media type with the highest quality value, the first of several; `None` when none is
    /// acceptable.
    pub(crate) fn negotiate(headers: &HeaderMap, offered: &[MediaType]) -> Option<MediaType> {
        let ranges = media_ranges(headers);
        if ranges.is_empty() {
            return offered.first().copied();
        }
        let qualities = offered.iter().map(|media_type| (*media_type, quality(&ranges, media_type.essence())));
        let best = qualities.rev().max_by_key(|(_, quality)| *quality)?;
        (best.1 > 0).then_some(best.0)
    }
}

/// True when the client names problem details and does not prefer plain JSON.
pub(crate) fn accepts_problem_json(headers: &HeaderMap) -> bool {
    let ranges = media_ranges(headers);
    let named = |essence: &str| ranges.iter().find(|range| range.essence == essence).map_or(0, |range| range.quality);
    let (problem, plain) = (named(PROBLEM_JSON), named("application/json"));
    problem > 0 && problem >= plain
}

/// Media range with its quality value in thousandths.
struct MediaRange {
    essence: String,
    quality: u16,
}

fn media_ranges(headers: &HeaderMap) -> Vec<MediaRange> {
    let lists = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let range = |text: &str| {
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let quality = quality.and_then(|quality| quality.parse::<f32>().ok()).unwrap_or(1.0);
        MediaRange { essence, quality: (quality.clamp(0.0, 1.0) * 1_000.0) as u16 }
    };
    lists.flat_map(|list| list.split(',')).map(range).filter(|range| !range.essence.is_empty()).collect()
}

/// Quality of a media type by the most specific range: its own name before `text/*` before `*/*`.
fn quality(ranges: &[MediaRange], essence: &str) -> u16 {
    let family = essence.split('/').next().unwrap_or_default();
    let specificity = |range: &MediaRange| match range.essence.as_str() {
        own if own == essence => Some(2),
        "*/*" => Some(0),
        other => (other.strip_suffix("/*") == Some(family)).then_some(1),
    };
    let matching = ranges.iter().filter_map(|range| Some((specificity(range)?, range.quality)));
    matching.max_by_key(|(specificity, _)| *specificity).map_or(0, |(_, quality)| quality)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT, value.parse().unwrap())])
    }

    #[test]
    fn a_body_is_json_unless_its_type_says_otherwise() {
        let sent =
            |kind: &str| MediaType::from_content_type(&HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]));
        for (kind, media_type) in [
            ("application/json", Some(MediaType::Json)),
            ("Application/JSON; charset=latin1", Some(MediaType::Json)),
            ("application/problem+json", Some(MediaType::Json)),
            ("text/csv; header=present; charset=\"UTF-8\"", Some(MediaType::Csv)),
            ("application/x-ndjson", Some(MediaType::Ndjson)),
            ("text/plain", None),
            ("application/x-www-form-urlencoded", None),
        ] {
            assert_eq!(sent(kind).unwrap(), media_type, "{kind}");
        }
        assert_eq!(MediaType::from_content_type(&HeaderMap::new()).unwrap(), Some(MediaType::Json));
        assert!(matches!(sent("text/csv; charset=utf-16"), Err(NegotiationError::UnknownCharset)));
    }

    #[test]
    fn the_highest_quality_wins_and_the_first_offer_on_a_tie() {
        let offered = [MediaType::Ndjson, MediaType::Csv];
        for (value, media_type) in [
            ("*/*", Some(MediaType::Ndjson)),
            ("text/csv", Some(MediaType::Csv)),
            ("text/*", Some(MediaType::Csv)),
            ("application/x-ndjson;q=0.5, text/csv;q=0.9", Some(MediaType::Csv)),
            ("text/csv;q=0, */*", Some(MediaType::Ndjson)),
            ("application/json, */*;q=0.1", Some(MediaType::Ndjson)),
            ("image/png", None),
            ("application/x-ndjson;q=0", None),
        ] {
            assert_eq!(MediaType::negotiate(&accept(value), &offered), media_type, "{value}");
        }
        assert_eq!(MediaType::negotiate(&HeaderMap::new(), &offered), Some(MediaType::Ndjson));
    }

    #[test]
    fn problem_details_must_be_named() {
        for (value, accepted) in [
            ("application/problem+json", true),
            ("application/json, application/problem+json", true),
            ("application/json, application/problem+json;q=0.5", false),
            ("application/problem+json;q=0", false),
            ("application/json", false),
            ("*/*", false),
        ] {
            assert_eq!(accepts_problem_json(&accept(value)), accepted, "{value}");
        }
    }
}
