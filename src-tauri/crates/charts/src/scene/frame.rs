//! What both kinds of chart stand in: axes, lines of the grid, levels.

use super::{Anchor, FINE, Point, Scene, Shape, TEXT, fine, header, pixels};
use crate::axis::Axis;
use crate::font;
use crate::ink::Ink;
use crate::labels::{Label, thinned};
use crate::model::{Bucket, Level, Size};
use crate::sidecar::{ReadBucket, ReadSeries, Sidecar};
use crate::unit::Unit;
use plotters::coord::CoordTranslate;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;

/// Levels within this many times the highest value stretch the axis; above, they are only named.
const STRETCH: f64 = 4.0;

/// Above and below the place where values stand, in CSS pixels.
const MARGIN_TOP: f64 = 8.0;
const MARGIN_BOTTOM: f64 = 26.0;

/// Room for a line's label, in CSS pixels.
const ROW: f32 = 16.0;

/// The frame of a chart.
pub(super) struct Frame {
    pub(super) scene: Scene,
    space: Cartesian2d<RangedCoordf64, RangedCoordf64>,
    levels: Vec<Level>,
    top: f64,
}

/// What a frame is made of.
pub(super) struct Parts<'a> {
    pub(super) title: &'a str,
    pub(super) unit: Unit,
    pub(super) buckets: &'a [Bucket],
    pub(super) levels: &'a [Level],
    pub(super) size: Size,
    pub(super) series: Vec<ReadSeries>,
    /// In the chart's unit.
    pub(super) highest: f64,
    /// With title and legend.
    pub(super) file: bool,
}

impl Frame {
    pub(super) fn new(parts: Parts<'_>) -> Self {
        let (width, height) = (
            parts.size.width.clamp(160, 4000),
            parts.size.height.clamp(100, 3000),
        );
        let mut shapes = Vec::new();
        let head = if parts.file {
            header::draw(&mut shapes, parts.title, &parts.series, width)
        } else {
            0
        };
        // The picture grows by its header: the chart itself stays as large as on the page.
        let height = height + head;
        let tall = f64::from(parts.size.height.clamp(100, 3000)) - MARGIN_TOP - MARGIN_BOTTOM;
        let reach = stretched(parts.highest, parts.levels).max(below_names(
            parts.highest,
            parts.levels,
            tall,
        ));
        let axis = Axis::new(parts.unit, reach);
        let named = axis
            .lines
            .iter()
            .map(|(_, label)| font::width(label, TEXT))
            .fold(0.0, f32::max);
        let (w, h) = (f64::from(width), f64::from(height));
        let left = f64::from(named.ceil()).min(w / 3.0) + 10.0;
        let top = MARGIN_TOP + f64::from(head);
        let (right, bottom) = (w - 8.0, h - MARGIN_BOTTOM);
        let places = parts.buckets.len().max(1);
        let space = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(
            0.0..places as f64,
            0.0..axis.top,
            (fine(left)..fine(right), fine(bottom)..fine(top)),
        );
        let mut frame = Self {
            scene: Scene {
                width,
                height,
                title: parts.title.to_owned(),
                desc: String::new(),
                shapes,
                sidecar: Sidecar {
                    width: w,
                    height: h,
                    left,
                    top,
                    right,
                    bottom,
                    unit: parts.unit,
                    series: parts.series,
                    buckets: Vec::with_capacity(parts.buckets.len()),
                    bars: Vec::new(),
                },
            },
            space,
            levels: parts.levels.to_vec(),
            top: axis.top,
        };
        frame.grid(&axis);
        frame.x_labels(parts.buckets);
        frame.places(parts.buckets);
        frame
    }

    /// Where a value at a place on the x axis stands; places count from 0, their middles end in .5.
    pub(super) fn at(&self, place: f64, value: f64) -> Point {
        self.space.translate(&(place, value))
    }

    fn edges(&self) -> (i32, i32, i32, i32) {
        let side = &self.scene.sidecar;
        (
            fine(side.left),
            fine(side.right),
            fine(side.top),
            fine(side.bottom),
        )
    }

    fn grid(&mut self, axis: &Axis) {
        let (left, right, ..) = self.edges();
        for (value, label) in &axis.lines {
            let (_, y) = self.at(0.0, *value);
            // On the middle of a pixel, so that it is one pixel thin.
            let crisp = y.div_euclid(FINE) * FINE + FINE / 2;
            self.scene
                .shapes
                .push(stroke(Ink::Border, vec![(left, crisp), (right, crisp)]));
            let most = pixels(left) as f32 - 10.0;
            self.text(
                Ink::Text3,
                &font::fit(label, TEXT, most),
                (left - 8 * FINE, y),
                Anchor::End,
            );
        }
    }

