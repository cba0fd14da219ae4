//! Response buffer for clients that read slowly: a bounded part in memory, the rest in an unnamed temporary file.
//!
//! Many clients send their whole file before they read a byte of the response. If the response waited for them, both
//! sides would deadlock; if it were kept in memory, memory would have no bound.

use axum::body::Bytes;
use axum::http::HeaderMap;
use hyper::body::{Body, Frame};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tempfile::NamedTempFile;
use tokio::sync::Notify;

/// Most bytes in memory.
const MEMORY_BYTES: usize = 1 << 20;

/// Most bytes on disk; beyond that, the sender waits.
const DISK_BYTES: u64 = 2 << 30;

/// Bytes per read from disk.
const READ_BYTES: usize = 64 << 10;

/// Error: the client disconnected, or has not read for too long.
#[derive(Debug)]
pub(super) struct ClientGone;

/// Sending end.
#[derive(Debug)]
pub(super) struct SpillSender {
    buffer: Arc<Buffer>,
    file: Option<File>,
    /// True after a disk error; from then on only memory is used.
    disk_failed: bool,
    /// Longest time to wait for a full buffer to be read.
    read_timeout: Duration,
}

/// Receiving end, the body of the response.
#[derive(Debug)]
pub(super) struct SpillBody(Arc<Buffer>);

#[derive(Debug, Default)]
struct Buffer {
    state: Mutex<BufferState>,
    /// Notified whenever something was read.
    space: Notify,
}

/// Buffered bytes. Those in memory are older than those on disk.
#[derive(Debug, Default)]
struct BufferState {
    memory: VecDeque<Bytes>,
    bytes: usize,
    file: Option<File>,
    written: u64,
    read: u64,
    end: Option<End>,
    client_gone: bool,
    waker: Option<Waker>,
}

#[derive(Debug)]
enum End {
    Complete(Option<HeaderMap>),
    Aborted,
}

/// Creates an empty buffer.
pub(super) fn channel(read_timeout: Duration) -> (SpillSender, SpillBody) {
    let buffer = Arc::new(Buffer::default());
    (SpillSender { buffer: buffer.clone(), file: None, disk_failed: false, read_timeout }, SpillBody(buffer))
}

impl Buffer {
    fn lock(&self) -> MutexGuard<'_, BufferState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BufferState {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn is_on_disk(&self) -> bool {
        self.read < self.written
    }
}

impl SpillSender {
    /// Appends bytes; waits while the buffer is full.
    pub(super) async fn send(&mut self, mut bytes: Bytes) -> Result<(), ClientGone> {
        while !bytes.is_empty() {
            match self.push_to_memory(bytes)? {
                None => return Ok(()),
                Some(rest) => bytes = rest,
            }
            if !self.disk_failed {
                match self.push_to_disk(bytes.clone()).await {
                    Ok(true) => return Ok(()),
                    Ok(false) => {}
                    Err(error) => {
                        tracing::warn!(%error, "cannot buffer a response on disk; it waits for its client");
                        self.disk_failed = true;
                    }
                }
            }
            tokio::time::timeout(self.read_timeout, self.buffer.space.notified()).await.map_err(|_| ClientGone)?;
        }
        Ok(())
    }

    /// Ends the response.
    pub(super) fn finish(self, trailers: HeaderMap) {
        let mut state = self.buffer.lock();
        state.end = Some(End::Complete(Some(trailers)));
        state.wake();
    }

    /// Appends to memory; returns the bytes if it is full.
    fn push_to_memory(&mut self, bytes: Bytes) -> Result<Option<Bytes>, ClientGone> {
        let mut state = self.buffer.lock();
        if state.client_gone {
            return Err(ClientGone);
        }
        if state.is_on_disk() || state.bytes >= MEMORY_BYTES {
            return Ok(Some(bytes));
        }
        state.bytes += bytes.len();
        state.memory.push_back(bytes);
        state.wake();
        Ok(None)
    }

    /// Appends to the file; false if that is full.
    async fn push_to_disk(&mut self, bytes: Bytes) -> io::Result<bool> {
        {
            let state = self.buffer.lock();
            if state.written - state.read > DISK_BYTES {
                return Ok(false);
            }
        }
        let file = self.file.take();
        let count = bytes.len() as u64;
        let work = move || -> io::Result<(File, Option<File>)> {
            let (mut file, reader) = match file {
                Some(file) => (file, None),
                None => unnamed_file().map(|(writer, reader)| (writer, Some(reader)))?,
            };
            file.write_all(&bytes)?;
            Ok((file, reader))
        };
        let (file, reader) = tokio::task::spawn_blocking(work).await.map_err(io::Error::other)??;
        self.file = Some(file);
        let mut state = self.buffer.lock();
        if reader.is_some() {
            state.file = reader;
        }
        state.written += count;
        state.wake();
        Ok(true)
    }
}

