//! What a chart is drawn on.

use crate::ink::Ink;
use crate::scene::FINE;

pub(crate) mod pixels;
pub(crate) mod svg;

/// Radius of the corners of a bar, in hundredths of a CSS pixel; `None`: it is not a bar, or too small for any.
fn corner(ink: Ink, width: i32, height: i32) -> Option<i32> {
    (ink.is_series() && width >= 8 * FINE && height >= 6 * FINE).then_some(FINE * 3 / 2)
}
