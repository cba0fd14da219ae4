//! The lines of the log on their way to stderr: handed over without waiting, written together.
//!
//! Owns the thread that writes. A reader of stderr that is slow never holds up a request: lines beyond what is kept for
//! it are let go, counted, and the count is written. May not know what a line says.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// How many lines are kept for the writer.
const LINES_MAX: usize = 16_384;

/// How many bytes are written at once.
const BYTES_AT_ONCE: usize = 64 << 10;

/// How long lines are gathered before they are written: so the thread is woken for many of them at once, not for each.
const GATHERING: Duration = Duration::from_millis(5);

/// How long the end of the program waits for the last lines.
const LAST_PATIENCE: Duration = Duration::from_secs(1);

enum Message {
    Line(Vec<u8>),
    /// Answered when everything before it is written.
    Flush(SyncSender<()>),
}

/// The way to the writer; cheap to clone.
#[derive(Clone)]
pub(super) struct Journal {
    messages: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

/// Waits for what was written when it is dropped.
pub(super) struct Ending(Journal);

impl Journal {
    /// Starts the thread that writes to `out`.
    pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<(Journal, Ending)> {
        let (messages, waiting) = sync_channel(LINES_MAX);
        let lost = Arc::new(AtomicU64::new(0));
        let journal = Journal { messages, lost: lost.clone() };
        std::thread::Builder::new().name("journal".to_owned()).spawn(move || write(&waiting, out, &lost))?;
        Ok((journal.clone(), Ending(journal)))
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let (done, written) = sync_channel(1);
        if self.0.messages.send(Message::Flush(done)).is_ok() {
            // Whoever does not read what is written does not keep the program from ending.
            let _ = written.recv_timeout(LAST_PATIENCE);
        }
    }
}

/// One line: what is written at once.
impl Write for Journal {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.messages.try_send(Message::Line(line.to_vec())) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Journal {
    type Writer = Journal;

    fn make_writer(&'a self) -> Journal {
        self.clone()
    }
}

fn write(waiting: &Receiver<Message>, mut out: impl Write, lost: &AtomicU64) {
    let (mut bytes, mut is_behind) = (Vec::new(), false);
    while let Ok(first) = waiting.recv() {
        if matches!(first, Message::Line(_)) && !is_behind {
            std::thread::sleep(GATHERING);
        }
        let mut flushed = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => bytes.extend_from_slice(&line),
                Message::Flush(done) => flushed.push(done),
            }
            next = if bytes.len() < BYTES_AT_ONCE { waiting.try_recv().ok() } else { None };
        }
        is_behind = bytes.len() >= BYTES_AT_ONCE;
        let count = lost.swap(0, Ordering::Relaxed);
        if count > 0 {
            bytes.extend_from_slice(format!("{{\"level\":\"WARN\",\"lines_lost\":{count}}}\n").as_bytes());
        }
        // There is no other place to tell that stderr is gone.
        let _ = out.write_all(&bytes).and_then(|()| out.flush());
        bytes.clear();
        for done in flushed {
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::{Sender, channel};

    /// Holds what is written, each time after it was let go on.
    #[derive(Clone)]
    struct Slow {
        written: Arc<Mutex<String>>,
        go: Arc<Mutex<Receiver<()>>>,
    }

    impl Slow {
        fn new() -> (Slow, Sender<()>) {
            let (sender, go) = channel();
            (Slow { written: Arc::default(), go: Arc::new(Mutex::new(go)) }, sender)
        }
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.go.lock().unwrap().recv();
            self.written.lock().unwrap().push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_come_whole_and_in_order_before_the_end() {
        let (slow, go) = Slow::new();
        drop(go);
        let written = slow.written.clone();
        let (mut journal, ending) = Journal::start(slow).unwrap();
        let lines: String = (0..5_000).map(|at| format!("line {at}\n")).collect();
        for line in lines.split_inclusive('\n') {
            journal.write_all(line.as_bytes()).unwrap();
        }
        drop(ending);
        assert_eq!(*written.lock().unwrap(), lines);
    }

    #[test]
    fn who_does_not_read_holds_up_nobody_and_the_loss_is_told() {
        let (slow, go) = Slow::new();
        let written = slow.written.clone();
        let (mut journal, ending) = Journal::start(slow).unwrap();
        for _ in 0..LINES_MAX * 2 {
            journal.write_all(&[b'x'; 64]).unwrap();
        }
        drop(go);
        drop(ending);
        assert!(written.lock().unwrap().contains("\"lines_lost\":"));
    }
}
