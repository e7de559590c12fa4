//! What holds for every model, moment and usage.

use crate::support::at;
use proptest::prelude::*;
use std::sync::Arc;
use switchboard_prices::{Book, ServiceTier, Tariff, Terms, Usage, bundled};

const PRICES: &str = include_str!("../../data/prices.tsv");

fn tokens() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 0_u64..5_000, 90_000_u64..300_000, 0_u64..3_000_000]
}

fn usages() -> impl Strategy<Value = Usage> {
    (tokens(), tokens(), tokens(), tokens(), tokens(), tokens()).prop_map(
        |(input, read, write, hour, output, reasoning)| Usage {
            input_uncached_tokens: input,
            cache_read_input_tokens: read,
            cache_creation_input_tokens: write,
            cache_creation_1h_input_tokens: hour,
            output_visible_tokens: output,
            reasoning_output_tokens: reasoning,
            audio_tokens: 0,
            estimated: false,
        },
    )
}

fn terms() -> impl Strategy<Value = Terms> {
    // From 2024 to 2028.
    let moments = 1_704_067_200_i64..1_830_297_600;
    let tiers = proptest::sample::select(&ServiceTier::ALL[..]);
    (moments, tiers).prop_map(|(second, tier)| Terms {
        at: jiff::Timestamp::from_second(second).unwrap(),
        tier,
    })
}

fn tariffs() -> impl Strategy<Value = Arc<Tariff>> {
    let all = bundled().tariffs();
    (0..all.len()).prop_map(move |at| all[at].clone())
}

/// A copy of `usage` with `more` tokens in one bucket.
fn more_in(usage: &Usage, bucket: usize, more: u64) -> Usage {
    let mut grown = *usage;
    let buckets = [
        &mut grown.input_uncached_tokens,
        &mut grown.cache_read_input_tokens,
        &mut grown.cache_creation_input_tokens,
        &mut grown.cache_creation_1h_input_tokens,
        &mut grown.output_visible_tokens,
        &mut grown.reasoning_output_tokens,
    ];
    *buckets.into_iter().nth(bucket).unwrap() += more;
    grown
}

/// A copy with all other buckets empty.
fn only(usage: &Usage, bucket: usize) -> Usage {
    let values = [
        usage.input_uncached_tokens,
        usage.cache_read_input_tokens,
        usage.cache_creation_input_tokens,
        usage.cache_creation_1h_input_tokens,
        usage.output_visible_tokens,
        usage.reasoning_output_tokens,
    ];
    more_in(&Usage::default(), bucket, values[bucket])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_buckets_are_disjoint_and_sum_to_the_total(tariff in tariffs(), usage in usages(), terms in terms()) {
        if let Ok(bill) = tariff.bill(&usage, &terms) {
            prop_assert_eq!(bill.breakdown.total(), Some(bill.total));
            // At the same price each bucket costs what it would cost alone.
            let fee = bill.breakdown.request.0;
            let mut apart = fee;
            for bucket in 0..6 {
                apart += bill.row.rates.breakdown(&only(&usage, bucket)).unwrap().total().unwrap().0 - fee;
            }
            prop_assert_eq!(apart, bill.total.0);
        }
    }

    #[test]
    fn the_cost_grows_with_each_bucket(tariff in tariffs(), usage in usages(), terms in terms(), bucket in 0_usize..6, more in 1_u64..500_000) {
        let before = tariff.bill(&usage, &terms);
        let after = tariff.bill(&more_in(&usage, bucket, more), &terms);
        if let (Ok(before), Ok(after)) = (before, after) {
            prop_assert!(after.total >= before.total, "{}/{}", tariff.provider, tariff.model);
        }
    }

    #[test]
    fn a_cost_is_never_negative_and_never_a_panic(tariff in tariffs(), terms in terms(), input in any::<u64>(), output in any::<u64>(), read in any::<u64>()) {
        let usage = Usage { input_uncached_tokens: input, output_visible_tokens: output, cache_read_input_tokens: read, ..Usage::default() };
        if let Some(cost) = tariff.cost(&usage, &terms) {
            prop_assert!(cost.0 >= 0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn the_order_of_rows_does_not_matter(seed in any::<u64>()) {
        let mut lines: Vec<&str> = PRICES.lines().collect();
        let (head, end) = (lines.remove(0), lines.pop().unwrap());
        // A fixed mix: sorting by a hash of seed and row.
        lines.sort_by_key(|line| {
            line.bytes().fold(seed | 1, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
        });
        let mixed = format!("{head}\n{}\n{end}\n", lines.join("\n"));
        let mixed = Book::read(mixed.as_bytes()).unwrap();
        let sorted = Book::read(PRICES.as_bytes()).unwrap();
        prop_assert_eq!(sorted.tariffs(), mixed.tariffs());
        let terms = at("2026-11-25T00:00:00Z", ServiceTier::Standard);
        for name in ["gpt-6.1-terra-2026-09-15", "o3-mini-high", "claude-opus-5-5-20260101", "gemini-2.5-flash-tts"] {
            for provider in ["openai", "anthropic", "google", "azure", "openrouter"] {
                let cost = |book: &Book| book.find(provider, name).map(|tariff| (tariff.model.clone(), tariff.cost(&Usage { input_uncached_tokens: 7, ..Usage::default() }, &terms)));
                prop_assert_eq!(cost(&sorted), cost(&mixed));
            }
        }
    }
}
