//! Charts for files: documents and bitmaps.

use crate::make::{USD, bar_chart, line_chart};
use switchboard_charts::{Chart, Theme, document, png};

fn chart() -> Chart {
    let mut chart = bar_chart(&[vec![3 * USD, 5 * USD], vec![2 * USD, USD]]);
    chart.buckets[1].unpriced = 3;
    Chart::Bars(chart)
}

fn pixels(file: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgb).unwrap();
    (info.width, info.height, rgb)
}

#[test]
fn a_document_stands_alone_in_the_colours_of_its_theme() {
    let light = document(&chart(), Theme::Light).unwrap();
    assert!(!light.contains("var("), "{light}");
    for text in [
        "#4526e6",
        "#f7f8fa",
        ">Spend per day<",
        ">model-1<",
        ">model-2<",
        " width=\"960\"",
    ] {
        assert!(light.contains(text), "no {text} in {light}");
    }
    let dark = document(&chart(), Theme::Dark).unwrap();
    assert!(dark.contains("#9292f4") && dark.contains("#15181e"));
}

#[test]
fn a_bitmap_has_the_size_asked_for_and_the_colours_of_its_theme() {
    for (theme, ground, series) in [
        (Theme::Light, [0xf7, 0xf8, 0xfa], [0x45, 0x26, 0xe6]),
        (Theme::Dark, [0x15, 0x18, 0x1e], [0x92, 0x92, 0xf4]),
    ] {
        let (width, height, rgb) = pixels(&png(&chart(), theme, 2.0).unwrap());
        assert_eq!(width, 1920);
        assert!(
            height > 480,
            "the title and the legend have room of their own: {height}"
        );
        assert_eq!(rgb[..3], ground);
        let of_series = rgb.chunks_exact(3).filter(|pixel| *pixel == series).count();
        assert!(of_series > 10_000, "{of_series} pixels of the first series");
    }
}

#[test]
fn a_bitmap_s_scale_is_held_to_what_can_be_drawn() {
    let chart = Chart::Lines(line_chart(&[vec![
        Some(900.0),
        None,
        Some(1_200.0),
        Some(700.0),
    ]]));
    assert_eq!(pixels(&png(&chart, Theme::Dark, 0.0).unwrap()).0, 480);
    assert_eq!(pixels(&png(&chart, Theme::Dark, f32::NAN).unwrap()).0, 960);
    assert_eq!(pixels(&png(&chart, Theme::Dark, 99.0).unwrap()).0, 3840);
}

#[test]
fn the_same_chart_is_the_same_file() {
    assert_eq!(
        png(&chart(), Theme::Light, 1.5).unwrap(),
        png(&chart(), Theme::Light, 1.5).unwrap()
    );
}
