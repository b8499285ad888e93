//! A proxy that understands HTTP/1.1 and answers, changes or breaks off what a test wants it to:
//! what a byte proxy cannot do, because it does not know where a body begins.
//!
//! Every client's connection has a thread of its own, and every request a connection to the server.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const PIECE: usize = 16 << 10;

/// The first line of a request, and which of all requests it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `GET`
    pub method: String,
    /// Path and query as they were sent.
    pub target: String,
    /// From 0, over all connections.
    pub number: u64,
    /// Bytes of the body.
    pub length: u64,
    /// Names in small letters, and values.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What befalls a request or its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// This answer instead of the server's, which never hears of the request.
    Answer {
        /// The status line's number.
        status: u16,
        /// The body.
        body: String,
    },
    /// The server does what it is asked, and this is answered in place of what it says.
    Instead {
        /// The status line's number.
        status: u16,
        /// The body.
        body: String,
    },
    /// The connection ends behind so many bytes of the request's body.
    CutRequest(u64),
    /// The connection ends behind so many bytes of the answer's body.
    CutAnswer(u64),
    /// A bit of this byte of the request's body is another one.
    FlipRequest(u64),
    /// A bit of this byte of the answer's body is another one.
    FlipAnswer(u64),
    /// The answer's body comes in pieces of so many bytes, ten a second.
    Drip(usize),
}

type Rule = dyn FnMut(&Asked) -> Option<Fault> + Send;

/// What passed.
#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    faults: AtomicU64,
    sent: AtomicU64,
}

/// A proxy before one server, for as long as the process lives.
pub struct HttpProxy {
    address: SocketAddr,
    counts: Arc<Counts>,
}

impl HttpProxy {
    /// A proxy on a free port of 127.0.0.1 that leads to `upstream` (`host:port`); `rule` decides
    /// what befalls every request.
    ///
    /// # Errors
    /// When no port is to be had.
    pub fn to(
        upstream: &str,
        rule: impl FnMut(&Asked) -> Option<Fault> + Send + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let counts = Arc::<Counts>::default();
        let passing = Arc::new(Passing {
            upstream: upstream.to_owned(),
            rule: Mutex::new(Box::new(rule)),
            counts: Arc::clone(&counts),
        });
        std::thread::Builder::new()
            .name("http-proxy".into())
            .spawn(move || {
                for client in listener.incoming().flatten() {
                    let passing = Arc::clone(&passing);
                    // A connection that breaks is what tests are about.
                    std::thread::spawn(move || drop(passing.converse(&client)));
                }
            })?;
        Ok(Self { address, counts })
    }

    /// Where it listens, as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Requests so far.
    pub fn requests(&self) -> u64 {
        self.counts.requests.load(Ordering::SeqCst)
    }

    /// Faults so far.
    pub fn faults(&self) -> u64 {
        self.counts.faults.load(Ordering::SeqCst)
    }

    /// Bytes of requests' bodies that reached the server.
    pub fn sent(&self) -> u64 {
        self.counts.sent.load(Ordering::SeqCst)
    }
}

struct Passing {
    upstream: String,
    rule: Mutex<Box<Rule>>,
    counts: Arc<Counts>,
}

/// A request's or an answer's head, as it was read.
struct Head {
    lines: Vec<String>,
}

/// How long a body is.
enum Length {
    Bytes(u64),
    Chunked,
    UntilTheEnd,
}

impl Head {
    /// `None` where the connection ended before it.
    fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if from.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let line = line.trim_end_matches(['\r', '\n']).to_owned();
            if line.is_empty() {
                return Ok(Some(Self { lines }));
            }
            lines.push(line);
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.lines.iter().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// All of them, their names in small letters.
    fn headers(&self) -> Vec<(String, String)> {
        let lines = self.lines.iter().skip(1);
        let pairs = lines.filter_map(|line| line.split_once(':'));
        pairs
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect()
    }

    fn length(&self) -> Length {
        let chunked = self.value("transfer-encoding");
        if chunked.is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return Length::Chunked;
        }
        match self
            .value("content-length")
            .and_then(|text| text.parse().ok())
        {
            Some(length) => Length::Bytes(length),
            None => Length::UntilTheEnd,
        }
    }

    fn status(&self) -> u16 {
        let mut words = self
            .lines
            .first()
            .into_iter()
            .flat_map(|line| line.split(' '));
        words.nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    /// The head with a line that ends the connection behind this message.
    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut text = String::new();
        for line in &self.lines {
            if !line.to_ascii_lowercase().starts_with("connection:") {
                text.push_str(line);
                text.push_str("\r\n");
            }
        }
        text.push_str("Connection: close\r\n\r\n");
        to.write_all(text.as_bytes())
    }
}

