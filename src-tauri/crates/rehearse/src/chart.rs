//! Charts of a rehearsal as SVG: calls over time, stacked by answering model, faults shaded.

mod ink;

use crate::fault::time;
use crate::report::{FaultWindow, RouteResult, Timeline};
use ink::Ink;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// How a chart looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub dark: bool,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Series with a colour of their own; the rest share one.
const COLOURED: usize = 6;
/// Size of text; the library's SVG has about four fifths of it in pixels.
const TEXT: u32 = 15;
/// Characters of a legend entry.
const LABEL_CHARS: usize = 48;

/// Draws calls over time, stacked by answering model, with the times of faults shaded.
///
/// # Errors
/// A sentence if it cannot be drawn.
pub fn svg(result: &RouteResult, faults: &[FaultWindow], look: Look) -> Result<String, String> {
    let mut out = String::new();
    let area = SVGBackend::with_string(&mut out, (look.width, look.height)).into_drawing_area();
    draw(&area, result, faults, look)
        .map_err(|error| format!("the chart cannot be drawn: {error}"))?;
    drop(area);
    Ok(out)
}

/// One band of the stack: its name, colour, and height at each step.
struct Band<'a> {
    label: &'a str,
    colour: RGBColor,
    calls: Vec<u32>,
}

/// The time axis, in the unit in which its round numbers read well.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Axis {
    unit: &'static str,
    ms: f64,
}

impl Axis {
    fn new(end_ms: u64) -> Self {
        match end_ms {
            0..300_000 => Self {
                unit: "s",
                ms: 1000.0,
            },
            300_000..18_000_000 => Self {
                unit: "min",
                ms: 60_000.0,
            },
            _ => Self {
                unit: "h",
                ms: 3_600_000.0,
            },
        }
    }

    fn of(self, ms: u64) -> f64 {
        ms as f64 / self.ms
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

fn draw(area: &Area<'_>, result: &RouteResult, faults: &[FaultWindow], look: Look) -> Drawn {
    let ink = Ink::new(look.dark);
    area.fill(&ink.background)?;
    let timeline = &result.timeline;
    let bands = bands(timeline, &ink);
    let steps = timeline.failed.len();
    let highest = (0..steps)
        .map(|step| bands.iter().map(|band| height(band, step)).sum::<u32>())
        .max()
        .unwrap_or(0);
    let end = steps as u64 * timeline.step_ms;
    let axis = Axis::new(end);
    let rows = legend_rows(&bands, look.width);
    let (legend, plot) = area.split_vertically(14 + 18 * rows);
    draw_legend(&legend, &bands, look.width, &ink)?;
    let mut chart = ChartBuilder::on(&plot)
        .margin(8)
        .margin_right(24)
        .x_label_area_size(28)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..axis.of(end.max(1)), 0..headroom(highest))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(ink.grid)
        .axis_style(ink.axis)
        .label_style(ink.text(TEXT))
        .y_desc(format!("calls per {}", unit(timeline.step_ms)))
        .x_labels(8)
        .y_labels(5)
        .x_label_formatter(&|value| format!("{value} {}", axis.unit))
        .draw()?;
    let top = headroom(highest);
    for fault in faults {
        let to = fault.to_ms.unwrap_or(end).min(end);
        if fault.from_ms < to {
            let shade = [(axis.of(fault.from_ms), 0), (axis.of(to), top)];
            chart.draw_series([Rectangle::new(shade, ink.shade.filled())])?;
        }
    }
    let mut below = vec![0u32; steps];
    for band in &bands {
        let outline = outline(&below, band, timeline.step_ms);
        let outline: Vec<(f64, u32)> = outline
            .into_iter()
            .map(|(ms, calls)| (axis.of(ms), calls))
            .collect();
        chart.draw_series([Polygon::new(outline, band.colour.filled())])?;
        for (step, floor) in below.iter_mut().enumerate() {
            *floor += height(band, step);
        }
    }
    for (row, fault) in faults.iter().enumerate().take(6) {
        if fault.from_ms < end {
            // Rows keep the names of faults that overlap apart.
            let at = top.saturating_sub(top / 40 + top / 16 * row as u32);
            let name = cut(&format!("{}={}", target(fault), fault.kind));
            let style = ink.text(TEXT).pos(Pos::new(HPos::Left, VPos::Top));
            chart.draw_series([Text::new(
                format!(" {name}"),
                (axis.of(fault.from_ms), at),
                style,
            )])?;
        }
    }
    area.present()
}

/// Returns the bands from the bottom up: models in the route's order, then failed calls.
fn bands<'a>(timeline: &'a Timeline, ink: &Ink) -> Vec<Band<'a>> {
    let mut bands: Vec<Band<'a>> = Vec::new();
    for (place, series) in timeline.series.iter().enumerate() {
        let colour = ink.series.get(place).copied();
        match colour.filter(|_| place < COLOURED) {
            Some(colour) => bands.push(Band {
                label: &series.label,
                colour,
                calls: series.calls.clone(),
            }),
            None => {
                let rest = bands.get_mut(COLOURED);
                match rest {
                    Some(rest) => {
                        for (sum, calls) in rest.calls.iter_mut().zip(&series.calls) {
                            *sum += calls;
                        }
                    }
                    None => bands.push(Band {
                        label: "others",
                        colour: ink.other,
                        calls: series.calls.clone(),
                    }),
                }
            }
        }
    }
    if timeline.failed.iter().any(|calls| *calls > 0) {
        bands.push(Band {
            label: "failed",
            colour: ink.failed,
            calls: timeline.failed.clone(),
        });
    }
    bands
}

