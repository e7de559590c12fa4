//! What may be sent to a model in a minute, as written for a provider or for one of its models.

use crate::config::raw::{Field, Problems, Table};
use crate::plan::Limits;

/// Takes the fields of limits out of a table.
pub(super) fn limits(table: &mut Table<'_>, problems: &mut Problems<'_>) -> Limits {
    let mut number = |field: Option<Field<'_>>, most: u64| {
        let number = field?.integer(problems, 1..=most)?;
        u32::try_from(number).ok()
    };
    Limits {
        requests_per_minute: number(table.take("requests_per_minute"), 1_000_000),
        tokens_per_minute: number(table.take("tokens_per_minute"), 4_000_000_000),
        concurrency: number(table.take("concurrency"), 100_000),
    }
}

/// Returns a model's own limits, and its provider's where it has none.
pub(super) fn over(model: Limits, provider: Limits) -> Limits {
    Limits {
        requests_per_minute: model.requests_per_minute.or(provider.requests_per_minute),
        tokens_per_minute: model.tokens_per_minute.or(provider.tokens_per_minute),
        concurrency: model.concurrency.or(provider.concurrency),
    }
}
