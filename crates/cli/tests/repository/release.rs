//! What is released: one list of programs wherever they are listed, one compiler wherever they are
//! built, and what the supply chain is held to.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// What the names of servers for trying and testing begin with. They are not released.
const SERVER: &str = "local-";

fn path(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(name)
}

fn read(name: &str) -> String {
    let text = fs::read_to_string(path(name));
    text.unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every program, by the folders of `bin/`.
fn programs() -> BTreeSet<String> {
    let entries = fs::read_dir(path("bin")).expect("bin");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let names: BTreeSet<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

fn released() -> BTreeSet<String> {
    let mut names = programs();
    names.retain(|name| !name.starts_with(SERVER));
    names
}

/// What stands behind `key = ` in quotation marks, in the first line that has it.
fn setting(text: &str, key: &str) -> String {
    let lines = text.lines();
    let mut values = lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
    let value = values.next().and_then(|rest| rest.split('"').next());
    value.unwrap_or_else(|| panic!("no {key}")).to_owned()
}

#[test]
fn the_same_programs_are_built_measured_and_installable() {
    let makefile = read("Makefile");
    let (_, list) = makefile.split_once("\nprograms = ").expect("a list");
    let (list, _) = list.split_once("\npackages ").expect("its end");
    let built: BTreeSet<String> = list
        .split_whitespace()
        .filter(|word| *word != "\\")
        .map(str::to_owned)
        .collect();
    assert_eq!(built, programs());

    // `cargo install --path bin/NAME` installs NAME.
    for program in programs() {
        let manifest = read(&format!("bin/{program}/Cargo.toml"));
        assert_eq!(setting(&manifest, "name"), program);
        assert!(path(&format!("bin/{program}/src/main.rs")).is_file());
        for section in manifest.split("[[bin]]").skip(1) {
            assert_eq!(setting(section, "name"), program, "another name");
        }
    }

    let performance = read("docs/performance.md");
    let (_, table) = performance
        .split_once("## Size and start")
        .expect("a table");
    let mut measured = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let number = |cell: &str, unit: &str| -> f64 {
            let number = cell.strip_suffix(unit).and_then(|text| text.parse().ok());
            number.unwrap_or_else(|| panic!("{row}: {cell}"))
        };
        assert!(number(cells[1], " MiB") < 25.0, "{row}");
        assert!(number(cells[2], " ms") < 10.0, "{row}");
        measured.insert(cells[0].to_owned());
    }
    assert_eq!(measured, released());
}

#[test]
fn the_image_is_made_by_the_pinned_compiler_and_holds_what_the_jobs_start() {
    let channel = setting(&read("rust-toolchain.toml"), "channel");
    // A patch release: a bare 1.95 would become another compiler by itself.
    assert_eq!(channel.split('.').count(), 3, "{channel}");
    let least = setting(&read("Cargo.toml"), "rust-version");
    assert!(channel.starts_with(&format!("{least}.")), "{least}");

    let image = read("deploy/Containerfile");
    let from: Vec<&str> = image
        .lines()
        .filter_map(|line| line.strip_prefix("FROM "))
        .collect();
    // Alpine's compiler links musl statically; the second stage has no C library at all.
    assert_eq!(
        from,
        [
            format!("rust:{channel}-alpine AS build").as_str(),
            "scratch"
        ]
    );
    let named = format!("ENV RUSTUP_TOOLCHAIN={channel}");
    assert!(image.lines().any(|line| line == named), "{named}");
    for architecture in ["x86_64", "aarch64"] {
        let target = format!("\"{architecture}-unknown-linux-musl\"");
        assert!(read("deny.toml").contains(&target), "{target}");
    }
    assert!(image.contains("RUN scripts/release-build.sh"));

    // What is copied is there, and not kept out.
    let ignored = read(".containerignore");
    for name in [
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "rust-toolchain.toml",
        "Cargo.lock",
        "third-party",
    ] {
        assert!(path(name).exists(), "{name}");
        assert!(ignored.lines().all(|line| line != name), "{name}");
    }

    let released = released();
    let started = image.lines().filter_map(|line| line.strip_prefix("CMD "));
    let mut started: Vec<String> = started
        .map(|command| {
            let command: Vec<String> = serde_json::from_str(command).expect("a list");
            command[0].clone()
        })
        .collect();
    let user = image.lines().find_map(|line| line.strip_prefix("USER "));
    let user = user.and_then(|user| user.split(':').next());
    for job in ["data", "audio"] {
        let job = read(&format!("deploy/kubernetes/{job}/job.yaml"));
        let job: Value = serde_saphyr::from_str(&job).expect("YAML");
        let pod = &job["spec"]["template"]["spec"];
        let runs_as = pod["securityContext"]["runAsUser"].to_string();
        assert_eq!(Some(runs_as.as_str()), user);
        for list in ["initContainers", "containers"] {
            for container in pod[list].as_array().expect("containers") {
                let program = container["command"][0].as_str().expect("a program");
                started.push(program.to_owned());
            }
        }
    }
    assert_eq!(started.len(), 5, "{started:?}");
    for program in started {
        assert!(released.contains(&program), "{program} is not in the image");
    }
}

/// What `make deny` holds Cargo.lock against would be worth nothing if it said yes to everything.
#[test]
fn licences_bans_and_sources_are_denied_by_default() {
    let deny = read("deny.toml");
    for line in [
        "wildcards = \"deny\"",
        "unknown-registry = \"deny\"",
        "unknown-git = \"deny\"",
        "yanked = \"deny\"",
    ] {
        assert!(deny.lines().any(|held| held == line), "{line}");
    }
    for section in ["[licenses]\n", "[bans]\n", "[sources]\n", "[advisories]\n"] {
        assert!(deny.contains(section), "{section}");
    }
    let (_, licences) = deny.split_once("[licenses]").expect("a section");
    let (licences, _) = licences.split_once(']').expect("its end");
    for copyleft in ["GPL", "MPL", "SSPL", "BUSL"] {
        assert!(!licences.contains(copyleft), "{copyleft}");
    }
    let banned = deny.lines().filter(|line| line.contains("{ name = \""));
    assert!(banned.count() >= 5);

    // And it is asked with every change, for exactly what Cargo.lock names.
    let ci = read(".ci/run");
    assert!(ci.lines().any(|line| line == "make deny"));
    assert!(read("scripts/deny.sh").contains("--locked check"));
    for package in read("Cargo.lock").split("\n[[package]]\n").skip(1) {
        let sources = package
            .lines()
            .filter_map(|line| line.strip_prefix("source = "));
        for source in sources {
            let registry = "\"registry+https://github.com/rust-lang/crates.io-index\"";
            assert_eq!(source, registry, "{package}");
        }
    }
}

/// No dependency brings in what nobody asked for: whoever adds one with its default features writes
/// its line anew, and says so here.
#[test]
fn features_are_asked_for_by_name_where_the_default_ones_are_large() {
    let manifest = read("Cargo.toml");
    for name in [
        "aws-sdk-s3",
        "aws-smithy-http-client",
        "axum",
        "futures",
        "jiff",
        "mimalloc",
        "regex",
        "reqwest",
        "rustls",
        "sqlx",
        "tokio-rustls",
        "tracing-subscriber",
        "zstd",
    ] {
        let line = manifest
            .lines()
            .find(|line| line.starts_with(&format!("{name} = ")));
        let line = line.unwrap_or_else(|| panic!("no {name}"));
        assert!(line.contains("default-features = false"), "{line}");
    }
    // No member turns them on again, or takes a version of its own.
    for folder in ["bin", "crates"] {
        for entry in fs::read_dir(path(folder)).expect("a folder") {
            let member = entry.expect("an entry").path().join("Cargo.toml");
            let manifest = fs::read_to_string(&member).expect("a manifest");
            let sections = manifest.split("\n[");
            let sections = sections.filter(|section| section.contains("dependencies]\n"));
            for line in sections.flat_map(|section| section.lines().skip(1)) {
                let named =
                    line.is_empty() || line.starts_with('#') || line.contains("workspace = true");
                assert!(named, "{}: {line}", member.display());
                assert!(!line.contains("default-features = true"), "{line}");
            }
        }
    }
}
