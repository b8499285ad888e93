//! The help.

use std::process::Command;

#[test]
fn help() {
    let output = Command::new(env!("CARGO_BIN_EXE_backup"))
        .arg("--help")
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .expect("backup");
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}
