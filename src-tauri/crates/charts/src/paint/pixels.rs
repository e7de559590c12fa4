//! A bitmap with smooth edges, written as PNG.

use crate::error::ChartError;
use crate::font;
use crate::ink::{Ink, Theme};
use crate::scene::{FINE, Scene, TEXT};
use ab_glyph_rasterizer::{Point, Rasterizer, point};
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::convert::Infallible;

type Done = Result<(), DrawingErrorKind<Infallible>>;

/// Corners of the polygon that a dot is.
const CORNERS: u32 = 24;

/// Pixels of a picture.
pub(crate) struct Canvas {
    /// In hundredths of a CSS pixel.
    size: (u32, u32),
    /// In pixels.
    width: usize,
    height: usize,
    theme: Theme,
    /// Pixels in a CSS pixel.
    scale: f32,
    rgb: Vec<u8>,
}

impl Canvas {
    /// A canvas in the ground's colour.
    pub(crate) fn new(scene: &Scene, theme: Theme, scale: f32) -> Self {
        let scale = if scale.is_finite() {
            scale.clamp(0.5, 4.0)
        } else {
            1.0
        };
        let width = (scene.width as f32 * scale).round() as usize;
        let height = (scene.height as f32 * scale).round() as usize;
        Self {
            size: (scene.width * FINE as u32, scene.height * FINE as u32),
            width,
            height,
            theme,
            scale,
            rgb: rgb(Ink::Surface, theme).repeat(width * height),
        }
    }

    /// Returns the picture as a PNG file.
    pub(crate) fn png(&self) -> Result<Vec<u8>, ChartError> {
        let mut out = Vec::new();
        let size = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut out, size(self.width), size(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgb)?;
        writer.finish()?;
        Ok(out)
    }

    /// A place in pixels.
    fn place(&self, (x, y): BackendCoord) -> Point {
        let scale = self.scale / FINE as f32;
        point(x as f32 * scale, y as f32 * scale)
    }

    fn dot(&mut self, x: i32, y: i32, colour: [u8; 3], coverage: f32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        if x >= self.width || y >= self.height {
            return;
        }
        let start = (y * self.width + x) * 3;
        let coverage = coverage.clamp(0.0, 1.0);
        for (below, above) in self.rgb.iter_mut().skip(start).take(3).zip(colour) {
            let mixed = f32::from(*below) * (1.0 - coverage) + f32::from(above) * coverage;
            *below = mixed.round() as u8;
        }
    }

    /// Fills a polygon, given in pixels.
    fn fill(&mut self, corners: &[Point], ink: Ink) {
        let edge = |low: fn(f32, f32) -> f32, part: fn(&Point) -> f32, start: f32| {
            corners.iter().map(part).fold(start, low)
        };
        let left = edge(f32::min, |p| p.x, f32::INFINITY).floor().max(0.0);
        let top = edge(f32::min, |p| p.y, f32::INFINITY).floor().max(0.0);
        let right = edge(f32::max, |p| p.x, 0.0).ceil().min(self.width as f32);
        let bottom = edge(f32::max, |p| p.y, 0.0).ceil().min(self.height as f32);
        if right <= left || bottom <= top {
            return;
        }
        let (width, height) = ((right - left) as usize, (bottom - top) as usize);
        let mut raster = Rasterizer::new(width, height);
        let inside = |p: &Point| point(p.x - left, p.y - top);
        for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
            raster.draw_line(inside(from), inside(to));
        }
        let colour = rgb(ink, self.theme);
        raster.for_each_pixel_2d(|x, y, coverage| {
            if coverage > 0.0 {
                self.dot(
                    left as i32 + x as i32,
                    top as i32 + y as i32,
                    colour,
                    coverage,
                );
            }
        });
    }

    /// Draws a line of `width` hundredths of a CSS pixel from one place to another, in pixels.
    fn segment(&mut self, from: Point, to: Point, width: u32, ink: Ink) {
        let half = width as f32 / FINE as f32 * self.scale / 2.0;
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx.hypot(dy);
        if length <= 0.0 {
            return;
        }
        let (sx, sy) = (-dy / length * half, dx / length * half);
        let corners = [
            point(from.x + sx, from.y + sy),
            point(to.x + sx, to.y + sy),
            point(to.x - sx, to.y - sy),
            point(from.x - sx, from.y - sy),
        ];
        self.fill(&corners, ink);
    }

    /// Fills a circle; `radius` is in pixels.
    fn disc(&mut self, centre: Point, radius: f32, ink: Ink) {
        let corners: Vec<Point> = (0..CORNERS)
            .map(|corner| {
                let angle = corner as f32 / CORNERS as f32 * std::f32::consts::TAU;
                point(
                    centre.x + radius * angle.cos(),
                    centre.y + radius * angle.sin(),
                )
            })
            .collect();
        self.fill(&corners, ink);
    }
}

