//! What is set gives settings; what is not is named, all at once.

use super::*;

fn with<T>(
    set: &[(&str, &str)],
    read: impl FnOnce(&Variables<'_>, &mut Faults) -> T,
) -> Result<T, String> {
    let look_up = |name: &str| {
        let found = set.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    settings(&look_up, read).map_err(|error| error.to_string())
}

#[test]
fn every_fault_is_reported_at_once() {
    let text = with(&[("MAX_RETRIES", "many")], |variables, faults| {
        DatabaseSettings::read(variables, faults);
        DocumentSourceSettings::read(variables, faults);
        R2Settings::read(variables, faults);
        Pace::read(variables, faults)
    })
    .expect_err("nothing is set");
    for name in [
        "7 faults",
        "DATABASE_URL is not set",
        "V2_FIRESTORE and FIREBASE_PROJECT_ID are not set",
        "CLOUDFLARE_R2_ENDPOINT and CLOUDFLARE_ACCOUNT_ID are not set",
        "CLOUDFLARE_R2_ACCESS_KEY is not set",
        "CLOUDFLARE_R2_SECRET_KEY is not set",
        "CLOUDFLARE_R2_BUCKET is not set",
        "MAX_RETRIES is \"many\"",
    ] {
        assert!(text.contains(name), "{name} in {text}");
    }
}

#[test]
fn an_address_with_a_password_is_refused_and_not_shown() {
    let endpoint = "https://k:hush@r2.example";
    let set = [("CLOUDFLARE_R2_ENDPOINT", endpoint)];
    let text = with(&set, R2Settings::read).expect_err("a password");
    let said = "CLOUDFLARE_R2_ENDPOINT has a user or a password in it";
    assert!(text.contains(said) && !text.contains("hush"), "{text}");
}

#[test]
fn an_export_in_a_bucket_is_named_by_its_path() {
    let read = |locator: &str, more: &[(&str, &str)]| {
        let set = [&[("V2_FIRESTORE", locator)], more].concat();
        with(&set, DocumentSourceSettings::read)
    };
    let emulated = [("STORAGE_EMULATOR_HOST", "http://h:1")];
    for (locator, place) in [
        (
            "gs://b/2025-11-03T02:15:00_4711",
            ("b", "2025-11-03T02:15:00_4711"),
        ),
        ("gs://b/deep/er/", ("b", "deep/er")),
        ("gs://b", ("b", "")),
        ("gs://b/", ("b", "")),
    ] {
        let Ok(Some(DocumentSourceSettings::BucketExport {
            bucket,
            path,
            account: None,
            ..
        })) = read(locator, &emulated)
        else {
            panic!("{locator}");
        };
        assert_eq!((bucket.as_str(), path.as_str()), place);
    }
    for locator in ["gs://", "gs:///x", "export://gs://b/x"] {
        let text = read(locator, &emulated).expect_err("no bucket");
        assert!(text.contains("V2_FIRESTORE"), "{text}");
    }
    let text = read("https://me:hush@v2.example", &emulated).expect_err("no source");
    assert!(
        text.contains("is \"https://…\"") && !text.contains("hush"),
        "{text}"
    );
    let text = read("gs://b/x", &[]).expect_err("no account");
    assert!(text.contains("FIREBASE_PRIVATE_KEY"), "{text}");
}

#[test]
fn sources_are_read_in_their_three_forms() {
    let read = |locator: &str| {
        with(
            &[
                ("V2_FIRESTORE", locator),
                ("FIRESTORE_EMULATOR_HOST", "h:1"),
            ],
            DocumentSourceSettings::read,
        )
    };
    assert!(matches!(
        read("firestore://p/db"),
        Ok(Some(DocumentSourceSettings::Firestore { project, database, account: None, .. })) if project == "p" && database == "db"
    ));
    assert!(matches!(
        read("firestore://p"),
        Ok(Some(DocumentSourceSettings::Firestore { database, .. })) if database == "(default)"
    ));
    assert!(matches!(
        read("export://some/dir"),
        Ok(Some(DocumentSourceSettings::Export { dir, .. })) if dir.ends_with("some/dir")
    ));
    assert!(matches!(
        read("file:///abs"),
        Ok(Some(DocumentSourceSettings::Files { dir, .. })) if dir.is_absolute()
    ));
    for wrong in ["firestore:p", "ftp://x", "file://"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_private_key_may_hold_its_line_breaks_as_text() {
    let settings = with(
        &[
            ("FIREBASE_PROJECT_ID", "p"),
            ("FIREBASE_CLIENT_EMAIL", "a@b"),
            (
                "FIREBASE_PRIVATE_KEY",
                "\"-----BEGIN PRIVATE KEY-----\\nx\\n-----END PRIVATE KEY-----\\n\"",
            ),
        ],
        DocumentSourceSettings::read,
    );
    let Ok(Some(DocumentSourceSettings::Firestore {
        account: Some(account),
        ..
    })) = settings
    else {
        panic!("{settings:?}");
    };
    assert_eq!(account.private_key.expose().lines().count(), 3);
}

#[test]
fn the_account_id_stands_for_endpoint_and_url() {
    let r2 = with(
        &[
            ("CLOUDFLARE_ACCOUNT_ID", "acc"),
            ("CLOUDFLARE_R2_ACCESS_KEY", "k"),
            ("CLOUDFLARE_R2_SECRET_KEY", "s"),
            ("CLOUDFLARE_R2_BUCKET", "recordings"),
        ],
        R2Settings::read,
    )
    .expect("all is set");
    assert_eq!(r2.endpoint, "https://acc.r2.cloudflarestorage.com");
    assert_eq!(r2.public_url, "https://pub-acc.r2.dev");
    assert!(!format!("{r2:?}").contains("\"s\""));
}

#[test]
fn placeholders_and_blanks_are_not_values() {
    let text = with(&[("DATABASE_URL", "  ")], |variables, faults| {
        DatabaseSettings::read(variables, faults)
    })
    .expect_err("blank");
    assert!(text.contains("DATABASE_URL is not set"), "{text}");
    let text = with(
        &[
            ("CLOUDFLARE_R2_BUCKET", "your-bucket"),
            ("CLOUDFLARE_ACCOUNT_ID", "a"),
            ("CLOUDFLARE_R2_ACCESS_KEY", "k"),
            ("CLOUDFLARE_R2_SECRET_KEY", "s"),
        ],
        R2Settings::read,
    )
    .expect_err("placeholder");
    assert!(
        text.contains("CLOUDFLARE_R2_BUCKET still holds a placeholder"),
        "{text}"
    );
}

#[test]
fn a_flag_is_yes_or_no_and_nothing_else() {
    let flag = |value: &str| with(&[("DRY_RUN", value)], |v, f| v.flag("DRY_RUN", f));
    assert_eq!(flag("TRUE"), Ok(true));
    assert_eq!(flag("off"), Ok(false));
    assert_eq!(flag(""), Ok(false));
    assert!(flag("maybe").is_err());
}

#[test]
fn a_bucket_that_r2_cannot_have_is_told_with_the_rule() {
    let bucket = |name: &str| {
        with(
            &[
                ("CLOUDFLARE_ACCOUNT_ID", "acc"),
                ("CLOUDFLARE_R2_ACCESS_KEY", "k"),
                ("CLOUDFLARE_R2_SECRET_KEY", "s"),
                ("CLOUDFLARE_R2_BUCKET", name),
            ],
            R2Settings::read,
        )
    };
    let longest = "a".repeat(63);
    for good in ["abc", "sunset-audio", "2026-11", longest.as_str()] {
        assert_eq!(bucket(good).expect("a name").bucket, good);
    }
    let too_long = "a".repeat(64);
    for wrong in [
        "Sunset_Audio",
        "sunset audio",
        "sunset.audio",
        "b2",
        "sunset-audio/",
        "-audio",
        "audio-",
        "錄音檔",
        too_long.as_str(),
    ] {
        let text = bucket(wrong).expect_err(wrong);
        assert!(
            text.contains(&format!("CLOUDFLARE_R2_BUCKET is {wrong:?}"))
                && text.contains("3 to 63 lowercase letters, digits and hyphens"),
            "{text}"
        );
    }
}
