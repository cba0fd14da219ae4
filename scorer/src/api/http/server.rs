//! The HTTP/1.1 server: connection limit, timeouts, graceful shutdown. axum's own server has no such limits.

use crate::api::config::Limits;
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

/// Time for requests in flight to finish at shutdown: less than the ten seconds after which containers are killed.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(8);

/// Write timeout.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Read buffer of a connection in bytes; a request's head must fit.
const BUFFER_BYTES: usize = 128 << 10;

/// Pause after a failed `accept`, as when there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Excess connections answered with 503 concurrently; the rest are dropped.
const MAX_REJECTING: usize = 64;

/// Time for the 503 of an excess connection.
const REJECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Body of that 503.
const TOO_MANY: &str = "{\"error\":\"service_unavailable\",\"message\":\"There are too many connections. Please try again \
    shortly.\",\"detail\":null}";

/// Observer of connections, for metrics.
pub(crate) trait ConnectionObserver {
    /// Value held while a connection is open.
    type Guard: Send + 'static;
    /// Counts a connection as open until the guard is dropped.
    fn opened(&self) -> Self::Guard;
    /// Counts an excess connection.
    fn rejected(&self);
}

/// Serves until `shutdown` completes, then waits for requests in flight.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    observer: &impl ConnectionObserver,
    shutdown: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let rejecting = Arc::new(Semaphore::new(MAX_REJECTING));
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accept(&listener) => accepted,
        };
        match permits.clone().try_acquire_owned() {
            Ok(permit) => {
                let (guard, watcher) = (observer.opened(), graceful.watcher());
                let serving = serve_connection(stream, peer, router.clone(), limits.head, watcher);
                tokio::spawn(async move {
                    serving.await;
                    drop((permit, guard));
                });
            }
            Err(_) => {
                observer.rejected();
                if let Ok(permit) = rejecting.clone().try_acquire_owned() {
                    tokio::spawn(async move {
                        // A client that does not read in time gets no response.
                        let _ = timeout(REJECT_TIMEOUT, reject(stream)).await;
                        drop(permit);
                    });
                }
            }
        }
    }
    drop(listener);
    if timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests in flight were aborted at shutdown");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // Caused by the client.
            Err(error) if is_client_error(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_client_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn serve_connection(stream: TcpStream, peer: SocketAddr, router: Router, head: Duration, watcher: Watcher) {
    // Responses are written whole; Nagle's algorithm would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "connection lost before it was served");
        return;
    }
    let service = TowerToHyperService::new(router);
    let with_peer = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        service.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(BUFFER_BYTES);
    let connection = http.serve_connection(TokioIo::new(WriteTimeoutIo::new(stream)), with_peer);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "connection closed with an error");
    }
}

/// Sends 503, then drains the socket, so that a TCP reset does not discard the response.
async fn reject(mut stream: TcpStream) -> io::Result<()> {
    let length = TOO_MANY.len();
    let response = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         retry-after: 1\r\nconnection: close\r\n\r\n{TOO_MANY}"
    );
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await?;
    let mut rest = [0; 4_096];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// Stream that fails when the peer reads nothing of a response for the write timeout.
struct WriteTimeoutIo {
    stream: TcpStream,
    timer: Option<Pin<Box<Sleep>>>,
}

impl WriteTimeoutIo {
    fn new(stream: TcpStream) -> Self {
        WriteTimeoutIo { stream, timer: None }
    }

    fn check_timeout(&mut self, context: &mut Context<'_>, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if result.is_ready() {
            self.timer = None;
            return result;
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(WRITE_TIMEOUT)));
        match timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for WriteTimeoutIo {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, to)
    }
}

impl AsyncWrite for WriteTimeoutIo {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.check_timeout(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.check_timeout(context, written)
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
