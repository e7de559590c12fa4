//! A price file in place of the one that comes with the program.

use super::source;
use crate::App;
use crate::api::types::{
    ApiError, Empty, ErrorCode, PriceBook, PriceProblem, PriceUpdate, UpdatePrices,
};
use crate::config::replace_file;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use switchboard_engine::price::Tariff;
use switchboard_prices::parse::MOST_BYTES;
use switchboard_prices::update::replacement;
use switchboard_prices::{Book, bundled, current, replace_current};

/// Name of the last good file in the data folder.
const NAME: &str = "prices.tsv";

/// Lets the file of the data folder count, if there is one that can be read and is not older than the program's own
/// book. Returns why it does not count; `None`: it does, or there is none.
pub fn open(data_dir: &Path) -> Option<String> {
    let bytes = match read(&data_dir.join(NAME)) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return None,
        Err(error) => return Some(format!("the kept price file cannot be read: {error}")),
    };
    match Book::read(&bytes) {
        Ok(book) if book.date() < bundled().date() => {
            Some("the kept price file is older than the program's own prices".to_owned())
        }
        Ok(book) => {
            replace_current(Some(&book));
            None
        }
        Err(refused) => Some(format!("the kept price file is broken: {refused}")),
    }
}

fn read(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    // One byte more than is allowed, so that the reader sees that it is too long.
    let limit = u64::try_from(MOST_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Returns what is shown about the book that counts.
pub(super) fn book(app: &App, book: &Book) -> PriceBook {
    PriceBook {
        models: u32::try_from(book.len()).unwrap_or(u32::MAX),
        sources: book.sources().iter().map(|one| source(one)).collect(),
        from_file: app.price_problem().is_none() && app.data_dir().join(NAME).exists(),
        problem: app.price_problem(),
    }
}

/// Takes a price file in place of the one that counts, and keeps it for the next start. A broken or shrunken file
/// changes nothing; every problem of it is told.
///
/// # Errors
/// `Store` if the file is good and cannot be kept.
pub async fn update(app: &App, params: UpdatePrices) -> Result<PriceUpdate, ApiError> {
    let path = app.data_dir().join(NAME);
    let work = tokio::task::spawn_blocking(move || {
        let before = current();
        let new = match replacement(&before, params.text.as_bytes()) {
            Ok(new) => new,
            Err(refused) => return Ok::<_, ApiError>((before, Err(refused))),
        };
        replace_file(&path, &params.text, false).map_err(|error| ApiError {
            message: "the price file is good but could not be kept".to_owned(),
            code: ErrorCode::Store,
            ..error
        })?;
        replace_current(Some(&new));
        Ok((before, Ok(())))
    });
    let internal = |_| ApiError::new(ErrorCode::Internal, "the price file could not be read");
    let (before, taken) = work.await.map_err(internal)??;
    let now = current();
    let mut update = PriceUpdate {
        problems: Vec::new(),
        changed: 0,
        added: 0,
        gone: 0,
        book: book(app, &now),
    };
    match taken {
        Err(refused) => update.problems = refused.0.iter().map(problem).collect(),
        Ok(()) => {
            app.set_price_problem(None);
            // Models of the configuration hold the prices that counted when it was read.
            app.config().reload();
            let (old, new) = (by_name(&before), by_name(&now));
            let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let differs = |(name, tariff): &(&Name<'_>, &&Tariff)| {
                old.get(*name).is_some_and(|old| !same_prices(old, tariff))
            };
            update.changed = count(new.iter().filter(differs).count());
            update.added = count(new.keys().filter(|name| !old.contains_key(*name)).count());
            update.gone = count(old.keys().filter(|name| !new.contains_key(*name)).count());
            update.book = book(app, &now);
        }
    }
    Ok(update)
}

/// Lets the book that comes with the program count again, and removes the file in its place.
///
/// # Errors
/// `Store` if the file cannot be removed.
pub async fn use_bundled(app: &App, _params: Empty) -> Result<PriceBook, ApiError> {
    match tokio::fs::remove_file(app.data_dir().join(NAME)).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let message = format!("the price file could not be removed: {}", error.kind());
            return Err(ApiError::new(ErrorCode::Store, message)
                .with_hint("check that the data folder is writable"));
        }
        Ok(()) | Err(_) => {}
    }
    replace_current(None);
    app.set_price_problem(None);
    app.config().reload();
    Ok(book(app, &current()))
}

/// Provider and model.
type Name<'a> = (&'a str, &'a str);

fn by_name(book: &Book) -> BTreeMap<Name<'_>, &Tariff> {
    let tariffs = book.tariffs().into_iter();
    tariffs
        .map(|tariff| ((&*tariff.provider, &*tariff.model), &**tariff))
        .collect()
}

/// Returns whether two tariffs charge alike, wherever their prices are from.
fn same_prices(one: &Tariff, other: &Tariff) -> bool {
    one.rows().len() == other.rows().len()
        && one.rows().iter().zip(other.rows()).all(|(one, other)| {
            (one.tier, one.from, &one.hours, one.above, one.rates)
                == (
                    other.tier,
                    other.from,
                    &other.hours,
                    other.above,
                    other.rates,
                )
        })
}

fn problem(problem: &switchboard_prices::problem::Problem) -> PriceProblem {
    PriceProblem {
        line: u32::try_from(problem.line).unwrap_or(u32::MAX),
        row: problem.row.clone(),
        message: problem.what.clone(),
    }
}
