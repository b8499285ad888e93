//! What R2 and Cloud Storage refuse in their own words, and what the programs say to that.

use std::sync::{Arc, Mutex};

use sunset_testkit::http_proxy::{Fault, HttpProxy};

use crate::faults::wave;
use crate::place::{Place, program, shown};

/// Answers to which requests: all of them, or those of a method whose path and query hold something.
#[derive(Clone, Copy)]
struct Refusal {
    method: Option<&'static str>,
    within: &'static str,
    status: u16,
    code: &'static str,
    message: &'static str,
    /// Of the remedy.
    words: &'static str,
}

const REFUSALS: [Refusal; 7] = [
    Refusal {
        method: None,
        within: "",
        status: 403,
        code: "InvalidAccessKeyId",
        message: "The AWS Access Key Id you provided does not exist in our records.",
        words: "CLOUDFLARE_R2_ACCESS_KEY is mistyped",
    },
    Refusal {
        method: None,
        within: "",
        status: 403,
        code: "AccessDenied",
        message: "Access Denied",
        words: "it needs the permission Object Read & Write for this very bucket",
    },
    Refusal {
        method: None,
        within: "",
        status: 400,
        code: "ExpiredToken",
        message: "The provided token has expired.",
        words: "make a new one in the Cloudflare dashboard",
    },
    Refusal {
        method: None,
        within: "",
        status: 403,
        code: "SignatureDoesNotMatch",
        message: "The request signature we calculated does not match the signature you provided.",
        words: "CLOUDFLARE_R2_SECRET_KEY is not the secret of CLOUDFLARE_R2_ACCESS_KEY",
    },
    Refusal {
        method: None,
        within: "",
        status: 403,
        code: "RequestTimeTooSkewed",
        message: "The difference between the request time and the server's time is too large.",
        words: "this machine's clock is more than 15 minutes wrong",
    },
    Refusal {
        method: None,
        within: "",
        status: 503,
        code: "SlowDown",
        message: "Please reduce your request rate.",
        words: "lower --concurrency",
    },
    Refusal {
        method: None,
        within: "",
        status: 404,
        code: "NoSuchBucket",
        message: "The specified bucket does not exist.",
        words: "correct CLOUDFLARE_R2_BUCKET",
    },
];

const GONE: Refusal = Refusal {
    method: None,
    within: "uploadId=",
    status: 404,
    code: "NoSuchUpload",
    message: "The specified multipart upload does not exist.",
    words: "R2 drops unfinished ones after seven days",
};

/// What the parts of a large object meet, and their completion; and the status that it ends with.
const OF_UPLOADS: [(Refusal, i32); 3] = [
    (
        Refusal {
            method: Some("PUT"),
            ..GONE
        },
        1,
    ),
    (
        Refusal {
            method: Some("POST"),
            ..GONE
        },
        3,
    ),
    (
        Refusal {
            method: Some("POST"),
            within: "uploadId=",
            status: 400,
            code: "EntityTooSmall",
            message: "Your proposed upload is smaller than the minimum allowed object size.",
            words: "it sends the object anew",
        },
        3,
    ),
];

/// A V3 whose R2 refuses what it is told to refuse.
fn world() -> Option<(Place, Arc<Mutex<Option<Refusal>>>)> {
    let mut place = Place::with_sample()?;
    let refusal = Arc::<Mutex<Option<Refusal>>>::default();
    let standing = Arc::clone(&refusal);
    let endpoint = place.settings["CLOUDFLARE_R2_ENDPOINT"].clone();
    let proxy = HttpProxy::to(endpoint.trim_start_matches("http://"), move |asked| {
        let refusal = (*standing.lock().expect("nobody failed"))?;
        let meant = refusal.method.is_none_or(|method| method == asked.method)
            && asked.target.contains(refusal.within);
        meant.then(|| Fault::Answer {
            status: refusal.status,
            body: format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code>\
                 <Message>{}</Message><RequestId>1</RequestId></Error>",
                refusal.code, refusal.message
            ),
        })
    });
    for (name, value) in [
        ("CLOUDFLARE_R2_ENDPOINT", proxy.expect("a proxy").url()),
        ("MAX_RETRIES", "0".to_owned()),
    ] {
        place.settings.insert(name.to_owned(), value);
    }
    Some((place, refusal))
}