/// Creates a file, opened for writing and for reading, and removes its name.
fn unnamed_file() -> io::Result<(File, File)> {
    let file = NamedTempFile::new()?;
    let reader = file.reopen()?;
    let (writer, path) = file.into_parts();
    path.close()?;
    Ok((writer, reader))
}

/// Aborts an unfinished response, so that the client does not take it for complete.
impl Drop for SpillSender {
    fn drop(&mut self) {
        let mut state = self.buffer.lock();
        state.end.get_or_insert(End::Aborted);
        state.wake();
    }
}

impl Drop for SpillBody {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.client_gone = true;
        state.memory.clear();
        self.0.space.notify_one();
    }
}

impl Body for SpillBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let mut state = self.0.lock();
        if let Some(bytes) = state.memory.pop_front() {
            state.bytes -= bytes.len();
            self.0.space.notify_one();
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if state.is_on_disk() {
            let read = state.read_from_disk();
            self.0.space.notify_one();
            return Poll::Ready(Some(read.map(Frame::data)));
        }
        match &mut state.end {
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
            Some(End::Aborted) => Poll::Ready(Some(Err(io::Error::other("the response was aborted")))),
            Some(End::Complete(trailers)) => Poll::Ready(trailers.take().map(|trailers| Ok(Frame::trailers(trailers)))),
        }
    }
}

impl BufferState {
    /// Blocks only briefly: bytes written a moment ago are still in the page cache.
    fn read_from_disk(&mut self) -> io::Result<Bytes> {
        let wanted = (self.written - self.read).min(READ_BYTES as u64) as usize;
        let mut bytes = vec![0; wanted];
        let file = self.file.as_mut().ok_or_else(|| io::Error::other("no file"))?;
        file.read_exact(&mut bytes)?;
        self.read += wanted as u64;
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn next_frame(body: &mut SpillBody) -> Option<io::Result<Frame<Bytes>>> {
        poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
    }

    #[tokio::test]
    async fn unread_bytes_are_buffered_and_stay_in_order() {
        let (mut sender, mut body) = channel(Duration::from_millis(100));
        let pieces: Vec<Bytes> = (0..40_u8).map(|number| vec![number; 100_000].into()).collect();
        for piece in &pieces {
            sender.send(piece.clone()).await.unwrap();
        }
        assert!(body.0.lock().bytes <= MEMORY_BYTES + 100_000);
        sender.finish(HeaderMap::from_iter([(axum::http::header::TE, "end".parse().unwrap())]));
        let mut read = Vec::new();
        let trailers = loop {
            match next_frame(&mut body).await.unwrap().unwrap().into_data() {
                Ok(bytes) => read.extend_from_slice(&bytes),
                Err(frame) => break frame.into_trailers().unwrap(),
            }
        };
        assert_eq!(read, pieces.concat());
        assert_eq!(trailers.len(), 1);
        assert!(next_frame(&mut body).await.is_none());
    }

    #[tokio::test]
    async fn without_a_disk_the_sender_waits_until_the_timeout() {
        let (mut sender, mut body) = channel(Duration::from_millis(100));
        sender.disk_failed = true;
        sender.send(vec![1; MEMORY_BYTES].into()).await.unwrap();
        let reader = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            next_frame(&mut body).await.unwrap().unwrap()
        };
        let (sent, _) = tokio::join!(sender.send(vec![2; MEMORY_BYTES].into()), reader);
        sent.unwrap();
        assert!(sender.send(vec![3].into()).await.is_err());
    }

    #[tokio::test]
    async fn a_dropped_sender_aborts_the_response() {
        let (mut sender, mut body) = channel(Duration::from_millis(100));
        sender.send(Bytes::from_static(b"half")).await.unwrap();
        drop(sender);
        assert!(next_frame(&mut body).await.unwrap().is_ok());
        assert!(next_frame(&mut body).await.unwrap().is_err());
    }

    #[tokio::test]
    async fn sending_to_a_gone_client_fails() {
        let (mut sender, body) = channel(Duration::from_millis(100));
        drop(body);
        assert!(sender.send(Bytes::from_static(b"x")).await.is_err());
    }
}
