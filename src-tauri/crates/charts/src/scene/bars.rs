//! Stacked bars.

use super::frame::{Frame, Parts, stroke};
use super::{FINE, Scene, Shape, fine, pixels};
use crate::ink::Ink;
use crate::model::BarChart;
use crate::sidecar::{ReadBar, ReadSeries};

/// Height of the hatched cap that stands for calls without a price, in hundredths of a CSS pixel.
const CAP: i32 = 7 * FINE;

/// Bars less high than this are not set apart from the one above.
const THIN: i32 = 3 * FINE;

pub(super) fn scene(chart: &BarChart, file: bool) -> Scene {
    let totals: Vec<i128> = (0..chart.buckets.len())
        .map(|bucket| {
            (0..chart.series.len())
                .map(|series| value(chart, series, bucket))
                .sum()
        })
        .collect();
    let series = chart
        .series
        .iter()
        .map(|series| ReadSeries {
            label: series.label.clone(),
            colour: series.colour.token().to_owned(),
            dashed: false,
        })
        .collect();
    let mut frame = Frame::new(Parts {
        title: &chart.title,
        unit: chart.unit,
        buckets: &chart.buckets,
        levels: &chart.levels,
        size: chart.size,
        series,
        highest: totals.iter().max().map_or(0.0, |most| *most as f64),
        file,
    });
    let bars = columns(&frame, chart.buckets.len());
    let mut below = vec![0i128; chart.buckets.len()];
    let mut gaps = Vec::new();
    for (series, one) in chart.series.iter().enumerate() {
        for (bucket, (left, right)) in bars.iter().enumerate() {
            let (Some(floor), value) = (below.get_mut(bucket), value(chart, series, bucket)) else {
                continue;
            };
            let lower = frame.at(0.0, *floor as f64).1;
            *floor += value;
            let upper = frame.at(0.0, *floor as f64).1;
            if upper >= lower {
                continue;
            }
            frame.scene.shapes.push(Shape::Area {
                ink: one.colour.ink(),
                from: (*left, upper),
                to: (*right, lower),
            });
            if lower - upper >= THIN && totals.get(bucket).is_some_and(|total| total > floor) {
                gaps.push((*left, *right, upper));
            }
            frame.scene.sidecar.bars.push(ReadBar {
                bucket: u32::try_from(bucket).unwrap_or(u32::MAX),
                series: u32::try_from(series).unwrap_or(u32::MAX),
                x: pixels(*left),
                y: pixels(upper),
                width: pixels(right - left),
                height: pixels(lower - upper),
            });
        }
    }
    for (left, right, y) in gaps {
        frame.scene.shapes.push(Shape::Area {
            ink: Ink::Surface,
            from: (left, y),
            to: (right, y + FINE),
        });
    }
    for (bucket, (left, right)) in bars.iter().enumerate() {
        if chart
            .buckets
            .get(bucket)
            .is_some_and(|one| one.unpriced > 0)
        {
            let total = totals.get(bucket).copied().unwrap_or(0);
            cap(&mut frame, *left, *right, total as f64);
        }
    }
    frame.levels();
    let unit = chart.unit;
    for (bucket, read) in frame.scene.sidecar.buckets.iter_mut().enumerate() {
        for series in 0..chart.series.len() {
            let value = value(chart, series, bucket) as f64;
            read.values.push(Some(value));
            read.texts.push(unit.text(value));
        }
        let total = totals.get(bucket).copied().unwrap_or(0) as f64;
        read.total = Some(total);
        read.total_text = Some(unit.text(total));
    }
    frame.scene.desc = desc(chart, &totals);
    frame.scene
}

fn value(chart: &BarChart, series: usize, bucket: usize) -> i128 {
    let series = chart.series.get(series);
    let value = series.and_then(|series| series.values.get(bucket));
    value.copied().unwrap_or(0).max(0)
}

/// Left and right edges of the bars: three quarters of their place, on whole pixels where they are wide enough.
fn columns(frame: &Frame, buckets: usize) -> Vec<(i32, i32)> {
    (0..buckets)
        .map(|bucket| {
            let from = frame.at(bucket as f64, 0.0).0;
            let to = frame.at(bucket as f64 + 1.0, 0.0).0;
            let place = to - from;
            // One wide bar alone would look like a wall.
            let width = (place * 3 / 4).clamp(1, 64 * FINE);
            if width < 4 * FINE {
                return (
                    from + (place - width) / 2,
                    from + (place - width) / 2 + width,
                );
            }
            let width = width / FINE * FINE;
            let left = (from + (place - width) / 2 + FINE / 2) / FINE * FINE;
            (left, left + width)
        })
        .collect()
}

/// Draws the hatched cap above a bar: an amount that is not known has no height of its own.
fn cap(frame: &mut Frame, left: i32, right: i32, total: f64) {
    let lower = frame.at(0.0, total).1;
    let upper = (lower - CAP).max(fine(frame.scene.sidecar.top));
    let height = lower - upper;
    if height < FINE {
        return;
    }
    let inside = |x: i32| x.clamp(left, right);
    let mut strokes = vec![vec![
        (left, lower),
        (left, upper),
        (right, upper),
        (right, lower),
    ]];
    let mut x = left - height;
    while x < right {
        // A line that rises to the right, cut at the edges.
        let (from, to) = (inside(x), inside(x + height));
        if to > from {
            strokes.push(vec![(from, lower - (from - x)), (to, lower - (to - x))]);
        }
        x += 4 * FINE;
    }
    for points in strokes {
        frame.scene.shapes.push(stroke(Ink::Text2, points));
    }
}

/// The chart in a few sentences.
fn desc(chart: &BarChart, totals: &[i128]) -> String {
    let unit = chart.unit;
    let all: i128 = totals.iter().sum();
    let mut out = format!("Stacked bars, {} in all.", unit.text(all as f64));
    for (series, one) in chart.series.iter().enumerate() {
        let sum: i128 = (0..totals.len())
            .map(|bucket| value(chart, series, bucket))
            .sum();
        out += &format!(" {}: {}.", one.label, unit.text(sum as f64));
    }
    let most = totals
        .iter()
        .zip(&chart.buckets)
        .max_by_key(|(total, _)| **total);
    if let Some((total, bucket)) = most.filter(|(total, _)| **total > 0) {
        out += &format!(" Highest: {}, {}.", bucket.name, unit.text(*total as f64));
    }
    out
}