    fn x_labels(&mut self, buckets: &[Bucket]) {
        let labels: Vec<&str> = buckets.iter().map(|bucket| bucket.label.as_str()).collect();
        let centres: Vec<f32> = (0..buckets.len())
            .map(|place| pixels(self.at(place as f64 + 0.5, 0.0).0) as f32)
            .collect();
        let (.., bottom) = self.edges();
        let edges = (0.0, self.scene.width as f32);
        for Label { x, text, .. } in thinned(&labels, &centres, TEXT, edges) {
            let at = (fine(f64::from(x)), bottom + 14 * FINE);
            self.text(Ink::Text3, &text, at, Anchor::Start);
        }
    }

    fn places(&mut self, buckets: &[Bucket]) {
        for (place, bucket) in buckets.iter().enumerate() {
            let from = self.at(place as f64, 0.0).0;
            let to = self.at(place as f64 + 1.0, 0.0).0;
            self.scene.sidecar.buckets.push(ReadBucket {
                from_ms: bucket.from_ms,
                to_ms: bucket.to_ms,
                name: bucket.name.clone(),
                x: pixels(from),
                width: pixels(to - from),
                values: Vec::new(),
                texts: Vec::new(),
                total: None,
                total_text: None,
                unpriced: bucket.unpriced,
            });
        }
    }

    pub(super) fn text(&mut self, ink: Ink, text: &str, at: Point, anchor: Anchor) {
        self.scene.shapes.push(Shape::Text {
            ink,
            text: text.to_owned(),
            at,
            anchor,
        });
    }

    /// Draws the levels over the values, each label in a row of its own.
    pub(super) fn levels(&mut self) {
        let (left, right, top, bottom) = self.edges();
        let mut taken: Vec<i32> = Vec::new();
        let mut levels = std::mem::take(&mut self.levels);
        levels.retain(|level| level.value.is_finite() && level.value > 0.0);
        levels.sort_by(|one, next| next.value.total_cmp(&one.value));
        let row = fine(f64::from(ROW));
        for level in levels {
            let above = level.value > self.top;
            let (_, y) = self.at(0.0, level.value.min(self.top));
            if !above {
                self.scene.shapes.push(Shape::Stroke {
                    ink: Ink::Warning,
                    width: FINE as u32,
                    points: vec![(left, y), (right, y)],
                    dashed: true,
                });
            }
            let half = row / 2;
            let mut middle = if y - row < top { y + half } else { y - half };
            while taken.iter().any(|other| (other - middle).abs() < row) && middle < bottom {
                middle += row;
            }
            if middle + half > bottom {
                continue;
            }
            taken.push(middle);
            let text = if above {
                format!("{} is above this chart", level.label)
            } else {
                level.label
            };
            let text = font::fit(&text, TEXT, pixels(right - left) as f32 - 8.0);
            let end = right - 4 * FINE;
            let start = end - fine(f64::from(font::width(&text, TEXT)));
            self.scene.shapes.push(Shape::Area {
                ink: Ink::Surface,
                from: (start - 3 * FINE, middle - half + FINE),
                to: (end + 3 * FINE, middle + half - FINE),
            });
            self.text(Ink::Warning, &text, (end, middle), Anchor::End);
        }
    }
}

/// The value the axis must reach: levels that are not far above the values included, and not at its very end.
fn stretched(highest: f64, levels: &[Level]) -> f64 {
    levels
        .iter()
        .map(|level| level.value)
        .filter(|value| value.is_finite() && *value > 0.0)
        .filter(|value| highest <= 0.0 || *value <= highest * STRETCH)
        .map(|value| value * 1.01)
        .fold(highest, f64::max)
}

/// The value the axis must reach so that the highest value stays below the names of levels that are above the chart.
/// `tall`: what there is of height, in pixels.
fn below_names(highest: f64, levels: &[Level], tall: f64) -> f64 {
    let above = |level: &&Level| highest > 0.0 && level.value > highest * STRETCH;
    let rows = levels.iter().filter(above).count().min(2);
    let room = f64::from(ROW) * rows as f64;
    highest * tall / (tall - room).max(tall / 2.0)
}

pub(super) fn stroke(ink: Ink, points: Vec<Point>) -> Shape {
    Shape::Stroke {
        ink,
        width: FINE as u32,
        points,
        dashed: false,
    }
}
