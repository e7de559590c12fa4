//! What calls cost: reports over ranges of the user's own days.
//!
//! Sums come from the store, in quarters of an hour; days, hours and months are cut here, in the zone that budgets go
//! by.

pub(crate) mod ahead;
mod export;
mod forecast;
mod range;
mod rows;
mod saved;

use crate::App;
use crate::api::types::*;
use crate::calls::rfc3339;
use crate::spend_chart;
use forecast::Known;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use range::{Cut, Span, before, slot_end, start_of};
use rows::{labels, of_values, pico, rescued, row, series, share, whole};
use switchboard_store::{
    Count, SPEND_SLOT_MS, SpendAnswer, SpendBy as By, SpendQuery as Ask, SpendSums,
};

pub use export::export;

/// Series with a colour of their own.
const COLOURS: usize = 6;
/// Rows of a table.
const ROWS: usize = 1_000;

/// Reports what calls cost over a range.
///
/// # Errors
/// `InvalidParams` naming the field, `Store`.
pub async fn report(app: &App, query: SpendQuery) -> Result<SpendReport, ApiError> {
    report_at(app, query, Timestamp::now()).await
}

async fn report_at(app: &App, query: SpendQuery, now: Timestamp) -> Result<SpendReport, ApiError> {
    check_size(query.chart)?;
    let zone = zone(app);
    let span = Span::of(&query.range, now, &zone)?;
    let cut = &span.cut;
    let within = within(&query.filter);
    let ask = Asking {
        within: &within,
        simulated: query.simulated,
    };
    let (first, last) = cut.ends();
    let window = Window::of(&query.range, now, &zone);
    let past = window.past(&zone);
    let timed = if query.view == SpendView::Latency {
        COLOURS
    } else {
        0
    };
    let whole_range = vec![first / SPEND_SLOT_MS, last / SPEND_SLOT_MS];
    // Of most kinds a call has one label: then all together are the whole.
    let by_parts = query.by != SpendBy::Tag;
    let optional = |asked: bool, ask: Ask| if asked { vec![ask] } else { Vec::new() };
    let routed = query.baseline.is_some();
    let asks = [
        vec![
            Ask {
                timed,
                latency: true,
                ..ask.of(by(query.by), cut.slots())
            },
            ask.of(By::All, slots(&[span.previous.0, span.previous.1])),
            Ask {
                within: Vec::new(),
                ..ask.of(By::Project, whole_range.clone())
            },
            Ask {
                simulated: !query.simulated,
                ..ask.of(By::All, whole_range.clone())
            },
            ask.of(By::All, past.slots()),
            ask.of(By::All, slots(&[window.from, window.now])),
        ],
        optional(
            !by_parts,
            Ask {
                latency: true,
                ..ask.of(By::All, whole_range.clone())
            },
        ),
        optional(routed, ask.of(By::Route, whole_range.clone())),
        optional(routed, ask.of(By::Model, whole_range)),
    ];
    let mut answers = app.store().spend(asks.concat()).await?.into_iter();
    let mut next = || {
        answers.next().ok_or_else(|| {
            ApiError::new(ErrorCode::Internal, "the store answered another question")
        })
    };
    let (shown, previous, projects) = (next()?, next()?, next()?);
    let (simulated, history, so_far) = (next()?, next()?, next()?);
    let sums = if by_parts { sum(&shown) } else { sum(&next()?) };
    let saved = match &query.baseline {
        None => None,
        Some(baseline) => Some(saved::saved(app, baseline, &next()?, &next()?)),
    };
    seal(app, cut, &shown, now);
    let totals = row("", "Total", &sums, sums.get(Count::Cost));
    let before_it = sum(&previous);
    let names = labels(app, query.by, &shown).await;
    let rows = shown.values.iter().zip(&names).take(ROWS);
    let (forecast, no_forecast) = match window.forecast(&past, &history, &sum(&so_far)) {
        Ok(forecast) => (Some(forecast), None),
        Err(why) => (None, Some(why)),
    };
    let (saved, no_saved) = match saved {
        None => (None, None),
        Some(Ok(saved)) => (Some(saved), None),
        Some(Err(why)) => (None, Some(why)),
    };
    let cached = totals.cached_tokens;
    let mut report = SpendReport {
        from: rfc3339(first),
        to: rfc3339(last),
        zone: zone_name(&zone),
        unit: cut.unit,
        buckets: buckets(cut),
        tiles: SpendTiles {
            spend: totals.spend,
            previous: SpendPrevious {
                from: rfc3339(span.previous.0),
                to: rfc3339(span.previous.1),
                label: span.previous_label.clone(),
                spend: pico(before_it.get(Count::Cost)),
                calls: whole(before_it.calls()),
                failed: whole(before_it.get(Count::Failed) + before_it.get(Count::Interrupted)),
                rescued: {
                    let rescued = rescued(&before_it);
                    rescued.retry + rescued.fallback + rescued.continuation
                },
            },
            calls: totals.calls,
            failed: totals.failed + totals.interrupted,
            rescued: totals.rescued,
            unpriced: totals.unpriced,
            estimated_share: share(sums.get(Count::EstimatedCost), sums.get(Count::Cost)),
            input_tokens: totals.input_tokens,
            cached_tokens: cached,
            output_tokens: totals.output_tokens,
            forecast,
            no_forecast,
            saved,
            no_saved,
        },
        series: series(
            cut.labels.len(),
            &shown,
            &names,
            query.view == SpendView::Latency,
        ),
        rows: rows
            .map(|(value, label)| row(&value.value, label, &value.sums, sums.get(Count::Cost)))
            .collect(),
        rows_left_out: u32::try_from(shown.values.len().saturating_sub(ROWS)).unwrap_or(u32::MAX),
        totals,
        projects: of_values(&projects),
        simulated_calls: if query.simulated {
            whole(sums.calls())
        } else {
            whole(sum(&simulated).calls())
        },
        chart: None,
    };
    if let Some(size) = query.chart {
        let levels = if query.simulated || !within.is_empty() {
            Vec::new()
        } else {
            spend_chart::levels(app, query.view, &report).await?
        };
        report.chart = Some(spend_chart::drawn(&report, query.view, size, &levels)?);
    }
    Ok(report)
}

