//! The server's disk is full.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::workplace::{Workplace, psql};
use super::server::{Server, is_root};
use super::{Storm, expect_same, meaning, prepared, told};

/// A small disk; it is unmounted with this value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn at(folder: &Path, megabytes: u32) -> Option<Self> {
        if !is_root() {
            println!("skipped: only root may mount a small disk");
            return None;
        }
        std::fs::create_dir_all(folder).expect("a folder");
        let size = format!("size={megabytes}m,mode=0700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder)
            .output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            println!("skipped: mounting is denied here");
            return None;
        }
        Some(Self(folder.to_owned()))
    }

    /// Megabytes.
    fn used(&self) -> u64 {
        let used = Command::new("du")
            .arg("-sm")
            .arg(&self.0)
            .output()
            .expect("du");
        let text = String::from_utf8_lossy(&used.stdout).into_owned();
        text.split_whitespace()
            .next()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    }

    fn resize(&self, megabytes: u64) {
        let size = format!("remount,size={megabytes}m");
        let grown = Command::new("mount")
            .args(["-o", &size])
            .arg(&self.0)
            .status();
        assert!(
            grown.is_ok_and(|status| status.success()),
            "its size does not change"
        );
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Files of a server that is ending may still be open.
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}

#[test]
fn a_full_disk_stops_a_load_and_room_lets_it_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = SmallDisk::at(&folder.path().join("disk"), 400) else {
        return;
    };
    let Some(server) = Server::new(&[]) else {
        return;
    };
    let storm = Storm::of(1);
    let load = ["--batch-size", storm.batch()];
    let place = prepared(Workplace::on(&server.admin()), storm.cases);
    place.expect(3, "data-migrate", &load);
    let wanted = meaning(&place);
    let place = Workplace::on(&server.admin());
    let name = place.url().rsplit('/').next().expect("a name").to_owned();
    let tablespace = folder.path().join("disk/space");
    std::fs::create_dir(&tablespace).expect("a folder");
    psql(
        &server.admin(),
        &format!(
            "CREATE TABLESPACE small LOCATION '{}'",
            tablespace.display()
        ),
    );
    psql(
        &server.admin(),
        &format!("ALTER DATABASE {name} SET TABLESPACE small"),
    );
    let place = prepared(place, storm.cases);
    place.query("CHECKPOINT");
    // Room for a part of the rows.
    disk.resize(disk.used() + storm.cases / 400);
    let outcome = place.expect(1, "data-migrate", &load);
    for words in ["disk is full", "it goes on where it stopped"] {
        assert!(
            outcome.stderr.contains(words),
            "{words}: {}",
            outcome.stderr
        );
    }
    let there = place.query("SELECT count(*) FROM sunset.items").join("");
    let whole = "SELECT count(*) FROM sunset.items AS i JOIN sunset.provenance AS p \
                 USING (collection, document_id) WHERE i.state = 'migrated' AND NOT EXISTS \
                 (SELECT FROM conversations WHERE id = p.row_id) AND p.table_name = 'conversations'";
    assert_eq!(place.query(whole), ["0"], "what the ledger names is there");
    disk.resize(600);
    place.expect(3, "data-migrate", &load);
    expect_same(&meaning(&place), &wanted, "after there was room again");
    told(&format!(
        "the disk was full after {there} documents; with room the load went on to the same rows"
    ));
}
