//! Draws what a spend report says.

use crate::App;
use crate::api::types::*;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::collections::HashSet;
use switchboard_charts::{
    BarChart, BarSeries, Bucket, Chart, Colour, Level, LineChart, LineSeries, Size,
};
use switchboard_engine::policy::budget::Scope;
use switchboard_engine::policy::period::Period;
use switchboard_engine::price::PicoUsd;

/// Colours that a series can have of its own.
const COLOURS: u8 = 6;

/// Pixels of a PNG for each of the screen's.
const SCALE: f32 = 2.0;

/// The chart's size where the query names none.
const SIZE: SpendChartSize = SpendChartSize {
    width: 1160,
    height: 240,
};

/// Draws a report's chart as a file.
///
/// # Errors
/// Those of [`crate::spend::report`]; `Internal` if it cannot be drawn.
pub async fn picture(app: &App, params: DrawSpend) -> Result<SpendPicture, ApiError> {
    let DrawSpend {
        query,
        format,
        theme,
    } = params;
    let (view, size) = (query.view, query.chart.unwrap_or(SIZE));
    let report = crate::spend::report(app, query).await?;
    let levels = levels(app, view, &report).await?;
    let chart = chart(&report, view, size, &levels);
    let day = report.from.get(..10).unwrap_or_default();
    let name = format!("{}-{day}", file_stem(view));
    match format {
        SpendPictureFormat::Svg => Ok(SpendPicture {
            suggested_name: format!("{name}.svg"),
            text: switchboard_charts::document(&chart, theme).map_err(undrawn)?,
            base64: false,
        }),
        SpendPictureFormat::Png => {
            let png = switchboard_charts::png(&chart, theme, SCALE).map_err(undrawn)?;
            Ok(SpendPicture {
                suggested_name: format!("{name}.png"),
                text: BASE64_STANDARD.encode(png),
                base64: true,
            })
        }
    }
}

/// Returns the lines across a chart of spend: what of an hour or a day raises the alarm, and budgets of all calls.
///
/// # Errors
/// Those of reading budgets.
pub async fn levels(
    app: &App,
    view: SpendView,
    report: &SpendReport,
) -> Result<Vec<Level>, ApiError> {
    // Without a call, an alert alone would say how high the axis is.
    if view != SpendView::Spend || report.totals.calls == 0 {
        return Ok(Vec::new());
    }
    let budgets = crate::budgets::list(app, Empty {}).await?.budgets;
    let config = app.config().current();
    let alarm = match report.unit {
        SpendUnit::Hour => config.alerts.hour,
        SpendUnit::Day => config.alerts.day,
    };
    let alarm = alarm.filter(|_| config.alerts.enabled);
    Ok(levels_of(report.unit, alarm, &budgets))
}

fn levels_of(unit: SpendUnit, alarm: Option<PicoUsd>, budgets: &[BudgetState]) -> Vec<Level> {
    let (name, window) = match unit {
        SpendUnit::Hour => ("hourly", Period::Hour),
        SpendUnit::Day => ("daily", Period::Day),
    };
    let alarm = alarm.map(|alarm| (alarm.0 as f64, "alert"));
    let budgets = budgets
        .iter()
        .filter(|budget| budget.scope == Scope::Global && budget.window == window)
        .map(|budget| (budget.limit.0 as f64, "budget"));
    let level = |(value, kind): (f64, &str)| {
        let amount = Unit::PicoUsd.text(value);
        let amount = amount.strip_suffix(".00").unwrap_or(&amount);
        Level {
            value,
            label: format!("{name} {kind} {amount}"),
        }
    };
    alarm.into_iter().chain(budgets).map(level).collect()
}

/// Draws a report's chart for the page. `levels` are in the view's unit.
///
/// # Errors
/// `Internal` if it cannot be drawn.
pub fn drawn(
    report: &SpendReport,
    view: SpendView,
    size: SpendChartSize,
    levels: &[Level],
) -> Result<SpendChart, ApiError> {
    let drawn = match chart(report, view, size, levels) {
        Chart::Bars(chart) => switchboard_charts::bars(&chart),
        Chart::Lines(chart) => switchboard_charts::lines(&chart),
    }
    .map_err(undrawn)?;
    let sidecar = serde_json::to_string(&drawn.sidecar).map_err(undrawn)?;
    Ok(SpendChart {
        svg: drawn.svg,
        sidecar,
    })
}

fn undrawn(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorCode::Internal, error.to_string())
}

fn file_stem(view: SpendView) -> &'static str {
    match view {
        SpendView::Spend => "spend",
        SpendView::Latency => "latency",
        SpendView::Errors => "errors",
    }
}

