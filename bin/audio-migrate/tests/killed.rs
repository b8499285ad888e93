//! kill -9 in the middle of a large object.

use std::process::Stdio;
use std::time::Duration;

use crate::place::{Place, shown};

const URL: &str = "SELECT audio_url FROM conversations WHERE id = '202506-IC002'";

#[test]
fn a_killed_run_goes_on_and_links_nothing_that_is_not_proven() {
    let Some(mut place) = Place::with_sample() else {
        return;
    };
    let folder = place.folder.path().join("large");
    std::fs::create_dir_all(&folder).expect("made");
    let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
    bytes.extend((0..40_u32 << 18).flat_map(|word| word.wrapping_mul(2_654_435_761).to_le_bytes()));
    std::fs::write(folder.join("202506-IC002.wav"), &bytes).expect("written");
    place
        .settings
        .insert("V2_AUDIO".into(), format!("file://{}", folder.display()));
    let before = place.text(URL);
    let mut kills = 0;
    let output = loop {
        let mut command = place.command("audio-migrate", &["--limit-rate", "40M"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        std::thread::sleep(Duration::from_millis(350 + 90 * (kills % 7)));
        if child.try_wait().expect("asked").is_some() || kills == 40 {
            break child.wait_with_output().expect("ended");
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        kills += 1;
        let url = place.text(URL);
        if url != before {
            // It was killed behind the commit: then the object is there, whole.
            let stored = std::fs::read(place.stored("audio/2025/06/202506-IC002.wav"));
            assert!(
                stored.expect("stored") == bytes,
                "linked before it was proven"
            );
        }
    };
    assert!(kills > 1, "the object is too small for this machine");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(
        std::fs::read(place.stored("audio/2025/06/202506-IC002.wav")).expect("stored") == bytes
    );
    assert!(
        place.text(URL).ends_with("/audio/2025/06/202506-IC002.wav"),
        "{}",
        place.text(URL)
    );
    assert_eq!(place.text("SELECT count(*) FROM sunset.object_parts"), "0");
    let (_, status) = place.json("check-r2", &["--deep"]);
    assert_eq!(status, 0);
}
