//! Reads a drawn chart back: its texts with where they stand.

/// A text of a chart. Widths are rough, from above: the font's widest digits and letters.
#[derive(Debug)]
pub(crate) struct Written {
    #[expect(dead_code, reason = "shown when a test fails")]
    pub(crate) text: String,
    /// It ends at `right`, whatever its width.
    pub(crate) ends: bool,
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) baseline: f64,
}

/// Returns the texts of an SVG of this crate.
pub(crate) fn texts(svg: &str) -> Vec<Written> {
    svg.lines()
        .filter(|line| line.starts_with("<text"))
        .map(|line| {
            let attribute = |name: &str| {
                let start = line.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
                let value = &line[start..];
                value[..value.find('"').unwrap()].parse::<f64>().unwrap()
            };
            let text = line[line.find('>').unwrap() + 1..line.rfind("</text>").unwrap()].to_owned();
            let (x, width) = (attribute("x"), text.chars().count() as f64 * 6.6);
            let end = line.contains("text-anchor=\"end\"");
            Written {
                left: if end { x - width } else { x },
                right: if end { x } else { x + width },
                baseline: attribute("y"),
                ends: end,
                text,
            }
        })
        .collect()
}

/// Fails if two texts on (nearly) the same line touch, or one leaves the picture.
pub(crate) fn assert_apart(svg: &str, height: f64) {
    let all = texts(svg);
    for (place, one) in all.iter().enumerate() {
        assert!(one.baseline > 4.0 && one.baseline < height, "{one:?}");
        for other in &all[place + 1..] {
            let beside = one.right <= other.left || other.right <= one.left;
            let below = (one.baseline - other.baseline).abs() >= 10.0;
            assert!(beside || below, "{one:?} touches {other:?}");
        }
    }
}

/// Fails if a picture could not stand in a page whose policy forbids inline styles.
pub(crate) fn assert_plain(svg: &str) {
    for forbidden in [
        "style", "<script", "href", "onload", "url(", " width=", " height=", "NaN", "inf",
    ] {
        assert!(!svg.contains(forbidden), "{forbidden} in {svg}");
    }
    for needed in [
        "<svg xmlns=",
        "viewBox=\"0 0 ",
        "role=\"img\"",
        "<title>",
        "<desc>",
        "</svg>",
    ] {
        assert!(svg.contains(needed), "no {needed} in {svg}");
    }
}
