//! The book: every tariff, found by provider and by the name that a request carries.

use crate::check::check;
use crate::parse::rows;
use crate::problem::Refused;
use crate::rule::Rule;
use crate::tariff::{Row, Source, Tariff};
use std::collections::HashMap;
use std::sync::Arc;

/// A provider's models and the names they go by.
#[derive(Debug, Clone)]
pub struct Provider {
    pub id: Arc<str>,
    pub name: String,
    /// Where it publishes its prices; empty if that is not known.
    pub url: String,
    /// Providers whose models it sells too.
    fallbacks: Vec<Arc<str>>,
    /// Lower-case names. `None`: the name is known to have no price.
    names: HashMap<Box<str>, Option<Arc<Tariff>>>,
    /// By rank, the first that fits counts.
    rules: Vec<(u32, Rule, Option<Arc<Tariff>>)>,
    /// By id.
    tariffs: Vec<Arc<Tariff>>,
}

/// All that is known about prices.
#[derive(Debug, Clone, Default)]
pub struct Book {
    providers: HashMap<Arc<str>, Provider>,
    sources: Vec<Arc<Source>>,
}

impl Book {
    /// Reads a price file.
    ///
    /// # Errors
    /// Every problem with its row and how to put it right, up to twenty. Nothing is taken of a file with a
    /// problem.
    pub fn read(bytes: &[u8]) -> Result<Self, Refused> {
        let mut rows = rows(bytes)?;
        check(&rows)?;
        let mut sources: HashMap<&str, Arc<Source>> = HashMap::new();
        rows.sources.sort_by_key(|at| at.row.code);
        for at in &rows.sources {
            let source = Source {
                name: at.row.name.to_owned(),
                date: at.row.date,
                licence: at.row.licence.to_owned(),
            };
            sources.insert(at.row.code, Arc::new(source));
        }
        let mut book = Self {
            sources: rows
                .sources
                .iter()
                .filter_map(|at| sources.get(at.row.code).cloned())
                .collect(),
            providers: HashMap::new(),
        };
        for at in &rows.providers {
            let id: Arc<str> = at.row.id.into();
            let provider = Provider {
                id: id.clone(),
                name: at.row.name.to_owned(),
                url: at.row.url.to_owned(),
                fallbacks: at.row.fallbacks.iter().map(|id| Arc::from(*id)).collect(),
                names: HashMap::new(),
                rules: Vec::new(),
                tariffs: Vec::new(),
            };
            book.providers.insert(id, provider);
        }
        let mut prices: HashMap<(&str, &str), Vec<Row>> = HashMap::new();
        for at in rows.prices {
            let row = at.row;
            let Some(source) = sources.get(row.source) else {
                continue;
            };
            prices
                .entry((row.provider, row.model))
                .or_default()
                .push(Row {
                    tier: row.tier,
                    from: row.from,
                    hours: row.hours,
                    above: row.above,
                    rates: row.rates,
                    source: source.clone(),
                });
        }
        let mut tariffs: HashMap<(&str, &str), Arc<Tariff>> = HashMap::new();
        for at in rows.models {
            let (provider, id) = (at.row.provider, at.row.id);
            let prices = prices.remove(&(provider, id)).unwrap_or_default();
            if let Some(owner) = book.providers.get_mut(provider) {
                let tariff = Tariff::new(owner.id.clone(), id.into(), at.row.details, prices);
                let tariff = Arc::new(tariff);
                owner
                    .names
                    .insert(id.to_lowercase().into(), Some(tariff.clone()));
                owner.tariffs.push(tariff.clone());
                tariffs.insert((provider, id), tariff);
            }
        }
        for at in &rows.aliases {
            if let Some(owner) = book.providers.get_mut(at.row.provider) {
                let tariff = tariffs.get(&(at.row.provider, at.row.model)).cloned();
                owner
                    .names
                    .insert(at.row.name.to_lowercase().into(), tariff);
            }
        }
        rows.rules
            .sort_by(|a, b| (a.row.rank, a.text).cmp(&(b.row.rank, b.text)));
        for at in rows.rules {
            if let Some(owner) = book.providers.get_mut(at.row.provider) {
                let tariff = tariffs.get(&(at.row.provider, at.row.model)).cloned();
                owner.rules.push((at.row.rank, at.row.rule, tariff));
            }
        }
        for provider in book.providers.values_mut() {
            provider.tariffs.sort_by(|a, b| a.model.cmp(&b.model));
        }
        Ok(book)
    }

