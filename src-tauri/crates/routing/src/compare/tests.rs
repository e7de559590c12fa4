//! Against published figures.

use super::*;
use proptest::prelude::*;

fn near(found: f64, published: f64, within: f64) {
    assert!(
        (found - published).abs() <= within,
        "{found} is not {published}"
    );
}

fn rate(hits: u64, of: u64) -> Rate {
    Rate { hits, of }
}

#[test]
fn intervals_of_rates_are_those_of_newcombes_table() {
    // Newcombe 1998, table II, method 10 (score, without continuity correction): p1 - p2 of the eight contrasts.
    for ((a, m), (b, n), low, high) in [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ] {
        let found = proportions(rate(b, n), rate(a, m), Aim::Higher);
        near(found.low.unwrap(), low, 0.00006);
        near(found.high.unwrap(), high, 0.00006);
    }
}

#[test]
fn means_are_compared_as_in_published_examples() {
    // Student's sleep data as in R's `t.test(extra ~ group, data = sleep)`: t = -1.8608, df = 17.776, p = 0.07939,
    // interval of the first less the second from -3.3654832 to 0.2054832.
    let one = Sample::of([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]);
    let two = Sample::of([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]);
    let found = means(one, two, Aim::Higher);
    near(found.difference, 1.58, 1e-12);
    near(found.low.unwrap(), -0.205_483_2, 1e-6);
    near(found.high.unwrap(), 3.365_483_2, 1e-6);
    near(found.p.unwrap(), 0.079_39, 5e-6);
    assert_eq!(found.says, Says::NotEnoughData, "ten a side");

    // NIST/SEMATECH e-Handbook 1.3.5.3 (miles per gallon, AUTO83B): t = -12.94627 with 136.8750 degrees of freedom.
    let us = Sample::from_moments(249, 20.144_58, 6.414_70_f64.powi(2));
    let japan = Sample::from_moments(79, 30.481_01, 6.107_71_f64.powi(2));
    let found = means(us, japan, Aim::Higher);
    let half = (found.high.unwrap() - found.low.unwrap()) / 2.0;
    near(
        found.difference / half * student::quantile(0.975, 136.875),
        12.946_27,
        1e-4,
    );
    assert_eq!(found.says, Says::Better);
    assert_eq!(means(us, japan, Aim::Lower).says, Says::Worse);
}

#[test]
fn distributions_are_those_of_the_tables() {
    // Quantiles of t, 0.975: Abramowitz and Stegun, table 26.10.
    for (degrees, value) in [
        (1.0, 12.706),
        (2.0, 4.303),
        (5.0, 2.571),
        (10.0, 2.228),
        (30.0, 2.042),
        (120.0, 1.980),
    ] {
        near(student::quantile(0.975, degrees), value, 0.0005);
    }
    near(student::quantile(0.975, 1e9), normal::Z95, 1e-6);
    // The normal distribution, both sides: same book, table 26.1.
    for (z, p) in [
        (0.0, 1.0),
        (1.0, 0.317_310_507_863),
        (1.644_853_627, 0.1),
        (2.575_829_304, 0.01),
        (4.0, 6.334_248_367e-5),
    ] {
        near(normal::two_sided(z), p, 1e-9);
        near(normal::two_sided(-z), p, 1e-9);
    }
    near(normal::two_sided(8.0) * 1e15, 1.244_192_115, 1e-8);
}

#[test]
fn nothing_is_said_before_the_data_bear_it() {
    let few = proportions(rate(0, 29), rate(29, 29), Aim::Higher);
    assert_eq!(few.says, Says::NotEnoughData);
    assert_eq!(
        few.words(),
        "not enough data: 29 and 29 calls, 30 each are the least"
    );
    assert_eq!(
        proportions(rate(0, 0), rate(5, 5), Aim::Higher).says,
        Says::NotEnoughData
    );
    assert_eq!(
        means(Sample::default(), Sample::of([1.0]), Aim::Lower).says,
        Says::NotEnoughData
    );

    let open = proportions(rate(80, 100), rate(85, 100), Aim::Higher);
    assert_eq!(open.says, Says::NoDifferenceShown);
    // (1.96 + 0.84)^2 * (0.8 * 0.2 + 0.85 * 0.15) / 0.05^2
    assert_eq!(open.needed, Some(903));
    assert!(
        open.words()
            .starts_with("no difference shown (95 % interval -0.0"),
        "{}",
        open.words()
    );

    let shown = proportions(rate(800, 1_000), rate(850, 1_000), Aim::Higher);
    assert_eq!(shown.says, Says::Better);
    assert_eq!(shown.needed, None);
    assert!(
        shown
            .words()
            .starts_with("better by 0.0500 (95 % interval 0.0"),
        "{}",
        shown.words()
    );
}

#[test]
fn figures_without_spread_are_compared_as_they_are() {
    let same = Sample::of(vec![2.0; 40]);
    assert_eq!(means(same, same, Aim::Lower).says, Says::NoDifferenceShown);
    let less = means(same, Sample::of(vec![1.0; 40]), Aim::Lower);
    assert_eq!(less.says, Says::Better);
    assert_eq!(
        proportions(rate(40, 40), rate(50, 50), Aim::Higher).says,
        Says::NoDifferenceShown
    );
    assert_eq!(Sample::of([f64::NAN, 1.0, f64::INFINITY]).count(), 1);
}

#[test]
fn about_one_comparison_of_equals_in_twenty_says_otherwise() {
    // Deterministic chance: SplitMix64.
    let mut state = 7_u64;
    let mut draw = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut rates, mut times) = (0, 0);
    for _ in 0..2_000 {
        let mut hits = || (0..200).filter(|_| draw() < 0.7).count() as u64;
        let found = proportions(rate(hits(), 200), rate(hits(), 200), Aim::Higher);
        rates += u32::from(found.says != Says::NoDifferenceShown);
        // Exponential times, as skewed as latencies.
        let mut sample = || Sample::of((0..200).map(|_| -(1.0 - draw()).ln()));
        let found = means(sample(), sample(), Aim::Lower);
        times += u32::from(found.says != Says::NoDifferenceShown);
    }
    assert!((60..=130).contains(&rates), "{rates} of 2,000");
    assert!((60..=130).contains(&times), "{times} of 2,000");
}

proptest! {
    #[test]
    fn an_interval_holds_the_difference_and_sides_can_be_exchanged(
        a in any::<(u32, u32)>(), b in any::<(u32, u32)>()
    ) {
        let first = rate(u64::from(a.0), u64::from(a.1));
        let second = rate(u64::from(b.0), u64::from(b.1));
        let found = proportions(first, second, Aim::Higher);
        let back = proportions(second, first, Aim::Higher);
        if let (Some(low), Some(high)) = (found.low, found.high) {
            prop_assert!(low <= found.difference + 1e-12 && found.difference <= high + 1e-12);
            prop_assert!((-1.0 - 1e-12..=1.0 + 1e-12).contains(&low) && high <= 1.0 + 1e-12);
            prop_assert!((back.high.unwrap() + low).abs() < 1e-12);
        }
        let other = match found.says {
            Says::Better => Says::Worse,
            Says::Worse => Says::Better,
            says => says,
        };
        prop_assert_eq!(back.says, other);
    }

    #[test]
    fn any_figures_come_to_a_verdict(
        a in proptest::collection::vec(any::<f64>(), 0..60), b in proptest::collection::vec(-1e6_f64..1e6, 0..60)
    ) {
        let found = means(Sample::of(a), Sample::of(b), Aim::Lower);
        prop_assert!(found.p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{:?}", found);
        prop_assert!(!found.words().is_empty());
    }
}
