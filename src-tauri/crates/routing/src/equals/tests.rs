use super::*;
use proptest::prelude::*;

fn equal(target: &str) -> Equal {
    Equal {
        target: target.to_owned(),
        ..Equal::default()
    }
}

fn priced(target: &str, cost: Option<u64>) -> Equal {
    Equal {
        cost_pico_usd: cost,
        ..equal(target)
    }
}

fn timed(target: &str, ms: f64, in_flight: u32) -> Equal {
    Equal {
        first_token: Some(PeakEwma::new(ms, 0)),
        in_flight,
        ..equal(target)
    }
}

fn voted(target: &str, won: u64, of: u64) -> Equal {
    Equal {
        quality: Quality {
            votes: Votes { won, of },
            ..Quality::default()
        },
        ..equal(target)
    }
}

fn picked(by: By, equals: &[Equal]) -> Picked {
    pick(by, equals, 0, |_| 0).unwrap()
}

#[test]
fn the_cheapest_has_the_least_known_price() {
    let found = picked(
        By::Cheapest,
        &[
            priced("a", None),
            priced("b", Some(310_000_000)),
            priced("c", Some(900_000_000)),
        ],
    );
    assert_eq!(found.at, 1);
    assert_eq!(
        found.why,
        "is the cheapest of 3 at about $0.00031 (1 without a known price)"
    );
    assert_eq!(
        picked(By::Cheapest, &[priced("a", Some(5)), priced("b", Some(5))]).at,
        0
    );
    assert_eq!(
        picked(By::Cheapest, &[priced("a", None), priced("b", None)]).at,
        0
    );
    for (pico, text) in [
        (0, "$0"),
        (1_500_000_000_000, "$1.50"),
        (25_000_000_000, "$0.025"),
        (310_000_000, "$0.00031"),
    ] {
        assert_eq!(cheapest::dollars(pico), text);
    }
}

#[test]
fn a_peak_counts_at_once_and_is_forgotten_slowly() {
    let mut average = PeakEwma::new(200.0, 0);
    average.add(2_000.0, 100);
    assert!((average.value_ms(100) - 2_000.0).abs() < 1e-9);
    average.add(200.0, 10_100);
    // A third of the peak is left after ten seconds, and the rest is the new value.
    assert!(
        (average.value_ms(10_100)
            - (2_000.0 / std::f64::consts::E + 200.0 * (1.0 - 1.0 / std::f64::consts::E)))
            .abs()
            < 1e-6
    );
    assert!(
        average.value_ms(100_000) < 1.0,
        "it is tried again after a while"
    );
    average.add(f64::NAN, 200_000);
    assert!(average.value_ms(200_000).is_finite());
}

#[test]
fn the_fastest_of_two_that_were_drawn_counts_what_is_under_way() {
    let idle = [timed("a", 300.0, 0), timed("b", 200.0, 0)];
    assert_eq!(picked(By::Fastest, &idle).at, 1);
    let busy = [timed("a", 300.0, 0), timed("b", 200.0, 1)];
    let found = picked(By::Fastest, &busy);
    assert_eq!(found.at, 0);
    assert_eq!(
        found.why,
        "is the fastest: about 300 ms to a first token with what is under way, b 400 ms"
    );
    let new = [timed("a", 1.0, 0), equal("b")];
    assert_eq!(
        picked(By::Fastest, &new).at,
        1,
        "one never measured is tried"
    );
    let tried = [
        timed("a", 900.0, 3),
        Equal {
            in_flight: 1,
            ..equal("b")
        },
    ];
    assert_eq!(
        picked(By::Fastest, &tried).at,
        0,
        "by a single request at first"
    );
}

#[test]
fn a_slow_target_of_many_is_drawn_but_never_taken() {
    let equals = [
        timed("a", 10.0, 0),
        timed("b", 20.0, 0),
        timed("c", 9_000.0, 0),
        timed("d", 30.0, 0),
    ];
    let mut taken = [0; 4];
    for first in 0..4 {
        for second in 0..3 {
            let mut draws = [first, second].into_iter();
            let found = pick(By::Fastest, &equals, 0, |_| draws.next().unwrap()).unwrap();
            taken[found.at] += 1;
        }
    }
    assert_eq!(taken[2], 0);
    assert_eq!(taken, [6, 4, 0, 2]);
}

#[test]
fn few_votes_do_not_make_a_winner() {
    assert_eq!(
        picked(By::Best, &[voted("a", 620, 1_000), voted("b", 3, 3)]).at,
        0
    );
    let found = picked(By::Best, &[voted("a", 500, 1_000), voted("b", 80, 100)]);
    assert_eq!(found.at, 1);
    assert_eq!(
        found.why,
        "is the best of 2: 80 of 100 votes won, 72% after allowing for chance"
    );
    assert_eq!(picked(By::Best, &[equal("a"), equal("b")]).at, 0);
    // One with no record stands near the average: above one that is known to be poor, below one known to be good.
    let poor = voted("a", 10, 1_000);
    assert_eq!(
        picked(By::Best, &[poor.clone(), equal("b"), voted("c", 300, 400)]).at,
        2
    );
    let good = voted("c", 3_000, 4_000);
    let found = picked(
        By::Best,
        &[
            poor,
            equal("b"),
            Equal {
                quality: Quality::default(),
                ..good
            },
        ],
    );
    assert_eq!(found.at, 0, "nothing else is recorded");
}

#[test]
fn schema_checks_count_as_much_as_votes() {
    let with = |target: &str, votes: u64, schema: u64| Equal {
        quality: Quality {
            votes: Votes {
                won: votes,
                of: 1_000,
            },
            schema: Votes {
                won: schema,
                of: 1_000,
            },
        },
        ..equal(target)
    };
    assert_eq!(
        picked(By::Best, &[with("a", 600, 700), with("b", 500, 990)]).at,
        1
    );
}

proptest! {
    #[test]
    fn one_of_the_targets_is_always_picked(
        figures in proptest::collection::vec((any::<Option<u64>>(), any::<Option<f64>>(), any::<u32>(), any::<(u64, u64, u64, u64)>()), 0..6),
        now in any::<u64>(), draw in any::<usize>()
    ) {
        let equals: Vec<Equal> = figures.iter().map(|(cost, ms, in_flight, (a, b, c, d))| Equal {
            target: "t".to_owned(),
            cost_pico_usd: *cost,
            first_token: ms.map(|ms| PeakEwma::new(ms, 0)),
            in_flight: *in_flight,
            quality: Quality { votes: Votes { won: *a, of: *b }, schema: Votes { won: *c, of: *d } },
        }).collect();
        for by in [By::Cheapest, By::Fastest, By::Best] {
            match pick(by, &equals, now, |_| draw) {
                Some(found) => prop_assert!(found.at < equals.len() && !found.why.is_empty()),
                None => prop_assert!(equals.is_empty()),
            }
        }
    }
}