fn title(report: &SpendReport, view: SpendView) -> String {
    let what = match view {
        SpendView::Spend => "Spend",
        SpendView::Latency => "Latency",
        SpendView::Errors => "Errors",
    };
    let unit = match report.unit {
        SpendUnit::Hour => "hour",
        SpendUnit::Day => "day",
    };
    format!("{what} per {unit} ({})", report.zone)
}

fn chart(report: &SpendReport, view: SpendView, size: SpendChartSize, levels: &[Level]) -> Chart {
    let size = Size {
        width: size.width,
        height: size.height,
    };
    let (title, buckets) = (title(report, view), buckets(report));
    let colours = colours(&report.series);
    let of_series = || report.series.iter().zip(colours.iter().copied());
    match view {
        SpendView::Spend => Chart::Bars(BarChart {
            title,
            unit: Unit::PicoUsd,
            buckets,
            series: of_series()
                .map(|(series, colour)| BarSeries {
                    label: series.label.clone(),
                    colour,
                    values: series
                        .values
                        .iter()
                        .map(|point| i128::from(point.spend.0))
                        .collect(),
                })
                .collect(),
            levels: levels.to_vec(),
            size,
        }),
        SpendView::Latency => {
            let lines = |p95: bool| {
                of_series().map(move |(series, colour)| LineSeries {
                    label: format!("{} {}", series.label, if p95 { "p95" } else { "p50" }),
                    colour,
                    dashed: p95,
                    values: series
                        .values
                        .iter()
                        .map(|point| match p95 {
                            true => point.latency_p95_ms,
                            false => point.latency_p50_ms,
                        })
                        .map(|ms| ms.map(|ms| ms as f64))
                        .collect(),
                })
            };
            Chart::Lines(LineChart {
                title,
                unit: Unit::Ms,
                buckets,
                series: lines(false).chain(lines(true)).collect(),
                levels: levels.to_vec(),
                size,
            })
        }
        SpendView::Errors => Chart::Lines(LineChart {
            title,
            unit: Unit::Percent,
            buckets,
            series: of_series()
                .map(|(series, colour)| LineSeries {
                    label: series.label.clone(),
                    colour,
                    dashed: false,
                    values: series.values.iter().map(error_percent).collect(),
                })
                .collect(),
            levels: levels.to_vec(),
            size,
        }),
    }
}

/// `None`: there was no call.
fn error_percent(point: &SpendPoint) -> Option<f64> {
    (point.calls > 0).then(|| point.failed as f64 / point.calls as f64 * 100.0)
}

fn buckets(report: &SpendReport) -> Vec<Bucket> {
    // A month's days need no month at each: the same day does not come twice.
    let short = report.unit == SpendUnit::Day && report.buckets.len() <= 31;
    let unpriced = |place: usize| {
        let points = report
            .series
            .iter()
            .filter_map(|series| series.values.get(place));
        points.map(|point| point.unpriced).sum()
    };
    report
        .buckets
        .iter()
        .enumerate()
        .map(|(place, bucket)| Bucket {
            from_ms: ms(&bucket.from),
            to_ms: ms(&bucket.to),
            label: match bucket.label.split_once(' ') {
                Some((day, _)) if short => day.to_owned(),
                _ => bucket.label.clone(),
            },
            name: match bucket.partial {
                true => format!("{}, in part", bucket.label),
                false => bucket.label.clone(),
            },
            unpriced: unpriced(place),
        })
        .collect()
}

/// Milliseconds since 1970 of a time of our own.
fn ms(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>()
        .map_or(0, jiff::Timestamp::as_millisecond)
}

/// A model has its colour on every screen; the next free one where two of a chart would share it.
fn colours(series: &[SpendSeries]) -> Vec<Colour> {
    let mut taken = HashSet::new();
    series
        .iter()
        .map(|series| {
            if series.other || taken.len() == usize::from(COLOURS) {
                return Colour::Other;
            }
            let mut colour = colour_of(&series.key);
            while !taken.insert(colour) {
                colour = colour % COLOURS + 1;
            }
            Colour::Series(colour)
        })
        .collect()
}

/// The colour of a model on every screen, 1 to 6: `seriesOf` of the interface (FNV-1a of UTF-16).
fn colour_of(key: &str) -> u8 {
    let hash = key.encode_utf16().fold(2_166_136_261_u32, |hash, unit| {
        (hash ^ u32::from(unit)).wrapping_mul(16_777_619)
    });
    u8::try_from(hash % u32::from(COLOURS)).unwrap_or(0) + 1
}

#[cfg(test)]
mod tests;
