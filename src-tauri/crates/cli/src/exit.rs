//! How the program ends: codes that scripts can use, and a sentence for people.

use std::process::ExitCode;
use switchboard_app::api::types::{ApiError, ErrorCode};
use switchboard_engine::error::{CallError, ErrorKind};

/// The exit codes; `--help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    CallFailed = 1,
    Usage = 2,
    Configuration = 3,
    Credential = 4,
    Internal = 5,
    Interrupted = 130,
    /// As a program that SIGPIPE ended.
    ReaderGone = 141,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why the program ends before its work is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) exit: Exit,
    /// `None`: everything was said already.
    pub(crate) message: Option<String>,
    pub(crate) hint: Option<String>,
}

impl Stop {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: Some(message.into()),
            hint: None,
        }
    }

    pub(crate) fn silent(exit: Exit) -> Self {
        Self {
            exit,
            message: None,
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        let exit = match error.code {
            ErrorCode::InvalidParams | ErrorCode::UnknownMethod | ErrorCode::NotFound => {
                Exit::Usage
            }
            ErrorCode::Conflict | ErrorCode::Config => Exit::Configuration,
            ErrorCode::KeychainLocked | ErrorCode::KeychainNone => Exit::Credential,
            ErrorCode::Provider => Exit::CallFailed,
            ErrorCode::Store | ErrorCode::Internal => Exit::Internal,
        };
        Self {
            exit,
            message: Some(error.message),
            hint: error.hint,
        }
    }
}

/// Returns the exit code that goes with a failed call.
pub(crate) fn of_call(error: &CallError) -> Exit {
    match error.kind {
        ErrorKind::NoCredential | ErrorKind::Auth | ErrorKind::Permission => Exit::Credential,
        ErrorKind::Misconfigured => Exit::Configuration,
        ErrorKind::Cancelled => Exit::Interrupted,
        ErrorKind::Dns
        | ErrorKind::Connect
        | ErrorKind::Tls
        | ErrorKind::Reset
        | ErrorKind::ConnectTimeout
        | ErrorKind::HeadersTimeout
        | ErrorKind::FirstTokenTimeout
        | ErrorKind::IdleTimeout
        | ErrorKind::TooSlow
        | ErrorKind::TotalTimeout
        | ErrorKind::Malformed
        | ErrorKind::Truncated
        | ErrorKind::TooLarge
        | ErrorKind::NotAnApi
        | ErrorKind::RateLimited
        | ErrorKind::QuotaExhausted
        | ErrorKind::Billing
        | ErrorKind::PlanLimit
        | ErrorKind::Overloaded
        | ErrorKind::Server
        | ErrorKind::NotFound
        | ErrorKind::Rejected
        | ErrorKind::ContextTooLong
        | ErrorKind::ContentFiltered
        | ErrorKind::EmptyAnswer
        | ErrorKind::OutputInvalid
        | ErrorKind::Incapable
        | ErrorKind::CircuitOpen
        | ErrorKind::QueueFull
        | ErrorKind::Budget
        | ErrorKind::CallerStopped
        | ErrorKind::Interrupted => Exit::CallFailed,
    }
}
