use super::*;

fn series(key: &str, other: bool, spend: &[i64]) -> SpendSeries {
    SpendSeries {
        key: key.to_owned(),
        label: key.to_owned(),
        other,
        values: spend
            .iter()
            .map(|usd| SpendPoint {
                spend: PicoUsd(usd * 1_000_000_000_000),
                calls: 4,
                failed: 1,
                latency_p50_ms: Some(900),
                latency_p95_ms: Some(2_400),
                ..SpendPoint::default()
            })
            .collect(),
    }
}

fn report(series: Vec<SpendSeries>, days: usize) -> SpendReport {
    let nothing = serde_json::json!({
        "from": "2026-11-01T00:00:00.000Z", "to": "2026-11-03T00:00:00.000Z", "zone": "Europe/Berlin",
        "unit": "day", "buckets": [], "series": [], "rows": [], "rows_left_out": 0, "projects": [],
        "simulated_calls": 0, "totals": SpendRow::default(),
        "tiles": {
            "spend": 0, "calls": 0, "failed": 0, "unpriced": 0, "estimated_share": 0.0, "input_tokens": 0,
            "cached_tokens": 0, "output_tokens": 0, "rescued": SpendRescued::default(),
            "previous": {"from": "", "to": "", "label": "", "spend": 0, "calls": 0, "failed": 0, "rescued": 0},
        },
    });
    let mut report: SpendReport = serde_json::from_value(nothing).unwrap();
    report.buckets = (1..=days)
        .map(|day| SpendBucket {
            from: format!("2026-11-{day:02}T00:00:00.000Z"),
            to: format!("2026-11-{:02}T00:00:00.000Z", day + 1),
            label: format!("{day} Nov"),
            partial: day == days,
        })
        .collect();
    report.series = series;
    report
}

fn sidecar(report: &SpendReport, view: SpendView) -> Sidecar {
    serde_json::from_str(&drawn(report, view, SIZE, &[]).unwrap().sidecar).unwrap()
}

#[test]
fn bars_say_what_each_series_spent_on_each_day() {
    let report = report(
        vec![series("a/one", false, &[3, 5]), series("", true, &[1, 0])],
        2,
    );
    let read = sidecar(&report, SpendView::Spend);
    let day = &read.buckets[1];
    assert_eq!(day.name, "2 Nov, in part");
    assert_eq!(day.texts, ["$5.00", "$0.00"]);
    assert_eq!(day.from_ms, 1_793_577_600_000);
    assert_eq!(read.series[1].colour, "series-other");
    assert_eq!(read.bars.len(), 3);
}

#[test]
fn latency_is_two_lines_a_series_and_errors_are_a_share() {
    let report = report(vec![series("a/one", false, &[3, 5])], 2);
    let latency = sidecar(&report, SpendView::Latency);
    let names: Vec<&str> = latency
        .series
        .iter()
        .map(|one| one.label.as_str())
        .collect();
    assert_eq!(names, ["a/one p50", "a/one p95"]);
    assert_eq!(latency.buckets[0].texts, ["900 ms", "2.4 s"]);
    let errors = sidecar(&report, SpendView::Errors);
    assert_eq!(errors.buckets[0].values, [Some(25.0)]);
}

#[test]
fn series_have_colours_of_their_own_and_models_those_of_other_screens() {
    // The same numbers as the interface's `seriesOf` gives.
    assert_eq!(
        [colour_of("openai/gpt-5.2"), colour_of("a"), colour_of("")],
        [2, 5, 2]
    );
    let many: Vec<SpendSeries> = (0..8)
        .map(|number| series(&format!("p/m{number}"), number == 7, &[1]))
        .collect();
    let colours = colours(&many);
    let own: HashSet<Colour> = colours[..6].iter().copied().collect();
    assert_eq!(own.len(), 6);
    assert_eq!(colours[6..], [Colour::Other, Colour::Other]);
}

#[test]
fn alarms_and_budgets_of_all_calls_are_lines_across_the_bars() {
    let budget = |scope: serde_json::Value, window: &str| -> BudgetState {
        serde_json::from_value(serde_json::json!({
            "name": "b", "scope": scope, "scope_text": "", "window": window, "limit": 12_500_000_000_000_i64,
            "limit_usd": "12.50", "spent": 0, "reserved": 0, "share": 0.0, "step": "within", "blocks": true,
            "degrade": {"do": "never"},
        }))
        .unwrap()
    };
    let budgets = [
        budget(serde_json::json!({"of": "global"}), "day"),
        budget(serde_json::json!({"of": "global"}), "month"),
        budget(serde_json::json!({"of": "route", "name": "r"}), "day"),
    ];
    let labels = |unit, alarm: Option<i64>| -> Vec<String> {
        let alarm = alarm.map(|usd| PicoUsd(usd * 1_000_000_000_000));
        let levels = levels_of(unit, alarm, &budgets);
        levels.into_iter().map(|level| level.label).collect()
    };
    assert_eq!(
        labels(SpendUnit::Day, Some(20)),
        ["daily alert $20", "daily budget $12.50"]
    );
    assert_eq!(labels(SpendUnit::Hour, Some(5)), ["hourly alert $5"]);
    assert_eq!(labels(SpendUnit::Day, None), ["daily budget $12.50"]);
}
