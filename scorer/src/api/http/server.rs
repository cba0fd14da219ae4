//! Connections: accepted up to a number, served, and ended.
//!
//! Owns their limits of number and time, and the end: requests that have begun may finish. May not know routes.

use crate::api::config::Limits;
use crate::api::metrics::Metrics;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::Service as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Sleep, sleep, timeout};

/// How long requests may take to finish once the server is told to stop: less than the ten seconds after which
/// containers are killed.
const DRAIN: Duration = Duration::from_secs(8);

/// How long a client may take nothing of its answer.
const DEAF: Duration = Duration::from_secs(30);

/// The most memory of a connection for what is read and not yet understood; a request's head must fit.
const BUFFER_BYTES: usize = 128 << 10;

/// How long to wait when no connection can be accepted, as when there are no file descriptors left.
const PAUSE: Duration = Duration::from_millis(200);

/// How many connections too many are told so at once; others are closed without a word.
const TOLD_AT_ONCE: usize = 64;

/// How long that may take.
const TELLING: Duration = Duration::from_secs(1);

/// What a connection too many is told.
const FULL: &str = "{\"error\":\"service_unavailable\",\"message\":\"There are too many connections. Please try again \
    shortly.\",\"detail\":null}";

/// Serves until `stop` is done, then lets requests finish for a while.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    meter: &Metrics,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let telling = Arc::new(Semaphore::new(TOLD_AT_ONCE));
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener) => accepted,
        };
        match places.clone().try_acquire_owned() {
            Ok(place) => {
                let (counting, watcher) = (meter.connection(), graceful.watcher());
                let serving = converse(stream, peer, router.clone(), limits.head, watcher);
                tokio::spawn(async move {
                    serving.await;
                    drop((place, counting));
                });
            }
            Err(_) => {
                meter.rejected("connections");
                if let Ok(turn) = telling.clone().try_acquire_owned() {
                    tokio::spawn(async move {
                        // Whoever cannot be told within that time is not told.
                        let _ = timeout(TELLING, turn_away(stream)).await;
                        drop(turn);
                    });
                }
            }
        }
    }
    drop(listener);
    if timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client's own doing.
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                sleep(PAUSE).await;
            }
        }
    }
}

fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn converse(stream: TcpStream, peer: SocketAddr, router: Router, head: Duration, watcher: Watcher) {
    // Answers are written whole; waiting for more to send along would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was lost before it began");
        return;
    }
    let service = TowerToHyperService::new(router);
    let with_peer = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        service.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(BUFFER_BYTES);
    let connection = http.serve_connection(TokioIo::new(Patient::new(stream)), with_peer);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// Says why, and waits until it was heard: closing at once what still has something to say would take the answer with it.
async fn turn_away(mut stream: TcpStream) -> io::Result<()> {
    let length = FULL.len();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         retry-after: 1\r\nconnection: close\r\n\r\n{FULL}"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    let mut rest = [0; 4_096];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// A stream whose other side must take something of what is written, now and then.
struct Patient {
    stream: TcpStream,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn new(stream: TcpStream) -> Self {
        Patient { stream, waiting: None }
    }

    fn written(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(DEAF)));
        match waiting.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, to)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
