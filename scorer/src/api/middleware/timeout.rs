//! The time that a request may take: from its head to the head of its answer.
//!
//! Owns who is to blame when it is over: a client whose body did not arrive, or this server. May not know routes.

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

/// The answer, or why there is none in time.
pub(crate) async fn within(limit: Duration, request: Request, next: Next) -> Response {
    let arrived = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let request = if arrived.load(Ordering::Relaxed) { request } else { watched(request, arrived.clone()) };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) if arrived.load(Ordering::Relaxed) => ApiError::from(Rejection::Late).into_response(),
        Err(_) => ApiError::TooSlow.into_response(),
    }
}

fn watched(request: Request, arrived: Arc<AtomicBool>) -> Request {
    let (head, body): (Parts, Body) = request.into_parts();
    Request::from_parts(head, Body::new(Watched { body, arrived }))
}

/// A body that tells when its end was read.
struct Watched {
    body: Body,
    arrived: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.arrived.store(true, Ordering::Relaxed);
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
