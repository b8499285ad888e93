//! The help of the program and of its commands, word for word.

use std::process::Command;

fn help(command: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rollout"))
        .args(command)
        .arg("--help")
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .expect("rollout");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn of_the_program() {
    insta::assert_snapshot!(help(&[]));
}

#[test]
fn of_its_commands() {
    let commands = [
        "init",
        "status",
        "set",
        "enable",
        "disable",
        "enable-tenant",
        "disable-tenant",
        "reset-tenant",
        "decide",
        "history",
        "run",
        "schedule",
    ];
    let texts = commands.map(|command| format!("== rollout {command}\n{}", help(&[command])));
    insta::assert_snapshot!(texts.join("\n"));
}
