//! Everything that a model's tokens cost: by date, hour, service tier and context length.

use crate::bill::{Bill, CostSource, Unpriced};
use crate::details::Details;
use crate::hours::Hours;
use crate::money::PicoUsd;
use crate::rates::{Rates, TokenPrice};
use crate::tier::ServiceTier;
use crate::usage::Usage;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Where prices are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Name and version, like `genai-prices 0.2.3`.
    pub name: String,
    /// Day on which the data was taken; `None`: always current, as in the user's own rows.
    pub date: Option<Date>,
    /// Licence of the data; empty if it is the user's own.
    pub licence: String,
}

/// One price with its conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub tier: ServiceTier,
    /// First UTC day; `None`: from the beginning.
    pub from: Option<Date>,
    pub hours: Hours,
    /// Applies to the whole of a request with more input tokens than this; 0: to any.
    pub above: u64,
    pub rates: Rates,
    pub source: Arc<Source>,
}

/// Under which conditions a request was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// When it was sent.
    pub at: Timestamp,
    pub tier: ServiceTier,
}

impl Terms {
    /// Returns the terms of the standard tier.
    pub fn standard(at: Timestamp) -> Self {
        Self {
            at,
            tier: ServiceTier::Standard,
        }
    }
}

/// All prices of one model of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    /// Whose price it is, in the book; empty if it is not from the book.
    pub provider: Arc<str>,
    pub model: Box<str>,
    pub details: Details,
    /// By tier, then date, then hours, then context length.
    rows: Box<[Row]>,
}

impl Tariff {
    /// Makes a tariff of checked rows, in any order.
    pub(crate) fn new(
        provider: Arc<str>,
        model: Box<str>,
        details: Details,
        mut rows: Vec<Row>,
    ) -> Self {
        rows.sort_by(|a, b| {
            (a.tier, a.from, &a.hours, a.above).cmp(&(b.tier, b.from, &b.hours, b.above))
        });
        Self {
            provider,
            model,
            details,
            rows: rows.into(),
        }
    }

    /// Makes the tariff of a price that is the same at any time and length, on the standard tier. `source` says
    /// whose price it is.
    pub fn flat(model: &str, price: TokenPrice, source: &str) -> Self {
        let row = Row {
            tier: ServiceTier::Standard,
            from: None,
            hours: Hours::default(),
            above: 0,
            rates: price.into(),
            source: Arc::new(Source {
                name: source.to_owned(),
                date: None,
                licence: String::new(),
            }),
        };
        Self::new("".into(), model.into(), Details::default(), vec![row])
    }

    /// Makes the tariff of what costs nothing, for a reason.
    pub fn free(model: &str, reason: &str) -> Self {
        let nothing = TokenPrice {
            input: PicoUsd(0),
            output: PicoUsd(0),
            cache_read: None,
            cache_creation: None,
        };
        Self::flat(model, nothing, reason)
    }

    /// Returns this tariff without service tiers.
    pub(crate) fn standard_only(&self) -> Self {
        let standard = self
            .rows
            .iter()
            .filter(|row| row.tier == ServiceTier::Standard);
        Self {
            rows: standard.cloned().collect(),
            ..self.clone()
        }
    }

    /// Returns every price, by tier, date, hours and context length.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns the price of a request with `input_tokens`, cached ones included, or `None` if none is known for
    /// the tier at that time.
    pub fn row(&self, terms: &Terms, input_tokens: u64) -> Option<&Row> {
        let moment = TimeZone::UTC.to_datetime(terms.at);
        let begun = |row: &&Row| {
            row.tier == terms.tier && row.from.is_none_or(|from| from <= moment.date())
        };
        let latest = self.rows.iter().filter(begun).map(|row| row.from).max()?;
        let period = || {
            self.rows
                .iter()
                .filter(begun)
                .filter(|row| row.from == latest)
        };
        let timed = special_hours(period(), moment);
        period()
            .filter(|row| timed.map_or(row.hours.is_always(), |hours| row.hours == *hours))
            .rfind(|row| row.above == 0 || row.above < input_tokens)
            .filter(|row| !row.rates.is_empty())
    }

    /// Returns what `usage` costs, with its parts and the price that was applied.
    ///
    /// # Errors
    /// Why there is no cost; it is never taken as 0.
    pub fn bill(&self, usage: &Usage, terms: &Terms) -> Result<Bill<'_>, Unpriced> {
        let tokens = usage.input_tokens();
        let mut cost_source = if usage.estimated {
            CostSource::Estimated
        } else {
            CostSource::Computed
        };
        let row = match self.row(terms, tokens) {
            Some(row) => row,
            None if terms.tier == ServiceTier::Standard => return Err(Unpriced::NoPrice),
            None if terms.tier.is_discount() => {
                // The standard price bounds a discount that is not known.
                cost_source = CostSource::Estimated;
                let standard = Terms::standard(terms.at);
                self.row(&standard, tokens).ok_or(Unpriced::NoPrice)?
            }
            None => return Err(Unpriced::Tier),
        };
        let breakdown = row.rates.breakdown(usage)?;
        Ok(Bill {
            total: breakdown.total().ok_or(Unpriced::TooLarge)?,
            breakdown,
            cost_source,
            row,
        })
    }

    /// Returns what `usage` costs, or `None` if that is not known.
    pub fn cost(&self, usage: &Usage, terms: &Terms) -> Option<PicoUsd> {
        self.bill(usage, terms).ok().map(|bill| bill.total)
    }

    /// Returns the price that a short request pays at that time outside special hours: what a list of models
    /// shows.
    pub fn usual(&self, at: Timestamp) -> Option<&Rates> {
        let day = TimeZone::UTC.to_datetime(at).date();
        let standard = self.rows.iter().filter(|row| {
            row.tier == ServiceTier::Standard
                && row.hours.is_always()
                && row.above == 0
                && row.from.is_none_or(|from| from <= day)
        });
        standard
            .max_by_key(|row| row.from)
            .map(|row| &row.rates)
            .filter(|rates| !rates.is_empty())
    }

    /// Returns the days after `at` on which the standard price changes, soonest first.
    pub fn changes_after(&self, at: Timestamp) -> Vec<Date> {
        let day = TimeZone::UTC.to_datetime(at).date();
        let standard = self
            .rows
            .iter()
            .filter(|row| row.tier == ServiceTier::Standard);
        let mut days: Vec<Date> = standard
            .filter_map(|row| row.from.filter(|from| *from > day))
            .collect();
        days.dedup();
        days
    }
}

/// Returns the special hours among `rows` that a moment is within, or `None`.
fn special_hours<'a>(
    mut rows: impl Iterator<Item = &'a Row>,
    moment: DateTime,
) -> Option<&'a Hours> {
    rows.find(|row| !row.hours.is_always() && row.hours.contain(moment))
        .map(|row| &row.hours)
}
