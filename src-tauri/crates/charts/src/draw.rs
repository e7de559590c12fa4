//! Hands a laid-out chart to the drawing library.

use crate::error::ChartError;
use crate::scene::{Anchor, FINE, Scene, Shape, TEXT};
use plotters::element::DashedPathElement;
use plotters::prelude::{
    Circle, DrawingBackend, IntoDrawingArea, IntoFont, PathElement, Rectangle, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, ShapeStyle, TextStyle};

/// Dashes of a line and the room between them, in hundredths of a CSS pixel.
const DASH: (u32, u32) = (500, 400);

/// Draws `scene` on `surface`.
pub(crate) fn draw<S: DrawingBackend>(surface: S, scene: &Scene) -> Result<(), ChartError> {
    let area = surface.into_drawing_area();
    let failed = |error: &dyn std::fmt::Display| ChartError::Draw(error.to_string());
    for shape in &scene.shapes {
        let drawn = match shape {
            Shape::Area { ink, from, to } => {
                area.draw(&Rectangle::new([*from, *to], ink.sentinel().filled()))
            }
            Shape::Stroke {
                ink,
                width,
                points,
                dashed,
            } => {
                let style: ShapeStyle = ink.sentinel().stroke_width(*width);
                if *dashed {
                    let points = points.iter().copied();
                    area.draw(&DashedPathElement::new(points, DASH.0, DASH.1, style))
                } else {
                    area.draw(&PathElement::new(points.clone(), style))
                }
            }
            Shape::Dot { ink, at, radius } => {
                area.draw(&Circle::new(*at, *radius, ink.sentinel().filled()))
            }
            Shape::Text {
                ink,
                text,
                at,
                anchor,
            } => {
                let side = match anchor {
                    Anchor::Start => HPos::Left,
                    Anchor::End => HPos::Right,
                };
                let size = f64::from(TEXT) * f64::from(FINE);
                let style: TextStyle<'_> = ("Inter", size).into_font().color(&ink.sentinel());
                let style = style.pos(Pos::new(side, VPos::Center));
                area.draw(&Text::new(text.as_str(), *at, style))
            }
        };
        drawn.map_err(|error| failed(&error))?;
    }
    area.present().map_err(|error| failed(&error))
}
