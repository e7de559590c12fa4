//! Small charts, byte for byte. `SWITCHBOARD_WRITE_GOLDEN=1` writes them anew.

use crate::make::{USD, bar_chart, level, line_chart};
use std::path::Path;
use switchboard_charts::{bars, lines};

fn assert_golden(name: &str, svg: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/golden")
        .join(name);
    if std::env::var_os("SWITCHBOARD_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, svg).unwrap();
    }
    let expected = std::fs::read_to_string(&path)
        .unwrap()
        .replace("\r\n", "\n");
    assert_eq!(svg, expected, "{name} has changed");
}

#[test]
fn bars_look_as_they_did() {
    let mut chart = bar_chart(&[vec![3 * USD, 5 * USD, 0], vec![2 * USD, USD, 0]]);
    chart.buckets[2].unpriced = 1;
    chart.levels = vec![level(8.0, "daily alert $8")];
    chart.size.width = 320;
    chart.size.height = 160;
    assert_golden("bars.svg", &bars(&chart).unwrap().svg);
}

#[test]
fn lines_look_as_they_did() {
    let mut chart = line_chart(&[
        vec![Some(900.0), Some(1_400.0), None, Some(1_100.0)],
        vec![Some(2_100.0), Some(2_900.0), Some(2_500.0), Some(3_300.0)],
    ]);
    chart.size.width = 320;
    chart.size.height = 160;
    assert_golden("lines.svg", &lines(&chart).unwrap().svg);
}
