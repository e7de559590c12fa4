use crate::support::*;
use proptest::prelude::*;
use switchboard_engine::call::CallId;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::{CallEvent, Event, Next};
use switchboard_engine::usage::Usage;
use switchboard_store::{CallFilter, CallState};
use uuid::Uuid;

fn any_event() -> impl Strategy<Value = Event> {
    let number = prop_oneof![Just(0), 0..5_u64, Just(u64::MAX)];
    let model = prop_oneof![Just("a"), Just("b")];
    let next = prop_oneof![
        number.clone().prop_map(|after_ms| Next::Retry { after_ms }),
        model.clone().prop_map(fallback),
        Just(Next::Stop {
            why: "enough".to_owned()
        }),
    ];
    let usage = number.clone().prop_map(|tokens| Usage {
        input_uncached_tokens: tokens,
        reasoning_output_tokens: tokens,
        ..Usage::default()
    });
    prop_oneof![
        2 => Just(planned(&["a", "b"])),
        6 => (0..4_u32, model.clone()).prop_map(|(attempt, model)| started(attempt, model)),
        2 => (0..4_u32, number.clone()).prop_map(|(attempt, after_ms)| Event::ResponseStarted {
            attempt, after_ms, status: 200, request_id: None,
        }),
        2 => (0..4_u32, number).prop_map(|(attempt, after_ms)| Event::FirstToken { attempt, after_ms }),
        8 => any::<String>().prop_map(|text| Event::TextDelta { text }),
        4 => any::<String>().prop_map(|text| Event::ReasoningDelta { text }),
        3 => (any::<u32>(), any::<String>()).prop_map(|(index, text)| tool(index, None, &text)),
        2 => usage.clone().prop_map(|usage| Event::Usage { usage }),
        4 => (0..4_u32, next).prop_map(|(attempt, next)| attempt_failed(attempt, ErrorKind::Reset, next)),
        2 => (0..4_u32).prop_map(|attempt| Event::Restarted { attempt, discarded_chars: 1 }),
        1 => model.prop_map(|model| finished(model, 3)),
        1 => Just(failed(ErrorKind::Server, &[(1, "a"), (9, "b")])),
        1 => usage.prop_map(|usage| Event::Cancelled { elapsed_ms: u64::MAX, usage }),
    ]
}

fn any_events() -> impl Strategy<Value = Vec<(u64, u64, Event)>> {
    let number = prop_oneof![0..100_u64, Just(u64::MAX)];
    proptest::collection::vec((number.clone(), number, any_event()), 0..40)
}

/// What SQLite keeps of a number: its integers are signed.
fn kept(number: u64) -> u64 {
    number.min(i64::MAX as u64)
}

proptest! {
    #[test]
    fn folding_any_sequence_never_fails(events in any_events()) {
        let call = CallId::new();
        let mut state = CallState::default();
        for (seq, at_ms, event) in events {
            state.fold(CallEvent { call, seq, at_ms, event });
            prop_assert!(state.excerpt().chars().count() <= switchboard_store::EXCERPT_CHARS);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_file_holds_what_the_fold_says(events in any_events(), flush_every in 1..6_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let place = Place::new();
            let store = place.open();
            let call = new_call("a");
            store.begin_call(call.clone()).await.unwrap();
            let mut state = CallState::default();
            for (n, (seq, at_ms, event)) in events.into_iter().enumerate() {
                let event = CallEvent { call: call.id, seq, at_ms, event };
                state.fold(event.clone());
                store.append(event);
                if n % flush_every == 0 {
                    store.flush().await.unwrap();
                }
            }
            store.flush().await.unwrap();
            let record = store.call(call.id).await.unwrap().unwrap();
            assert_eq!(record.text, state.text);
            assert_eq!(record.reasoning, state.reasoning);
            assert_eq!(record.tool_calls, state.tool_calls);
            assert_eq!(record.plan, state.plan);
            assert_eq!(record.row.status, state.status);
            assert_eq!(record.row.seq, kept(state.seq));
            assert_eq!(record.row.error, state.error);
            assert_eq!((record.row.retries, record.row.fallbacks), (state.retries, state.fallbacks));
            assert_eq!(record.attempts.len(), state.attempts.len());
            for (kept, folded) in record.attempts.iter().zip(&state.attempts) {
                assert_eq!(kept.discarded, folded.discarded);
                assert_eq!(kept.error, folded.error);
                assert_eq!(kept.next, folded.next);
            }
        });
    }

    #[test]
    fn calls_are_listed_by_the_time_in_their_ids(times in proptest::collection::vec(0..1u64 << 48, 1..20)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let place = Place::new();
            let store = place.open();
            for (n, ms) in times.iter().enumerate() {
                let mut call = new_call("a");
                let random = [n as u8; 10];
                call.id = CallId(uuid::Builder::from_unix_timestamp_millis(*ms, &random).into_uuid());
                store.begin_call(call).await.unwrap();
            }
            store.flush().await.unwrap();
            let mut listed = Vec::new();
            let mut filter = CallFilter { limit: 7, ..CallFilter::default() };
            loop {
                let page = store.calls(&filter).await.unwrap();
                listed.extend(page.calls.iter().map(|row| millisecond(row.id.0)));
                filter.before = page.next;
                if filter.before.is_none() { break; }
            }
            let mut expected = times.clone();
            expected.sort_unstable_by(|a, b| b.cmp(a));
            assert_eq!(listed, expected);
        });
    }

    #[test]
    fn any_typed_search_is_answered(search in "\\PC{0,40}|[\"*():^+{}a-z \\-]{0,20}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let place = Place::new();
            let store = place.open();
            answered(&store, new_call("a"), &search).await;
            store.flush().await.unwrap();
            let filter = CallFilter { search: search.clone(), ..CallFilter::default() };
            store.calls(&filter).await.unwrap();
            store.prompts(&search, Default::default()).await.unwrap();
        });
    }
}

fn millisecond(id: Uuid) -> u64 {
    (id.as_u128() >> 80) as u64
}
