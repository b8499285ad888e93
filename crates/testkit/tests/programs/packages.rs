//! What is packed, and where: the scripts that make the tarball and lay the Debian package out, with
//! programs that hand everything on to those of the tests, so that nothing is built or stripped for it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::help::our_programs;
use super::workplace::{Outcome, bin_dir, repository};

/// Runs scripts/package.sh; what it makes lies in `dist` below the folder.
fn package(folder: &Path, kind: &str) -> Outcome {
    let programs = folder.join("programs");
    fs::create_dir(&programs).expect("a folder");
    for program in our_programs() {
        let real = bin_dir().join(&program);
        let path = programs.join(&program);
        let text = format!("#!/bin/sh\nexec '{}' \"$@\"\n", real.display());
        fs::write(&path, text).expect("a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
    }
    let output = Command::new(repository().join("scripts/package.sh"))
        .arg(kind)
        .env("BIN_DIR", &programs)
        .env("DIST", folder.join("dist"))
        .env("STRIP", "true")
        .output()
        .expect("bash");
    let outcome = Outcome::from(output);
    assert_eq!(outcome.status, 0, "{kind}: {}", outcome.stderr);
    outcome
}

/// Every file below a folder, by its path from there.
fn files(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below it");
                found.insert(name.to_string_lossy().into_owned());
            }
        }
    }
    found
}

/// What is to be there, and is not.
fn missing(there: &BTreeSet<String>, wanted: impl IntoIterator<Item = String>) -> Vec<String> {
    let wanted = wanted.into_iter();
    wanted.filter(|name| !there.contains(name)).collect()
}

/// What is of the servers for trying and testing, but for their pages in the book.
fn servers(there: &BTreeSet<String>) -> Vec<&String> {
    let named = there.iter().filter(|name| name.contains("local-"));
    let folders = |name: &str| name.split('/').any(|folder| folder == "docs");
    named.filter(|name| !folders(name)).collect()
}

#[test]
fn the_tarball_holds_every_program_with_its_page_its_completions_and_all_licences() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = package(folder.path(), "tarball");
    let archive = PathBuf::from(outcome.stdout.trim_end());
    assert!(archive.is_file(), "{}", outcome.stdout);
    let unpacked = folder.path().join("unpacked");
    fs::create_dir(&unpacked).expect("a folder");
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(&archive).arg("-C").arg(&unpacked);
    assert!(tar.status().expect("tar").success());
    let mut entries = fs::read_dir(&unpacked).expect("unpacked");
    let root = entries.next().expect("one folder").expect("an entry");
    assert!(entries.next().is_none(), "one folder holds everything");
    let there = files(&root.path());
    for program in our_programs() {
        let wanted = [
            format!("bin/{program}"),
            format!("share/man/man1/{program}.1"),
            format!("share/bash/{program}"),
            format!("share/zsh/_{program}"),
            format!("share/fish/{program}.fish"),
            format!("docs/commands/{program}.md"),
        ];
        assert_eq!(missing(&there, wanted), Vec::<String>::new());
    }
    let others = [
        "README.md",
        "CHANGELOG.md",
        ".env.example",
        "docs/runbook.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "LICENSES-OF-OTHERS.txt",
    ];
    let others = others.map(str::to_owned);
    assert_eq!(missing(&there, others), Vec::<String>::new());
    assert_eq!(servers(&there), Vec::<&String>::new());
    let licences = fs::read_to_string(root.path().join("LICENSES-OF-OTHERS.txt")).expect("a text");
    let licences: Vec<&str> = licences.split_whitespace().collect();
    let licences = licences.join(" ");
    for name in ["tokio 1.", "sqlx-core 0.", "ring 0."] {
        assert!(licences.contains(name), "no licence of {name}");
    }
}

/// The list of bin/data-migrate/Cargo.toml: from where, to where, and with what mode.
fn assets() -> Vec<[String; 3]> {
    let manifest = repository().join("bin/data-migrate/Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("a manifest");
    let (_, list) = manifest.split_once("\nassets = [").expect("a list");
    let (list, _) = list.split_once("\n]").expect("its end");
    let lines = list.lines().filter(|line| line.contains("[\""));
    lines
        .map(|line| {
            let mut texts = line.split('"').skip(1).step_by(2).map(str::to_owned);
            [(); 3].map(|()| texts.next().expect("three texts"))
        })
        .collect()
}

/// Where a file comes to by one entry of the list, if it is meant by it.
fn comes_to(file: &str, [from, to, _]: &[String; 3]) -> Option<String> {
    let from = from.strip_prefix("../../dist/deb/").expect("of the layout");
    let (before, stars) = match from.split_once('*') {
        Some((before, rest)) => (before, format!("*{rest}")),
        None => (from, String::new()),
    };
    let rest = file.strip_prefix(before)?;
    let meant = match stars.as_str() {
        "" => rest.is_empty(),
        "*" => !rest.contains('/'),
        "**/*" => true,
        other => panic!("another pattern: {other}"),
    };
    // A path that ends in a slash is a folder.
    let comes_to = if to.ends_with('/') {
        format!("{to}{rest}")
    } else {
        to.clone()
    };
    meant.then_some(comes_to)
}

#[test]
fn the_debian_package_takes_everything_that_is_laid_out_to_where_debian_keeps_it() {
    let folder = tempfile::tempdir().expect("a folder");
    package(folder.path(), "layout");
    let root = folder.path().join("dist/deb");
    let there = files(&root);
    let assets = assets();
    assert!(assets.len() >= 3, "{assets:?}");
    for file in &there {
        let taken = assets.iter().find_map(|asset| {
            let place = comes_to(file, asset)?;
            Some((place, asset[2].clone()))
        });
        let (place, mode) = taken.unwrap_or_else(|| panic!("{file} is in no package"));
        assert_eq!(place, *file);
        let wanted = if file.starts_with("usr/bin/") {
            "755"
        } else {
            "644"
        };
        assert_eq!(mode, wanted, "{file}");
    }
    for asset in &assets {
        let used = there.iter().any(|file| comes_to(file, asset).is_some());
        assert!(used, "{asset:?} is of nothing");
    }
    for program in our_programs() {
        let wanted = [
            format!("usr/bin/{program}"),
            format!("usr/share/man/man1/{program}.1.gz"),
            format!("usr/share/bash-completion/completions/{program}"),
            format!("usr/share/zsh/vendor-completions/_{program}"),
            format!("usr/share/fish/vendor_completions.d/{program}.fish"),
        ];
        assert_eq!(missing(&there, wanted), Vec::<String>::new());
    }
    let others = ["copyright", "changelog.gz", "licenses-of-others.txt.gz"];
    let others = others.map(|name| format!("usr/share/doc/sunset/{name}"));
    assert_eq!(missing(&there, others), Vec::<String>::new());
    assert_eq!(servers(&there), Vec::<&String>::new());
}
