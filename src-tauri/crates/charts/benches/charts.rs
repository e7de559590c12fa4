//! How long a chart of 400 days and seven series takes. Promised: well under 5 ms.
//!
//! `cargo bench -p switchboard-charts`. Each figure is the best of many runs. On a small machine of two cores (2026-11): 1.6 ms
//! for bars, 0.9 ms for lines, 25 ms for a PNG of 2,320 by 596.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops on a fault"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};
use switchboard_charts::{
    BarChart, BarSeries, Bucket, Chart, Colour, LineChart, LineSeries, Size, Theme, Unit, bars,
    lines, png,
};

const PROMISED: Duration = Duration::from_millis(5);
const DAYS: i64 = 400;

fn main() {
    let buckets: Vec<Bucket> = (0..DAYS)
        .map(|day| Bucket {
            from_ms: day * 86_400_000,
            to_ms: (day + 1) * 86_400_000,
            label: format!("Nov {}", day % 31 + 1),
            name: format!("day {day}"),
            unpriced: u64::from(day % 50 == 0),
        })
        .collect();
    let size = Size {
        width: 1160,
        height: 240,
    };
    let spend = BarChart {
        title: "Spend per day".to_owned(),
        unit: Unit::PicoUsd,
        buckets: buckets.clone(),
        series: (1..=7)
            .map(|series| BarSeries {
                label: format!("model-{series}"),
                colour: Colour::Series(series),
                values: (0..DAYS)
                    .map(|day| {
                        i128::from((day * 7 + i64::from(series) * 13) % 40) * 100_000_000_000
                    })
                    .collect(),
            })
            .collect(),
        levels: Vec::new(),
        size,
    };
    let latency = LineChart {
        title: "Latency".to_owned(),
        unit: Unit::Ms,
        buckets,
        series: (1..=7)
            .map(|series| LineSeries {
                label: format!("model-{series}"),
                colour: Colour::Series(series),
                dashed: series % 2 == 0,
                values: (0..DAYS)
                    .map(|day| (day % 29 != 0).then(|| 900.0 + (day * 37 % 400) as f64))
                    .collect(),
            })
            .collect(),
        levels: Vec::new(),
        size,
    };
    let stacked = best(|| {
        black_box(bars(&spend).unwrap());
    });
    report("stacked bars, SVG and sidecar", stacked);
    let lined = best(|| {
        black_box(lines(&latency).unwrap());
    });
    report("lines, SVG and sidecar", lined);
    let chart = Chart::Bars(spend.clone());
    let picture = best(|| {
        black_box(png(&chart, Theme::Dark, 2.0).unwrap());
    });
    report("stacked bars, PNG at scale 2", picture);
    for elapsed in [stacked, lined] {
        assert!(elapsed < PROMISED, "{elapsed:?} is more than {PROMISED:?}");
    }
}

fn best(mut run: impl FnMut()) -> Duration {
    (0..50)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed()
        })
        .min()
        .unwrap()
}

fn report(name: &str, elapsed: Duration) {
    println!("{name:<40} {:>8.2} ms", elapsed.as_secs_f64() * 1e3);
}
