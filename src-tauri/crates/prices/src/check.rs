//! Rows against each other: nothing twice, nothing about what is not there, nothing that contradicts.

use crate::parse::{Placed, PriceRow, Rows};
use crate::problem::{Problems, Refused};
use crate::tier::ServiceTier;
use std::collections::{HashMap, HashSet};

/// Checks the rows of a file.
///
/// # Errors
/// Every contradiction, up to twenty.
pub(crate) fn check(rows: &Rows<'_>) -> Result<(), Refused> {
    let mut problems = Problems::default();
    let sources = once(&mut problems, "source", rows.sources.iter(), |row| row.code);
    let providers = once(&mut problems, "provider", rows.providers.iter(), |row| {
        row.id
    });
    once(&mut problems, "model", rows.models.iter(), |row| {
        (row.provider, row.id.to_lowercase())
    });
    once(&mut problems, "name", rows.aliases.iter(), |row| {
        (row.provider, row.name.to_lowercase())
    });
    for at in &rows.providers {
        if let Some(id) = at.row.fallbacks.iter().find(|id| !providers.contains(*id)) {
            problems.add(
                at.line,
                at.text,
                format!("there is no provider `{id}`; add its `v` row"),
            );
        }
    }
    for at in &rows.models {
        if !providers.contains(at.row.provider) {
            let id = at.row.provider;
            problems.add(
                at.line,
                at.text,
                format!("there is no provider `{id}`; add its `v` row"),
            );
        }
    }
    let by_provider = by_provider(rows);
    let is_model = |provider: &str, model: &str| {
        model.is_empty() && providers.contains(provider)
            || by_provider
                .get(provider)
                .is_some_and(|ids| ids.contains(model))
    };
    let names = rows
        .aliases
        .iter()
        .map(|at| (at.line, at.text, at.row.provider, at.row.model));
    let rules = rows
        .rules
        .iter()
        .map(|at| (at.line, at.text, at.row.provider, at.row.model));
    for (line, text, provider, model) in names.chain(rules) {
        if !is_model(provider, model) {
            problems.add(
                line,
                text,
                format!("there is no model `{provider}/{model}`; add its `m` row"),
            );
        }
    }
    let mut prices: HashMap<(&str, &str), Vec<&Placed<'_, PriceRow<'_>>>> = HashMap::new();
    for at in &rows.prices {
        let (provider, model) = (at.row.provider, at.row.model);
        if !is_model(provider, model) {
            problems.add(
                at.line,
                at.text,
                format!("there is no model `{provider}/{model}`; add its `m` row"),
            );
        }
        if !sources.contains(at.row.source) {
            let code = at.row.source;
            problems.add(
                at.line,
                at.text,
                format!("there is no source `{code}`; add its `s` row"),
            );
        }
        prices.entry((provider, model)).or_default().push(at);
    }
    for at in &rows.models {
        match prices.get(&(at.row.provider, at.row.id)) {
            Some(prices) => check_prices(prices, &mut problems),
            None => problems.add(
                at.line,
                at.text,
                "the model has no price; add a `p` row or remove it",
            ),
        }
    }
    problems.none_or(())
}

/// Lists keys that stand twice; returns the keys.
fn once<'a, T: 'a, K: Eq + std::hash::Hash>(
    problems: &mut Problems,
    what: &str,
    rows: impl Iterator<Item = &'a Placed<'a, T>>,
    key: impl Fn(&'a T) -> K,
) -> HashSet<K> {
    let mut seen = HashSet::new();
    for at in rows {
        if !seen.insert(key(&at.row)) {
            problems.add(
                at.line,
                at.text,
                format!("this {what} stands here twice; remove one of the rows"),
            );
        }
    }
    seen
}

fn by_provider<'a>(rows: &Rows<'a>) -> HashMap<&'a str, HashSet<&'a str>> {
    let mut ids: HashMap<&str, HashSet<&str>> = HashMap::new();
    for at in &rows.models {
        ids.entry(at.row.provider).or_default().insert(at.row.id);
    }
    ids
}

/// Checks the prices of one model.
fn check_prices(prices: &[&Placed<'_, PriceRow<'_>>], problems: &mut Problems) {
    if !prices.iter().any(|at| at.row.tier == ServiceTier::Standard) {
        problems.add(
            prices[0].line,
            prices[0].text,
            "the model has no price of the standard tier; add one",
        );
    }
    for (index, at) in prices.iter().enumerate() {
        let row = &at.row;
        let period = || {
            prices
                .iter()
                .map(|other| &other.row)
                .filter(|other| (other.tier, other.from) == (row.tier, row.from))
        };
        for other in &prices[..index] {
            let other = &other.row;
            if (other.tier, other.from) != (row.tier, row.from) {
                continue;
            }
            if other.hours == row.hours && other.above == row.above {
                problems.add(
                    at.line,
                    at.text,
                    "this price stands here twice; remove one of the rows",
                );
            } else if other.hours != row.hours
                && !other.hours.is_always()
                && !row.hours.is_always()
                && other.hours.overlap(&row.hours)
            {
                problems.add(
                    at.line,
                    at.text,
                    "its hours overlap those of another price; set them apart",
                );
            }
        }
        if row.above > 0 && !period().any(|other| other.hours == row.hours && other.above == 0) {
            problems.add(
                at.line,
                at.text,
                "there is no price for shorter requests; add a row without length",
            );
        }
        if !row.hours.is_always() && !period().any(|other| other.hours.is_always()) {
            problems.add(
                at.line,
                at.text,
                "there is no price for other hours; add a row without hours",
            );
        }
    }
}
