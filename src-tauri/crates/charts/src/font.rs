//! The bundled font: how wide a text is, and its outlines for bitmaps.

use ab_glyph::{Font as _, FontRef, Glyph, ScaleFont as _};
use std::sync::LazyLock;

/// Inter Regular, cut to the letters charts use; the page shows the same family.
static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(include_bytes!("../font/Inter-Regular.otf")).ok());

/// Height of capitals and digits, of the text's size.
pub(crate) const CAPITALS: f32 = 0.727;

/// Width of a letter the font does not have, of the text's size: about that of a CJK sign.
const UNKNOWN: f32 = 1.0;

/// Width of the widest digit, of the text's size.
static DIGIT: LazyLock<f32> = LazyLock::new(|| {
    ('0'..='9')
        .map(|digit| own_advance(digit, 1.0))
        .fold(0.0, f32::max)
});

/// Returns how wide `text` is at `size` pixels to the em, in pixels.
pub(crate) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(|letter| advance(letter, size)).sum()
}

/// Returns a letter's width. Digits are all as wide as the widest: the page writes them so, in columns.
fn advance(letter: char, size: f32) -> f32 {
    if letter.is_ascii_digit() {
        return *DIGIT * size;
    }
    own_advance(letter, size)
}

/// Returns a letter's width as the font has it.
fn own_advance(letter: char, size: f32) -> f32 {
    let Some(font) = FONT.as_ref() else {
        return size * UNKNOWN;
    };
    let glyph = font.glyph_id(letter);
    if glyph.0 == 0 {
        return size * UNKNOWN;
    }
    font.as_scaled(em(font, size)).h_advance(glyph)
}

/// The font library counts the height of a line as one, not the em.
fn em(font: &FontRef<'_>, size: f32) -> f32 {
    font.units_per_em()
        .map_or(size, |units| size * font.height_unscaled() / units)
}

/// Shortens `text` at its end until it is at most `most` pixels wide.
pub(crate) fn fit(text: &str, size: f32, most: f32) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let room = most - width("…", size);
    let mut used = 0.0;
    let kept: String = text
        .chars()
        .take_while(|letter| {
            used += advance(*letter, size);
            used <= room
        })
        .collect();
    kept + "…"
}

/// Calls `dot` with the place and coverage (0 to 1) of every pixel of `text`, written from `x` on the line `y`.
pub(crate) fn pixels(
    text: &str,
    size: f32,
    (mut x, y): (f32, f32),
    mut dot: impl FnMut(i32, i32, f32),
) {
    let Some(font) = FONT.as_ref() else { return };
    for letter in text.chars() {
        let cell = advance(letter, size);
        let glyph = Glyph {
            id: font.glyph_id(letter),
            scale: em(font, size).into(),
            // A narrow digit stands in the middle of its place.
            position: ab_glyph::point(x + (cell - own_advance(letter, size)) / 2.0, y),
        };
        x += cell;
        if let Some(outline) = font.outline_glyph(glyph) {
            let bounds = outline.px_bounds();
            outline.draw(|left, top, coverage| {
                let (left, top) = (left as i32, top as i32);
                dot(
                    bounds.min.x as i32 + left,
                    bounds.min.y as i32 + top,
                    coverage,
                );
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        // Inter's digits are about 0.6 em wide, `i` about a quarter.
        assert!(
            (width("0", 100.0) - 62.0).abs() < 4.0,
            "{}",
            width("0", 100.0)
        );
        assert_eq!(width("1111", 11.0), width("0000", 11.0));
        assert!(width("iiii", 11.0) < width("mmmm", 11.0) / 2.0);
        assert_eq!(width("模", 10.0), 10.0);
        assert_eq!(width("", 10.0), 0.0);
    }

    #[test]
    fn a_text_is_shortened_to_its_room() {
        let short = fit("a very long name of a model", 11.0, 60.0);
        assert!(
            short.ends_with('…') && width(&short, 11.0) <= 60.0,
            "{short}"
        );
        assert_eq!(fit("short", 11.0, 60.0), "short");
    }
}
