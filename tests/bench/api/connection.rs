//! One connection that is kept: a request's bytes out, an answer's head and body in. Knows as much of HTTP/1.1 as answers
//! to POST need; nothing of what they say.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A service that is silent for so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// Room for what one read brings.
    piece: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer<'c> {
    pub(crate) status: u16,
    /// The service's own account of its time, where it gives one.
    pub(crate) timing: Option<&'c str>,
    pub(crate) body: Vec<u8>,
    /// When the last byte was there.
    pub(crate) at: Instant,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Connection { stream, received: Vec::with_capacity(1 << 14), piece: vec![0; 1 << 16] })
    }

    /// Sends a request and waits for the whole answer.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.received.clear();
        self.stream.write_all(request)?;
        let head = self.until(|received| find(received, b"\r\n\r\n"))? + 4;
        let body = match length(text(&self.received[..head])?)? {
            Some(length) => {
                self.until(|received| (received.len() >= head + length).then_some(()))?;
                self.received[head..head + length].to_vec()
            }
            None => self.until(|received| whole(&received[head..]))?,
        };
        let at = Instant::now();
        let head = text(&self.received[..head])?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Answer { status: status.ok_or_else(|| no_http("status"))?, timing: header(head, "server-timing"), body, at })
    }

    /// Reads on until a thing is found in what was received.
    fn until<T>(&mut self, found: impl Fn(&[u8]) -> Option<T>) -> Result<T> {
        loop {
            if let Some(found) = found(&self.received) {
                return Ok(found);
            }
            match self.stream.read(&mut self.piece)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.received.extend_from_slice(&self.piece[..count]),
            }
        }
    }
}

/// The body's length; none where it comes in chunks.
fn length(head: &str) -> Result<Option<usize>> {
    if header(head, "transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return Ok(None);
    }
    let length = header(head, "content-length").and_then(|length| length.parse().ok());
    length.map(Some).ok_or_else(|| no_http("length"))
}

/// The body within its chunks, when the last one is there.
fn whole(mut chunks: &[u8]) -> Option<Vec<u8>> {
    // Most of the time it is not, which is cheap to see.
    if !chunks.ends_with(b"\r\n\r\n") {
        return None;
    }
    let mut body = Vec::new();
    loop {
        let end = find(chunks, b"\r\n")?;
        let size = std::str::from_utf8(&chunks[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        let rest = &chunks[end + 2..];
        if size == 0 {
            // Trailers may follow; the empty line behind them ends the answer.
            return (rest.starts_with(b"\r\n") || find(rest, b"\r\n\r\n").is_some()).then_some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        chunks = rest.get(size + 2..)?;
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| no_http("text"))
}

fn no_http(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("an answer without a {what}"))
}
