//! What holds for every chart.

use crate::make::{USD, bar_chart, level, line_chart};
use crate::shapes::{assert_apart, assert_plain, texts};
use proptest::prelude::*;
use switchboard_charts::{Drawn, bars, lines};

/// Values from 10^-9 USD to 10^9 USD, and nothing.
fn amount() -> impl Strategy<Value = i128> {
    prop_oneof![
        1 => Just(0i128),
        4 => (0u32..19, 1i128..100).prop_map(|(power, digits)| digits * 10i128.pow(power)),
    ]
}

fn stacks() -> impl Strategy<Value = Vec<Vec<i128>>> {
    (0usize..8, 0usize..60).prop_flat_map(|(series, places)| {
        proptest::collection::vec(proptest::collection::vec(amount(), places), series)
    })
}

/// Fails if a bar leaves the plot or is not as high as its value.
fn assert_bars(values: &[Vec<i128>], drawn: &Drawn) {
    let side = &drawn.sidecar;
    let highest = side
        .buckets
        .iter()
        .filter_map(|bucket| bucket.total)
        .fold(0.0, f64::max);
    let stack: f64 = (0..side.buckets.len())
        .map(|bucket| {
            let of_bucket = side.bars.iter().filter(|bar| bar.bucket as usize == bucket);
            of_bucket.map(|bar| bar.height).sum()
        })
        .fold(0.0, f64::max);
    for bar in &side.bars {
        let (series, bucket) = (bar.series as usize, bar.bucket as usize);
        let value = values[series][bucket] as f64;
        assert!(
            bar.y >= side.top - 0.02 && bar.y + bar.height <= side.bottom + 0.02,
            "{bar:?}"
        );
        let place = &side.buckets[bucket];
        assert!(bar.x >= place.x - 0.02, "{bar:?} {place:?}");
        assert!(
            bar.x + bar.width <= place.x + place.width + 0.51,
            "{bar:?} {place:?}"
        );
        let exact = value / highest * stack;
        assert!(
            (bar.height - exact).abs() < 0.05,
            "{bar:?} should be {exact} high"
        );
        assert_eq!(place.values[series], Some(value));
    }
    for (bucket, read) in side.buckets.iter().enumerate() {
        let sum: i128 = values.iter().map(|series| series[bucket]).sum();
        assert_eq!(read.total, Some(sum as f64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn bars_stand_in_the_plot_as_high_as_their_values(values in stacks(), width in 200u32..2000) {
        let mut chart = bar_chart(&values);
        chart.size.width = width;
        let drawn = bars(&chart).unwrap();
        assert_plain(&drawn.svg);
        assert_apart(&drawn.svg, 240.0);
        assert_bars(&values, &drawn);
        prop_assert_eq!(&bars(&chart).unwrap(), &drawn, "the same input, the same bytes");
    }

    #[test]
    fn labels_never_touch_whatever_they_say(
        labels in proptest::collection::vec("[0-9a-zA-Z :]{0,24}", 1..120),
        width in 160u32..1600,
        levels in proptest::collection::vec(0.01..40.0f64, 0..4),
    ) {
        let mut chart = bar_chart(&[vec![3 * USD; labels.len()]]);
        for (bucket, label) in chart.buckets.iter_mut().zip(labels) {
            bucket.label = label.trim().to_owned();
        }
        chart.levels = levels.iter().map(|usd| level(*usd, "daily alert")).collect();
        chart.size.width = width;
        let svg = bars(&chart).unwrap().svg;
        let places = texts(&svg);
        for (place, one) in places.iter().enumerate() {
            for other in &places[place + 1..] {
                // Rough widths are too strict here: where texts begin (or end) must differ by the gap at least.
                let apart = (one.baseline - other.baseline).abs() >= 10.0
                    || one.ends != other.ends
                    || (!one.ends && (one.left - other.left).abs() >= 10.0)
                    || (one.ends && (one.right - other.right).abs() >= 10.0);
                prop_assert!(apart, "{one:?} touches {other:?}");
            }
        }
    }

    #[test]
    fn lines_stay_in_the_plot(
        values in proptest::collection::vec(
            proptest::collection::vec(proptest::option::of(prop_oneof![
                0.0..1e7f64, Just(f64::NAN), Just(f64::INFINITY), Just(-3.0), 0.0..1e-3f64,
            ]), 0..50), 0..8),
    ) {
        let drawn = lines(&line_chart(&values)).unwrap();
        assert_plain(&drawn.svg);
        assert_apart(&drawn.svg, 240.0);
        for bucket in &drawn.sidecar.buckets {
            prop_assert_eq!(bucket.values.len(), values.len());
            prop_assert!(bucket.values.iter().flatten().all(|value| value.is_finite()));
        }
    }
}

#[test]
fn one_day_of_one_model_is_one_bar_and_no_wall() {
    let drawn = bars(&bar_chart(&[vec![3 * USD]])).unwrap();
    let [bar] = drawn.sidecar.bars[..] else {
        panic!("{:?}", drawn.sidecar.bars);
    };
    assert_eq!(bar.width, 64.0);
    assert_eq!(drawn.sidecar.buckets[0].texts, ["$3.00"]);
}

#[test]
fn a_year_and_more_fits() {
    let values: Vec<Vec<i128>> = (1..=7)
        .map(|series| (0..400).map(|day| (day * series % 13) * USD).collect())
        .collect();
    let drawn = bars(&bar_chart(&values)).unwrap();
    assert_bars(&values, &drawn);
    assert_apart(&drawn.svg, 240.0);
    let paths = drawn.svg.matches("<path").count();
    assert!(paths < 40, "{paths} paths: one a series, not one a bar");
}

#[test]
fn no_data_is_an_empty_frame() {
    for chart in [bar_chart(&[]), bar_chart(&[vec![0; 7], vec![0; 7]])] {
        let drawn = bars(&chart).unwrap();
        assert_plain(&drawn.svg);
        assert!(drawn.sidecar.bars.is_empty());
        assert!(
            drawn.svg.contains(">$0<") && drawn.svg.contains(">$1.00<"),
            "{}",
            drawn.svg
        );
    }
    assert!(lines(&line_chart(&[])).unwrap().sidecar.series.is_empty());
}

#[test]
fn huge_and_tiny_amounts_have_short_labels() {
    let huge = bars(&bar_chart(&[vec![1_000_000_000 * USD, 400_000_000 * USD]])).unwrap();
    assert!(
        huge.svg.contains(">$1.0B<") || huge.svg.contains(">$1B<"),
        "{}",
        huge.svg
    );
    assert_eq!(
        huge.sidecar.buckets[0].total_text.as_deref(),
        Some("$1,000,000,000.00")
    );
    let tiny = bars(&bar_chart(&[vec![1_000, 400]])).unwrap();
    assert!(tiny.svg.contains(">$1e-9<"), "{}", tiny.svg);
    assert_eq!(
        tiny.sidecar.buckets[0].total_text.as_deref(),
        Some("<$0.000001")
    );
}

#[test]
fn calls_without_a_price_are_hatched_even_where_nothing_is_spent() {
    let mut chart = bar_chart(&[vec![0, 5 * USD]]);
    let plain = bars(&chart).unwrap().svg;
    chart.buckets[0].unpriced = 12;
    let hatched = bars(&chart).unwrap();
    assert_eq!(hatched.sidecar.buckets[0].unpriced, 12);
    assert!(!plain.contains("var(--text-2)") && hatched.svg.contains("stroke=\"var(--text-2)\""));
}

#[test]
fn a_level_near_the_values_is_a_line_and_one_far_above_is_only_named() {
    let mut chart = bar_chart(&[vec![15 * USD, 17 * USD]]);
    chart.levels = vec![level(20.0, "daily alert $20")];
    let near = bars(&chart).unwrap().svg;
    assert!(near.contains(">daily alert $20<") && near.contains("stroke=\"var(--warning)\""));
    assert!(near.contains(">$25<"), "the axis reaches above the level");
    chart.levels = vec![level(500.0, "daily alert $500")];
    let far = bars(&chart).unwrap().svg;
    assert!(
        far.contains(">daily alert $500 is above this chart<"),
        "{far}"
    );
    assert!(!far.contains("stroke=\"var(--warning)\"") && far.contains(">$20<"));
}

#[test]
fn the_name_of_a_level_above_the_chart_stands_over_no_bar() {
    for dollars in 1..=100 {
        let mut chart = bar_chart(&[vec![USD, dollars * USD]]);
        chart.levels = vec![level(5000.0, "daily alert $5,000")];
        let drawn = bars(&chart).unwrap();
        let side = &drawn.sidecar;
        let highest = side.bars.iter().map(|bar| bar.y).fold(f64::MAX, f64::min);
        assert!(highest >= side.top + 16.0 - 0.1, "{dollars}: {highest}");
    }
}

#[test]
fn what_a_label_says_is_text_and_never_markup() {
    let mut chart = bar_chart(&[vec![USD]]);
    chart.title = "<script>&\"\u{0}".to_owned();
    chart.buckets[0].label = "<b>".to_owned();
    let svg = bars(&chart).unwrap().svg;
    assert!(
        svg.contains("<title>&lt;script&gt;&amp;&quot;</title>") && svg.contains(">&lt;b&gt;<")
    );
}
