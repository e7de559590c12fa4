//! Which row of a tariff applies.

use crate::support::{at, book, usage};
use switchboard_prices::{ServiceTier, Unpriced, Usage};

#[test]
fn buckets_without_a_price_of_their_own_are_charged_like_the_next_wider_one() {
    let book = book(&[
        "s x T",
        "v a A",
        "m a plain",
        "m a full",
        "p a plain standard - - - x 1 2",
        "p a full standard - - - x 1 2 0.1 1.25 2 3 5000",
    ]);
    let terms = at("2026-11-25T00:00:00Z", ServiceTier::Standard);
    let all = Usage {
        input_uncached_tokens: 1,
        cache_read_input_tokens: 1,
        cache_creation_input_tokens: 1,
        cache_creation_1h_input_tokens: 1,
        output_visible_tokens: 1,
        reasoning_output_tokens: 1,
        audio_tokens: 0,
        estimated: false,
    };
    let plain = book.find("a", "plain").unwrap();
    let plain = plain.bill(&all, &terms).unwrap();
    assert_eq!(plain.total.0, 8_000_000);
    let full = book.find("a", "full").unwrap();
    let full = full.bill(&all, &terms).unwrap();
    assert_eq!(full.breakdown.cache_read.0, 100_000);
    assert_eq!(full.breakdown.cache_write.0, 1_250_000);
    assert_eq!(full.breakdown.cache_write_1h.0, 2_000_000);
    assert_eq!(full.breakdown.reasoning.0, 3_000_000);
    // Half a cent for the request.
    assert_eq!(full.breakdown.request.0, 5_000_000_000);
    assert_eq!(
        full.total.0,
        5_000_000_000 + 1_000_000 + 100_000 + 3_250_000 + 5_000_000
    );
}

#[test]
fn tokens_whose_price_is_not_known_make_the_cost_unknown() {
    let book = book(&["s x T", "v a A", "m a m", "p a m standard - - - x 1"]);
    let tariff = book.find("a", "m").unwrap();
    let terms = at("2026-11-25T00:00:00Z", ServiceTier::Standard);
    assert_eq!(
        tariff.bill(&usage(5, 0), &terms).unwrap().total.0,
        5_000_000
    );
    let refused = tariff.bill(&usage(5, 1), &terms).unwrap_err();
    assert_eq!(refused, Unpriced::Bucket("output"));
    assert_eq!(
        refused.to_string(),
        "no price is known for output tokens; set one"
    );
}

#[test]
fn before_the_first_date_and_after_the_last_known_one_no_price_is_known() {
    let book = book(&[
        "s x T",
        "v a A",
        "m a m",
        "p a m standard 2026-01-01 - - x 1 2",
        "p a m standard 2026-06-01 - - x",
    ]);
    let tariff = book.find("a", "m").unwrap();
    let cost = |moment| {
        tariff
            .bill(&usage(1, 0), &at(moment, ServiceTier::Standard))
            .map(|bill| bill.total.0)
    };
    assert_eq!(cost("2025-12-31T23:59:59Z"), Err(Unpriced::NoPrice));
    assert_eq!(cost("2026-01-01T00:00:00Z"), Ok(1_000_000));
    assert_eq!(cost("2026-06-01T00:00:00Z"), Err(Unpriced::NoPrice));
    assert_eq!(tariff.usual("2026-07-01T00:00:00Z".parse().unwrap()), None);
    assert!(
        tariff
            .usual("2026-03-01T00:00:00Z".parse().unwrap())
            .is_some()
    );
}

#[test]
fn a_name_that_a_rule_gives_to_an_unpriced_model_gets_no_price_from_a_later_rule() {
    let book = book(&[
        "s x T",
        "v a A",
        "m a m",
        "r a 1 ^voice",
        "r a 2 ^v m",
        "a a vx",
        "p a m standard - - - x 1 2",
    ]);
    assert!(book.find("a", "v-1").is_some());
    assert!(book.find("a", "voice-1").is_none());
    assert!(book.find("a", "vx").is_none());
}
