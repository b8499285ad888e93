//! What a running program did so far, for Prometheus: `GET /metrics` on an address that the
//! operator names, in OpenMetrics' text. Nothing of a document is in it, and no address.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::progress::Progress;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Where a program tells what it does.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct MetricsArgs {
    /// Tell Prometheus how far it is: http://ADDR/metrics while it runs, for example 127.0.0.1:9464
    #[arg(long, value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,
}

/// Whoever asks has as long, from the first byte to the last of the answer: a socket that is held is
/// missing elsewhere.
const PATIENCE: Duration = Duration::from_secs(5);
/// Askers at once; others wait in the system's queue.
const AT_ONCE: usize = 16;

const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels = [(&'static str, String); 1];
type TwoLabels = [(&'static str, String); 2];

/// What is counted. Cloning it counts into the same.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    items: Family<Labels, Counter>,
    expected: Family<Labels, Gauge>,
    documents: Family<Labels, Counter>,
    rows: Family<TwoLabels, Counter>,
    batches: Histogram,
    last: Gauge<f64, std::sync::atomic::AtomicU64>,
}

impl Metrics {
    /// Nothing counted yet.
    pub(crate) fn new(program: &str) -> Self {
        let mut registry = Registry::with_prefix("sunset");
        let metrics = Self {
            registry: Arc::new(Registry::default()),
            items: Family::default(),
            expected: Family::default(),
            documents: Family::default(),
            rows: Family::default(),
            // From a millisecond to about a minute.
            batches: Histogram::new(exponential_buckets(0.001, 2.0, 17)),
            last: Gauge::default(),
        };
        let names = vec![
            ("program", program.to_owned()),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ];
        registry.register("run", "The program that runs", Info::new(names));
        registry.register(
            "items",
            "Documents, rows or recordings dealt with, by phase",
            metrics.items.clone(),
        );
        registry.register(
            "items_expected",
            "How many a phase has, where that is known, over all passes",
            metrics.expected.clone(),
        );
        registry.register(
            "documents",
            "Documents by what became of them",
            metrics.documents.clone(),
        );
        registry.register(
            "rows",
            "Rows by table and what became of them",
            metrics.rows.clone(),
        );
        registry.register_with_unit(
            "batch",
            "How long batches took to be written, with what was tried again",
            Unit::Seconds,
            metrics.batches.clone(),
        );
        registry.register(
            "last_progress_timestamp_seconds",
            "When something was done last, in seconds since 1970",
            metrics.last.clone(),
        );
        Self {
            registry: Arc::new(registry),
            ..metrics
        }
    }

    /// So many documents became this.
    pub fn documents(&self, outcome: &str, count: u64) {
        if count > 0 {
            let labels = [("outcome", outcome.to_owned())];
            self.documents.get_or_create(&labels).inc_by(count);
        }
    }

    /// So many rows of a table became this.
    pub fn rows(&self, table: &str, outcome: &str, count: u64) {
        if count > 0 {
            let labels = [("table", table.to_owned()), ("outcome", outcome.to_owned())];
            self.rows.get_or_create(&labels).inc_by(count);
        }
    }

    /// A batch took so long.
    pub fn batch(&self, took: Duration) {
        self.batches.observe(took.as_secs_f64());
    }

    fn touch(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        self.last.set(now.unwrap_or_default().as_secs_f64());
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let written = encode(&mut text, &self.registry);
        debug_assert!(written.is_ok(), "writing to a String does not fail");
        text
    }

    /// Answers on an address from now on; gives the address, with the port that was found where 0
    /// was asked for.
    ///
    /// # Errors
    /// `Configuration` when the address cannot be listened on.
    pub(crate) async fn listen(&self, address: SocketAddr) -> Result<SocketAddr> {
        let failed = |cause: std::io::Error| {
            Error::new(ErrorKind::Configuration, "cannot listen for Prometheus")
                .item(address.to_string())
                .cause(cause)
                .remedy("name another port with --metrics-listen, or leave it out")
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let metrics = self.clone();
        let places = Arc::new(Semaphore::new(AT_ONCE));
        tokio::spawn(async move {
            while let Ok(place) = Arc::clone(&places).acquire_owned().await {
                let Ok((stream, _)) = listener.accept().await else {
                    // Out of sockets, say: others may be given back.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                let metrics = metrics.clone();
                let answer = hyper::service::service_fn(move |request| {
                    std::future::ready(metrics.answer(&request))
                });
                let served = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(PATIENCE)
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), answer);
                tokio::spawn(async move {
                    // Whoever is too slow is not answered.
                    drop(tokio::time::timeout(PATIENCE, served).await);
                    drop(place);
                });
            }
        });
        Ok(address)
    }

    fn answer(
        &self,
        request: &Request<Incoming>,
    ) -> std::result::Result<Response<String>, hyper::http::Error> {
        let response = Response::builder();
        match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/metrics") => {
                response.header(CONTENT_TYPE, TEXT).body(self.text())
            }
            (&Method::GET | &Method::HEAD, _) => response
                .status(StatusCode::NOT_FOUND)
                .body("/metrics is here\n".to_owned()),
            _ => response
                .status(StatusCode::METHOD_NOT_ALLOWED)
                .body(String::new()),
        }
    }
}

/// Progress that is counted, too.
pub(crate) struct Counted {
    shown: Box<dyn Progress>,
    metrics: Metrics,
    phase: Mutex<Option<Counter>>,
}

impl Counted {
    pub fn new(shown: Box<dyn Progress>, metrics: Metrics) -> Self {
        Self {
            shown,
            metrics,
            phase: Mutex::new(None),
        }
    }
}

impl Progress for Counted {
    fn start(&self, label: &str, total: Option<u64>) {
        let labels = [("phase", label.to_owned())];
        if let Some(total) = total {
            let total = i64::try_from(total).unwrap_or(i64::MAX);
            self.metrics.expected.get_or_create(&labels).inc_by(total);
        }
        let counter = self.metrics.items.get_or_create_owned(&labels);
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = Some(counter);
        self.metrics.touch();
        self.shown.start(label, total);
    }

    fn advance(&self, count: u64) {
        if let Some(phase) = &*self.phase.lock().unwrap_or_else(PoisonError::into_inner) {
            phase.inc_by(count);
        }
        self.metrics.touch();
        self.shown.advance(count);
    }

    fn quarantined(&self, count: u64) {
        // Prometheus is told by whoever writes.
        self.shown.quarantined(count);
    }

    fn finish(&self) {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.shown.finish();
    }

    fn note(&self, words: &str) {
        self.shown.note(words);
    }

    fn doing(&self, words: &str) {
        self.metrics.touch();
        self.shown.doing(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunset_core::ports::progress::Silent;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn get(address: SocketAddr, request: &str) -> String {
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("somebody listens");
        let request = format!("{request} HTTP/1.1\r\nhost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("answered");
        answer
    }

    /// Has Prometheus' own parser read the text, where there is one.
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    fn judged(text: &str) {
        use std::io::Write as _;
        use std::process::{Command, Stdio};
        let Some(python) = std::env::var_os("SUNSET_TEST_PROMETHEUS") else {
            println!("skipped: SUNSET_TEST_PROMETHEUS names no Python with prometheus_client");
            return;
        };
        let script = "import sys\n\
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse\n\
            print(*sorted(f.name + ' ' + f.type for f in parse(sys.stdin.read())), sep='\\n')";
        let mut child = Command::new(python)
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Python");
        let mut input = child.stdin.take().expect("its input");
        input.write_all(text.as_bytes()).expect("written");
        drop(input);
        let output = child.wait_with_output().expect("its answer");
        let faults = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{faults}\n{text}");
        let families = String::from_utf8_lossy(&output.stdout);
        for family in [
            "sunset_run info",
            "sunset_items counter",
            "sunset_items_expected gauge",
            "sunset_documents counter",
            "sunset_rows counter",
            "sunset_batch_seconds histogram",
            "sunset_last_progress_timestamp_seconds gauge",
        ] {
            assert!(
                families.lines().any(|line| line == family),
                "{family}\n{families}"
            );
        }
    }

    #[tokio::test]
    async fn prometheus_is_told_what_was_counted() {
        let metrics = Metrics::new("data-migrate");
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let address = metrics.listen(local).await.expect("a port");
        let progress = Counted::new(Box::new(Silent), metrics.clone());
        progress.start("Leads \"x\"", Some(10));
        progress.advance(3);
        progress.advance(4);
        metrics.rows("opportunities", "inserted", 7);
        metrics.documents("quarantined", 2);
        metrics.documents("written", 0);
        metrics.batch(Duration::from_millis(30));
        let answer = get(address, "GET /metrics").await;
        assert!(answer.contains(TEXT));
        for line in [
            "sunset_run_info{program=\"data-migrate\",version=\"0.1.0\"} 1",
            "sunset_items_total{phase=\"Leads \\\"x\\\"\"} 7",
            "sunset_items_expected{phase=\"Leads \\\"x\\\"\"} 10",
            "sunset_rows_total{table=\"opportunities\",outcome=\"inserted\"} 7",
            "sunset_documents_total{outcome=\"quarantined\"} 2",
            "sunset_batch_seconds_bucket{le=\"0.032\"} 1",
            "sunset_batch_seconds_bucket{le=\"0.016\"} 0",
            "sunset_batch_seconds_count 1",
            "# EOF",
        ] {
            assert!(
                answer.lines().any(|found| found == line),
                "{line}\n{answer}"
            );
        }
        assert!(!answer.contains("outcome=\"written\""));
        judged(answer.split_once("\r\n\r\n").map_or("", |(_, body)| body));
        assert!(get(address, "GET /").await.starts_with("HTTP/1.1 404"));
        assert!(
            get(address, "POST /metrics")
                .await
                .starts_with("HTTP/1.1 405")
        );
        let taken = metrics.listen(address).await.expect_err("it is taken");
        assert_eq!(taken.kind(), ErrorKind::Configuration);
    }

    #[tokio::test]
    async fn whoever_asks_and_says_no_more_is_let_go() {
        let metrics = Metrics::new("data-migrate");
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let address = metrics.listen(local).await.expect("a port");
        let mut idle = Vec::new();
        for _ in 0..3 * AT_ONCE {
            let mut stream = tokio::net::TcpStream::connect(address)
                .await
                .expect("somebody listens");
            stream
                .write_all(b"GET /metrics HTTP/1.1\r\nx: ")
                .await
                .expect("asked");
            idle.push(stream);
        }
        let answered = tokio::time::timeout(5 * PATIENCE, get(address, "GET /metrics")).await;
        assert!(answered.expect("in time").contains("# EOF"));
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(PATIENCE, idle[0].read_to_end(&mut rest)).await;
        drop(closed.expect("it is let go"));
    }

    #[test]
    fn passes_add_up_on_both_sides() {
        let metrics = Metrics::new("data-migrate");
        let progress = Counted::new(Box::new(Silent), metrics.clone());
        for _ in 0..2 {
            progress.start("Leads", Some(10));
            progress.advance(10);
            progress.finish();
        }
        let text = metrics.text();
        for line in [
            "sunset_items_total{phase=\"Leads\"} 20",
            "sunset_items_expected{phase=\"Leads\"} 20",
        ] {
            assert!(text.lines().any(|found| found == line), "{text}");
        }
    }
}
