//! The way of a long answer to a client that reads at its own pace: some of it waits in memory, more on disk.
//!
//! Many clients send all of their file before they read a byte of the answer. Were the answer to wait for them, both
//! would wait for each other; were it all kept in memory, there would be no bound to that. So what does not fit waits
//! in a file without a name, which is gone when the answer is. Owns that, and the trailer at the end. May not know what
//! is in an answer.

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
use tokio::sync::Notify;
use uuid::Uuid;

/// How much waits in memory.
const MEMORY_BYTES: usize = 1 << 20;

/// How much waits on disk; what is beyond waits to be made.
const DISK_BYTES: u64 = 2 << 30;

/// How much is read from disk at once.
const READ_BYTES: usize = 64 << 10;

/// The client is gone, or has not read for too long.
#[derive(Debug)]
pub(super) struct Gone;

/// Where an answer goes in.
#[derive(Debug)]
pub(super) struct Inlet {
    shared: Arc<Shared>,
    file: Option<File>,
    /// There is no room on disk.
    diskless: bool,
    /// How long a client may not read while there is no room.
    patience: Duration,
}

/// Where it comes out.
#[derive(Debug)]
pub(super) struct Outlet(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Told whenever something was taken out.
    room: Notify,
}

/// What waits. All of it that is in memory is older than all that is on disk.
#[derive(Debug, Default)]
struct State {
    memory: VecDeque<Bytes>,
    bytes: usize,
    file: Option<File>,
    written: u64,
    read: u64,
    end: Option<End>,
    gone: bool,
    waker: Option<Waker>,
}

#[derive(Debug)]
enum End {
    Whole(Option<HeaderMap>),
    Broken,
}

/// An empty way.
pub(super) fn open(patience: Duration) -> (Inlet, Outlet) {
    let shared = Arc::new(Shared::default());
    (Inlet { shared: shared.clone(), file: None, diskless: false, patience }, Outlet(shared))
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn is_on_disk(&self) -> bool {
        self.read < self.written
    }
}

impl Inlet {
    /// Puts more of the answer in; waits where there is no room.
    pub(super) async fn send(&mut self, mut bytes: Bytes) -> Result<(), Gone> {
        while !bytes.is_empty() {
            match self.put(bytes)? {
                None => return Ok(()),
                Some(rest) => bytes = rest,
            }
            if !self.diskless {
                match self.put_on_disk(bytes.clone()).await {
                    Ok(true) => return Ok(()),
                    Ok(false) => {}
                    Err(error) => {
                        tracing::warn!(%error, "no disk for an answer that is not read yet: it waits");
                        self.diskless = true;
                    }
                }
            }
            tokio::time::timeout(self.patience, self.shared.room.notified()).await.map_err(|_| Gone)?;
        }
        Ok(())
    }

    /// Ends the answer.
    pub(super) fn finish(self, trailers: HeaderMap) {
        let mut state = self.shared.lock();
        state.end = Some(End::Whole(Some(trailers)));
        state.wake();
    }

    /// Puts it into memory, or gives it back.
    fn put(&mut self, bytes: Bytes) -> Result<Option<Bytes>, Gone> {
        let mut state = self.shared.lock();
        if state.gone {
            return Err(Gone);
        }
        if state.is_on_disk() || state.bytes >= MEMORY_BYTES {
            return Ok(Some(bytes));
        }
        state.bytes += bytes.len();
        state.memory.push_back(bytes);
        state.wake();
        Ok(None)
    }

    /// False where there is too much on it already.
    async fn put_on_disk(&mut self, bytes: Bytes) -> io::Result<bool> {
        {
            let state = self.shared.lock();
            if state.written - state.read > DISK_BYTES {
                return Ok(false);
            }
        }
        let file = self.file.take();
        let count = bytes.len() as u64;
        let work = move || -> io::Result<(File, Option<File>)> {
            let (mut file, reader) = match file {
                Some(file) => (file, None),
                None => nameless().map(|(writer, reader)| (writer, Some(reader)))?,
            };
            file.write_all(&bytes)?;
            Ok((file, reader))
        };
        let (file, reader) = tokio::task::spawn_blocking(work).await.map_err(io::Error::other)??;
        self.file = Some(file);
        let mut state = self.shared.lock();
        if reader.is_some() {
            state.file = reader;
        }
        state.written += count;
        state.wake();
        Ok(true)
    }
}

