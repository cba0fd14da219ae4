//! A keep-alive HTTP/1.1 connection: sends the bytes of a request, parses head and body of the response.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Read and write timeout of the socket.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// Buffer of one read.
    buffer: Vec<u8>,
}

pub(crate) struct Response<'c> {
    pub(crate) status: u16,
    /// Header `Server-Timing`.
    pub(crate) timing: Option<&'c str>,
    pub(crate) body: Vec<u8>,
    /// Arrival of the last byte.
    pub(crate) received_at: Instant,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(Connection { stream, received: Vec::with_capacity(1 << 14), buffer: vec![0; 1 << 16] })
    }

    /// Sends a request and waits for the whole response.
    pub(crate) fn send(&mut self, request: &[u8]) -> Result<Response<'_>> {
        self.received.clear();
        self.stream.write_all(request)?;
        let head = self.read_until(|received| find(received, b"\r\n\r\n"))? + 4;
        let body = match length(text(&self.received[..head])?)? {
            Some(length) => {
                self.read_until(|received| (received.len() >= head + length).then_some(()))?;
                self.received[head..head + length].to_vec()
            }
            None => self.read_until(|received| decode_chunks(&received[head..]))?,
        };
        let received_at = Instant::now();
        let head = text(&self.received[..head])?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Response {
            status: status.ok_or_else(|| invalid("status"))?,
            timing: header(head, "server-timing"),
            body,
            received_at,
        })
    }

    /// Reads until `found` returns a value for the bytes received.
    fn read_until<T>(&mut self, found: impl Fn(&[u8]) -> Option<T>) -> Result<T> {
        loop {
            if let Some(found) = found(&self.received) {
                return Ok(found);
            }
            match self.stream.read(&mut self.buffer)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.received.extend_from_slice(&self.buffer[..count]),
            }
        }
    }
}

/// Content length; `None` for a chunked body.
fn length(head: &str) -> Result<Option<usize>> {
    if header(head, "transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return Ok(None);
    }
    let length = header(head, "content-length").and_then(|length| length.parse().ok());
    length.map(Some).ok_or_else(|| invalid("length"))
}

/// Body of a chunked response; `None` until its last chunk has arrived.
fn decode_chunks(mut chunks: &[u8]) -> Option<Vec<u8>> {
    // A cheap check for the usual case, an incomplete body.
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
            // Trailers may follow; the empty line behind them ends the response.
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
    std::str::from_utf8(bytes).map_err(|_| invalid("text"))
}

fn invalid(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("a response without a {what}"))
}
