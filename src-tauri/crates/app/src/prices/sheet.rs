//! Everything that is known about one model's prices.

use super::{of_provider, own, source, usd};
use crate::App;
use crate::api::types::{ApiError, ErrorCode, PriceConflict, PriceRef, PriceRow, PriceSheet};
use switchboard_engine::price::{Tariff, Terms, seller, terms_now};
use switchboard_prices::conflicts::conflicts;
use switchboard_prices::current;
use switchboard_prices::tariff::Row;

/// Returns every price of a model, and the user's own.
///
/// # Errors
/// `NotFound` if neither a provider that is set up nor the price book has it.
pub async fn show(app: &App, wanted: PriceRef) -> Result<PriceSheet, ApiError> {
    let (book, config) = (current(), app.config().current());
    let PriceRef { provider, model } = wanted;
    let configured = config.provider(&provider);
    let tariff = match configured {
        Some(configured) => of_provider(&book, configured, &model),
        None => book.find(seller(&provider), &model),
    };
    if configured.is_none() && tariff.is_none() {
        let message = format!("no price is known for `{provider}/{model}`");
        return Err(ApiError::new(ErrorCode::NotFound, message)
            .with_hint("set up its provider first; then its price can be set")
            .with_field("model"));
    }
    let selling = tariff
        .as_ref()
        .and_then(|tariff| book.provider(&tariff.provider));
    let providers = match configured {
        Some(configured) => vec![configured.id.clone()],
        None => config
            .providers
            .iter()
            .filter(|one| {
                let found = of_provider(&book, one, &model);
                found.is_some()
                    && found.as_deref().map(super::key) == tariff.as_deref().map(super::key)
            })
            .map(|one| one.id.clone())
            .collect(),
    };
    let at = terms_now().at;
    let details = tariff.as_ref().map(|tariff| tariff.details.clone());
    let details = details.unwrap_or_default();
    let tariff = tariff.as_deref();
    let label = configured.map(|one| one.label.clone());
    let own = configured.and_then(|configured| own::of(configured, &model));
    let counts = own.is_none();
    Ok(PriceSheet {
        own,
        label: label
            .or_else(|| selling.map(|selling| selling.name.clone()))
            .unwrap_or_else(|| provider.clone()),
        url: selling
            .map(|selling| selling.url.clone())
            .filter(|url| !url.is_empty()),
        book_name: tariff.map(|tariff| format!("{}/{}", tariff.provider, tariff.model)),
        context_window: details.context_window,
        max_output: details.max_output,
        abilities: details.abilities.names().map(str::to_owned).collect(),
        retires: details.retires.map(|day| day.to_string()),
        deprecated: details.deprecated,
        rows: tariff
            .map(|tariff| rows(tariff, counts))
            .unwrap_or_default(),
        changes: tariff
            .map(|tariff| tariff.changes_after(at))
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect(),
        conflicts: tariff.map(differing).unwrap_or_default(),
        providers,
        provider,
        model,
    })
}

/// Returns the book's rows; where they do not count (`counts`), none is current.
fn rows(tariff: &Tariff, counts: bool) -> Vec<PriceRow> {
    let now = terms_now().at;
    let row = |row: &Row| {
        let terms = Terms {
            at: now,
            tier: row.tier,
        };
        PriceRow {
            tier: row.tier,
            from: row.from.map(|day| day.to_string()),
            hours: (!row.hours.is_always()).then(|| row.hours.to_string()),
            above: row.above,
            input: usd(row.rates.input),
            output: usd(row.rates.output),
            cache_read: usd(row.rates.cache_read),
            cache_write: usd(row.rates.cache_write),
            cache_write_1h: usd(row.rates.cache_write_1h),
            reasoning: usd(row.rates.reasoning),
            request: usd(row.rates.request),
            source: source(&row.source),
            current: counts
                && tariff
                    .row(&terms, 0)
                    .is_some_and(|current| std::ptr::eq(current, row)),
        }
    };
    tariff.rows().iter().map(row).collect()
}

fn differing(tariff: &Tariff) -> Vec<PriceConflict> {
    conflicts()
        .filter(|one| one.provider == &*tariff.provider && one.model == &*tariff.model)
        .map(|one| PriceConflict {
            kind: one.kind.to_owned(),
            what: one.what.to_owned(),
            base: one.base.to_owned(),
            overlay: one.overlay.to_owned(),
        })
        .collect()
}
