use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;

use super::*;

/// A webhook that gives these answers, one a connection, and passes on what it was told.
fn webhook(answers: &'static [&'static str]) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            loop {
                let count = stream.read(&mut piece).expect("a request");
                request.extend_from_slice(&piece[..count]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    continue;
                };
                let length = head
                    .lines()
                    .find_map(|line| {
                        line.to_lowercase()
                            .strip_prefix("content-length: ")?
                            .parse()
                            .ok()
                    })
                    .unwrap_or(0);
                if body.len() >= length {
                    tell.send(body.to_owned()).expect("somebody listens");
                    break;
                }
            }
            stream
                .write_all(
                    format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                        .as_bytes(),
                )
                .expect("an answer");
        }
    });
    (format!("http://{address}/services/T0/B0/hidden"), told)
}

fn notifier(url: &str) -> Notifier {
    Notifier::new(Secret::new(url)).expect("a webhook")
}

#[tokio::test]
async fn a_run_is_told_from_its_beginning_to_its_end() {
    let (url, told) = webhook(&["200 OK", "200 OK"]);
    let notices = Notices::new("data-migrate", Some(notifier(&url)));
    notices.begin("plan sales-ai <into> db & co");
    notices.sum_up("111 rows");
    let untold = notices.end(&Ok(Status::Incomplete), false).await;
    assert!(untold.is_empty(), "{untold:?}");
    let first: Value = serde_json::from_str(&told.recv().expect("told")).expect("JSON");
    let last: Value = serde_json::from_str(&told.recv().expect("told")).expect("JSON");
    assert_eq!(first["event"], "began");
    assert_eq!(
        first["text"],
        "data-migrate began: plan sales-ai &lt;into&gt; db &amp; co"
    );
    assert_eq!(last["event"], "ended");
    assert_eq!(last["status"], "incomplete");
    let text = last["text"].as_str().expect("text");
    assert!(text.contains("waits for a person"), "{text}");
    assert!(text.ends_with("\n111 rows"), "{text}");
}

#[tokio::test]
async fn a_failure_is_told_even_before_the_beginning_but_not_of_a_dry_run() {
    let (url, told) = webhook(&["200 OK"]);
    let notices = Notices::new("rollback", Some(notifier(&url)));
    let failure = || Err(Error::new(ErrorKind::NotFound, "no table").remedy("run schema-push"));
    assert!(notices.end(&failure(), true).await.is_empty());
    assert!(told.try_recv().is_err(), "a dry run is nobody's business");
    assert!(notices.end(&failure(), false).await.is_empty());
    let said: Value = serde_json::from_str(&told.recv().expect("told")).expect("JSON");
    assert_eq!(said["kind"], "not_found");
    assert_eq!(
        said["text"],
        "rollback FAILED\nerror: no table\n  next: run schema-push"
    );
}

#[tokio::test]
async fn a_webhook_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let (url, told) = webhook(&["503 Busy", "429 Slow\r\nretry-after: 0", "200 OK"]);
    let notice = Notices::new("x", None).notice("ended", "done".into(), "done");
    notifier(&url).tell(&notice).await.expect("the third time");
    assert_eq!(told.iter().count(), 3);

    let (url, told) = webhook(&["404 Not Found", "200 OK"]);
    let refused = notifier(&url).tell(&notice).await.expect_err("refused");
    assert_eq!(refused.kind(), ErrorKind::Denied);
    assert!(told.recv().is_ok() && told.try_recv().is_err());
    assert!(!failure_text(&refused).contains("hidden"));
}

#[tokio::test]
async fn a_webhook_that_asks_for_a_longer_pause_than_there_is_is_told_as_that_at_once() {
    let (url, _told) = webhook(&["429 Slow\r\nretry-after: 3600"]);
    let notice = Notices::new("x", None).notice("ended", "done".into(), "done");
    let begun = Instant::now();
    let refused = notifier(&url).tell(&notice).await.expect_err("refused");
    assert!(begun.elapsed() < Duration::from_secs(3), "it waits");
    let text = failure_text(&refused);
    let said = "the webhook was not told: it answers 429, and asks to be told again after 3600 s";
    assert!(text.contains(said), "{text}");
    assert!(text.contains("more often than its service takes"), "{text}");
    assert!(!text.contains("in time"), "{text}");
}

#[tokio::test]
async fn nobody_there_costs_little_and_tells_no_secret() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let begun = Instant::now();
    let notice = Notices::new("x", None).notice("ended", "done".into(), "done");
    let away = notifier(&format!("http://{address}/hidden"))
        .tell(&notice)
        .await
        .expect_err("nobody listens");
    assert!(begun.elapsed() < PATIENCE + Duration::from_secs(1));
    assert!(!format!("{} {away:?}", failure_text(&away)).contains("hidden"));
    let nonsense = Notifier::new(Secret::new("hooks.example/hidden")).expect_err("no URL");
    assert!(!format!("{} {nonsense:?}", failure_text(&nonsense)).contains("hidden"));
}

#[test]
fn a_text_is_cut_and_cleaned() {
    assert_eq!(slack_text("a\u{1b}[31mb\tc\nd"), "a [31mb c\nd");
    assert_eq!(slack_text(&"x".repeat(5_000)).chars().count(), LONGEST + 1);
}
