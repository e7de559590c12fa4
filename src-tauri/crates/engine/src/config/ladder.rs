//! The causes of failure that a route can rule on, by the names they have everywhere.

use crate::config::raw::{Field, Problems};
use crate::error::ErrorKind;
use crate::plan::Rulings;

/// What a provider's answer, or its absence, can be. What our own side says no to before anything is sent
/// is no cause to rule on, and nothing follows the end of the call's time.
pub const CAUSES: [(&str, ErrorKind); 27] = [
    ("rate_limited", ErrorKind::RateLimited),
    ("overloaded", ErrorKind::Overloaded),
    ("server", ErrorKind::Server),
    ("connect", ErrorKind::Connect),
    ("connect_timeout", ErrorKind::ConnectTimeout),
    ("headers_timeout", ErrorKind::HeadersTimeout),
    ("first_token_timeout", ErrorKind::FirstTokenTimeout),
    ("idle_timeout", ErrorKind::IdleTimeout),
    ("too_slow", ErrorKind::TooSlow),
    ("reset", ErrorKind::Reset),
    ("dns", ErrorKind::Dns),
    ("tls", ErrorKind::Tls),
    ("truncated", ErrorKind::Truncated),
    ("malformed", ErrorKind::Malformed),
    ("empty_answer", ErrorKind::EmptyAnswer),
    ("output_invalid", ErrorKind::OutputInvalid),
    ("too_large", ErrorKind::TooLarge),
    ("not_an_api", ErrorKind::NotAnApi),
    ("context_too_long", ErrorKind::ContextTooLong),
    ("content_filtered", ErrorKind::ContentFiltered),
    ("rejected", ErrorKind::Rejected),
    ("not_found", ErrorKind::NotFound),
    ("auth", ErrorKind::Auth),
    ("permission", ErrorKind::Permission),
    ("quota_exhausted", ErrorKind::QuotaExhausted),
    ("billing", ErrorKind::Billing),
    ("plan_limit", ErrorKind::PlanLimit),
];

/// Reads `fall_back_on` and `stop_on`.
pub(super) fn rulings(
    fall_back_on: Option<Field<'_>>,
    stop_on: Option<Field<'_>>,
    problems: &mut Problems<'_>,
) -> Rulings {
    let fall_back_on = fall_back_on.map_or_else(Vec::new, |field| causes(&field, problems));
    let Some(field) = stop_on else {
        return Rulings {
            fall_back_on,
            stop_on: Vec::new(),
        };
    };
    let stop_on = causes(&field, problems);
    if stop_on.iter().any(|kind| fall_back_on.contains(kind)) {
        field.problem_fix(
            problems,
            "a cause is in `fall_back_on` too",
            "leave it in one of the two lists",
        );
    }
    Rulings {
        fall_back_on,
        stop_on,
    }
}

fn causes(field: &Field<'_>, problems: &mut Problems<'_>) -> Vec<ErrorKind> {
    let mut kinds = Vec::new();
    for item in field.array(problems).unwrap_or_default() {
        let Some(kind) = item.one_of(problems, &CAUSES) else {
            continue;
        };
        if kinds.contains(&kind) {
            item.problem(problems, "this cause is listed twice");
        } else {
            kinds.push(kind);
        }
    }
    kinds
}

/// Returns the name of a cause in the file, or `None` if a route cannot rule on it.
pub fn cause_name(kind: ErrorKind) -> Option<&'static str> {
    let found = CAUSES.iter().find(|(_, one)| *one == kind);
    found.map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_have_the_names_they_have_in_history_and_on_the_wire() {
        for (name, kind) in CAUSES {
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
        }
    }
}
