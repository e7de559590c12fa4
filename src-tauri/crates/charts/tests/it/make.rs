//! Charts for tests.

use switchboard_charts::{
    BarChart, BarSeries, Bucket, Colour, Level, LineChart, LineSeries, Size, Unit,
};

pub(crate) const DAY: i64 = 86_400_000;

pub(crate) const USD: i128 = 1_000_000_000_000;

pub(crate) fn buckets(count: usize) -> Vec<Bucket> {
    (0..count as i64)
        .map(|day| Bucket {
            from_ms: day * DAY,
            to_ms: (day + 1) * DAY,
            label: format!("{}", day % 31 + 1),
            name: format!("day {day}"),
            unpriced: 0,
        })
        .collect()
}

/// A chart of `values`: by series, by bucket.
pub(crate) fn bar_chart(values: &[Vec<i128>]) -> BarChart {
    let places = values.iter().map(Vec::len).max().unwrap_or(0);
    BarChart {
        title: "Spend per day".to_owned(),
        unit: Unit::PicoUsd,
        buckets: buckets(places),
        series: (1u8..)
            .zip(values)
            .map(|(number, values)| BarSeries {
                label: format!("model-{number}"),
                colour: Colour::Series(number),
                values: values.clone(),
            })
            .collect(),
        levels: Vec::new(),
        size: Size {
            width: 960,
            height: 240,
        },
    }
}

pub(crate) fn line_chart(values: &[Vec<Option<f64>>]) -> LineChart {
    let places = values.iter().map(Vec::len).max().unwrap_or(0);
    LineChart {
        title: "Latency".to_owned(),
        unit: Unit::Ms,
        buckets: buckets(places),
        series: (1u8..)
            .zip(values)
            .map(|(number, values)| LineSeries {
                label: format!("model-{number}"),
                colour: Colour::Series(number),
                dashed: number % 2 == 0,
                values: values.clone(),
            })
            .collect(),
        levels: Vec::new(),
        size: Size {
            width: 960,
            height: 240,
        },
    }
}

pub(crate) fn level(usd: f64, label: &str) -> Level {
    Level {
        value: usd * 1e12,
        label: label.to_owned(),
    }
}
