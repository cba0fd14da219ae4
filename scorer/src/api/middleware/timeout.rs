//! Time limit of a request, from its head to the head of its response. A request whose body did not arrive in time is
//! answered with 408, any other with 503, which the timeout layers of tower-http do not tell apart.

use crate::api::http::body::ReadBodyError;
use crate::api::http::error::ApiError;
use crate::api::http::rejection::Rejection;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Runs the request; answers 408 or 503 at the limit.
pub(super) async fn enforce(limit: Duration, request: Request, next: Next) -> Response {
    let received = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let request = if received.load(Ordering::Relaxed) { request } else { track_body(request, received.clone()) };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) if received.load(Ordering::Relaxed) => ApiError::from(Rejection::TimedOut).into_response(),
        Err(_) => ApiError::from(ReadBodyError::TimedOut).into_response(),
    }
}

fn track_body(request: Request, received: Arc<AtomicBool>) -> Request {
    let (head, body): (Parts, Body) = request.into_parts();
    Request::from_parts(head, Body::new(TrackedBody { body, received }))
}

/// Body that records that its end was read.
struct TrackedBody {
    body: Body,
    received: Arc<AtomicBool>,
}

impl HttpBody for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.received.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
