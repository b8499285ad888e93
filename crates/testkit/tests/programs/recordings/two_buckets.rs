//! Two databases that share a bucket, and one database whose settings lead to another bucket.

use serde_json::{Value, json};

use super::super::workplace::{Outcome, Workplace};
use super::Recorded;

/// A program with another value of one setting.
fn with(place: &Recorded, (name, value): (&str, &str), program: &str, args: &[&str]) -> Outcome {
    let mut command = place.command(program, args);
    command.env(name, value);
    command.output().expect("it runs").into()
}

#[test]
fn what_another_database_relies_on_stays() {
    let (Some(place), Some(other)) = (Recorded::with_rows(), Workplace::new()) else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let all = place.stored();
    let url = other.url();
    let second = |program: &str, args: &[&str]| with(&place, ("DATABASE_URL", &url), program, args);
    for program in ["schema-push", "data-migrate"] {
        assert_eq!(second(program, &[]).status, 0);
    }
    let copied = second("audio-migrate", &[]);
    assert_eq!(copied.status, 0, "{}", copied.stderr);
    let said = format!("{} objects stood in the bucket under these keys", all.len());
    assert!(copied.stderr.contains(&said), "{}", copied.stderr);
    // It counts the same before and after, and takes its rows back.
    let shown = second("rollback", &["--dry-run", "--delete-objects", "--json"]).json();
    let undone = second("rollback", &["--yes", "--delete-objects", "--json"]);
    for told in [&shown, &undone.json()] {
        assert_eq!(told["objects_removed"], 0, "{told:#}");
        assert_eq!(told["objects_stood"], json!(all.len()), "{told:#}");
    }
    assert_eq!(undone.status, 3);
    let again = second("rollback", &["--yes", "--delete-objects"]);
    let why = "they stood there when this database's ledger had no entry of them";
    assert!(again.stdout.contains(why), "{}", again.stdout);
    assert_eq!(place.stored(), all);
    place.expect(0, "final-check", &["--no-report"]);
    // Whose they are removes them.
    let own = place.expect(0, "rollback", &["--yes", "--delete-objects", "--json"]);
    assert_eq!(own.json()["objects_removed"], json!(all.len()));
    assert_eq!(place.stored(), [""; 0]);
}

#[test]
fn recordings_in_another_bucket_than_the_settings_name_are_told() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let all = place.stored();
    std::fs::create_dir_all(place.dir.path().join("s3/other")).expect("a bucket");
    let elsewhere = |program: &str, args: &[&str]| {
        with(&place, ("CLOUDFLARE_R2_BUCKET", "other"), program, args)
    };
    let undone = elsewhere("rollback", &["--yes", "--delete-objects", "--json"]);
    let told: Value = undone.json();
    let bucket = place.text("SELECT min(target) FROM sunset.objects");
    assert_eq!(told["objects_elsewhere"], json!([[bucket, all.len()]]));
    assert_eq!(undone.status, 3, "{told:#}");
    for args in [&["--yes"][..], &["--dry-run"], &[]] {
        let again = elsewhere("rollback", &[&["--delete-objects"], args].concat());
        let said = format!("{} recordings lie in {bucket}", all.len());
        assert!(again.stdout.contains(&said), "{}", again.stdout);
        assert_eq!(again.status, 3, "{}", again.stdout);
    }
    assert_eq!(place.stored(), all);
    for (program, args) in [
        ("final-check", &["--only", "audio", "--no-report"][..]),
        ("check-r2", &[]),
    ] {
        let checked = elsewhere(program, args);
        let said = "copies are in another bucket than the settings name";
        assert!(checked.stdout.contains(said), "{}", checked.stdout);
        assert_eq!(checked.status, 4, "{program}");
    }
    // As the message says: with the settings of that bucket they go.
    let own = place.expect(0, "rollback", &["--yes", "--delete-objects", "--json"]);
    assert_eq!(own.json()["objects_removed"], json!(all.len()));
}
