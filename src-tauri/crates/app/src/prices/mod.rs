//! Prices: the book that counts, the user's own, and files that replace the book.
//!
//! The user's own prices stand in the configuration file, as `[prices."provider/model"]`, so that comments survive a
//! change and versions are kept. A price file that was taken is kept in the data folder; a broken one never counts.

mod file;
mod notices;
mod own;
mod search;
mod sheet;

pub use file::{open, update, use_bundled};
pub use notices::notices;
pub use own::{remove, set};
pub use search::search;
pub use sheet::show;

use crate::api::types::PriceSource;
use std::collections::BTreeSet;
use switchboard_engine::config::{Config, ProviderConfig};
use switchboard_engine::price::seller;
use switchboard_prices::tariff::Source;
use switchboard_prices::{Book, PicoUsd, Tariff, decimal};

/// A model of the price book, by its provider and its name there.
type Known = (String, String);

/// Returns the models of the price book that providers which are set up offer.
fn in_use(book: &Book, config: &Config) -> BTreeSet<Known> {
    let mut used = BTreeSet::new();
    for provider in &config.providers {
        for model in &provider.models {
            used.extend(of_provider(book, provider, &model.name).as_deref().map(key));
        }
    }
    used
}

/// Returns what the price book has of a configured provider's model, whatever the user says of it.
fn of_provider(
    book: &Book,
    provider: &ProviderConfig,
    model: &str,
) -> Option<std::sync::Arc<Tariff>> {
    book.find(seller(provider.preset.as_deref()?), model)
}

fn key(tariff: &Tariff) -> Known {
    (tariff.provider.to_string(), tariff.model.to_string())
}

fn usd(price: Option<PicoUsd>) -> Option<String> {
    price.map(decimal::usd_per_million_text)
}

fn source(source: &Source) -> PriceSource {
    PriceSource {
        name: source.name.clone(),
        date: source.date.map(|day| day.to_string()),
        licence: Some(source.licence.clone()).filter(|licence| !licence.is_empty()),
    }
}
