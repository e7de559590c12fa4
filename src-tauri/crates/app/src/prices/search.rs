//! Looking for models by their letters.

use super::{file, in_use, key, source, usd};
use crate::App;
use crate::api::types::{ApiError, PriceMatches, PriceQuery, PriceSummary};
use std::collections::BTreeMap;
use switchboard_engine::price::{Tariff, terms_now};
use switchboard_prices::conflicts::conflicts;
use switchboard_prices::current;

/// How many models are shown where nothing is said.
const USUAL: u32 = 100;
/// Most models that are shown.
const MOST: u32 = 500;

/// Returns the models whose names have the words; without words those in use, and the whole book where none is.
///
/// # Errors
/// None.
pub async fn search(app: &App, query: PriceQuery) -> Result<PriceMatches, ApiError> {
    let (book, config) = (current(), app.config().current());
    let used = in_use(&book, &config);
    let words: Vec<String> = query
        .text
        .unwrap_or_default()
        .to_lowercase()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let fits = |provider: &str, model: &str| {
        let name = format!("{provider}/{model}").to_lowercase();
        words.iter().all(|word| name.contains(word.as_str()))
    };
    let mut differ: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for one in conflicts() {
        *differ.entry((one.provider, one.model)).or_default() += 1;
    }
    let mut found = Vec::new();
    for provider in &config.providers {
        for (model, tariff) in &provider.prices {
            if fits(&provider.id, model) {
                let own = PriceSummary {
                    provider: provider.id.clone(),
                    own: true,
                    in_use: true,
                    ..summary(tariff)
                };
                found.push(own);
            }
        }
    }
    let own = found.len();
    let only_in_use = words.is_empty() && (own > 0 || !used.is_empty());
    for tariff in book.tariffs() {
        let in_use = used.contains(&key(tariff));
        if !fits(&tariff.provider, &tariff.model) || (only_in_use && !in_use) {
            continue;
        }
        let conflicts = differ.get(&(&*tariff.provider, &*tariff.model)).copied();
        found.push(PriceSummary {
            in_use,
            conflicts: conflicts.unwrap_or_default(),
            ..summary(tariff)
        });
    }
    // Stable: each part stays in the order of its names.
    found[own..].sort_by_key(|model| (!model.in_use, model.deprecated));
    let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let limit = query.limit.unwrap_or(USUAL).clamp(1, MOST);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(PriceMatches {
        models: found,
        total,
        book: file::book(app, &book),
    })
}

fn summary(tariff: &Tariff) -> PriceSummary {
    let at = terms_now().at;
    let usual = tariff.usual(at);
    let row = tariff.rows().first();
    PriceSummary {
        provider: tariff.provider.to_string(),
        model: tariff.model.to_string(),
        input: usd(usual.and_then(|rates| rates.input)),
        output: usd(usual.and_then(|rates| rates.output)),
        source: row.map(|row| source(&row.source)),
        own: false,
        in_use: false,
        retires: tariff.details.retires.map(|day| day.to_string()),
        deprecated: tariff.details.deprecated,
        changes: tariff.changes_after(at).first().map(ToString::to_string),
        conflicts: 0,
    }
}
