//! The command line and the table, on a report made by hand.

use super::{last_days, query, range, table};
use crate::arguments::{Arguments, Command, When};
use crate::terminal::Terminal;
use clap::Parser;
use switchboard_app::api::types::*;
use switchboard_engine::price::PicoUsd;

fn typed(words: &str) -> Result<super::Spend, String> {
    let words = ["switchboard-cli", "spend"]
        .into_iter()
        .chain(words.split_whitespace());
    match Arguments::try_parse_from(words) {
        Ok(Arguments {
            command: Command::Spend(spend),
            ..
        }) => Ok(spend),
        Ok(other) => Err(format!("{other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

fn asked(words: &str) -> SpendQuery {
    let spend = typed(words).unwrap();
    query(&spend, range(&spend))
}

fn row(label: &str, spend: i64) -> SpendRow {
    SpendRow {
        key: label.to_owned(),
        label: label.to_owned(),
        calls: 1_234,
        failed: 3,
        input_tokens: 2_345_678,
        output_tokens: 9_999,
        spend: PicoUsd(spend),
        share: 0.75,
        latency_p50_ms: Some(640),
        latency_p95_ms: Some(12_340),
        ..SpendRow::default()
    }
}

fn report(rows: Vec<SpendRow>, totals: SpendRow) -> SpendReport {
    SpendReport {
        from: "2026-11-18T23:00:00.000Z".to_owned(),
        to: "2026-11-25T16:45:00.000Z".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        unit: SpendUnit::Day,
        buckets: Vec::new(),
        tiles: SpendTiles {
            spend: totals.spend,
            previous: SpendPrevious {
                from: String::new(),
                to: String::new(),
                label: "previous 7 days".to_owned(),
                spend: PicoUsd(0),
                calls: 0,
                failed: 0,
                rescued: 0,
            },
            calls: totals.calls,
            failed: totals.failed,
            rescued: SpendRescued::default(),
            unpriced: totals.unpriced,
            estimated_share: 0.0,
            input_tokens: 0,
            cached_tokens: 0,
            output_tokens: 0,
            forecast: None,
            no_forecast: None,
            saved: None,
            no_saved: None,
        },
        series: Vec::new(),
        rows,
        rows_left_out: 0,
        totals,
        projects: Vec::new(),
        simulated_calls: 12,
        chart: None,
    }
}

fn shown(report: &SpendReport, by: SpendBy) -> String {
    table::page(Terminal::new(When::Never), report, by)
}

#[test]
fn a_range_is_named_or_given_by_its_ends() {
    assert_eq!(asked("").range, SpendRange::Last30d);
    assert_eq!(asked("").by, SpendBy::Model);
    for (name, range) in [
        ("today", SpendRange::Today),
        ("24h", SpendRange::Last24h),
        ("7d", SpendRange::Last7d),
        ("30d", SpendRange::Last30d),
        ("month", SpendRange::MonthToDate),
    ] {
        assert_eq!(asked(&format!("--range {name}")).range, range);
    }
    assert_eq!(
        asked("--from 2026-11-01 --to 2026-11-07").range,
        SpendRange::Custom {
            from: "2026-11-01".to_owned(),
            to: "2026-11-07".to_owned(),
        }
    );
    let query = asked("--by tag --project shop --simulated");
    assert_eq!((query.by, query.simulated), (SpendBy::Tag, true));
    assert_eq!(query.filter.project.as_deref(), Some("shop"));
}

#[test]
fn a_range_that_is_given_twice_or_by_half_is_refused() {
    for words in [
        "--days 3 --range 7d",
        "--days 0",
        "--days 401",
        "--from 2026-11-01",
        "--to 2026-11-01",
        "--range 7d --from 2026-11-01 --to 2026-11-02",
        "--json --csv",
        "--by colour",
    ] {
        assert!(typed(words).is_err(), "{words}");
    }
}

#[test]
fn days_are_those_of_the_zone_that_is_reported() {
    let today = |from: &str, zone: &str| SpendToday {
        spend: PicoUsd(0),
        calls: 0,
        failed: 0,
        unpriced: 0,
        estimated_share: 0.0,
        from: from.to_owned(),
        to: String::new(),
        zone: zone.to_owned(),
    };
    // Midnight in Auckland is the day before in UTC.
    let range = last_days(3, &today("2026-11-24T11:00:00.000Z", "Pacific/Auckland")).unwrap();
    assert_eq!(
        range,
        SpendRange::Custom {
            from: "2026-11-23".to_owned(),
            to: "2026-11-25".to_owned(),
        }
    );
    assert!(last_days(3, &today("soon", "UTC")).is_err());
}

#[test]
fn rows_stand_in_columns_under_a_zone_with_their_total_last() {
    let rows = vec![
        row("openai/gpt-6.1-terra", 1_234_567_891_000_000),
        row("x/y", 4_200_000),
    ];
    let page = shown(
        &report(rows, row("Total", 1_234_567_895_200_000)),
        SpendBy::Model,
    );
    assert_eq!(
        page,
        "2026-11-18 23:00 to 2026-11-25 16:45 UTC, days of Europe/Berlin\n\
         model                 calls  failed  input  output      spend   share     p50     p95\n\
         openai/gpt-6.1-terra  1,234       3   2.3M   9,999  $1,234.57  75.0 %  640 ms  12.3 s\n\
         x/y                   1,234       3   2.3M   9,999  $0.000004  75.0 %  640 ms  12.3 s\n\
         total                 1,234       3   2.3M   9,999  $1,234.57  75.0 %  640 ms  12.3 s\n"
    );
}

#[test]
fn what_has_no_price_is_named_and_never_free() {
    let unpriced = SpendRow {
        unpriced: 1_200,
        latency_p50_ms: None,
        ..row("own/model", 0)
    };
    let free = row("local/free", 0);
    let partly = SpendRow {
        unpriced: 7,
        estimated: PicoUsd(500_000_000_000),
        ..row("some/model", 2_500_000_000_000)
    };
    let total = SpendRow {
        unpriced: 1_207,
        ..partly.clone()
    };
    let page = shown(&report(vec![partly, unpriced, free], total), SpendBy::Model);
    let line = |label: &str| {
        let line = page.lines().find(|line| line.starts_with(label)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(line("some/model").contains("≈$2.50 7 "), "{page}");
    assert!(line("own/model").contains("unknown 1,200 "), "{page}");
    assert!(line("own/model").contains(" - "), "{page}");
    assert!(line("local/free").contains(" $0 0 "), "{page}");
    assert!(
        page.contains("\n1,207 calls have no known price and are not in the spend\n"),
        "{page}"
    );
    assert!(
        page.ends_with("≈ a part is estimated: $0.50 of the total\n"),
        "{page}"
    );
}

#[test]
fn labels_cannot_steer_the_terminal_and_long_ones_are_cut() {
    let wide = row(&format!("\u{1b}[2J{}", "名".repeat(80)), 1);
    let page = shown(&report(vec![wide], row("Total", 1)), SpendBy::Prompt);
    assert!(!page.contains('\u{1b}'), "{page}");
    assert!(page.contains("名…"), "{page}");
    let widths: Vec<usize> = page.lines().skip(1).map(crate::wrap::width).collect();
    assert!(widths.windows(2).all(|two| two[0] == two[1]), "{page}");
}

#[test]
fn a_range_without_calls_says_so_and_where_the_simulated_ones_are() {
    let report = report(Vec::new(), SpendRow::default());
    let sentence = table::nothing(&report, &asked("--project shop"));
    assert!(
        sentence.starts_with("no call of the project `shop` ended"),
        "{sentence}"
    );
    assert!(
        sentence.ends_with("; --simulated shows the 12 simulated ones"),
        "{sentence}"
    );
    let sentence = table::nothing(&report, &asked("--simulated"));
    assert!(
        sentence.starts_with("no simulated call ended"),
        "{sentence}"
    );
}
