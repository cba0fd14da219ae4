//! Non-blocking log writer: a bounded queue and a thread that writes batches of lines to stderr.
//!
//! A slow reader of stderr never blocks a request: lines beyond the queue's capacity are dropped, and their number is
//! written as `lines_lost`. Shutdown waits at most one second. (`tracing-appender` differs there: with a full queue its
//! guard prints to stdout, which blocks for ever when stdout and stderr share a pipe that nobody reads.)

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// Capacity of the queue, in lines.
const QUEUE_LINES: usize = 16_384;

/// Size above which a batch is written, in bytes.
const BATCH_BYTES: usize = 64 << 10;

/// Delay after the first line of a batch, so that the thread is woken once per batch, not once per line.
const BATCH_DELAY: Duration = Duration::from_millis(5);

/// Maximum wait for the last lines at shutdown.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

enum Message {
    Line(Vec<u8>),
    /// Acknowledged when all earlier lines are written.
    Flush(SyncSender<()>),
}

/// Handle of the writer; cheap to clone.
#[derive(Clone)]
pub(super) struct NonBlockingLog {
    messages: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

/// Flushes the queue when dropped.
pub(super) struct FlushGuard(NonBlockingLog);

impl NonBlockingLog {
    /// Starts the thread that writes to `out`.
    pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<(NonBlockingLog, FlushGuard)> {
        let (messages, queue) = sync_channel(QUEUE_LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let log = NonBlockingLog { messages, dropped: dropped.clone() };
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write_batches(&queue, out, &dropped))?;
        Ok((log.clone(), FlushGuard(log)))
    }
}

impl Drop for FlushGuard {
    fn drop(&mut self) {
        let (done, flushed) = sync_channel(1);
        if self.0.messages.send(Message::Flush(done)).is_ok() {
            // A reader that has stopped reading must not block shutdown.
            let _ = flushed.recv_timeout(FLUSH_TIMEOUT);
        }
    }
}

/// Queues one line per call of `write`.
impl Write for NonBlockingLog {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.messages.try_send(Message::Line(line.to_vec())) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for NonBlockingLog {
    type Writer = NonBlockingLog;

    fn make_writer(&'a self) -> NonBlockingLog {
        self.clone()
    }
}

fn write_batches(queue: &Receiver<Message>, mut out: impl Write, dropped: &AtomicU64) {
    let (mut bytes, mut is_behind) = (Vec::new(), false);
    while let Ok(first) = queue.recv() {
        if matches!(first, Message::Line(_)) && !is_behind {
            std::thread::sleep(BATCH_DELAY);
        }
        let mut flushes = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => bytes.extend_from_slice(&line),
                Message::Flush(done) => flushes.push(done),
            }
            next = if bytes.len() < BATCH_BYTES { queue.try_recv().ok() } else { None };
        }
        is_behind = bytes.len() >= BATCH_BYTES;
        let count = dropped.swap(0, Ordering::Relaxed);
        if count > 0 {
            bytes.extend_from_slice(format!("{{\"level\":\"WARN\",\"lines_lost\":{count}}}\n").as_bytes());
        }
        // Without stderr there is nowhere to report the error.
        let _ = out.write_all(&bytes).and_then(|()| out.flush());
        bytes.clear();
        for done in flushes {
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::{Sender, channel};

    /// Output that blocks before each write until a permit arrives or the sender of permits is dropped.
    #[derive(Clone)]
    struct BlockingOutput {
        written: Arc<Mutex<String>>,
        permits: Arc<Mutex<Receiver<()>>>,
    }

    impl BlockingOutput {
        fn new() -> (BlockingOutput, Sender<()>) {
            let (sender, permits) = channel();
            (BlockingOutput { written: Arc::default(), permits: Arc::new(Mutex::new(permits)) }, sender)
        }
    }

    impl Write for BlockingOutput {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.permits.lock().unwrap().recv();
            self.written.lock().unwrap().push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn all_lines_are_written_in_order_before_the_guard_is_dropped() {
        let (output, permits) = BlockingOutput::new();
        drop(permits);
        let written = output.written.clone();
        let (mut log, guard) = NonBlockingLog::start(output).unwrap();
        let lines: String = (0..5_000).map(|at| format!("line {at}\n")).collect();
        for line in lines.split_inclusive('\n') {
            log.write_all(line.as_bytes()).unwrap();
        }
        drop(guard);
        assert_eq!(*written.lock().unwrap(), lines);
    }

    #[test]
    fn blocked_output_never_blocks_callers_and_dropped_lines_are_counted() {
        let (output, permits) = BlockingOutput::new();
        let written = output.written.clone();
        let (mut log, guard) = NonBlockingLog::start(output).unwrap();
        for _ in 0..QUEUE_LINES * 2 {
            log.write_all(&[b'x'; 64]).unwrap();
        }
        drop(permits);
        drop(guard);
        assert!(written.lock().unwrap().contains("\"lines_lost\":"));
    }
}
