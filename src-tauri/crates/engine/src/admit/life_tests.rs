//! A target's life made up at random: what must hold whatever happens.

use super::tests::{SECOND, error, go, limited, need};
use super::*;
use crate::plan::Limits;
use tokio::time::advance;

/// One step of a made-up life of a target.
#[derive(Debug, Clone)]
enum Act {
    Ask {
        tokens: u64,
        has_fallback: bool,
    },
    /// Ends the oldest attempt.
    End {
        kind: Option<ErrorKind>,
        hint_ms: Option<u64>,
        tokens: u64,
    },
    Headers {
        limit: u64,
        remaining: u64,
        reset_ms: u64,
    },
    FirstToken {
        ms: u64,
    },
    Drop,
    Pass {
        ms: u64,
    },
    Reset,
}

fn acts() -> impl proptest::strategy::Strategy<Value = Vec<Act>> {
    use proptest::prelude::*;
    let kinds = prop::sample::select(vec![
        None,
        None,
        Some(ErrorKind::Server),
        Some(ErrorKind::RateLimited),
        Some(ErrorKind::Overloaded),
        Some(ErrorKind::FirstTokenTimeout),
        Some(ErrorKind::Auth),
        Some(ErrorKind::PlanLimit),
        Some(ErrorKind::Rejected),
        Some(ErrorKind::Cancelled),
    ]);
    let act = prop_oneof![
        6 => (0u64..2_000, any::<bool>())
            .prop_map(|(tokens, has_fallback)| Act::Ask { tokens, has_fallback }),
        4 => (kinds, prop::option::weighted(0.2, any::<u64>()), 0u64..3_000)
            .prop_map(|(kind, hint_ms, tokens)| Act::End { kind, hint_ms, tokens }),
        1 => (any::<u64>(), 0u64..50, 0u64..90_000)
            .prop_map(|(limit, remaining, reset_ms)| Act::Headers { limit, remaining, reset_ms }),
        1 => (0u64..9_000).prop_map(|ms| Act::FirstToken { ms }),
        1 => Just(Act::Drop),
        4 => (0u64..20_000).prop_map(|ms| Act::Pass { ms }),
        1 => Just(Act::Reset),
    ];
    prop::collection::vec(act, 1..150)
}

proptest::proptest! {
    #[test]
    fn whatever_happens_nothing_leaks_and_every_answer_is_honest(acts in acts()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(live(acts));
    }
}

async fn live(acts: Vec<Act>) {
    let health = Health::default();
    let target = limited(Limits {
        requests_per_minute: Some(30),
        tokens_per_minute: Some(10_000),
        concurrency: Some(5),
    });
    let mut permits = std::collections::VecDeque::new();
    for act in acts {
        match act {
            Act::Ask {
                tokens,
                has_fallback,
            } => {
                let need = Need {
                    tokens,
                    has_fallback,
                    ..need()
                };
                match health.admit(&target, need) {
                    Admission::Go(permit) => permits.push_back(permit),
                    Admission::Wait { wait, why } => {
                        assert!(wait > Duration::ZERO && Instant::now() + wait <= need.until);
                        assert!(!why.is_empty());
                    }
                    Admission::Refused(error) => {
                        assert!(error.retry_after_ms > Some(0), "{error:?}");
                        assert!(
                            has_fallback || error.kind != ErrorKind::CircuitOpen || {
                                // Only its own word keeps the last path closed, and not for longer than a minute.
                                error.retry_after_ms <= Some(60_000)
                            }
                        );
                    }
                }
            }
            Act::End {
                kind,
                hint_ms,
                tokens,
            } => {
                if let Some(permit) = permits.pop_front() {
                    let error = kind.map(|kind| {
                        let mut error = error(kind);
                        error.retry_after_ms = hint_ms;
                        error
                    });
                    permit.end(error.as_ref(), tokens);
                }
            }
            Act::Headers {
                limit,
                remaining,
                reset_ms,
            } => {
                if let Some(permit) = permits.back_mut() {
                    permit.headers(&RateHint {
                        limit_tokens: Some(limit),
                        remaining_tokens: Some(remaining.saturating_mul(1000)),
                        reset_tokens: Some(Duration::from_millis(reset_ms)),
                        ..RateHint::default()
                    });
                }
            }
            Act::FirstToken { ms } => {
                if let Some(permit) = permits.back_mut() {
                    permit.first_token(Duration::from_millis(ms));
                }
            }
            Act::Drop => drop(permits.pop_back()),
            Act::Pass { ms } => advance(Duration::from_millis(ms)).await,
            Act::Reset => health.reset("p"),
        }
        assert!(permits.len() <= 5, "no more at once than configured");
        let under_way = health.snapshot().first().map_or(0, |seen| seen.in_flight);
        assert_eq!(under_way as usize, permits.len());
    }
    permits.clear();
    advance(SECOND * 300).await;
    health.reset("p");
    go(health.admit(&target, need())).end(None, 1);
    assert_eq!(health.snapshot()[0].in_flight, 0);
}
