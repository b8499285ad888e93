//! Connecting, and telling which database it is.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use sunset_core::ErrorKind;
use sunset_core::secret::Secret;
use sunset_targets::postgres::{ConnectOptions, Database};

use super::server::Scratch;

#[tokio::test]
async fn a_database_is_known_by_its_cluster_and_name() {
    let (Some(one), Some(other)) = (Scratch::new().await, Scratch::new().await) else {
        return;
    };
    let (first, again, different) = (
        one.database().await,
        one.database().await,
        other.database().await,
    );
    assert_eq!(first.identity(), again.identity());
    assert_ne!(first.identity(), different.identity());
    assert!(
        first
            .identity()
            .as_str()
            .ends_with(&format!("/{}", one.name))
    );
    assert!(first.describe().starts_with("postgresql://"));
    assert!(first.server_version() >= 130_000);
}

#[tokio::test]
async fn a_database_that_is_not_there_is_told_at_once() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let url = Secret::new(
        scratch
            .url
            .expose()
            .replace(&scratch.name, "no_such_database"),
    );
    let began = Instant::now();
    let error = Database::connect(&url, ConnectOptions::for_program("test"))
        .await
        .expect_err("no such database");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("no_such_database"), "{error}");
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("DATABASE_URL"))
    );
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_nobody_started_is_told_at_once() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = listener.local_addr().expect("address").port();
    drop(listener);
    let began = Instant::now();
    let error = Database::connect(
        &Secret::new(format!("postgresql://me:hunter2@127.0.0.1:{port}/x")),
        ConnectOptions::for_program("test"),
    )
    .await
    .expect_err("nothing listens");
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(!format!("{error:?}").contains("hunter2"));
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("start the server"))
    );
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_is_silent_does_not_hold_us_for_ever() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = listener.local_addr().expect("address").port();
    let options = ConnectOptions {
        attempt_time_out: Duration::from_millis(300),
        patience: Duration::from_millis(800),
        ..ConnectOptions::for_program("test")
    };
    let began = Instant::now();
    let url = Secret::new(format!("postgresql://me@127.0.0.1:{port}/x"));
    let error = Database::connect(&url, options).await.expect_err("silence");
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.to_string().contains("did not answer"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(5));
    drop(listener);
}

/// A server whose disk is full answers so, before anything is asked.
#[tokio::test]
async fn a_server_that_fails_by_itself_is_told_with_what_to_do() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = listener.local_addr().expect("address").port();
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut length = [0; 4];
        client.read_exact(&mut length).expect("a length");
        let mut startup = vec![0; u32::from_be_bytes(length) as usize - 4];
        client.read_exact(&mut startup).expect("a startup message");
        let fields = b"SFATAL\0VFATAL\0CXX000\0Mcould not write init file\0\0";
        let size = u32::try_from(fields.len() + 4).expect("small");
        let mut answer = vec![b'E'];
        answer.extend(size.to_be_bytes());
        answer.extend(fields);
        client.write_all(&answer).expect("an answer");
    });
    let url = format!("postgresql://me@127.0.0.1:{port}/x?sslmode=disable");
    let error = Database::connect(&Secret::new(url), ConnectOptions::for_program("test"))
        .await
        .expect_err("a full disk");
    server.join().expect("the server");
    assert!(
        error.to_string().contains("could not write init file"),
        "{error}"
    );
    assert!(
        error
            .remedy_text()
            .is_some_and(|text| text.contains("its log says more")),
        "{error:?}"
    );
}
