//! The book that comes with the program.

use crate::support::{at, usage};
use std::time::{Duration, Instant};
use switchboard_prices::conflicts::conflicts;
use switchboard_prices::{Book, CostSource, PicoUsd, ServiceTier, Unpriced, Usage, bundled};

const PRICES: &str = include_str!("../../data/prices.tsv");
const OWN: &str = include_str!("../../data/own.tsv");
const TODAY: &str = "2026-11-25T12:00:00Z";

#[track_caller]
fn pico(
    provider: &str,
    model: &str,
    moment: &str,
    tier: ServiceTier,
    usage: &Usage,
) -> Option<i64> {
    let tariff = bundled().find(provider, model)?;
    tariff.cost(usage, &at(moment, tier)).map(|cost| cost.0)
}

#[test]
fn both_files_are_read_and_sorted() {
    let base = Book::read(PRICES.as_bytes()).unwrap();
    assert!(base.len() > 2000, "{}", base.len());
    assert_eq!(Book::read(OWN.as_bytes()).unwrap().len(), 6);
    assert_eq!(bundled().len(), base.len() + 6);
    let rows: Vec<&str> = PRICES.lines().filter(|line| line.contains('\t')).collect();
    assert!(
        rows.is_sorted(),
        "rows are sorted, so that changes can be read"
    );
}