impl Passing {
    fn converse(&self, client: &TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let mut from = BufReader::new(client);
        let Some(head) = Head::read(&mut from)? else {
            return Ok(());
        };
        let mut words = head
            .lines
            .first()
            .into_iter()
            .flat_map(|line| line.split(' '));
        let mut word = || words.next().unwrap_or_default().to_owned();
        let length = match head.length() {
            Length::Bytes(length) => length,
            _ => 0,
        };
        let asked = Asked {
            method: word(),
            target: word(),
            number: self.counts.requests.fetch_add(1, Ordering::SeqCst),
            length,
            headers: head.headers(),
        };
        let fault = {
            let mut rule = self.rule.lock().unwrap_or_else(PoisonError::into_inner);
            (*rule)(&asked)
        };
        if fault.is_some() {
            self.counts.faults.fetch_add(1, Ordering::SeqCst);
        }
        let mut to = client;
        if let Some(Fault::Answer { status, body }) = &fault {
            continue_if_asked(&head, &mut to)?;
            io::copy(&mut from.by_ref().take(length), &mut io::sink())?;
            return answer(&mut to, &asked.method, *status, body);
        }

        let server = TcpStream::connect(&self.upstream)?;
        server.set_nodelay(true)?;
        let mut into = &server;
        head.write(&mut into)?;
        continue_if_asked(&head, &mut to)?;
        let whole = self.pass_body(&mut from, &mut into, length, fault.as_ref())?;
        if !whole {
            return Ok(());
        }
        let mut back = BufReader::new(&server);
        let head = loop {
            match Head::read(&mut back)? {
                // Continue: it was said already.
                Some(head) if head.status() == 100 => {}
                Some(head) => break head,
                None => return Ok(()),
            }
        };
        if let Some(Fault::Instead { status, body }) = &fault {
            return answer(&mut to, &asked.method, *status, body);
        }
        head.write(&mut to)?;
        let status = head.status();
        if asked.method == "HEAD" || status == 204 || status == 304 {
            return Ok(());
        }
        match head.length() {
            // Chunks are passed as they are, to the end of the connection.
            Length::Chunked | Length::UntilTheEnd => {
                io::copy(&mut back, &mut to)?;
            }
            Length::Bytes(length) => pass_answer(&mut back, &mut to, length, fault.as_ref())?,
        }
        Ok(())
    }

    /// Whether all of it was passed on.
    fn pass_body(
        &self,
        from: &mut impl Read,
        to: &mut impl Write,
        length: u64,
        fault: Option<&Fault>,
    ) -> io::Result<bool> {
        let end = match fault {
            Some(Fault::CutRequest(end)) => length.min(*end),
            _ => length,
        };
        let flip = match fault {
            Some(Fault::FlipRequest(at)) => Some(*at),
            _ => None,
        };
        copy(from, to, end, flip, None, Some(&self.counts.sent))?;
        Ok(end == length)
    }
}

fn continue_if_asked(head: &Head, to: &mut impl Write) -> io::Result<()> {
    match head.value("expect") {
        Some(_) => to.write_all(b"HTTP/1.1 100 Continue\r\n\r\n"),
        None => Ok(()),
    }
}

fn answer(to: &mut impl Write, method: &str, status: u16, body: &str) -> io::Result<()> {
    let length = body.len();
    let body = if method == "HEAD" { "" } else { body };
    write!(
        to,
        "HTTP/1.1 {status} Said\r\nContent-Type: application/xml\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

fn pass_answer(
    from: &mut impl Read,
    to: &mut impl Write,
    length: u64,
    fault: Option<&Fault>,
) -> io::Result<()> {
    let (mut end, mut flip, mut drip) = (length, None, None);
    match fault {
        Some(Fault::CutAnswer(at)) => end = length.min(*at),
        Some(Fault::FlipAnswer(at)) => flip = Some(*at),
        Some(Fault::Drip(bytes)) => drip = Some(*bytes),
        _ => {}
    }
    copy(from, to, end, flip, drip, None)
}

fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    length: u64,
    flip: Option<u64>,
    drip: Option<usize>,
    count: Option<&AtomicU64>,
) -> io::Result<()> {
    let mut buffer = vec![0; drip.unwrap_or(PIECE).max(1)];
    let mut passed = 0;
    while passed < length {
        let most = usize::try_from(length - passed).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        let read = from.read(&mut buffer[..most])?;
        if read == 0 {
            return Ok(());
        }
        let place = flip.and_then(|at| usize::try_from(at.checked_sub(passed)?).ok());
        if let Some(byte) = place.and_then(|place| buffer[..read].get_mut(place)) {
            *byte ^= 1;
        }
        to.write_all(&buffer[..read])?;
        passed += read as u64;
        if let Some(count) = count {
            count.fetch_add(read as u64, Ordering::SeqCst);
        }
        if drip.is_some() {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(())
}