/// One file, open twice, that nobody else finds.
fn nameless() -> io::Result<(File, File)> {
    let path = std::env::temp_dir().join(format!("leadlight-{}.part", Uuid::new_v4()));
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let writer = options.open(&path)?;
    let reader = File::open(&path);
    std::fs::remove_file(&path)?;
    Ok((writer, reader?))
}

/// An answer that nobody finished must not look finished.
impl Drop for Inlet {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.end.get_or_insert(End::Broken);
        state.wake();
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.gone = true;
        state.memory.clear();
        self.0.room.notify_one();
    }
}

impl Body for Outlet {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let mut state = self.0.lock();
        if let Some(bytes) = state.memory.pop_front() {
            state.bytes -= bytes.len();
            self.0.room.notify_one();
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if state.is_on_disk() {
            let read = state.read_on();
            self.0.room.notify_one();
            return Poll::Ready(Some(read.map(Frame::data)));
        }
        match &mut state.end {
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
            Some(End::Broken) => Poll::Ready(Some(Err(io::Error::other("the answer broke off")))),
            Some(End::Whole(trailers)) => Poll::Ready(trailers.take().map(|trailers| Ok(Frame::trailers(trailers)))),
        }
    }
}

impl State {
    /// What was written a moment ago is still in the system's memory, so this does not keep others waiting.
    fn read_on(&mut self) -> io::Result<Bytes> {
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

    async fn next(outlet: &mut Outlet) -> Option<io::Result<Frame<Bytes>>> {
        poll_fn(|context| Pin::new(&mut *outlet).poll_frame(context)).await
    }

    #[tokio::test]
    async fn what_is_not_read_waits_and_comes_out_in_order() {
        let (mut inlet, mut outlet) = open(Duration::from_millis(100));
        let pieces: Vec<Bytes> = (0..40_u8).map(|number| vec![number; 100_000].into()).collect();
        for piece in &pieces {
            inlet.send(piece.clone()).await.unwrap();
        }
        assert!(outlet.0.lock().bytes <= MEMORY_BYTES + 100_000);
        inlet.finish(HeaderMap::from_iter([(axum::http::header::TE, "end".parse().unwrap())]));
        let mut read = Vec::new();
        let trailers = loop {
            match next(&mut outlet).await.unwrap().unwrap().into_data() {
                Ok(bytes) => read.extend_from_slice(&bytes),
                Err(frame) => break frame.into_trailers().unwrap(),
            }
        };
        assert_eq!(read, pieces.concat());
        assert_eq!(trailers.len(), 1);
        assert!(next(&mut outlet).await.is_none());
    }

    #[tokio::test]
    async fn without_a_disk_the_answer_waits_for_its_reader_and_not_for_ever() {
        let (mut inlet, mut outlet) = open(Duration::from_millis(100));
        inlet.diskless = true;
        inlet.send(vec![1; MEMORY_BYTES].into()).await.unwrap();
        let reader = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            next(&mut outlet).await.unwrap().unwrap()
        };
        let (sent, _) = tokio::join!(inlet.send(vec![2; MEMORY_BYTES].into()), reader);
        sent.unwrap();
        assert!(inlet.send(vec![3].into()).await.is_err());
    }

    #[tokio::test]
    async fn an_answer_that_is_dropped_breaks_off() {
        let (mut inlet, mut outlet) = open(Duration::from_millis(100));
        inlet.send(Bytes::from_static(b"half")).await.unwrap();
        drop(inlet);
        assert!(next(&mut outlet).await.unwrap().is_ok());
        assert!(next(&mut outlet).await.unwrap().is_err());
    }

    #[tokio::test]
    async fn nothing_is_made_for_a_client_that_is_gone() {
        let (mut inlet, outlet) = open(Duration::from_millis(100));
        drop(outlet);
        assert!(inlet.send(Bytes::from_static(b"x")).await.is_err());
    }
}