fn linked(place: &Place) -> String {
    place.text("SELECT count(*) FROM conversations WHERE audio_url LIKE 'http%'")
}

#[test]
fn a_refusal_is_told_in_r2s_words_with_what_to_do() {
    let Some((place, standing)) = world() else {
        return;
    };
    let audio: &[&str] = &["--no-report", "--only", "audio"];
    let mut programs = vec![("audio-migrate", &[][..]), ("check-r2", &[])];
    if program("final-check").is_some() {
        programs.push(("final-check", audio));
    }
    for refusal in REFUSALS {
        *standing.lock().expect("nobody failed") = Some(refusal);
        for (program, arguments) in &programs {
            let output = place.run(program, arguments);
            assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let answered = format!("R2 answered {}: {}", refusal.code, refusal.message);
            assert!(said.contains(&answered), "{program}: {said}");
            let next = said.lines().find(|line| line.starts_with("  next: "));
            assert!(
                next.is_some_and(|next| next.contains(refusal.words)),
                "{program}: {said}"
            );
        }
    }
    assert_eq!(place.text("SELECT count(*) FROM sunset.objects"), "0");
    // It was nothing but the refusals.
    *standing.lock().expect("nobody failed") = None;
    let output = place.run("audio-migrate", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert_eq!(linked(&place), "127");
}

#[test]
fn what_refuses_only_to_store_links_nothing() {
    let Some((place, standing)) = world() else {
        return;
    };
    for refusal in REFUSALS {
        let refusal = Refusal {
            method: Some("PUT"),
            ..refusal
        };
        *standing.lock().expect("nobody failed") = Some(refusal);
        let output = place.run("audio-migrate", &[]);
        let said = shown(&output);
        // What every other object would meet as well ends the run.
        let status = if refusal.code == "SlowDown" { 3 } else { 1 };
        assert_eq!(output.status.code(), Some(status), "{said}");
        let answered = format!("R2 answered {}: {}", refusal.code, refusal.message);
        assert!(said.contains(&answered), "{said}");
        let mut next = said.lines().filter(|line| line.contains("next: "));
        assert!(next.any(|next| next.contains(refusal.words)), "{said}");
        assert_eq!(linked(&place), "0");
    }
}

#[test]
fn an_upload_that_is_refused_is_told_with_what_to_do_and_leaves_nothing_behind() {
    let Some((mut place, standing)) = world() else {
        return;
    };
    let folder = place.folder.path().join("large");
    std::fs::create_dir_all(&folder).expect("made");
    let bytes = wave((8 << 20) + 1_000);
    std::fs::write(folder.join("202506-IC002.wav"), &bytes).expect("written");
    let source = format!("file://{}", folder.display());
    place.settings.insert("V2_AUDIO".to_owned(), source);
    for (refusal, status) in OF_UPLOADS {
        *standing.lock().expect("nobody failed") = Some(refusal);
        let output = place.run("audio-migrate", &[]);
        let said = shown(&output);
        assert_eq!(output.status.code(), Some(status), "{said}");
        let answered = format!("R2 answered {}: {}", refusal.code, refusal.message);
        assert!(said.contains(&answered), "{said}");
        let mut next = said.lines().filter(|line| line.contains("next: "));
        assert!(next.any(|next| next.contains(refusal.words)), "{said}");
        assert_eq!(linked(&place), "0");
    }
    *standing.lock().expect("nobody failed") = None;
    let output = place.run("audio-migrate", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert_eq!(linked(&place), "1");
    let stored = std::fs::read(place.stored("audio/2025/06/202506-IC002.wav"));
    assert!(stored.expect("stored") == bytes);
    // Neither the ledger nor the server knows of an upload any more.
    let uploads = "SELECT count(*) FROM sunset.objects WHERE upload_id IS NOT NULL";
    assert_eq!(place.text(uploads), "0");
    let left = std::fs::read_dir(place.folder.path().join("s3")).expect("read");
    let left = left.map(|entry| entry.expect("an entry").file_name());
    let left: Vec<_> = left
        .filter(|name| name.to_string_lossy().contains("upload"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn checks_wait_for_a_bucket_that_is_busy() {
    let Some(mut place) = Place::with_sample() else {
        return;
    };
    if program("final-check").is_none() {
        return;
    }
    // So many requests in a row are answered by nothing but a status.
    let left = Arc::<Mutex<u32>>::default();
    let busy = Arc::clone(&left);
    let endpoint = place.settings["CLOUDFLARE_R2_ENDPOINT"].clone();
    let proxy = HttpProxy::to(endpoint.trim_start_matches("http://"), move |_| {
        let mut left = busy.lock().expect("nobody failed");
        *left = left.checked_sub(1)?;
        Some(Fault::Answer {
            status: 500,
            body: String::new(),
        })
    });
    for (name, value) in [
        ("CLOUDFLARE_R2_ENDPOINT", proxy.expect("a proxy").url()),
        ("MAX_RETRIES", "2".to_owned()),
    ] {
        place.settings.insert(name.to_owned(), value);
    }
    assert!(place.run("audio-migrate", &[]).status.success());
    for (program, arguments) in [
        ("check-r2", &[][..]),
        ("final-check", &["--no-report", "--only", "audio"]),
    ] {
        *left.lock().expect("nobody failed") = 2;
        let output = place.run(program, arguments);
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        let left = *left.lock().expect("nobody failed");
        assert_eq!(left, 0, "{program} asked nothing");
    }
}

/// A status of Cloud Storage with its reason and its words, and words of the remedy.
const OF_CLOUD_STORAGE: [(u16, &str, &str, &str); 5] = [
    (
        401,
        "required",
        "Anonymous caller does not have storage.objects.list access to the bucket.",
        "FIREBASE_CLIENT_EMAIL and FIREBASE_PRIVATE_KEY",
    ),
    (
        403,
        "forbidden",
        "reader@p.iam.gserviceaccount.com does not have storage.objects.list access.",
        "the role Storage Object Viewer",
    ),
    (
        404,
        "notFound",
        "The specified bucket does not exist.",
        "check FIREBASE_STORAGE_BUCKET",
    ),
    (
        429,
        "rateLimitExceeded",
        "The project exceeded the rate limit.",
        "run the same command again",
    ),
    (
        503,
        "backendError",
        "Backend Error",
        "run the same command again",
    ),
];

#[test]
fn a_refusal_of_cloud_storage_is_told_in_its_words_with_what_to_do() {
    let Some((mut place, _)) = world() else {
        return;
    };
    let standing = Arc::<Mutex<(u16, String)>>::default();
    let answering = Arc::clone(&standing);
    // It has no server behind it: every request is answered here.
    let proxy = HttpProxy::to("127.0.0.1:9", move |_| {
        let (status, body) = answering.lock().expect("nobody failed").clone();
        Some(Fault::Answer { status, body })
    });
    for (name, value) in [
        ("V2_AUDIO", "gs://recordings-of-v2".to_owned()),
        ("FIREBASE_STORAGE_BUCKET", "recordings-of-v2".to_owned()),
        ("STORAGE_EMULATOR_HOST", proxy.expect("a proxy").url()),
    ] {
        place.settings.insert(name.to_owned(), value);
    }
    for (status, reason, message, words) in OF_CLOUD_STORAGE {
        let body = serde_json::json!({ "error": {
            "code": status, "message": message, "errors": [{ "reason": reason }],
        } });
        *standing.lock().expect("nobody failed") = (status, body.to_string());
        let output = place.run("audio-migrate", &[]);
        assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let answered = format!("Cloud Storage answered {reason}: {message}");
        assert!(said.contains(&answered), "{said}");
        let next = said.lines().find(|line| line.starts_with("  next: "));
        assert!(next.is_some_and(|next| next.contains(words)), "{said}");
    }
    assert_eq!(place.text("SELECT count(*) FROM sunset.objects"), "0");
    assert_eq!(linked(&place), "0");
}
