//! A network that cuts, flips, refuses and drips, before Cloud Storage and before R2.

use std::sync::{Arc, Mutex};

use sunset_testkit::generate::SplitMix;
use sunset_testkit::http_proxy::{Asked, Fault, HttpProxy};
use sunset_testkit::storage::FakeStorage;

use crate::place::{Place, shown};

const BUCKET: &str = "recordings-of-v2";
/// More than is read and sent by one request.
const LARGE: usize = 40 << 20;

const BUSY: &str = "<Error><Code>SlowDown</Code><Message>on command</Message></Error>";
const BROKEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                      <Error><Code>InternalError</Code><Message>on command</Message></Error>";

/// A V3 with conversations, an old bucket with their recordings, and both services behind proxies.
struct World {
    place: Place,
    /// Conversation, and its bytes.
    recordings: Vec<(String, Vec<u8>)>,
    _storage: FakeStorage,
    _runtime: tokio::runtime::Runtime,
    gcs: HttpProxy,
    r2: HttpProxy,
}

impl World {
    /// Three small recordings and a large one.
    fn new(
        gcs: impl FnMut(&Asked) -> Option<Fault> + Send + 'static,
        r2: impl FnMut(&Asked) -> Option<Fault> + Send + 'static,
    ) -> Option<Self> {
        let mut place = Place::with_sample()?;
        let ids = place.text(
            "SELECT string_agg(id, ' ' ORDER BY id) FROM (SELECT id FROM conversations \
             ORDER BY id LIMIT 4) AS few",
        );
        let lengths = [300_000, 70_001, 2_000_000, LARGE];
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let storage = runtime.block_on(FakeStorage::start()).expect("a server");
        let recordings: Vec<_> = ids
            .split(' ')
            .zip(lengths)
            .map(|(id, length)| (id.to_owned(), wave(length)))
            .collect();
        for (id, bytes) in &recordings {
            storage.put(BUCKET, &format!("calls/{id}.wav"), bytes.clone());
        }
        let gcs = HttpProxy::to(storage.url().trim_start_matches("http://"), gcs).expect("a proxy");
        let endpoint = place.settings["CLOUDFLARE_R2_ENDPOINT"].clone();
        let r2 = HttpProxy::to(endpoint.trim_start_matches("http://"), r2).expect("a proxy");
        for (name, value) in [
            ("V2_AUDIO", format!("gs://{BUCKET}")),
            ("FIREBASE_STORAGE_BUCKET", BUCKET.to_owned()),
            ("STORAGE_EMULATOR_HOST", gcs.url()),
            ("CLOUDFLARE_R2_ENDPOINT", r2.url()),
            ("MAX_RETRIES", "8".to_owned()),
        ] {
            place.settings.insert(name.to_owned(), value);
        }
        Some(Self {
            place,
            recordings,
            _storage: storage,
            _runtime: runtime,
            gcs,
            r2,
        })
    }

    fn linked(&self) -> String {
        self.place.text(
            "SELECT count(*) FROM conversations AS c JOIN sunset.objects AS o \
             ON o.conversation_id = c.id AND o.url = c.audio_url AND o.state = 'copied'",
        )
    }

    fn key(&self, id: &str) -> String {
        self.place.text(&format!(
            "SELECT 'audio/' || to_char(created_at, 'YYYY/MM') || '/' || id || '.wav' \
             FROM conversations WHERE id = '{id}'"
        ))
    }

    /// Runs audio-migrate to an end with this status; what it said.
    fn expect_status(&self, status: i32) -> String {
        let output = self.place.run("audio-migrate", &[]);
        let said = shown(&output);
        assert_eq!(output.status.code(), Some(status), "{said}");
        said
    }

    fn retry_once(&mut self) {
        let settings = &mut self.place.settings;
        settings.insert("MAX_RETRIES".into(), "1".into());
    }

    /// All are there, byte for byte, and linked; and the check says so, too.
    fn expect_all(&self) {
        for (id, bytes) in &self.recordings {
            let stored = std::fs::read(self.place.stored(&self.key(id))).expect("stored");
            assert!(&stored == bytes, "the bytes of {id}");
        }
        assert_eq!(self.linked(), self.recordings.len().to_string());
        let (report, status) = self.place.json("check-r2", &["--deep"]);
        assert_eq!(status, 0, "{report:#}");
        assert_eq!(report["present"]["objects"], self.recordings.len());
    }

