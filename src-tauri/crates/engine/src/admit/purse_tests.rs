use super::{Outgoing, Purse, Spender, Vault, Who};
use crate::call::{CallId, Message, ModelRequest, Params, Role};
use crate::config::UnknownPrice;
use crate::error::ErrorKind;
use crate::plan::{Limits, Target, Tier};
use crate::policy::budget::{Budget, Degrade, Scope};
use crate::policy::period::{Calendar, Period};
use crate::price::{PicoUsd, Tariff, TokenPrice};
use crate::provider::{AuthStyle, Capabilities, Endpoint, Wire};
use crate::usage::Usage;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::collections::HashSet;
use std::sync::Arc;

const USD: i64 = 1_000_000_000_000;

/// A dollar per thousand output tokens.
fn price() -> TokenPrice {
    TokenPrice {
        input: PicoUsd(0),
        output: PicoUsd(USD / 1000),
        cache_read: None,
        cache_creation: None,
    }
}

fn target(price: Option<TokenPrice>, url: &str) -> Target {
    Target {
        provider: "p".into(),
        provider_label: "P".into(),
        endpoint: Endpoint {
            base_url: url.parse().unwrap(),
            wire: Wire::OpenaiChat,
            auth: AuthStyle::Bearer,
            headers: Vec::new(),
        },
        credential: None,
        key: None,
        model: "m".into(),
        capabilities: Capabilities::default(),
        tier: Tier::Standard,
        timeouts: Tier::Standard.timeouts(),
        limits: Limits::default(),
        step: Default::default(),
        price: price.map(|price| Arc::new(Tariff::flat("m", price, "test"))),
        simulated: false,
    }
}

fn request(max_tokens: Option<u32>) -> ModelRequest {
    ModelRequest {
        model: "m".into(),
        messages: vec![Message::text(Role::User, "hello")],
        tools: Vec::new(),
        tool_choice: Default::default(),
        response_format: Default::default(),
        params: Params {
            max_tokens,
            ..Params::default()
        },
        raw: None,
    }
}

fn budget(usd: i64) -> Budget {
    Budget {
        name: "all".into(),
        scope: Scope::Global,
        period: Period::Day,
        limit: Some(PicoUsd(usd * USD)),
        degrade: Degrade::Never,
        blocks: true,
    }
}

fn purse(budgets: Vec<Budget>) -> Purse {
    let purse = Purse::default();
    purse.set_clock(Some(1_795_607_400_000));
    purse.configure(Calendar::default(), budgets);
    purse
}

fn spender(purse: &Purse, unknown: UnknownPrice) -> Spender {
    let who = Who {
        caller: "window".into(),
        ..Who::default()
    };
    Spender::new(purse.clone(), CallId::new(), who, unknown, Vec::new())
}

fn used(output: u64) -> Usage {
    Usage {
        output_visible_tokens: output,
        ..Usage::default()
    }
}

/// A file that nobody else shares.
#[derive(Debug)]
struct Nobody;

impl Vault for Nobody {
    fn agree(&self) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }
}

#[tokio::test]
async fn what_a_round_of_others_refuses_before_it_is_asked_for_is_not_sent() {
    let purse = purse(vec![budget(2)]);
    purse.set_vault(Arc::new(Nobody));
    purse.looked(1);
    let spender = spender(&purse, UnknownPrice::Dearest);
    let target = target(Some(price()), "https://api.example/v1");
    let hold = spender.hold(&target, &request(Some(1500)), 2);
    let hold = hold.unwrap().unwrap();
    // Between the question and the wait another call's round learns that others have all of it, and decides.
    let labels = Who::default().labels("p", "m");
    purse.with_ledger(|ledger, _| {
        ledger.set_elsewhere([(&labels, PicoUsd(2 * USD))].into_iter());
    });
    assert!(purse.decide().opened.is_empty());
    let waiting = hold.waiting().expect("it is decided on, and not told yet");
    assert!(purse.agreed(waiting).await.is_err());
    assert!(!hold.is_waiting(), "it is told once");
}

#[test]
fn a_refusal_names_budget_spent_limit_reset_and_what_would_fit() {
    let purse = purse(vec![budget(2)]);
    let spender = spender(&purse, UnknownPrice::Dearest);
    let target = target(Some(price()), "https://api.example/v1");
    let hold = spender.hold(&target, &request(Some(1500)), 2).unwrap();
    hold.unwrap().settle(&used(1500), None);
    let error = *spender
        .hold(&target, &request(Some(1000)), 2)
        .unwrap_err()
        .error;
    assert_eq!(error.kind, ErrorKind::Budget);
    assert_eq!(error.budget.as_deref(), Some("all"));
    assert_eq!(
        error.message,
        "the budget `all` (all calls, $2.00 a day) has no room: $1.50 spent, and this attempt may cost up to $1.00; \
         it resets Thu 00:00 (UTC), in 12 h 10 min"
    );
    assert_eq!(
        error.hint.as_deref(),
        Some("set `max_tokens` to 500 or less and it fits, or raise `budgets.all.limit`")
    );
    assert_eq!(error.retry_after_ms, Some(12 * 3_600_000 + 10 * 60_000));
    assert_eq!(error.should_retry, Some(false));
}

