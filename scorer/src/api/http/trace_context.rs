//! W3C Trace Context of a request: level 1 for `traceparent`, level 2 for `traceresponse`.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use uuid::Uuid;

/// Header of a client or proxy.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Header of the response: the trace id and our span id.
pub(crate) const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// Length of a version 00 value in bytes.
const LENGTH: usize = 55;

/// Trace id, our span id and flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceContext {
    id: u128,
    span: u64,
    /// Trace flags: sampled, random.
    flags: u8,
}

impl TraceContext {
    /// Continues the trace of a request, or starts one when the header is missing or invalid.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let mut sent = headers.get_all(TRACEPARENT).iter();
        // Repeated headers are invalid.
        let only = match (sent.next(), sent.next()) {
            (Some(only), None) => only.to_str().ok(),
            _ => None,
        };
        let span = Uuid::new_v4().as_u64_pair().1;
        match only.and_then(parse) {
            // Only the known flags are passed on: sampled, random.
            Some((id, flags)) => TraceContext { id, span, flags: flags & 0b11 },
            None => TraceContext { id: Uuid::new_v4().as_u128(), span, flags: 0b10 },
        }
    }

    /// Trace id, 32 hexadecimal digits.
    pub(crate) fn id(&self) -> String {
        format!("{:032x}", self.id)
    }

    pub(crate) fn put_header(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.to_string()) {
            headers.insert(TRACERESPONSE, value);
        }
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "00-{:032x}-{:016x}-{:02x}", self.id, self.span, self.flags)
    }
}

/// Parses `00-<32 digits>-<16 digits>-<2 digits>` into trace id and flags. Later versions may be longer.
fn parse(text: &str) -> Option<(u128, u8)> {
    let (version, rest) = (parse_hex(text.get(..2)?)?, text.get(2..)?);
    let longer = text.len() > LENGTH;
    if version == 0xFF || (longer && (version == 0 || text.as_bytes().get(LENGTH) != Some(&b'-'))) {
        return None;
    }
    let mut parts = rest.get(..LENGTH - 2)?.strip_prefix('-')?.split('-');
    let (id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (id.len(), parent.len(), flags.len()) != (32, 16, 2) {
        return None;
    }
    let (id, parent, flags) = (parse_hex(id)?, parse_hex(parent)?, parse_hex(flags)?);
    (id != 0 && parent != 0).then_some((id, u8::try_from(flags).ok()?))
}

fn parse_hex(text: &str) -> Option<u128> {
    let plain = text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if plain { u128::from_str_radix(text, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0af7651916cd43dd8448eb211c80319c";

    fn from_values(sent: &[&str]) -> TraceContext {
        TraceContext::from_headers(&sent.iter().map(|value| (TRACEPARENT, value.parse().unwrap())).collect())
    }

    #[test]
    fn a_trace_continues_with_a_span_of_our_own() {
        let sent = format!("00-{ID}-b7ad6b7169203331-01");
        let ours = from_values(&[&sent]);
        assert_eq!(ours.id(), ID);
        assert!(ours.to_string().starts_with(&format!("00-{ID}-")) && ours.to_string().ends_with("-01"));
        assert_ne!(ours.to_string(), sent);
        assert_eq!(from_values(&[&format!("cc-{ID}-b7ad6b7169203331-01-later")]).id(), ID);
    }

    #[test]
    fn an_invalid_header_starts_a_new_trace() {
        let parent = "b7ad6b7169203331";
        for wrong in [
            String::new(),
            "é".to_owned(),
            format!("ff-{ID}-{parent}-01"),
            format!("00-{ID}-{parent}-01-more"),
            format!("cc-{ID}-{parent}-01.more"),
            format!("00-{}-{parent}-01", ID.to_uppercase()),
            format!("00-{}-{parent}-01", "0".repeat(32)),
            format!("00-{ID}-{}-01", "0".repeat(16)),
            format!("00-{ID}0-{}-01", &parent[1..]),
            format!("00-{ID}-{parent}-0"),
            format!("00_{ID}-{parent}-01"),
        ] {
            let value = HeaderValue::from_bytes(wrong.as_bytes()).unwrap();
            let ours = TraceContext::from_headers(&HeaderMap::from_iter([(TRACEPARENT, value)]));
            assert_ne!(ours.id(), ID, "{wrong}");
            assert!(parse(&ours.to_string()).is_some(), "{ours}");
        }
        let sent = format!("00-{ID}-{parent}-01");
        assert_ne!(from_values(&[&sent, &sent]).id(), ID);
    }
}
