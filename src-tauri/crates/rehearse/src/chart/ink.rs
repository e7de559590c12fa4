//! Colours of a chart, those of the window's pages: told apart with any colour vision, light and dark.

use plotters::prelude::*;

/// What a chart is drawn with.
pub(super) struct Ink {
    pub(super) background: RGBColor,
    pub(super) text: RGBColor,
    pub(super) grid: RGBColor,
    pub(super) axis: RGBColor,
    /// Opaque, so that every program that shows SVG shows it alike.
    pub(super) shade: RGBColor,
    /// By place in the route.
    pub(super) series: [RGBColor; 6],
    pub(super) other: RGBColor,
    pub(super) failed: RGBColor,
}

const fn rgb(code: u32) -> RGBColor {
    RGBColor((code >> 16) as u8, (code >> 8) as u8, code as u8)
}

impl Ink {
    pub(super) fn new(dark: bool) -> Self {
        if dark {
            return Self {
                background: rgb(0x0f_1115),
                text: rgb(0xa9_b0bd),
                grid: rgb(0x2a_2f3a),
                axis: rgb(0x6f_7789),
                shade: rgb(0x3d_1d26),
                series: [
                    rgb(0x92_92f4),
                    rgb(0x1a_d1ef),
                    rgb(0xf1_8628),
                    rgb(0xf5_7ac5),
                    rgb(0x77_eba1),
                    rgb(0xfa_e369),
                ],
                other: rgb(0x7c_8494),
                failed: rgb(0xfb_7185),
            };
        }
        Self {
            background: rgb(0xff_ffff),
            text: rgb(0x4b_5260),
            grid: rgb(0xe1_e4ea),
            axis: rgb(0x7f_8696),
            shade: rgb(0xfa_e6e7),
            series: [
                rgb(0x45_26e6),
                rgb(0x02_89b4),
                rgb(0xa5_441a),
                rgb(0xd2_1769),
                rgb(0x2e_9848),
                rgb(0xb2_8a0f),
            ],
            other: rgb(0x8a_909d),
            failed: rgb(0xc0_262d),
        }
    }

    pub(super) fn text(&self, size: u32) -> TextStyle<'_> {
        ("sans-serif", size).into_font().color(&self.text)
    }
}
