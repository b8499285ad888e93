//! How a program ends.

use std::process::ExitCode;

/// The exit status, the same for every program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// 0: done.
    Done,
    /// 1: an error.
    Error,
    /// 2: wrong usage.
    Usage,
    /// 3: done, but with quarantined or failed items.
    Incomplete,
    /// 4: a check did not pass.
    CheckFailed,
}

impl Status {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::CheckFailed => 4,
        }
    }

    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Error => "error",
            Self::Usage => "usage",
            Self::Incomplete => "incomplete",
            Self::CheckFailed => "check_failed",
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}
