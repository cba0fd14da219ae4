//! A request's body -> bytes, within bounds of size, time and memory.
//!
//! Owns those bounds. May not know what the bytes mean.

use super::complaint::not_declared_json;
use super::error::Error;
use super::state::{BLOCK_BYTES, Service};
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// How long a client may be silent within a body.
const SILENCE: Duration = Duration::from_secs(30);

/// A whole body, and the memory lent for it.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) bytes: Vec<u8>,
    /// To be kept until the request is answered: what is made of the body takes memory too. Given back when dropped.
    pub(super) blocks: Vec<OwnedSemaphorePermit>,
}

/// Reads a JSON body to its end.
pub(super) async fn read(service: &Service, request: Request) -> Result<Whole, Error> {
    let bytes_max = service.config.body_bytes_max;
    if declared_length(request.headers()).is_some_and(|length| length > bytes_max as u64) {
        return Err(Error::TooLarge { bytes_max });
    }
    if !may_be_json(request.headers()) {
        return Err(Error::Invalid(vec![not_declared_json()]));
    }
    let mut body = request.into_body();
    let mut whole = Whole { bytes: Vec::new(), blocks: Vec::new() };
    while let Some(piece) = next_piece(&mut body).await? {
        if whole.bytes.len() + piece.len() > bytes_max {
            return Err(Error::TooLarge { bytes_max });
        }
        whole.take(&piece, service)?;
    }
    Ok(whole)
}

impl Whole {
    fn take(&mut self, piece: &[u8], service: &Service) -> Result<(), Error> {
        let blocks = |bytes: usize| bytes.div_ceil(BLOCK_BYTES);
        let more = blocks(self.bytes.len() + piece.len()) - blocks(self.bytes.len());
        if let (Ok(more), true) = (u32::try_from(more), more > 0) {
            let lent = service.blocks.clone().try_acquire_many_owned(more).map_err(|_| Error::Busy)?;
            self.blocks.push(lent);
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }
}

async fn next_piece(body: &mut Body) -> Result<Option<axum::body::Bytes>, Error> {
    loop {
        let frame = tokio::time::timeout(SILENCE, poll_fn(|context| Pin::new(&mut *body).poll_frame(context)));
        match frame.await.map_err(|_| Error::TooSlow)? {
            None => return Ok(None),
            Some(Err(_)) => return Err(Error::BrokenBody),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(piece) => return Ok(Some(piece)),
                // Trailers say nothing of leads.
                Err(_) => continue,
            },
        }
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// As the old service: a body without a type is tried, one of another type is not. Browsers let any page send the
/// other types without asking, so taking them would let any page fill the log.
fn may_be_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_taken_where_a_type_is_named() {
        for (kind, taken) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
            assert_eq!(may_be_json(&headers), taken, "{kind}");
        }
        assert!(may_be_json(&HeaderMap::new()));
    }
}
