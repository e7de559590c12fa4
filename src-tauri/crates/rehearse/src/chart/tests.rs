use super::*;
use crate::fault::Fault;
use crate::report::Series;

fn result(series: &[(&str, &[u32])], failed: &[u32]) -> RouteResult {
    let empty = serde_json::json!({
        "route": "r", "targets": [], "calls": 0, "answered": 0, "first_try": 0, "rescued_by_retry": 0,
        "rescued_by_fallback": 0, "rescued_by_continuation": 0, "fallback_text": 0, "failed": 0,
        "failures": [], "cost": {"total": 0, "wasted": 0, "unpriced_calls": 0},
        "attempts": {"total": 0, "per_call": 0.0, "histogram": []}, "providers": [], "breakers": [],
        "timeline": {"step_ms": 60000, "series": [], "failed": []}, "ended_ms": 0,
    });
    let mut result: RouteResult = serde_json::from_value(empty).unwrap();
    result.timeline.series = series
        .iter()
        .map(|(label, calls)| Series {
            label: (*label).to_owned(),
            calls: calls.to_vec(),
        })
        .collect();
    result.timeline.failed = failed.to_vec();
    result
}

const LOOK: Look = Look {
    dark: false,
    width: 900,
    height: 300,
};

#[test]
fn a_chart_names_every_model_and_shades_every_fault() {
    let result = result(&[("a/one", &[3, 0, 4]), ("b/two", &[0, 3, 0])], &[0, 1, 0]);
    let faults = [Fault::parse("a=outage:1m@1m").unwrap().window()];
    let light = svg(&result, &faults, LOOK).unwrap();
    for text in ["a/one", "b/two", "failed", "a=outage", "calls per minute"] {
        assert!(light.contains(text), "{text}");
    }
    assert!(light.starts_with("<svg") && light.trim_end().ends_with("</svg>"));
    assert!(light.contains("#4526E6") && light.contains("#C0262D"));
    let dark = svg(&result, &faults, Look { dark: true, ..LOOK }).unwrap();
    assert!(dark.contains("#9292F4") && !dark.contains("#4526E6"));
}

#[test]
fn the_heights_of_a_stack_are_the_numbers_of_calls() {
    let band = Band {
        label: "a",
        colour: BLACK,
        calls: vec![3, 5],
    };
    let outline = outline(&[1, 2], &band, 10);
    assert_eq!(
        outline,
        [
            (0, 4),
            (10, 4),
            (10, 7),
            (20, 7),
            (20, 2),
            (10, 2),
            (10, 1),
            (0, 1)
        ]
    );
}

#[test]
fn the_seventh_model_and_those_after_it_share_a_band() {
    let labels: Vec<String> = (0..9).map(|n| format!("p/{n}")).collect();
    let series: Vec<(&str, &[u32])> = labels
        .iter()
        .map(|label| (label.as_str(), &[2][..]))
        .collect();
    let result = result(&series, &[0]);
    let ink = Ink::new(false);
    let bands = bands(&result.timeline, &ink);
    assert_eq!(bands.len(), 7);
    assert_eq!((bands[6].label, bands[6].calls[0]), ("others", 6));
}

#[test]
fn names_cannot_write_markup() {
    let result = result(&[("<script>alert(1)</script>", &[1])], &[0]);
    let faults = [Fault::parse("a/<b>=auth").unwrap().window()];
    let chart = svg(&result, &faults, LOOK).unwrap();
    assert!(
        !chart.contains("<script") && !chart.contains("<b>"),
        "{chart}"
    );
}

#[test]
fn a_rehearsal_without_calls_is_drawn_too() {
    svg(&result(&[], &[]), &[], LOOK).unwrap();
}