#[test]
fn every_price_says_where_it_is_from_and_of_what_day() {
    for tariff in bundled().tariffs() {
        for row in tariff.rows() {
            assert!(
                !row.source.name.is_empty() && row.source.date.is_some(),
                "{}",
                tariff.model
            );
        }
    }
    let names: Vec<&str> = bundled()
        .sources()
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn the_default_models_have_prices() {
    for (provider, model) in [
        ("google", "gemini-3.8-flash"),
        ("deepseek", "deepseek-v4-flash"),
        ("openai", "gpt-5.6-luna"),
        ("openai", "gpt-6.1-terra"),
        ("anthropic", "claude-sonnet-5-5"),
        ("google", "gemini-4-argon"),
        ("anthropic", "claude-opus-5-5"),
        ("openai", "gpt-6.1-sol"),
        ("deepseek", "deepseek-v4-pro"),
        ("openrouter", "anthropic/claude-sonnet-5.5"),
        ("openrouter", "openai/gpt-6.1-terra"),
        ("groq", "openai/gpt-oss-120b"),
        ("mistral", "mistral-large-4"),
        ("x-ai", "grok-4.7"),
        ("together", "moonshotai/Kimi-K3"),
        ("xidao", "claude-4-opus"),
    ] {
        let cost = pico(
            provider,
            model,
            TODAY,
            ServiceTier::Standard,
            &usage(1000, 1000),
        );
        assert!(
            cost.is_some_and(|cost| cost > 0),
            "{provider}/{model}: {cost:?}"
        );
    }
}

#[test]
fn a_long_prompt_reprices_the_whole_request() {
    // 1 and 5 USD per million tokens; above 272 000 input tokens 2 and 7.50.
    let cost = |input| {
        pico(
            "openai",
            "gpt-6.1-terra",
            TODAY,
            ServiceTier::Standard,
            &usage(input, 10),
        )
    };
    assert_eq!(cost(272_000), Some(272_000 * 1_000_000 + 10 * 5_000_000));
    assert_eq!(cost(272_001), Some(272_001 * 2_000_000 + 10 * 7_500_000));
    // Cached tokens count towards the length.
    let cached = Usage {
        cache_read_input_tokens: 200_000,
        ..usage(72_001, 0)
    };
    let cost = pico(
        "openai",
        "gpt-6.1-terra",
        TODAY,
        ServiceTier::Standard,
        &cached,
    );
    assert_eq!(cost, Some(72_001 * 2_000_000 + 200_000 * 100_000));
}

#[test]
fn a_dated_price_changes_at_midnight_utc() {
    let cost = |moment| {
        pico(
            "google",
            "gemini-4-argon",
            moment,
            ServiceTier::Standard,
            &usage(1, 0),
        )
    };
    assert_eq!(cost("2026-11-30T23:59:59Z"), Some(2_000_000));
    assert_eq!(cost("2026-12-01T00:00:00Z"), Some(4_000_000));
    let tariff = bundled().find("google", "gemini-4-argon").unwrap();
    let days = tariff.changes_after(TODAY.parse().unwrap());
    assert_eq!(days, ["2026-12-01".parse().unwrap()]);
}

#[test]
fn off_peak_hours_halve_the_price_and_a_weekend_is_off_peak_all_day() {
    let cost = |moment| {
        pico(
            "deepseek",
            "deepseek-v4-flash",
            moment,
            ServiceTier::Standard,
            &usage(1, 0),
        )
    };
    assert_eq!(
        cost("2026-11-25T02:00:00Z"),
        Some(300_000),
        "Wednesday, peak"
    );
    assert_eq!(
        cost("2026-11-25T04:00:00Z"),
        Some(150_000),
        "Wednesday, off-peak"
    );
    assert_eq!(cost("2026-11-28T02:00:00Z"), Some(150_000), "Saturday");
    assert_eq!(
        cost("2026-08-20T02:00:00Z"),
        Some(220_000),
        "before there were peak hours"
    );
}

#[test]
fn service_tiers_have_their_own_prices() {
    let cost = |tier| pico("openai", "gpt-6.1-terra", TODAY, tier, &usage(1, 1));
    assert_eq!(cost(ServiceTier::Standard), Some(6_000_000));
    assert_eq!(cost(ServiceTier::Batch), Some(3_000_000));
    assert_eq!(cost(ServiceTier::Flex), Some(3_000_000));
    assert_eq!(cost(ServiceTier::Priority), Some(12_000_000));
}

#[test]
fn a_discount_that_is_not_known_is_left_out_and_called_an_estimate() {
    let tariff = bundled().find("xidao", "gpt-5-turbo").unwrap();
    let bill = tariff
        .bill(&usage(1, 0), &at(TODAY, ServiceTier::Batch))
        .unwrap();
    assert_eq!(
        (bill.total, bill.cost_source),
        (PicoUsd(5_000_000), CostSource::Estimated)
    );
    let refused = tariff.bill(&usage(1, 0), &at(TODAY, ServiceTier::Priority));
    assert_eq!(refused.unwrap_err(), Unpriced::Tier);
    // What the overlay says of a tier holds until the standard price changes.
    let argon = bundled().find("google", "gemini-4-argon").unwrap();
    let later = at("2026-12-02T00:00:00Z", ServiceTier::Priority);
    assert_eq!(
        argon.bill(&usage(1, 0), &later).unwrap_err(),
        Unpriced::Tier
    );
}

#[test]
fn names_with_dates_and_other_letters_mean_the_same_model() {
    let id = |provider, name| {
        bundled()
            .find(provider, name)
            .map(|tariff| tariff.model.to_string())
    };
    for name in [
        "gpt-6.1-terra",
        "GPT-6.1-Terra",
        "gpt-6.1-terra-2026-09-15",
        "gpt-6.1-terra-20260915",
    ] {
        assert_eq!(
            id("openai", name).as_deref(),
            Some("gpt-6.1-terra"),
            "{name}"
        );
    }
    assert_eq!(
        id("anthropic", "claude-opus-5-5-20260901").as_deref(),
        Some("claude-opus-5-5")
    );
    // Azure sells what others make.
    assert_eq!(
        id("azure", "claude-opus-5-5").as_deref(),
        Some("claude-opus-5-5")
    );
    assert_eq!(id("openai", "no-such-model"), None);
    assert_eq!(id("nobody", "gpt-6.1-terra"), None);
    assert_eq!(id("openrouter", "claude-4-opus"), None);
}

#[test]
fn an_unknown_price_is_unknown_and_an_absurd_usage_is_said_to_be_absurd() {
    let tariff = bundled().find("anthropic", "claude-opus-5-5").unwrap();
    let terms = at(TODAY, ServiceTier::Standard);
    for absurd in [
        usage(u64::MAX, 0),
        usage(0, u64::MAX),
        usage(u64::MAX, u64::MAX),
    ] {
        let refused = tariff.bill(&absurd, &terms).unwrap_err();
        assert_eq!(refused, Unpriced::TooLarge);
        assert!(refused.to_string().contains("token counts cannot be right"));
    }
    assert_eq!(tariff.cost(&usage(u64::MAX, 0), &terms), None);
    let estimated = Usage {
        estimated: true,
        ..usage(1, 1)
    };
    let bill = tariff.bill(&estimated, &terms).unwrap();
    assert_eq!(bill.cost_source, CostSource::Estimated);
}

#[test]
fn places_where_the_sources_differ_are_listed() {
    let listed: Vec<_> = conflicts().collect();
    assert!(
        listed
            .iter()
            .any(|one| one.kind == "price" && !one.base.is_empty())
    );
    for one in &listed {
        assert!(!one.provider.is_empty() && !one.what.is_empty(), "{one:?}");
        let known = bundled().provider(one.provider).is_some();
        assert!(known, "{one:?}");
    }
}

/// Budgets are for release builds; others have more time.
const SLOWER: u32 = if cfg!(debug_assertions) { 20 } else { 1 };

/// Runs something a few times; returns the shortest time, which other work on the machine disturbs least.
fn shortest(mut run: impl FnMut()) -> Duration {
    let times = (0..15).map(|_| {
        let began = Instant::now();
        run();
        began.elapsed()
    });
    times.min().unwrap()
}

#[test]
fn the_book_is_read_once_and_then_answers_at_once() {
    let read = shortest(|| assert!(Book::read(PRICES.as_bytes()).is_ok()));
    let book = bundled();
    let names = [
        "gpt-6.1-terra",
        "gpt-6.1-terra-2026-09-15",
        "o3-mini",
        "no-such-model",
    ];
    let each = shortest(|| {
        let found = (0..400).filter(|round| book.find("openai", names[round % 4]).is_some());
        assert_eq!(found.count(), 300);
    }) / 400;
    let tariff = book.find("openai", "gpt-6.1-terra").unwrap();
    let terms = at(TODAY, ServiceTier::Standard);
    let bill = shortest(|| {
        let priced = (0..400).filter(|input| tariff.cost(&usage(*input, 5), &terms).is_some());
        assert_eq!(priced.count(), 400);
    }) / 400;
    println!("read in {read:?}, looked up in {each:?}, priced in {bill:?}");
    assert!(read < Duration::from_millis(20) * SLOWER, "{read:?}");
    assert!(each < Duration::from_micros(1) * SLOWER, "{each:?}");
    assert!(bill < Duration::from_micros(1) * SLOWER, "{bill:?}");
}
