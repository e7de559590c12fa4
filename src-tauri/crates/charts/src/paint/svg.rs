//! An SVG document without styles, scripts or sizes: presentation attributes only.

use crate::font;
use crate::ink::{Ink, Theme};
use crate::scene::{FINE, Scene, TEXT};
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::convert::Infallible;
use std::fmt::Write as _;

type Done = Result<(), DrawingErrorKind<Infallible>>;

/// What colours are written as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Colours {
    /// `var(--series-1)`: whatever the page's theme is.
    OfThePage,
    /// `#4526e6`, on a ground of its own: for a file.
    Of(Theme),
}

/// Shapes of one look are one element: a bar chart of a year is seven paths, not thousands of rectangles.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Look {
    Filled(Ink),
    Stroked(Ink, u32),
}

/// A surface that writes SVG.
pub(crate) struct Svg<'a> {
    out: &'a mut String,
    size: (u32, u32),
    colours: Colours,
    /// The path that is being written.
    open: Option<(Look, String)>,
}

impl<'a> Svg<'a> {
    pub(crate) fn new(out: &'a mut String, scene: &Scene, colours: Colours) -> Self {
        let (width, height) = (scene.width, scene.height);
        let mut svg = Self {
            out,
            size: (width * FINE as u32, height * FINE as u32),
            colours,
            open: None,
        };
        svg.write(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\""
        ));
        // The page has the font already, and sets the size.
        if let Colours::Of(_) = colours {
            svg.write(format_args!(
                " width=\"{width}\" height=\"{height}\" font-family=\"Inter, system-ui, sans-serif\""
            ));
        }
        svg.write(format_args!(" font-size=\"{TEXT}\"><title>"));
        escape(svg.out, &scene.title);
        svg.out.push_str("</title><desc>");
        escape(svg.out, &scene.desc);
        svg.out.push_str("</desc>");
        if let Colours::Of(_) = colours {
            let ground = svg.colour(Ink::Surface);
            svg.write(format_args!(
                "<rect width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>"
            ));
        }
        svg.out.push('\n');
        svg
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn colour(&self, ink: Ink) -> String {
        match self.colours {
            Colours::OfThePage => format!("var(--{})", ink.name()),
            Colours::Of(theme) => format!("#{:06x}", ink.code(theme)),
        }
    }

    /// Returns the path that has this look, begun if it is not the one that is open.
    fn path(&mut self, look: Look) -> &mut String {
        if self.open.as_ref().is_none_or(|(open, _)| *open != look) {
            self.close();
        }
        &mut self.open.get_or_insert_with(|| (look, String::new())).1
    }

    fn close(&mut self) {
        let Some((look, path)) = self.open.take() else {
            return;
        };
        match look {
            Look::Filled(ink) => {
                let fill = self.colour(ink);
                self.write(format_args!("<path fill=\"{fill}\" d=\"{path}\"/>\n"));
            }
            Look::Stroked(ink, width) => {
                let stroke = self.colour(ink);
                let width = Fine(i32::try_from(width).unwrap_or(FINE));
                self.write(format_args!(
                    "<path fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" d=\"{path}\"/>\n"
                ));
            }
        }
    }
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        self.close();
        self.out.push_str("</svg>\n");
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Done {
        self.draw_rect((x, y), (x + 1, y + 1), &colour, true)
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
        let ink = Ink::of(style.color().rgb);
        let look = if fill {
            Look::Filled(ink)
        } else {
            Look::Stroked(ink, style.stroke_width())
        };
        let (width, height) = (right - left, bottom - top);
        let round = super::corner(ink, width, height).filter(|_| fill);
        let path = self.path(look);
        let (w, h) = (Fine(width), Fine(height));
        let _ = match round {
            None => write!(path, "M{} {}h{w}v{h}h-{w}z", Fine(left), Fine(top)),
            Some(round) => {
                let (x, y, r) = (Fine(left + round), Fine(top), Fine(round));
                let (w, h) = (Fine(width - 2 * round), Fine(height - 2 * round));
                write!(
                    path,
                    "M{x} {y}h{w}a{r} {r} 0 0 1 {r} {r}v{h}a{r} {r} 0 0 1-{r} {r}h-{w}a{r} {r} 0 0 1-{r}-{r}v-{h}a{r} {r} 0 0 1 {r}-{r}z"
                )
            }
        };
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Done {
        let path = self.path(Look::Stroked(
            Ink::of(style.color().rgb),
            style.stroke_width(),
        ));
        for (place, (x, y)) in points.into_iter().enumerate() {
            let step = if place == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{step}{} {}", Fine(x), Fine(y));
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Done {
        let path = self.path(Look::Filled(Ink::of(style.color().rgb)));
        for (place, (x, y)) in points.into_iter().enumerate() {
            let step = if place == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{step}{} {}", Fine(x), Fine(y));
        }
        path.push('z');
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Done {
        self.close();
        let fill = self.colour(Ink::of(style.color().rgb));
        let (x, y, radius) = (
            Fine(x),
            Fine(y),
            Fine(i32::try_from(radius).unwrap_or(FINE)),
        );
        self.write(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\"/>\n"
        ));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Done {
        self.close();
        let fill = self.colour(Ink::of(style.color().rgb));
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Right => " text-anchor=\"end\"",
            HPos::Center => " text-anchor=\"middle\"",
        };
        let baseline = y + (TEXT * font::CAPITALS / 2.0 * FINE as f32).round() as i32;
        let (x, y) = (Fine(x), Fine(baseline));
        self.write(format_args!(
            "<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\"{anchor}>"
        ));
        escape(self.out, text);
        self.out.push_str("</text>\n");
        Ok(())
    }
}

/// Hundredths, written as pixels.
struct Fine(i32);

impl std::fmt::Display for Fine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (
            self.0.unsigned_abs() / FINE as u32,
            self.0.unsigned_abs() % FINE as u32,
        );
        match rest {
            0 => write!(f, "{sign}{whole}"),
            tenths if tenths % 10 == 0 => write!(f, "{sign}{whole}.{}", tenths / 10),
            _ => write!(f, "{sign}{whole}.{rest:02}"),
        }
    }
}

/// Appends text as XML: what XML cannot hold is left out.
fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            control if (control as u32) < 0x20 || matches!(control, '\u{fffe}' | '\u{ffff}') => {}
            other => out.push(other),
        }
    }
}