/// Returns what was spent today.
///
/// # Errors
/// `Store`.
pub async fn today(app: &App, _params: Empty) -> Result<SpendToday, ApiError> {
    let (now, zone) = (Timestamp::now(), zone(app));
    let day = zone.to_datetime(now).date();
    let (from, to) = (start_of(day, &zone), start_of(before(day, -1), &zone));
    let ask = Asking {
        within: &[],
        simulated: false,
    };
    let edges = slots(&[from.as_millisecond(), slot_end(now).as_millisecond()]);
    let answers = app.store().spend(vec![ask.of(By::All, edges)]).await?;
    let sums = answers.first().map(sum).unwrap_or_default();
    Ok(SpendToday {
        spend: pico(sums.get(Count::Cost)),
        calls: whole(sums.calls()),
        failed: whole(sums.get(Count::Failed) + sums.get(Count::Interrupted)),
        unpriced: whole(sums.get(Count::Unpriced)),
        estimated_share: share(sums.get(Count::EstimatedCost), sums.get(Count::Cost)),
        from: rfc3339(from.as_millisecond()),
        to: rfc3339(to.as_millisecond()),
        zone: zone_name(&zone),
    })
}

/// Makes the sums anew from the calls.
///
/// # Errors
/// `Store`.
pub async fn rebuild(app: &App, _params: Empty) -> Result<SpendRebuilt, ApiError> {
    let calls = app.store().rebuild_spend().await?;
    Ok(SpendRebuilt { calls })
}

/// The zone whose days these are: that of budgets, so that a day's bar and a day's budget are the same.
fn zone(app: &App) -> TimeZone {
    app.config().current().budgets.calendar().zone
}

fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("local time").to_owned()
}

fn check_size(size: Option<SpendChartSize>) -> Result<(), ApiError> {
    let Some(SpendChartSize { width, height }) = size else {
        return Ok(());
    };
    let wrong = |field: &str, text: &str| {
        Err(ApiError::new(ErrorCode::InvalidParams, text).with_field(field))
    };
    if !(300..=4_000).contains(&width) {
        return wrong("chart.width", "a chart is 300 to 4,000 pixels wide");
    }
    if !(150..=4_000).contains(&height) {
        return wrong("chart.height", "a chart is 150 to 4,000 pixels high");
    }
    Ok(())
}

/// What every question of a report has in common.
struct Asking<'a> {
    within: &'a [(By, String)],
    simulated: bool,
}

impl Asking<'_> {
    fn of(&self, by: By, edges: Vec<i64>) -> Ask {
        Ask {
            edges,
            by,
            within: self.within.to_vec(),
            simulated: self.simulated,
            latency: false,
            timed: 0,
        }
    }
}

fn by(by: SpendBy) -> By {
    match by {
        SpendBy::Model => By::Model,
        SpendBy::Provider => By::Provider,
        SpendBy::Route => By::Route,
        SpendBy::Project => By::Project,
        SpendBy::Caller => By::Caller,
        SpendBy::Prompt => By::Prompt,
        SpendBy::Tag => By::Tag,
    }
}

fn within(filter: &SpendFilter) -> Vec<(By, String)> {
    let SpendFilter {
        model,
        provider,
        route,
        project,
        caller,
        prompt,
        tag,
    } = filter;
    let all = [
        (By::Model, model),
        (By::Provider, provider),
        (By::Route, route),
        (By::Project, project),
        (By::Caller, caller),
        (By::Prompt, prompt),
        (By::Tag, tag),
    ];
    let named = all.into_iter();
    named
        .filter_map(|(by, value)| Some((by, value.clone()?)))
        .collect()
}

