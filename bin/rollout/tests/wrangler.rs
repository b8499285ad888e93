//! Cloudflare Workers, by a stand-in for the program wrangler.

use super::scratch::Scratch;

/// Keeps what was deployed in a file, and refuses what wrangler would.
const WRANGLER: &str = r#"#!/bin/sh
set -eu
cd "$(dirname "$0")"
case "$1 $2" in
"deployments status") cat deployed.json ;;
"versions deploy")
    echo "$@" >> calls
    shift 2
    list=
    for argument in "$@"; do
        case $argument in
        *@*%) id=${argument%@*}; share=${argument#*@}; share=${share%\%}
              list="$list${list:+, }{\"version_id\": \"$id\", \"percentage\": $share}" ;;
        esac
    done
    echo "{\"versions\": [$list]}" > deployed.json ;;
*) echo "unknown command" >&2; exit 1 ;;
esac
"#;

#[test]
fn versions_are_deployed_and_looked_at() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    scratch.write("wrangler", WRANGLER);
    scratch.write(
        "deployed.json",
        "wrangler 4\n{\"versions\": [{\"version_id\": \"aaa-1\", \"percentage\": 100}]}",
    );
    let program = scratch.path("wrangler").display().to_string();
    scratch.write(
        "traffic.toml",
        &format!(
            "[wrangler]\nname = \"server\"\nv1 = \"aaa-1\"\nv2 = \"bbb-2\"\ncommand = [\"sh\", \"{program}\"]\n\
             [gates]\nnone = true\n[[step]]\npercentage = 10\nhold = \"1m\"\n[[step]]\npercentage = 100\n"
        ),
    );
    scratch.expect(0, &["set", "12.5", "--schedule", "traffic.toml"]);
    let calls = std::fs::read_to_string(scratch.path("calls")).expect("calls");
    assert!(
        calls.starts_with(
            "versions deploy aaa-1@87.5% bbb-2@12.5% --name server --message rollout: "
        ),
        "{calls}"
    );
    let said = scratch.expect(
        0,
        &[
            "run",
            "--schedule",
            "traffic.toml",
            "--time-scale",
            "100",
            "--json",
        ],
    );
    assert_eq!(said.json()["percentage"], 100);
    scratch.write(
        "deployed.json",
        "{\"versions\": [{\"version_id\": \"ccc\", \"percentage\": 100}]}",
    );
    let said = scratch.expect(1, &["set", "0", "--schedule", "traffic.toml"]);
    assert!(
        said.err
            .contains("a version that the schedule does not name"),
        "{said:?}"
    );
}