    /// Returns the tariff that a model's name means at a provider, or `None` if no price is known.
    ///
    /// Of a model that the provider resells, only the maker's standard price is taken: whether the maker's service
    /// tiers are sold too is not known.
    pub fn find(&self, provider: &str, model: &str) -> Option<Arc<Tariff>> {
        let own = self.providers.get(provider)?;
        let name = model.to_lowercase();
        match self.named(own, &name) {
            Some(found) => found,
            // A compact date in a name may stand for one with hyphens.
            None => self.named(own, &dashed_date(&name)?)?,
        }
    }

    /// `Some(None)`: the name is known to have no price.
    fn named(&self, own: &Provider, name: &str) -> Option<Option<Arc<Tariff>>> {
        own.named(name).map(Option::<&Arc<_>>::cloned).or_else(|| {
            let makers = own.fallbacks.iter().filter_map(|id| self.providers.get(id));
            let mut found = makers.filter_map(|maker| maker.named(name));
            found
                .next()
                .map(|tariff| tariff.map(|tariff| Arc::new(tariff.standard_only())))
        })
    }

    /// Returns this book with the rows of another on top: its models and names replace those of this one.
    #[must_use]
    pub fn with(&self, upper: &Self) -> Self {
        let mut book = self.clone();
        book.sources.extend(upper.sources.iter().cloned());
        for (id, over) in &upper.providers {
            match book.providers.get_mut(id) {
                Some(under) => under.lay_on(over),
                None => {
                    book.providers.insert(id.clone(), over.clone());
                }
            }
        }
        book
    }

    /// Returns the provider of this id, or `None`.
    pub fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.get(id)
    }

    /// Returns the day of its newest data, or `None` if no source has a date.
    pub fn date(&self) -> Option<jiff::civil::Date> {
        self.sources.iter().filter_map(|source| source.date).max()
    }

    /// Returns every tariff, by provider and model.
    pub fn tariffs(&self) -> Vec<&Arc<Tariff>> {
        let mut providers: Vec<&Provider> = self.providers.values().collect();
        providers.sort_by(|a, b| a.id.cmp(&b.id));
        providers
            .into_iter()
            .flat_map(|provider| &provider.tariffs)
            .collect()
    }

    /// Returns how many models have a tariff.
    pub fn len(&self) -> usize {
        self.providers
            .values()
            .map(|provider| provider.tariffs.len())
            .sum()
    }

    /// Returns whether there is no tariff.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns where the prices are from.
    pub fn sources(&self) -> &[Arc<Source>] {
        &self.sources
    }
}

impl Provider {
    fn named(&self, name: &str) -> Option<Option<&Arc<Tariff>>> {
        if let Some(found) = self.names.get(name) {
            return Some(found.as_ref());
        }
        let rule = self.rules.iter().find(|(_, rule, _)| rule.fits(name))?;
        Some(rule.2.as_ref())
    }

    fn lay_on(&mut self, over: &Self) {
        for tariff in &over.tariffs {
            let place = self
                .tariffs
                .binary_search_by(|own| own.model.cmp(&tariff.model));
            match place {
                Ok(at) => {
                    let old = std::mem::replace(&mut self.tariffs[at], tariff.clone());
                    let rules = self.rules.iter_mut().map(|(_, _, owner)| owner);
                    // Other names of the model mean the new prices too.
                    for owner in self.names.values_mut().chain(rules).flatten() {
                        if Arc::ptr_eq(owner, &old) {
                            *owner = tariff.clone();
                        }
                    }
                }
                Err(at) => self.tariffs.insert(at, tariff.clone()),
            }
        }
        for (name, tariff) in &over.names {
            self.names.insert(name.clone(), tariff.clone());
        }
        let mut rules = over.rules.clone();
        rules.append(&mut self.rules);
        self.rules = rules;
    }
}

/// Returns a name with `-20261125` at its end, or before `:`, written as `-2026-11-25`; `None` if it has no such date.
fn dashed_date(name: &str) -> Option<String> {
    let (head, tail) = name
        .split_once(':')
        .map_or((name, ""), |(head, _)| (head, &name[head.len()..]));
    let (stem, digits) = head.rsplit_once('-')?;
    if digits.len() != 8
        || !digits.starts_with("20")
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let dashed = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
    dashed.parse::<jiff::civil::Date>().ok()?;
    Some(format!("{stem}-{dashed}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::dashed_date;

    #[test]
    fn a_compact_date_gets_its_hyphens_if_it_is_one() {
        assert_eq!(
            dashed_date("gpt-5.2-20251211").as_deref(),
            Some("gpt-5.2-2025-12-11")
        );
        assert_eq!(
            dashed_date("a-20251211:free").as_deref(),
            Some("a-2025-12-11:free")
        );
        for name in [
            "gpt-5",
            "a-20251311",
            "a-19991211",
            "20251211",
            "a-2025-12-11",
        ] {
            assert_eq!(dashed_date(name), None, "{name}");
        }
    }
}
