//! A chart laid out: shapes at their places, in hundredths of a CSS pixel, and what they stand for.

mod bars;
mod frame;
mod header;
mod lines;

use crate::ink::Ink;
use crate::model::{BarChart, Chart, LineChart};
use crate::sidecar::Sidecar;

/// Hundredths of a CSS pixel in one: the drawing library counts in whole numbers.
pub(crate) const FINE: i32 = 100;

/// Size of letters, in CSS pixels.
pub(crate) const TEXT: f32 = 11.0;

/// A place, in hundredths of a CSS pixel.
pub(crate) type Point = (i32, i32);

/// Which end of a text its place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    End,
}

/// Something to draw. Lengths are hundredths of a CSS pixel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Area {
        ink: Ink,
        from: Point,
        to: Point,
    },
    Stroke {
        ink: Ink,
        width: u32,
        points: Vec<Point>,
        dashed: bool,
    },
    Dot {
        ink: Ink,
        at: Point,
        radius: u32,
    },
    /// Vertically, the middle of its capitals is at `at`.
    Text {
        ink: Ink,
        text: String,
        at: Point,
        anchor: Anchor,
    },
}

/// A chart laid out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scene {
    /// Size, in CSS pixels.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) title: String,
    /// The chart in a sentence, for those who do not see it.
    pub(crate) desc: String,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) sidecar: Sidecar,
}

impl Scene {
    /// Lays out a chart; with its own title and legend if it goes to a file.
    pub(crate) fn of(chart: &Chart, file: bool) -> Self {
        match chart {
            Chart::Bars(chart) => Self::of_bars(chart, file),
            Chart::Lines(chart) => Self::of_lines(chart, file),
        }
    }

    pub(crate) fn of_bars(chart: &BarChart, file: bool) -> Self {
        bars::scene(chart, file)
    }

    pub(crate) fn of_lines(chart: &LineChart, file: bool) -> Self {
        lines::scene(chart, file)
    }
}

/// Hundredths of a pixel. Out of range is the nearest end.
pub(crate) fn fine(pixels: f64) -> i32 {
    (pixels * f64::from(FINE)).round() as i32
}

/// CSS pixels.
pub(crate) fn pixels(fine: i32) -> f64 {
    f64::from(fine) / f64::from(FINE)
}
