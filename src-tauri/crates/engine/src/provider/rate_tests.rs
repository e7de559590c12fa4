use super::*;
use proptest::prelude::*;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_435_200)
}

fn hint(headers: &[(&'static str, &str)]) -> RateHint {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    rate_hint(&map, now())
}

#[test]
fn openai_headers_hold_go_durations() {
    let hint = hint(&[
        ("x-ratelimit-limit-requests", "500"),
        ("x-ratelimit-remaining-requests", "499"),
        ("x-ratelimit-reset-requests", "120ms"),
        ("x-ratelimit-limit-tokens", "30000"),
        ("x-ratelimit-remaining-tokens", "0"),
        ("x-ratelimit-reset-tokens", "6m0s"),
    ]);
    assert_eq!(hint.limit_requests, Some(500));
    assert_eq!(hint.remaining_requests, Some(499));
    assert_eq!(hint.reset_requests, Some(Duration::from_millis(120)));
    assert_eq!(hint.limit_tokens, Some(30_000));
    assert_eq!(hint.remaining_tokens, Some(0));
    assert_eq!(hint.reset_tokens, Some(Duration::from_secs(360)));
}

#[test]
fn anthropic_headers_hold_moments_and_the_tightest_token_limit_counts() {
    let hint = hint(&[
        ("anthropic-ratelimit-requests-limit", "50"),
        ("anthropic-ratelimit-requests-remaining", "49"),
        ("anthropic-ratelimit-requests-reset", "2026-11-23T12:00:01Z"),
        ("anthropic-ratelimit-input-tokens-limit", "40000"),
        ("anthropic-ratelimit-input-tokens-remaining", "39000"),
        ("anthropic-ratelimit-output-tokens-limit", "8000"),
        ("anthropic-ratelimit-output-tokens-remaining", "500"),
        (
            "anthropic-ratelimit-output-tokens-reset",
            "2026-11-23T13:00:30+01:00",
        ),
    ]);
    assert_eq!(hint.reset_requests, Some(Duration::from_secs(1)));
    assert_eq!(hint.limit_tokens, Some(8000));
    assert_eq!(hint.remaining_tokens, Some(500));
    assert_eq!(hint.reset_tokens, Some(Duration::from_secs(30)));
}

#[test]
fn epochs_seconds_and_drafts_are_told_apart_by_size() {
    let openrouter = hint(&[
        ("x-ratelimit-limit", "20"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1795435260000"),
    ]);
    assert_eq!(openrouter.reset_requests, Some(Duration::from_secs(60)));
    assert_eq!(openrouter.remaining_requests, Some(0));
    let epoch_seconds = hint(&[("x-ratelimit-reset", "1795435210")]);
    assert_eq!(epoch_seconds.reset_requests, Some(Duration::from_secs(10)));
    let float = hint(&[("x-ratelimit-reset-tokens", "7.66")]);
    assert_eq!(float.reset_tokens, Some(Duration::from_millis(7660)));
    let draft = hint(&[
        ("ratelimit-limit", "100, 100;w=60"),
        ("ratelimit-reset", "50"),
    ]);
    assert_eq!(draft.limit_requests, Some(100));
    assert_eq!(draft.reset_requests, Some(Duration::from_secs(50)));
    let past = hint(&[("x-ratelimit-reset", "1700000000")]);
    assert_eq!(past.reset_requests, Some(Duration::ZERO));
}

#[test]
fn nonsense_reads_as_absent() {
    for value in [
        "",
        "soon",
        "-5",
        "NaN",
        "inf",
        "1e300",
        "9999999h",
        "2026-13-45T00:00:00Z",
        "s",
        "5m3",
    ] {
        assert_eq!(
            hint(&[("x-ratelimit-reset-requests", value)]).reset_requests,
            None,
            "{value}"
        );
    }
    assert_eq!(hint(&[]), RateHint::default());
    assert_eq!(
        hint(&[("x-ratelimit-limit-requests", "-1")]).limit_requests,
        None
    );
}

#[test]
fn go_durations_of_all_units_are_read() {
    for (text, ms) in [
        ("1h2m3.5s", 3_723_500.0),
        ("20ms", 20.0),
        ("38s", 38_000.0),
        ("1d", 86_400_000.0),
        ("250µs", 0.25),
    ] {
        assert_eq!(
            go_duration(text),
            Some(Duration::from_secs_f64(ms / 1000.0)),
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,24}") {
        let _ = until(&text, now());
        let _ = leading_duration(&text);
    }

    #[test]
    fn a_go_duration_written_is_read_back(hours in 0..24_u64, minutes in 0..60_u64, seconds in 0..60_u64) {
        let text = format!("{hours}h{minutes}m{seconds}s");
        prop_assert_eq!(go_duration(&text), Some(Duration::from_secs(hours * 3600 + minutes * 60 + seconds)));
    }
}