/// Returns edges as slots, the second at least one after the first.
fn slots(edges: &[i64]) -> Vec<i64> {
    let mut slots: Vec<i64> = edges
        .iter()
        .map(|ms| ms.div_euclid(SPEND_SLOT_MS))
        .collect();
    if let [first, last] = slots[..]
        && last <= first
    {
        slots[1] = first + 1;
    }
    slots
}

fn sum(answer: &SpendAnswer) -> SpendSums {
    let mut sums = SpendSums::default();
    for value in &answer.values {
        sums.add(&value.sums);
    }
    sums
}

fn buckets(cut: &Cut) -> Vec<SpendBucket> {
    let bars = cut.edges.windows(2).zip(&cut.labels).zip(&cut.partial);
    bars.map(|((edges, label), partial)| SpendBucket {
        from: rfc3339(edges[0]),
        to: rfc3339(edges[1]),
        label: label.clone(),
        partial: *partial,
    })
    .collect()
}

/// Has whole days that are over summed by every label, so that the next look at them is fast.
fn seal(app: &App, cut: &Cut, shown: &SpendAnswer, now: Timestamp) {
    if cut.unit != SpendUnit::Day {
        return;
    }
    let slots = cut.slots();
    let bars = slots.windows(2).zip(&shown.sealed).zip(&cut.partial);
    let days: Vec<(i64, i64)> = bars
        .filter(|((edges, sealed), partial)| {
            !**sealed && !**partial && ahead::is_over(edges[1], now)
        })
        .map(|((edges, _), _)| (edges[0], edges[1]))
        .collect();
    app.ahead().seal(app.store().clone(), days);
}

/// The day or month that a forecast is of.
struct Window {
    label: String,
    from: i64,
    to: i64,
    now: i64,
    today: jiff::civil::Date,
    to_come: Vec<jiff::civil::Date>,
    rest_of_today: f64,
}

impl Window {
    fn of(range: &SpendRange, now: Timestamp, zone: &TimeZone) -> Self {
        let today = zone.to_datetime(now).date();
        let tomorrow = before(today, -1);
        let (starts, ends) = (start_of(today, zone), start_of(tomorrow, zone));
        let of_day = matches!(range, SpendRange::Today | SpendRange::Last24h);
        let next_month = today.first_of_month().saturating_add(1.month());
        let (label, from, to) = if of_day {
            ("today".to_owned(), starts, ends)
        } else {
            let first = start_of(today.first_of_month(), zone);
            let label = today.strftime("%B").to_string();
            (label, first, start_of(next_month, zone))
        };
        let mut to_come = Vec::new();
        let mut day = tomorrow;
        while !of_day && day < next_month {
            to_come.push(day);
            day = before(day, -1);
        }
        let length = ends.duration_since(starts).as_secs_f64().max(1.0);
        Self {
            label,
            from: from.as_millisecond(),
            to: to.as_millisecond(),
            now: slot_end(now).as_millisecond(),
            today,
            to_come,
            rest_of_today: ends.duration_since(now).as_secs_f64() / length,
        }
    }

    /// Returns the whole days before today that the forecast may rest on.
    fn past(&self, zone: &TimeZone) -> Cut {
        let days = i64::try_from(forecast::MOST_DAYS).unwrap_or(56);
        let (from, to) = (
            start_of(before(self.today, days), zone),
            start_of(self.today, zone),
        );
        Cut::days(from, to, to, zone)
    }

    fn forecast(
        &self,
        past: &Cut,
        history: &SpendAnswer,
        so_far: &SpendSums,
    ) -> Result<SpendForecast, String> {
        let mut spend = vec![0_i128; past.labels.len()];
        let mut began = past.labels.len();
        for (at, point) in history.values.iter().flat_map(|value| &value.points) {
            if let Some(day) = spend.get_mut(*at) {
                *day += point.cost;
            }
            began = began.min(*at);
        }
        let count = i64::try_from(past.labels.len()).unwrap_or(0);
        let days: Vec<(jiff::civil::Date, i128)> = (0_i64..)
            .zip(spend)
            .map(|(at, spend)| (before(self.today, count - at), spend))
            .skip(began)
            .collect();
        let so_far = so_far.get(Count::Cost);
        let found = forecast::forecast(&Known {
            days: &days,
            so_far,
            rest_of_today: self.rest_of_today,
            today: self.today,
            to_come: &self.to_come,
        })?;
        Ok(SpendForecast {
            label: self.label.clone(),
            from: rfc3339(self.from),
            to: rfc3339(self.to),
            so_far: pico(so_far),
            low: pico(found.low),
            high: pico(found.high),
            middle: pico(found.middle),
            days: u32::try_from(days.len()).unwrap_or(u32::MAX),
        })
    }
}
