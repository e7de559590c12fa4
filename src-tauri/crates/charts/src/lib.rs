//! Charts of spend, latency and errors: rows in; SVG, PNG and a description of every bar out.
//!
//! Drawn by `plotters` on two surfaces of this crate. The SVG names the interface's colours
//! (`fill="var(--series-1)"`), so that one document follows the theme; a document for a file and a PNG
//! have the colours of one theme. The same input gives the same bytes.

mod axis;
mod draw;
mod error;
mod font;
mod ink;
mod labels;
mod model;
mod paint;
mod scene;
mod sidecar;
mod unit;

pub use error::ChartError;
pub use ink::{Colour, Theme};
pub use model::{BarChart, BarSeries, Bucket, Chart, Level, LineChart, LineSeries, Size};
pub use sidecar::{ReadBar, ReadBucket, ReadSeries, Sidecar};
pub use unit::Unit;

use paint::pixels::Pixels;
use paint::svg::{Colours, Svg};
use scene::Scene;

/// A chart for the page: the picture, and what its parts stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// An SVG element with `viewBox` only, in the colours of the page's theme.
    pub svg: String,
    pub sidecar: Sidecar,
}

/// Draws stacked bars for the page.
///
/// # Errors
/// [`ChartError`] if the drawing library reports one.
pub fn bars(chart: &BarChart) -> Result<Drawn, ChartError> {
    page(Scene::of_bars(chart, false))
}

/// Draws lines for the page.
///
/// # Errors
/// As [`bars`].
pub fn lines(chart: &LineChart) -> Result<Drawn, ChartError> {
    page(Scene::of_lines(chart, false))
}

/// Draws a chart as an SVG document for a file, in the colours of `theme`, with title and legend.
///
/// # Errors
/// As [`bars`].
pub fn document(chart: &Chart, theme: Theme) -> Result<String, ChartError> {
    let scene = Scene::of(chart, true);
    let mut out = String::new();
    draw::draw(Svg::new(&mut out, &scene, Colours::Of(theme)), &scene)?;
    Ok(out)
}

/// Draws a chart as PNG for a file, with title and legend. `scale` is in pixels of the picture per
/// pixel of [`Size`], held to 0.5–4.
///
/// # Errors
/// As [`bars`], or if the picture cannot be encoded.
pub fn png(chart: &Chart, theme: Theme, scale: f32) -> Result<Vec<u8>, ChartError> {
    let scene = Scene::of(chart, true);
    let mut pixels = paint::pixels::Canvas::new(&scene, theme, scale);
    draw::draw(Pixels(&mut pixels), &scene)?;
    pixels.png()
}

fn page(scene: Scene) -> Result<Drawn, ChartError> {
    let mut svg = String::new();
    draw::draw(Svg::new(&mut svg, &scene, Colours::OfThePage), &scene)?;
    Ok(Drawn {
        svg,
        sidecar: scene.sidecar,
    })
}