fn height(band: &Band<'_>, step: usize) -> u32 {
    band.calls.get(step).copied().unwrap_or(0)
}

/// Returns the outline of a band that stands on `below`: its top in steps, and its floor back.
fn outline(below: &[u32], band: &Band<'_>, step_ms: u64) -> Vec<(u64, u32)> {
    let mut outline = Vec::new();
    for (step, floor) in below.iter().enumerate() {
        let (from, top) = (step as u64 * step_ms, floor + height(band, step));
        outline.push((from, top));
        outline.push((from + step_ms, top));
    }
    for (step, floor) in below.iter().enumerate().rev() {
        let from = step as u64 * step_ms;
        outline.push((from + step_ms, *floor));
        outline.push((from, *floor));
    }
    outline
}

/// Returns the axis' end: above the highest stack, with room for the faults' names.
fn headroom(highest: u32) -> u32 {
    (highest + highest.div_ceil(5)).max(5)
}

fn target(fault: &FaultWindow) -> String {
    match &fault.model {
        Some(model) => format!("{}/{model}", fault.provider),
        None => fault.provider.clone(),
    }
}

fn unit(step_ms: u64) -> String {
    match step_ms {
        60_000 => "minute".to_owned(),
        3_600_000 => "hour".to_owned(),
        1000 => "second".to_owned(),
        other => time(other),
    }
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LABEL_CHARS {
        return label.to_owned();
    }
    let kept: String = label.chars().take(LABEL_CHARS - 1).collect();
    kept + "…"
}

/// Returns about how wide a legend entry is, in pixels: SVG knows no font here.
fn width(label: &str) -> u32 {
    let chars = u32::try_from(label.chars().count()).unwrap_or(0);
    28 + chars.saturating_mul(7)
}

/// Places of the legend's entries: row and left edge.
fn places(bands: &[Band<'_>], wide: u32) -> Vec<(u32, u32)> {
    let (mut row, mut left) = (0, 56);
    let mut places = Vec::new();
    for band in bands {
        let needs = width(&cut(band.label));
        if left > 56 && left + needs > wide.saturating_sub(8) {
            (row, left) = (row + 1, 56);
        }
        places.push((row, left));
        left += needs;
    }
    places
}

fn legend_rows(bands: &[Band<'_>], wide: u32) -> u32 {
    places(bands, wide).last().map_or(0, |(row, _)| row + 1)
}

fn draw_legend(area: &Area<'_>, bands: &[Band<'_>], wide: u32, ink: &Ink) -> Drawn {
    for (band, (row, left)) in bands.iter().zip(places(bands, wide)) {
        let pixel = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
        let (left, top) = (pixel(left), pixel(8 + 18 * row));
        let square = [(left, top + 1), (left + 11, top + 12)];
        area.draw(&Rectangle::new(square, band.colour.filled()))?;
        area.draw(&Text::new(
            cut(band.label),
            (left + 17, top),
            ink.text(TEXT),
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
