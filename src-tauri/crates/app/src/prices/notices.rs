//! What is announced: retirements, and prices that change.

use super::{in_use, key, usd};
use crate::App;
use crate::api::types::{ApiError, PriceNotice, PriceNoticeKind, PriceNoticesQuery};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use switchboard_engine::price::{Tariff, terms_now};
use switchboard_prices::{Rates, current};

/// How far ahead is announced, in days. A model that went earlier than this before today is old news.
const DAYS: i64 = 180;

/// Returns what is to be announced, of models in use first, soonest first.
///
/// # Errors
/// None.
pub async fn notices(app: &App, query: PriceNoticesQuery) -> Result<Vec<PriceNotice>, ApiError> {
    let (book, config) = (current(), app.config().current());
    let used = in_use(&book, &config);
    let all = query.all.unwrap_or(false);
    let mut found = Vec::new();
    for tariff in book.tariffs() {
        let in_use = used.contains(&key(tariff));
        if in_use || all {
            found.extend(of(tariff, terms_now().at).map(|notice| PriceNotice { in_use, ..notice }));
        }
    }
    found.sort_by(|a, b| {
        // What has no day holds already and is the least urgent.
        let order = |one: &PriceNotice| (!one.in_use, one.on.is_none(), one.on.clone(), one.kind);
        order(a).cmp(&order(b))
    });
    Ok(found)
}

/// Returns what is to be announced of one model: that it goes, or else that its price changes.
pub(super) fn of(tariff: &Tariff, at: Timestamp) -> Option<PriceNotice> {
    let today = TimeZone::UTC.to_datetime(at).date();
    let notice = |kind, on: Option<Date>, text: String| PriceNotice {
        kind,
        provider: tariff.provider.to_string(),
        model: tariff.model.to_string(),
        in_use: false,
        on: on.map(|day| day.to_string()),
        text,
    };
    let near = |day: Date| {
        let span = DAYS.days();
        let from = today.checked_sub(span).unwrap_or(Date::MIN);
        (from..=today.checked_add(span).unwrap_or(Date::MAX)).contains(&day)
    };
    if let Some(day) = tariff.details.retires {
        if day <= today && near(day) {
            let text = format!("is no longer served since {day}");
            return Some(notice(PriceNoticeKind::Retired, Some(day), text));
        }
        if near(day) {
            let text = format!("is no longer served from {day} on");
            return Some(notice(PriceNoticeKind::Retires, Some(day), text));
        }
    }
    if let Some(day) = tariff.changes_after(at).into_iter().find(|day| near(*day)) {
        let midnight = day.to_datetime(Time::midnight());
        let then = TimeZone::UTC.to_timestamp(midnight).ok()?;
        // A change of hours or of long requests alone leaves the usual price.
        let (now, then) = (tariff.usual(at), tariff.usual(then));
        let kind = match (now, then) {
            (Some(now), Some(then)) if sum(then) > sum(now) => PriceNoticeKind::Dearer,
            _ => PriceNoticeKind::Changes,
        };
        let text = match (now, then) {
            (Some(now), Some(then)) if now != then => format!(
                "costs {} instead of {} from {day} on",
                words(then),
                words(now)
            ),
            (Some(now), None) => {
                format!("has no known price from {day} on; now it is {}", words(now))
            }
            _ => format!("has other prices from {day} on"),
        };
        return Some(notice(kind, Some(day), text));
    }
    tariff.details.deprecated.then(|| {
        let text = "is one that its provider advises against".to_owned();
        notice(PriceNoticeKind::Deprecated, None, text)
    })
}

fn sum(rates: &Rates) -> i128 {
    let of =
        |price: Option<switchboard_prices::PicoUsd>| price.map_or(0, |price| i128::from(price.0));
    of(rates.input) + of(rates.output)
}

fn words(rates: &Rates) -> String {
    let text = |price| usd(price).map_or_else(|| "?".to_owned(), |price| format!("${price}"));
    format!("{} in and {} out", text(rates.input), text(rates.output))
}
