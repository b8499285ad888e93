//! What the programs say before they begin.

use std::path::Path;

use crate::place::{bare, program, shown};

fn said(name: &str, arguments: &[&str], settings: &[(&str, &str)]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().expect("folder");
    let path = match name {
        "audio-migrate" => Path::new(env!("CARGO_BIN_EXE_audio-migrate")).to_owned(),
        _ => program(name).expect("built"),
    };
    let mut command = bare(&path, folder.path());
    let output = command
        .args(arguments)
        .envs(settings.iter().copied())
        .output()
        .expect("run");
    (shown(&output), output.status.code())
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_right() {
    for (arguments, words) in [
        (["--limit-rate", "fast"], "20M"),
        (["--prefer", "wma"], "mp3, m4a, wav"),
        (["--orphans", "burn"], "copy"),
        (["--concurrency", "0"], "1..=256"),
    ] {
        let (text, status) = said("audio-migrate", &arguments, &[]);
        assert_eq!(status, Some(2), "{text}");
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn every_configuration_fault_is_reported_at_once() {
    let (text, status) = said("audio-migrate", &[], &[]);
    assert_eq!(status, Some(1), "{text}");
    for name in [
        "DATABASE_URL",
        "V2_AUDIO",
        "CLOUDFLARE_R2_ENDPOINT",
        "CLOUDFLARE_R2_ACCESS_KEY",
        "CLOUDFLARE_R2_SECRET_KEY",
        "CLOUDFLARE_R2_BUCKET",
    ] {
        assert!(text.contains(name), "{name} is missing in\n{text}");
    }
}

#[test]
fn an_absent_folder_is_an_error_that_names_the_variable() {
    let settings = [
        ("DATABASE_URL", "postgresql://u:hidden-word@127.0.0.1:9/x"),
        ("V2_AUDIO", "file:///no/such/folder"),
        ("CLOUDFLARE_R2_ENDPOINT", "http://127.0.0.1:9"),
        ("CLOUDFLARE_R2_PUBLIC_URL", "http://127.0.0.1:9"),
        ("CLOUDFLARE_R2_ACCESS_KEY", "k"),
        ("CLOUDFLARE_R2_SECRET_KEY", "hidden-word"),
        ("CLOUDFLARE_R2_BUCKET", "recordings"),
    ];
    let (text, status) = said("audio-migrate", &[], &settings);
    assert_eq!(status, Some(1));
    assert!(
        text.contains("/no/such/folder") && text.contains("V2_AUDIO"),
        "{text}"
    );
    assert!(!text.contains("hidden-word"), "{text}");
}