    fn expect_nothing(&self) {
        assert_eq!(self.linked(), "0");
        for (id, _) in &self.recordings {
            assert!(!self.place.stored(&self.key(id)).exists(), "{id} is stored");
        }
    }
}

pub fn wave(length: usize) -> Vec<u8> {
    let mut random = SplitMix::new(length as u64);
    let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
    while bytes.len() < length {
        bytes.extend_from_slice(&random.draw().to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn is_media(asked: &Asked) -> bool {
    asked.target.contains("alt=media")
}

fn is_complete(asked: &Asked) -> bool {
    asked.method == "POST" && asked.target.contains("uploadId=")
}

fn answer(status: u16, body: &str) -> Fault {
    Fault::Answer {
        status,
        body: body.to_owned(),
    }
}

#[test]
fn bodies_cut_changed_and_refused_on_the_way_from_cloud_storage_come_whole_in_the_end() {
    let mut turn = 0;
    let Some(world) = World::new(
        move |asked| {
            if !is_media(asked) {
                return None;
            }
            turn += 1;
            match turn % 5 {
                0 => Some(Fault::CutAnswer(50_000)),
                1 => Some(Fault::FlipAnswer(33_333)),
                2 => Some(answer(503, "busy")),
                _ => None,
            }
        },
        |_| None,
    ) else {
        return;
    };
    world.expect_status(0);
    assert!(world.gcs.faults() > 3, "{}", world.gcs.faults());
    world.expect_all();
}

#[test]
fn bodies_cut_changed_and_refused_on_the_way_to_r2_are_sent_again() {
    let mut turn = 0;
    let Some(world) = World::new(
        |_| None,
        move |asked| {
            if asked.method != "PUT" {
                return None;
            }
            turn += 1;
            match turn % 6 {
                0 => Some(Fault::CutRequest(asked.length / 2)),
                1 => Some(Fault::FlipRequest(asked.length / 3)),
                2 => Some(answer(503, BUSY)),
                // It is stored, and nobody hears of it.
                3 => Some(Fault::Instead {
                    status: 500,
                    body: String::new(),
                }),
                _ => None,
            }
        },
    ) else {
        return;
    };
    world.expect_status(0);
    assert!(world.r2.faults() > 3, "{}", world.r2.faults());
    world.expect_all();
}

#[test]
fn a_storm_of_503_passes() {
    let (mut gcs, mut r2) = (0, 0);
    let Some(world) = World::new(
        move |_| {
            gcs += 1;
            (gcs <= 4).then(|| answer(503, "{}"))
        },
        move |_| {
            r2 += 1;
            (r2 <= 4 || r2 % 3 == 0).then(|| answer(503, BUSY))
        },
    ) else {
        return;
    };
    world.expect_status(0);
    assert!(world.gcs.faults() == 4 && world.r2.faults() > 4);
    world.expect_all();
}

#[test]
fn a_slow_drip_is_waited_for() {
    let mut drips = 0;
    let Some(world) = World::new(
        move |asked| {
            let drip = is_media(asked) && drips < 2;
            drips += u32::from(drip);
            drip.then_some(Fault::Drip(2 << 20))
        },
        |_| None,
    ) else {
        return;
    };
    world.expect_status(0);
    assert_eq!(world.gcs.faults(), 2);
    world.expect_all();
}

#[test]
fn an_error_in_an_answer_of_200_completes_nothing() {
    let mut turn = 0;
    let Some(world) = World::new(
        |_| None,
        move |asked| {
            if !is_complete(asked) {
                return None;
            }
            turn += 1;
            match turn {
                1 => Some(answer(200, BROKEN)),
                2 => Some(answer(200, "")),
                // It is made of its parts, and the answer says that it was not.
                3 => Some(Fault::Instead {
                    status: 200,
                    body: BROKEN.to_owned(),
                }),
                _ => None,
            }
        },
    ) else {
        return;
    };
    world.expect_status(0);
    assert!(world.r2.faults() >= 2, "{}", world.r2.faults());
    world.expect_all();
}

#[test]
fn a_deep_check_reads_again_what_broke_off() {
    let mut turn = 0;
    let Some(world) = World::new(
        |_| None,
        move |asked| {
            if asked.method != "GET" || asked.target.contains("list-type") {
                return None;
            }
            turn += 1;
            (turn % 2 == 1).then_some(Fault::CutAnswer(1_000))
        },
    ) else {
        return;
    };
    world.expect_status(0);
    world.expect_all();
    // Each of the four was read whole only at an even turn.
    assert!(world.r2.faults() >= 4, "{}", world.r2.faults());
}

#[test]
fn what_never_comes_whole_is_never_linked() {
    let Some(mut world) = World::new(
        |asked| is_media(asked).then_some(Fault::FlipAnswer(10_000)),
        |_| None,
    ) else {
        return;
    };
    world.retry_once();
    let said = world.expect_status(3);
    assert!(said.contains("CRC32C"), "{said}");
    world.expect_nothing();
    let quarantined = "SELECT count(*) FROM sunset.objects WHERE role = 'quarantined'";
    assert_eq!(world.place.text(quarantined), "4");

    let Some(mut world) = World::new(
        |_| None,
        |asked| {
            let sends = asked.method == "PUT";
            sends.then_some(Fault::FlipRequest(asked.length / 2))
        },
    ) else {
        return;
    };
    world.retry_once();
    let said = world.expect_status(3);
    assert!(said.contains("next: "), "{said}");
    world.expect_nothing();
}

#[test]
fn a_completion_that_always_fails_is_a_failure_with_a_remedy() {
    let Some(mut world) = World::new(
        |_| None,
        |asked| is_complete(asked).then(|| answer(200, BROKEN)),
    ) else {
        return;
    };
    world.retry_once();
    let said = world.expect_status(3);
    assert!(
        said.contains("InternalError") && said.contains("next: "),
        "{said}"
    );
    // The small ones are there.
    assert_eq!(world.linked(), "3");
    let (large, _) = &world.recordings[3];
    assert!(!world.place.stored(&world.key(large)).exists());
}

#[test]
fn what_failed_is_tried_again_and_nothing_else_where_that_is_asked_for() {
    // Of whom nothing comes through: from Cloud Storage, and to R2.
    let broken = Arc::<Mutex<Vec<String>>>::default();
    let (reading, sending) = (Arc::clone(&broken), Arc::clone(&broken));
    let is = |broken: &Mutex<Vec<String>>, place: usize, asked: &Asked| {
        let broken = broken.lock().expect("nobody failed");
        let id = broken.get(place);
        id.is_some_and(|id| asked.target.contains(id.as_str()))
    };
    let Some(mut world) = World::new(
        move |asked| {
            let flip = is_media(asked) && is(&reading, 0, asked);
            flip.then_some(Fault::FlipAnswer(10_000))
        },
        move |asked| {
            let refuse = asked.method == "PUT" && is(&sending, 1, asked);
            refuse.then(|| answer(503, BUSY))
        },
    ) else {
        return;
    };
    world.retry_once();
    let ids: Vec<_> = world.recordings.iter().map(|(id, _)| id.clone()).collect();
    *broken.lock().expect("nobody failed") = ids[..2].to_vec();
    // The large one was never tried.
    let some = ids[..3].join(",");
    let run = |world: &World, arguments: &[&str]| world.place.json("audio-migrate", arguments);
    let (first, status) = run(&world, &["--conversation-ids", &some]);
    assert_eq!(status, 3, "{first:#}");
    assert_eq!(first["report"]["copied"]["objects"], 1, "{first:#}");
    for (list, count) in [("quarantined", 1), ("failed", 1)] {
        let found = first["report"][list].as_array().map(Vec::len);
        assert_eq!(found, Some(count), "{first:#}");
    }

    // As long as nothing changes, it fails again.
    let (again, status) = run(&world, &["--retry-failed"]);
    assert_eq!(status, 3, "{again:#}");
    assert_eq!(again["plan"]["to_copy"]["objects"], 2, "{again:#}");
    assert_eq!(world.linked(), "1");

    broken.lock().expect("nobody failed").clear();
    let (again, status) = run(&world, &["--retry-failed"]);
    assert_eq!(status, 0, "{again:#}");
    assert_eq!(again["report"]["copied"]["objects"], 2, "{again:#}");
    assert_eq!(world.linked(), "3");
    let large = world.place.stored(&world.key(&ids[3]));
    assert!(!large.exists(), "nobody asked for it");
    let (nothing, status) = run(&world, &["--retry-failed"]);
    assert_eq!(status, 0, "{nothing:#}");
    assert_eq!(nothing["plan"]["to_copy"]["objects"], 0, "{nothing:#}");
    world.expect_status(0);
    world.expect_all();
}