#[test]
fn free_local_and_simulated_targets_are_never_refused_nor_counted() {
    let purse = purse(vec![budget(0)]);
    let spender = spender(&purse, UnknownPrice::Dearest);
    let mut simulated = target(Some(price()), "https://api.example/v1");
    simulated.simulated = true;
    let local = target(None, "http://127.0.0.1:11434/v1");
    let mut free = target(None, "https://api.example/v1");
    free.price = Some(Arc::new(Tariff::free("m", "ours")));
    for target in [&simulated, &local, &free] {
        assert!(spender.hold(target, &request(None), 2).unwrap().is_none());
    }
    assert_eq!(purse.outgoing(), Outgoing::default());
    let paid = target(Some(price()), "https://api.example/v1");
    assert!(spender.hold(&paid, &request(None), 2).is_err());
}

#[test]
fn a_price_that_is_not_known_is_that_of_the_dearest_model_or_refused() {
    let purse = purse(vec![budget(100)]);
    let target = target(None, "https://api.example/v1");
    let refused = spender(&purse, UnknownPrice::Dearest)
        .hold(&target, &request(Some(1000)), 2)
        .unwrap_err();
    assert!(
        refused
            .error
            .message
            .starts_with("no price is known for `p/m`")
    );
    assert!(
        spender(&purse, UnknownPrice::Block)
            .hold(&target, &request(Some(1000)), 2)
            .is_err()
    );
    assert!(
        spender(&purse, UnknownPrice::Free)
            .hold(&target, &request(Some(1000)), 2)
            .unwrap()
            .is_none()
    );
    let dearest = vec![("p".into(), Arc::new(Tariff::flat("d", price(), "test")))];
    let spender = Spender::new(
        purse.clone(),
        CallId::new(),
        Who::default(),
        UnknownPrice::Dearest,
        dearest,
    );
    let hold = spender
        .hold(&target, &request(Some(1000)), 2)
        .unwrap()
        .unwrap();
    assert_eq!(purse.standings()[0].reserved, PicoUsd(USD));
    hold.settle(&used(10), None);
    assert_eq!(purse.standings()[0].spent, PicoUsd(USD / 100));
    // Nothing counts it, so nothing refuses it.
    purse.configure(Calendar::default(), Vec::new());
    let nobody = super::Spender::new(
        purse,
        CallId::new(),
        Who::default(),
        UnknownPrice::Dearest,
        Vec::new(),
    );
    assert!(nobody.hold(&target, &request(None), 2).unwrap().is_none());
}

#[test]
fn a_cancelled_attempt_costs_what_it_has_used() {
    let purse = purse(vec![budget(10)]);
    let spender = spender(&purse, UnknownPrice::Dearest);
    let target = target(Some(price()), "https://api.example/v1");
    let mut hold = spender
        .hold(&target, &request(Some(5000)), 2)
        .unwrap()
        .unwrap();
    hold.used(used(700));
    drop(hold);
    let standing = purse.standings().remove(0);
    assert_eq!(standing.spent, PicoUsd(USD / 10 * 7));
    assert_eq!(standing.reserved, PicoUsd(0));
}

#[test]
fn without_a_limit_of_its_own_a_request_sets_the_models_longest_answer_aside() {
    let purse = purse(vec![budget(100)]);
    let spender = spender(&purse, UnknownPrice::Dearest);
    let mut target = target(Some(price()), "https://api.example/v1");
    let reserved = |target: &Target, max_tokens| {
        let hold = spender.hold(target, &request(max_tokens), 2).unwrap();
        let reserved = purse.standings()[0].reserved;
        hold.unwrap().release();
        reserved
    };
    assert_eq!(
        reserved(&target, None),
        PicoUsd(i64::try_from(super::spender::UNKNOWN_OUTPUT_TOKENS).unwrap() * USD / 1000)
    );
    target.capabilities.max_output_tokens = Some(2000);
    assert_eq!(reserved(&target, None), PicoUsd(2 * USD));
    assert_eq!(reserved(&target, Some(100)), PicoUsd(USD / 10));
    // A limit that the model is not sent limits nothing.
    target.capabilities.rejected_params = vec!["max_tokens".into()];
    assert_eq!(reserved(&target, Some(100)), PicoUsd(2 * USD));
}

#[test]
fn what_could_not_be_written_is_written_later_and_once() {
    let purse = purse(vec![]);
    let spender = spender(&purse, UnknownPrice::Dearest);
    let target = target(Some(price()), "https://api.example/v1");
    let hold = || {
        spender
            .hold(&target, &request(Some(1000)), 2)
            .unwrap()
            .unwrap()
    };
    let (first, second) = (hold(), hold());
    let failed = purse.outgoing();
    assert_eq!(failed.opened.len(), 2);
    first.settle(&used(10), None);
    purse.restore(failed);
    let outgoing = purse.outgoing();
    assert_eq!(outgoing.opened.len(), 1, "{outgoing:?}");
    assert_eq!(outgoing.closed.len(), 1);
    assert_eq!(outgoing.spent.len(), 1);
    second.settle(&used(20), None);
    let last = purse.outgoing();
    assert_eq!((last.opened.len(), last.closed.len()), (0, 1));
    assert_eq!(last.spent[0].amount, PicoUsd(USD / 50));
}

#[test]
fn a_stopped_caller_is_refused_even_what_is_free() {
    let purse = purse(vec![]);
    purse.set_stopped(HashSet::from(["window".to_owned()]));
    let target = target(None, "http://127.0.0.1:11434/v1");
    let refused = spender(&purse, UnknownPrice::Dearest).hold(&target, &request(None), 2);
    assert_eq!(refused.unwrap_err().error.kind, ErrorKind::CallerStopped);
    purse.set_stopped(HashSet::new());
    let spender = spender(&purse, UnknownPrice::Dearest);
    assert!(spender.hold(&target, &request(None), 2).is_ok());
}
