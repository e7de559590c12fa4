//! The price book, the user's own prices, and price files. Prices are decimal text in USD per million tokens, exact.

use serde::{Deserialize, Serialize};
use switchboard_prices::ServiceTier;
use ts_rs::TS;

/// Which prices to look for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct PriceQuery {
    /// Words that must all occur in `provider/model`; empty: the user's own prices and the models that are set up.
    pub text: Option<String>,
    /// At most this many, 1 to 500; `None`: 100.
    pub limit: Option<u32>,
}

/// What was found, the user's own first, then models that are set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PriceMatches {
    pub models: Vec<PriceSummary>,
    /// How many fit, shown or not.
    pub total: u32,
    pub book: PriceBook,
}

/// The price book that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PriceBook {
    pub models: u32,
    pub sources: Vec<PriceSource>,
    /// Whether it is a file that the user gave, in place of the one that comes with the program.
    pub from_file: bool,
    /// Why such a file is there and does not count; `None`: it counts, or there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Where prices are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PriceSource {
    pub name: String,
    /// Day on which the data was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// What a short request of a model costs today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PriceSummary {
    /// A provider that is set up, or one of the price book.
    pub provider: String,
    pub model: String,
    /// `None`: not known today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Where the price is from; `None`: no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<PriceSource>,
    /// Whether it is the user's own.
    pub own: bool,
    /// Whether a provider that is set up offers the model.
    pub in_use: bool,
    /// First day on which the provider no longer serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires: Option<String>,
    /// Whether the provider advises against it.
    pub deprecated: bool,
    /// Next day on which the price changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,
    /// How often the sources of its prices differ.
    pub conflicts: u32,
}

/// A model of a provider that is set up, or of one of the price book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PriceRef {
    pub provider: String,
    pub model: String,
}

/// Every price of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PriceSheet {
    pub provider: String,
    pub model: String,
    /// The seller's name for people.
    pub label: String,
    /// Where the seller publishes its prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What the price book calls it, as `provider/model`; `None`: it does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book_name: Option<String>,
    /// Tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// Tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output: Option<u64>,
    pub abilities: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires: Option<String>,
    pub deprecated: bool,
    /// The user's own price, which counts; `None`: the price book's do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnPrice>,
    /// Prices of the book, by tier, date, hours and length.
    pub rows: Vec<PriceRow>,
    /// Days on which the standard price changes, soonest first.
    pub changes: Vec<String>,
    pub conflicts: Vec<PriceConflict>,
    /// Providers that are set up and can be given a price of the user's own for this model.
    pub providers: Vec<String>,
}

/// One price with its conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PriceRow {
    pub tier: ServiceTier,
    /// First UTC day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Hours of the week in UTC, like `12345@16:30-24:00`; 1 is Monday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// For the whole of a request with more input tokens than this; 0: of any.
    pub above: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// USD per million requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    pub source: PriceSource,
    /// Whether a short request on this tier is charged by it now.
    pub current: bool,
}

/// Where the sources of the price book differ. The book follows the base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PriceConflict {
    pub kind: String,
    /// Which price, in words.
    pub what: String,
    /// As the base says; empty: it says nothing.
    pub base: String,
    /// As the other says; empty: it says nothing.
    pub overlay: String,
}

/// A price of the user's own, for any time, tier and length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct OwnPrice {
    /// A provider that is set up.
    pub provider: String,
    pub model: String,
    pub input: String,
    pub output: String,
    /// `None`: as other input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<String>,
    /// `None`: as other input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_creation: Option<String>,
}

/// A price file to take in place of the one that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UpdatePrices {
    /// The whole file.
    pub text: String,
}

/// What became of a price file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PriceUpdate {
    /// Empty: the file is taken. Else the book stays what it was.
    pub problems: Vec<PriceProblem>,
    /// Models whose prices are not what they were.
    pub changed: u32,
    /// Models that were not known before.
    pub added: u32,
    /// Models that are no longer known.
    pub gone: u32,
    /// The book that counts now.
    pub book: PriceBook,
}

/// What is wrong with a price file, and how to put it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PriceProblem {
    /// From 1; 0: the file as a whole.
    pub line: u32,
    pub row: String,
    pub message: String,
}

/// Which announcements to give.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct PriceNoticesQuery {
    /// Also of models that no provider that is set up offers. Default: no.
    pub all: Option<bool>,
}

/// Something to know about a model before it happens, or while it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PriceNotice {
    pub kind: PriceNoticeKind,
    pub provider: String,
    pub model: String,
    pub in_use: bool,
    /// The day on which it happens, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// One clause.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PriceNoticeKind {
    /// It is no longer served.
    Retired,
    /// It will no longer be served.
    Retires,
    /// Its price goes up, all in all.
    Dearer,
    /// Its price goes down or changes in parts.
    Changes,
    /// The provider advises against it.
    Deprecated,
}
