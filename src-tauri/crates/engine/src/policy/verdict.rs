//! What each kind of error says about the health of the target it came from.

use super::concurrency::Signal;
use crate::error::{CallError, ErrorKind};

/// What an ended attempt means for the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It answers.
    Healthy,
    /// It failed; what is sent next may fail too.
    Failed(Signal),
    /// Its credential is refused until somebody mends it: all its models are down.
    CredentialDown,
    /// This model is refused to this credential until somebody mends it.
    ModelDown,
    /// The request, or our own side, was at fault: it costs the target nothing.
    Neutral,
}

/// Returns what the end of an attempt means; `None` is an answer.
pub fn verdict(error: Option<&CallError>) -> Verdict {
    let Some(error) = error else {
        return Verdict::Healthy;
    };
    match error.kind {
        ErrorKind::RateLimited | ErrorKind::Overloaded => Verdict::Failed(Signal::Pushback),
        ErrorKind::ConnectTimeout
        | ErrorKind::HeadersTimeout
        | ErrorKind::FirstTokenTimeout
        | ErrorKind::IdleTimeout
        | ErrorKind::TooSlow => Verdict::Failed(Signal::Late),
        ErrorKind::Dns
        | ErrorKind::Connect
        | ErrorKind::Tls
        | ErrorKind::Reset
        | ErrorKind::Malformed
        | ErrorKind::Truncated
        | ErrorKind::NotAnApi
        | ErrorKind::Server
        | ErrorKind::NotFound
        | ErrorKind::EmptyAnswer => Verdict::Failed(Signal::None),
        // A quota that counts one model leaves its siblings alone.
        ErrorKind::QuotaExhausted if error.model_only => Verdict::ModelDown,
        ErrorKind::Auth | ErrorKind::Billing | ErrorKind::QuotaExhausted => Verdict::CredentialDown,
        ErrorKind::Permission | ErrorKind::PlanLimit => Verdict::ModelDown,
        // The call's own deadline: a long answer or a short deadline, not a sick target.
        ErrorKind::TotalTimeout => Verdict::Neutral,
        ErrorKind::TooLarge
        | ErrorKind::Rejected
        | ErrorKind::ContextTooLong
        | ErrorKind::ContentFiltered
        | ErrorKind::OutputInvalid => Verdict::Neutral,
        ErrorKind::NoCredential
        | ErrorKind::Incapable
        | ErrorKind::CircuitOpen
        | ErrorKind::QueueFull
        | ErrorKind::Budget
        | ErrorKind::CallerStopped
        | ErrorKind::Misconfigured
        | ErrorKind::Cancelled
        | ErrorKind::Interrupted => Verdict::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: ErrorKind) -> Verdict {
        verdict(Some(&CallError::new(kind, "made for a test")))
    }

    #[test]
    fn a_quota_of_one_model_puts_that_model_down_alone() {
        let mut error = CallError::new(ErrorKind::QuotaExhausted, "made for a test");
        error.model_only = true;
        assert_eq!(verdict(Some(&error)), Verdict::ModelDown);
    }

    #[test]
    fn what_the_request_caused_costs_the_target_nothing() {
        for kind in [
            ErrorKind::ContextTooLong,
            ErrorKind::ContentFiltered,
            ErrorKind::Rejected,
            ErrorKind::Cancelled,
        ] {
            assert_eq!(of(kind), Verdict::Neutral, "{kind:?}");
        }
    }

    #[test]
    fn a_refused_key_an_unpaid_bill_and_a_spent_quota_put_the_credential_down() {
        for kind in [
            ErrorKind::Auth,
            ErrorKind::Billing,
            ErrorKind::QuotaExhausted,
        ] {
            assert_eq!(of(kind), Verdict::CredentialDown, "{kind:?}");
        }
    }
}