fn rgb(ink: Ink, theme: Theme) -> [u8; 3] {
    let [_, red, green, blue] = ink.code(theme).to_be_bytes();
    [red, green, blue]
}

/// Corners of a rectangle whose corners are arcs around those of an inner one.
fn rounded(
    (left, top, right, bottom): (i32, i32, i32, i32),
    radius: i32,
) -> impl Iterator<Item = BackendCoord> {
    let arcs = [(left, top), (right, top), (right, bottom), (left, bottom)];
    (0u8..).zip(arcs).flat_map(move |(quarter, (x, y))| {
        (0u8..=3).map(move |part| {
            // From the left, clockwise: the first arc goes from the left edge to the top.
            let turn = 0.5 + f32::from(quarter) * 0.25 + f32::from(part) / 12.0;
            let angle = turn * std::f32::consts::TAU;
            let (dx, dy) = (angle.cos() * radius as f32, angle.sin() * radius as f32);
            (x + dx.round() as i32, y + dy.round() as i32)
        })
    })
}

/// A surface that draws on a canvas.
pub(crate) struct Pixels<'a>(pub(crate) &'a mut Canvas);

impl DrawingBackend for Pixels<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.0.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Done {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &colour, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Done {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        let ink = Ink::of(style.color().rgb);
        if let Some(round) = super::corner(ink, right - left, bottom - top).filter(|_| fill) {
            let inner = (left + round, top + round, right - round, bottom - round);
            self.fill_polygon(rounded(inner, round), style)
        } else if fill {
            self.fill_polygon(corners, style)
        } else {
            self.draw_path(corners.into_iter().chain([(left, top)]), style)
        }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Done {
        let (ink, width) = (Ink::of(style.color().rgb), style.stroke_width());
        let mut last: Option<(Point, bool)> = None;
        for next in points {
            let next = self.0.place(next);
            if let Some((from, joined)) = last {
                // Thick lines are round where they bend.
                if joined && width > FINE as u32 {
                    let half = width as f32 / FINE as f32 * self.0.scale / 2.0;
                    self.0.disc(from, half, ink);
                }
                self.0.segment(from, next, width, ink);
            }
            last = Some((next, last.is_some()));
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Done {
        let corners: Vec<Point> = points.into_iter().map(|at| self.0.place(at)).collect();
        self.0.fill(&corners, Ink::of(style.color().rgb));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Done {
        let radius = radius as f32 / FINE as f32 * self.0.scale;
        let centre = self.0.place(centre);
        self.0.disc(centre, radius, Ink::of(style.color().rgb));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done {
        let size = TEXT * self.0.scale;
        let width = font::width(text, size);
        let at = self.0.place(at);
        let x = match style.anchor().h_pos {
            HPos::Left => at.x,
            HPos::Right => at.x - width,
            HPos::Center => at.x - width / 2.0,
        };
        let baseline = (at.y + size * font::CAPITALS / 2.0).round();
        let colour = rgb(Ink::of(style.color().rgb), self.0.theme);
        font::pixels(text, size, (x, baseline), |x, y, coverage| {
            self.0.dot(x, y, colour, coverage);
        });
        Ok(())
    }
}
