//! Title and legend of a chart that goes to a file; on the page they are text of the page.

use super::{Anchor, FINE, Shape, TEXT, fine};
use crate::font;
use crate::ink::{Colour, Ink};
use crate::sidecar::ReadSeries;

/// Height of the title and of each row of the legend, in CSS pixels.
const TITLE: u32 = 24;
const ROW: u32 = 18;

/// The widest entry of the legend, in CSS pixels.
const WIDEST: f32 = 220.0;

/// Draws title and legend; returns their height in CSS pixels.
pub(super) fn draw(shapes: &mut Vec<Shape>, title: &str, series: &[ReadSeries], width: u32) -> u32 {
    let edge = 12.0;
    let right = width as f32 - edge;
    shapes.push(Shape::Text {
        ink: Ink::Text,
        text: font::fit(title, TEXT, right - edge),
        at: (fine(f64::from(edge)), 16 * FINE),
        anchor: Anchor::Start,
    });
    let (mut x, mut row) = (edge, 0);
    for one in series {
        let text = font::fit(&one.label, TEXT, WIDEST.min(right - edge - 22.0));
        let needs = 16.0 + font::width(&text, TEXT);
        if x > edge && x + needs > right {
            (x, row) = (edge, row + 1);
        }
        let middle = (TITLE + row * ROW + ROW / 2) as i32 * FINE;
        let left = fine(f64::from(x));
        let ink = colour(&one.colour).ink();
        if one.dashed {
            shapes.push(Shape::Stroke {
                ink,
                width: 2 * FINE as u32,
                points: vec![(left, middle), (left + 10 * FINE, middle)],
                dashed: true,
            });
        } else {
            shapes.push(Shape::Area {
                ink,
                from: (left, middle - 5 * FINE),
                to: (left + 10 * FINE, middle + 5 * FINE),
            });
        }
        shapes.push(Shape::Text {
            ink: Ink::Text2,
            text,
            at: (left + 16 * FINE, middle),
            anchor: Anchor::Start,
        });
        x += needs + 14.0;
    }
    TITLE
        + if series.is_empty() {
            0
        } else {
            (row + 1) * ROW
        }
        + 6
}

fn colour(token: &str) -> Colour {
    token
        .strip_prefix("series-")
        .and_then(|number| number.parse().ok())
        .map_or(Colour::Other, Colour::Series)
}
