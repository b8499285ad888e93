use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use super::*;

/// A server that sends back what it reads, and tells when a client is gone.
fn echo() -> (String, std::sync::mpsc::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (ended, ends) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let ended = ended.clone();
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                let mut seen = 0;
                while let Ok(length @ 1..) = stream.read(&mut buffer) {
                    seen += length;
                    if stream.write_all(&buffer[..length]).is_err() {
                        break;
                    }
                }
                ended.send(seen).unwrap_or_default();
            });
        }
    });
    (address, ends)
}

fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).expect("the proxy listens");
    let patience = Some(Duration::from_millis(700));
    stream.set_read_timeout(patience).expect("a time-out");
    stream
}

fn say(stream: &mut TcpStream, text: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(text)?;
    let mut answer = vec![0; text.len()];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

#[test]
fn bytes_pass_both_ways_later_when_told_so() {
    let (upstream, _ends) = echo();
    let proxy = Proxy::to(&upstream).expect("a proxy");
    let mut stream = connect(&proxy);
    assert_eq!(say(&mut stream, b"hello").expect("an answer"), b"hello");
    proxy.delay(Duration::from_millis(60));
    let began = Instant::now();
    say(&mut stream, b"again").expect("an answer");
    assert!(began.elapsed() >= Duration::from_millis(120));
    proxy.delay(Duration::ZERO);
    proxy.rate(100_000);
    let began = Instant::now();
    say(&mut stream, &[7; 30_000]).expect("an answer");
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(250), "{took:?}");
    let passed = proxy.passed();
    assert_eq!((passed.sent, passed.received), (30_010, 30_010));
}

#[test]
fn the_connection_that_sends_a_byte_is_cut_there() {
    let (upstream, ends) = echo();
    let proxy = Proxy::to(&upstream).expect("a proxy");
    let (mut one, mut other) = (connect(&proxy), connect(&proxy));
    say(&mut one, b"12345").expect("an answer");
    proxy.cut_in(8);
    assert!(say(&mut one, b"0123456789").is_err());
    assert_eq!(ends.recv().expect("the server knows"), 13);
    say(&mut other, &[1; 100]).expect("the other goes on");
    assert_eq!(proxy.passed().cut, 1);
    proxy.cut();
    assert!(say(&mut other, b"x").is_err());
    assert_eq!(proxy.passed().cut, 2);
}

#[test]
fn a_server_that_is_told_nothing_keeps_its_side() {
    let (upstream, ends) = echo();
    let proxy = Proxy::to(&upstream).expect("a proxy");
    proxy.manner(Manner::Client);
    let mut stream = connect(&proxy);
    say(&mut stream, b"x").expect("an answer");
    proxy.cut();
    assert!(say(&mut stream, b"y").is_err());
    let waited = ends.recv_timeout(Duration::from_millis(300));
    assert!(waited.is_err(), "the server was told");
    proxy.manner(Manner::Nobody);
    let mut stream = connect(&proxy);
    say(&mut stream, b"x").expect("an answer");
    proxy.cut();
    let error = say(&mut stream, b"y").expect_err("silence");
    assert!(
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{error}"
    );
    proxy.manner(Manner::Both);
    say(&mut connect(&proxy), b"x").expect("others pass");
}

#[test]
fn silence_is_no_end() {
    let (upstream, _ends) = echo();
    let proxy = Proxy::to(&upstream).expect("a proxy");
    let mut stream = connect(&proxy);
    say(&mut stream, b"x").expect("an answer");
    proxy.silence(true);
    let error = say(&mut stream, b"y").expect_err("silence");
    assert!(
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{error}"
    );
    proxy.silence(false);
    let mut late = [0];
    stream.read_exact(&mut late).expect("the answer comes late");
    assert_eq!(&late, b"y");
}

#[test]
fn doors_and_other_ways() {
    let (upstream, _) = echo();
    let proxy = Proxy::to(&upstream).expect("a proxy");
    proxy.door(Door::Shut);
    let refused = TcpStream::connect(proxy.address()).expect_err("nothing listens");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    proxy.door(Door::Slammed);
    assert!(say(&mut connect(&proxy), b"x").is_err());
    assert_eq!(proxy.passed().refused, 1);
    proxy.door(Door::Open);
    say(&mut connect(&proxy), b"x").expect("an answer");
    let (other, ends) = echo();
    proxy.lead_to(&other);
    say(&mut connect(&proxy), b"elsewhere").expect("an answer");
    assert_eq!(ends.recv().expect("it was there"), 9);
    let url = proxy.before("postgresql://u:p@db.example.com:5432/x?sslmode=disable");
    assert_eq!(
        url,
        format!("postgresql://u:p@{}/x?sslmode=disable", proxy.address())
    );
}
