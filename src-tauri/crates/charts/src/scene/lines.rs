//! Lines over time.

use super::frame::{Frame, Parts};
use super::{FINE, Scene, Shape};
use crate::model::{LineChart, LineSeries};
use crate::sidecar::ReadSeries;

/// Width of a line, in hundredths of a CSS pixel.
const LINE: u32 = 2 * FINE as u32;

/// A place with a value between two without one.
const ALONE: u32 = 3 * FINE as u32;

pub(super) fn scene(chart: &LineChart, file: bool) -> Scene {
    let series = chart
        .series
        .iter()
        .map(|series| ReadSeries {
            label: series.label.clone(),
            colour: series.colour.token().to_owned(),
            dashed: series.dashed,
        })
        .collect();
    let places = chart.buckets.len();
    let highest = chart
        .series
        .iter()
        .flat_map(|series| (0..places).filter_map(|bucket| value(series, bucket)))
        .fold(0.0, f64::max);
    let mut frame = Frame::new(Parts {
        title: &chart.title,
        unit: chart.unit,
        buckets: &chart.buckets,
        levels: &chart.levels,
        size: chart.size,
        series,
        highest,
        file,
    });
    // The first series is the most important: drawn last, over the others.
    for series in chart.series.iter().rev() {
        let mut points = Vec::new();
        for bucket in 0..places {
            match value(series, bucket) {
                Some(value) => points.push(frame.at(bucket as f64 + 0.5, value)),
                None => line(&mut frame, series, std::mem::take(&mut points)),
            }
        }
        line(&mut frame, series, points);
    }
    frame.levels();
    for (bucket, read) in frame.scene.sidecar.buckets.iter_mut().enumerate() {
        for series in &chart.series {
            let value = value(series, bucket);
            read.values.push(value);
            read.texts
                .push(value.map_or("–".to_owned(), |value| chart.unit.text(value)));
        }
    }
    frame.scene.desc = desc(chart);
    frame.scene
}

/// A value that can be drawn.
fn value(series: &LineSeries, bucket: usize) -> Option<f64> {
    let value = series.values.get(bucket).copied().flatten()?;
    value.is_finite().then_some(value.max(0.0))
}

fn line(frame: &mut Frame, series: &LineSeries, points: Vec<super::Point>) {
    let ink = series.colour.ink();
    match points.as_slice() {
        [] => {}
        [alone] => frame.scene.shapes.push(Shape::Dot {
            ink,
            at: *alone,
            radius: ALONE,
        }),
        _ => frame.scene.shapes.push(Shape::Stroke {
            ink,
            width: LINE,
            points,
            dashed: series.dashed,
        }),
    }
}

/// The chart in a few sentences.
fn desc(chart: &LineChart) -> String {
    let mut out = String::from("Lines over time.");
    for series in &chart.series {
        let values = || (0..chart.buckets.len()).filter_map(|bucket| value(series, bucket));
        let (low, high) = (
            values().fold(f64::INFINITY, f64::min),
            values().fold(0.0, f64::max),
        );
        out += &match values().next_back() {
            Some(last) => format!(
                " {}: {} to {}, last {}.",
                series.label,
                chart.unit.text(low),
                chart.unit.text(high),
                chart.unit.text(last)
            ),
            None => format!(" {}: nothing measured.", series.label),
        };
    }
    out
}
