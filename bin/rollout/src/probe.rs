//! The gates, looked at.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::future::{join, join_all};
use sunset_core::Result;
use sunset_rollout::drive::{Pace, Probe};
use sunset_rollout::gate::{Evaluation, Finding, Limits, Verdict, measure};
use sunset_rollout::prometheus::parse;
use sunset_rollout::schedule::Gates;
use sunset_rollout::watch::{Measured, Watch};
use sunset_traffic::http;

use crate::metrics::SqlMetrics;

/// Health, metrics and SQL of one schedule.
pub struct Gatekeeper {
    client: reqwest::Client,
    limits: Limits,
    health: Vec<String>,
    scraped: Option<Scraped>,
    sql: Option<SqlMetrics>,
    every: Duration,
    window: Duration,
    /// When this process changed the weights; before that they were what they are.
    step_begun: Option<Instant>,
}

/// The metrics endpoints, and what they said before.
struct Scraped {
    v2: Endpoint,
    v1: Option<Endpoint>,
}

struct Endpoint {
    url: String,
    watch: Watch,
    last: Option<Instant>,
}

impl Endpoint {
    fn new(url: &str, watch: Watch) -> Self {
        Self {
            url: url.to_owned(),
            watch,
            last: None,
        }
    }

    /// Scrapes once; otherwise why not.
    async fn look(&mut self, client: &reqwest::Client) -> std::result::Result<(), String> {
        let text = http::text(client, &self.url).await?;
        let samples = parse(&text).map_err(|error| error.to_string())?;
        let now = Instant::now();
        let since = self.last.map_or(Duration::ZERO, |last| now - last);
        self.watch.see(&samples, since);
        self.last = Some(now);
        Ok(())
    }
}

impl Gatekeeper {
    /// For a schedule's gates. Intervals are real ones, scaled already by `pace`.
    pub fn new(gates: &Gates, pace: Pace, sql: Option<SqlMetrics>) -> Result<Self> {
        let window = pace.real(gates.window);
        let scraped = gates.prometheus.as_ref().map(|prometheus| {
            let series = &prometheus.series;
            let v1 = prometheus.v1_series.as_ref().unwrap_or(series);
            Scraped {
                v2: Endpoint::new(&prometheus.v2, Watch::new(series.clone(), window)),
                v1: prometheus
                    .v1
                    .as_ref()
                    .map(|url| Endpoint::new(url, Watch::new(v1.clone(), window))),
            }
        });
        Ok(Self {
            client: http::client(gates.timeout)?,
            limits: gates.limits(),
            health: gates.health.clone(),
            scraped,
            sql,
            every: pace.real(gates.every),
            window,
            step_begun: None,
        })
    }

    async fn health(&self) -> Vec<Finding> {
        let looks = self.health.iter().map(|url| async move {
            let shown = http::shown(url);
            match self.client.get(url).send().await {
                Ok(answer) if answer.status().as_u16() == 200 => {
                    Finding::new("health", Verdict::Pass, format!("{shown} answers 200"))
                }
                Ok(answer) => Finding::new(
                    "health",
                    Verdict::Breach,
                    format!("{shown} answers {}; must be 200", answer.status().as_u16()),
                ),
                Err(cause) => {
                    let words = format!("{shown}: {}", http::reason(cause));
                    Finding::new("health", Verdict::Breach, words)
                }
            }
        });
        join_all(looks).await
    }

    async fn by_metrics(
        limits: &Limits,
        client: &reqwest::Client,
        scraped: &mut Scraped,
    ) -> Vec<Finding> {
        let v1 = async {
            match scraped.v1.as_mut() {
                Some(endpoint) => Some(endpoint.look(client).await),
                None => None,
            }
        };
        let (v2, v1) = join(scraped.v2.look(client), v1).await;
        let gone = |endpoint: &Endpoint, why: &str, verdict| {
            let words = format!("{}: {why}", http::shown(&endpoint.url));
            vec![Finding::new("metrics", verdict, words)]
        };
        if let Err(why) = v2 {
            // What cannot be watched is not left running.
            return gone(&scraped.v2, &why, Verdict::Breach);
        }
        let least = limits.min_requests;
        let measured = scraped.v2.watch.latest(least);
        let other: Option<Measured> = scraped.v1.as_ref().map(|v1| v1.watch.latest(least));
        let mut findings = measure(limits, &measured, other.as_ref());
        if let (Some(Err(why)), Some(endpoint)) = (v1, scraped.v1.as_ref()) {
            // That is not v2's fault.
            findings.extend(gone(endpoint, &why, Verdict::Inconclusive));
        }
        findings
    }

    async fn by_sql(&self, sql: &SqlMetrics) -> Vec<Finding> {
        let step = self
            .step_begun
            .map_or(Duration::MAX, |begun| begun.elapsed());
        let least = self.limits.min_requests;
        let mut answer = sql.read(self.every.min(step).as_secs_f64()).await;
        if let Ok(versions) = &answer
            && versions.v2.requests < least
        {
            // Never further back than the weights are what they are.
            answer = sql.read(self.window.min(step).as_secs_f64()).await;
        }
        match answer {
            Ok(versions) => measure(&self.limits, &versions.v2, versions.v1.as_ref()),
            Err(error) => vec![Finding::new("sql", Verdict::Breach, error.to_string())],
        }
    }
}

#[async_trait]
impl Probe for Gatekeeper {
    async fn evaluate(&mut self) -> Evaluation {
        let mut scraped = self.scraped.take();
        let (limits, client) = (&self.limits, &self.client);
        let metrics = async {
            match scraped.as_mut() {
                Some(scraped) => Self::by_metrics(limits, client, scraped).await,
                None => Vec::new(),
            }
        };
        let sql = async {
            match &self.sql {
                Some(sql) => self.by_sql(sql).await,
                None => Vec::new(),
            }
        };
        let (mut findings, (metrics, sql)) = join(self.health(), join(metrics, sql)).await;
        self.scraped = scraped;
        findings.extend(metrics);
        findings.extend(sql);
        Evaluation::of(findings)
    }

    fn restart(&mut self) {
        self.step_begun = Some(Instant::now());
        if let Some(scraped) = self.scraped.as_mut() {
            scraped.v2.watch.restart();
            if let Some(v1) = scraped.v1.as_mut() {
                v1.watch.restart();
            }
        }
    }
}
