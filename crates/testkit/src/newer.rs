//! The same tests once more, on a newer server.

use std::process::Command;

/// Runs the test binary that calls this again with `SUNSET_TEST_NEWER_DATABASE_URL` in the place
/// of `SUNSET_TEST_DATABASE_URL`, all but the tests whose name holds `except`.
///
/// Gives a word why where no such server is named.
///
/// # Errors
/// What it said, when a test failed there or when none ran.
pub fn run_again(except: &str) -> Result<&'static str, String> {
    let Ok(newer) = std::env::var("SUNSET_TEST_NEWER_DATABASE_URL") else {
        return Ok("skipped: SUNSET_TEST_NEWER_DATABASE_URL names no server newer than the other");
    };
    let binary = std::env::current_exe().map_err(|e| e.to_string())?;
    let output = Command::new(binary)
        .args(["--skip", except])
        .env("SUNSET_TEST_DATABASE_URL", newer)
        .env_remove("SUNSET_TEST_NEWER_DATABASE_URL")
        .output()
        .map_err(|e| e.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let passed = said
        .lines()
        .find_map(|line| line.strip_prefix("test result: ok. "))
        .and_then(|rest| rest.split(' ').next())
        .and_then(|count| count.parse::<u32>().ok());
    if output.status.success() && passed.is_some_and(|count| count > 0) {
        Ok("all passed")
    } else {
        Err(said)
    }
}
