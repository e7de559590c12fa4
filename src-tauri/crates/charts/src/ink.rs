//! Colours by name: the interface's tokens, and what they are in each theme (`ui/src/tokens.css`).

use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A theme whose colours a file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ChartTheme")]
pub enum Theme {
    Light,
    Dark,
}

/// A series' colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colour {
    /// 1 to 6; anything else is drawn as [`Colour::Other`].
    Series(u8),
    Other,
}

impl Colour {
    /// Returns the name of the interface's token, without `--`: `series-1`, `series-other`.
    pub fn token(self) -> &'static str {
        self.ink().name()
    }

    pub(crate) fn ink(self) -> Ink {
        match self {
            Self::Series(1) => Ink::Series1,
            Self::Series(2) => Ink::Series2,
            Self::Series(3) => Ink::Series3,
            Self::Series(4) => Ink::Series4,
            Self::Series(5) => Ink::Series5,
            Self::Series(6) => Ink::Series6,
            Self::Series(_) | Self::Other => Ink::SeriesOther,
        }
    }
}

/// Everything a chart is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Surface,
    Border,
    Text,
    Text2,
    Text3,
    Warning,
    Series1,
    Series2,
    Series3,
    Series4,
    Series5,
    Series6,
    SeriesOther,
}

const ALL: [Ink; 13] = [
    Ink::Surface,
    Ink::Border,
    Ink::Text,
    Ink::Text2,
    Ink::Text3,
    Ink::Warning,
    Ink::Series1,
    Ink::Series2,
    Ink::Series3,
    Ink::Series4,
    Ink::Series5,
    Ink::Series6,
    Ink::SeriesOther,
];

impl Ink {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Surface => "surface",
            Self::Border => "border",
            Self::Text => "text",
            Self::Text2 => "text-2",
            Self::Text3 => "text-3",
            Self::Warning => "warning",
            Self::Series1 => "series-1",
            Self::Series2 => "series-2",
            Self::Series3 => "series-3",
            Self::Series4 => "series-4",
            Self::Series5 => "series-5",
            Self::Series6 => "series-6",
            Self::SeriesOther => "series-other",
        }
    }

    pub(crate) fn is_series(self) -> bool {
        self.name().starts_with("series-")
    }

    /// The colour in a theme, as 0xRRGGBB.
    pub(crate) fn code(self, theme: Theme) -> u32 {
        let (light, dark) = match self {
            Self::Surface => (0xf7_f8fa, 0x15_181e),
            Self::Border => (0xe1_e4ea, 0x2a_2f3a),
            Self::Text => (0x1a_1d23, 0xe6_e8ec),
            Self::Text2 => (0x4b_5260, 0xa9_b0bd),
            Self::Text3 => (0x62_6a79, 0x8b_93a2),
            Self::Warning => (0x9a_5b00, 0xfb_bf24),
            Self::Series1 => (0x45_26e6, 0x92_92f4),
            Self::Series2 => (0x02_89b4, 0x1a_d1ef),
            Self::Series3 => (0xa5_441a, 0xf1_8628),
            Self::Series4 => (0xd2_1769, 0xf5_7ac5),
            Self::Series5 => (0x2e_9848, 0x77_eba1),
            Self::Series6 => (0xb2_8a0f, 0xfa_e369),
            Self::SeriesOther => (0x8a_909d, 0x7c_8494),
        };
        match theme {
            Theme::Light => light,
            Theme::Dark => dark,
        }
    }

    /// The colour that stands for this one on its way through the drawing library.
    pub(crate) fn sentinel(self) -> RGBColor {
        let place = ALL.iter().position(|ink| *ink == self).unwrap_or(0);
        RGBColor(0, 0, u8::try_from(place).unwrap_or(0))
    }

    /// What a colour that came through the drawing library stands for.
    pub(crate) fn of((_, _, place): (u8, u8, u8)) -> Self {
        ALL.get(usize::from(place)).copied().unwrap_or(Self::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colours_are_those_of_the_interface() {
        let css = include_str!("../../../../ui/src/tokens.css");
        for ink in ALL {
            let (light, dark) = (ink.code(Theme::Light), ink.code(Theme::Dark));
            let line = format!("--{}: light-dark(#{light:06x}, #{dark:06x});", ink.name());
            assert!(css.contains(&line), "tokens.css has no {line}");
            let RGBColor(r, g, b) = ink.sentinel();
            assert_eq!(Ink::of((r, g, b)), ink);
        }
    }
}
