//! `budgets`, and budgets across processes: every call here is a process of its own.

use crate::program::{Gateway, Home, Ran};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use switchboard_sandbox::{Options, Sandbox};

/// What an answer of 20 tokens at 1,000 USD a million costs, in pico-USD.
const ANSWER: i64 = 20_000_000_000;
const MODEL: &str = "swift?tokens=20&ttft=5";
const SLOW: &str = "steady?tokens=400&tps=20&ttft=5";

struct Paid {
    home: Home,
    _upstream: Sandbox,
    _runtime: tokio::runtime::Runtime,
}

/// A provider with prices, and a budget.
fn paid(limit: &str) -> Paid {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let upstream = runtime
        .block_on(Sandbox::start(Options::default()))
        .unwrap();
    let home = Home::new();
    home.write(
        "data/config.toml",
        format!(
            "[providers.paid]\nwire = \"openai_chat\"\nbase_url = \"{}/v1\"\nneeds_key = false\nmodels = [\n\
             {{ name = \"{MODEL}\", price = {{ input = 0, output = 1000 }} }},\n\
             {{ name = \"{SLOW}\", price = {{ input = 0, output = 1000 }} }},\n]\n\n\
             [budgets.all]\nlimit = \"{limit}\"\nwindow = \"day\"\n",
            upstream.base_url()
        ),
    );
    Paid {
        home,
        _upstream: upstream,
        _runtime: runtime,
    }
}

impl Paid {
    fn call(&self) -> Ran {
        let model = format!("paid/{MODEL}");
        self.home
            .run(&["call", "hello", "-m", &model, "--max-tokens", "20"])
    }

    fn budget(&self) -> Value {
        let listed = self.home.run(&["budgets", "--json"]);
        assert_eq!(listed.code, 0, "{}", listed.err);
        listed.events().remove(0)
    }
}

#[test]
fn what_one_process_spends_the_next_one_counts() {
    let paid = paid("0.05");
    for _ in 0..2 {
        let ran = paid.call();
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let refused = paid.call();
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("the budget `all`"), "{}", refused.err);
    assert_eq!(paid.budget()["spent"], 2 * ANSWER);
    let listed = paid.home.run(&["budgets"]);
    assert!(
        listed
            .out
            .starts_with("all  all calls, day  $0.0400 of $0.0500 (80 %)  resets "),
        "{}",
        listed.out
    );
}

#[test]
fn processes_beside_each_other_see_what_the_others_have_set_aside() {
    let paid = paid("0.50");
    let model = format!("paid/{SLOW}");
    // At worst 0.40 USD, and it takes a while.
    let arguments = ["call", "hello", "-m", &model, "--max-tokens", "400"];
    let mut slow = paid.home.command(&arguments).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(15);
    while paid.budget()["reserved"] != 20 * ANSWER {
        assert!(Instant::now() < until, "{}", paid.budget());
    }
    let refused = paid
        .home
        .run(&["call", "hello", "-m", &model, "--max-tokens", "200"]);
    assert!(refused.err.contains("set aside"), "{}", refused.err);
    assert_eq!(paid.call().code, 0, "what fits beside it is answered");

    // Killed in the middle: nobody knows what it will have cost, so its worst counts.
    slow.kill().unwrap();
    assert!(!slow.wait().unwrap().success());
    let after = paid.budget();
    assert_eq!(after["reserved"], 0, "{after}");
    assert_eq!(after["spent"], 21 * ANSWER);
}

/// Asks a gateway for one answer; returns its status.
fn status_of_one(gateway: &Gateway) -> u16 {
    let body = json!({
        "model": format!("paid/{MODEL}"), "max_tokens": 20,
        "messages": [{"role": "user", "content": "hello"}],
    });
    let reply = gateway.chat(&body.to_string());
    reply.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn two_gateways_of_one_budget_under_load_do_not_overshoot_it() {
    const ROOM: i64 = 20;
    const EACH: usize = 100;
    let paid = paid("0.40");
    let gateways = [Gateway::start(&paid.home), Gateway::start(&paid.home)];
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = gateways
            .iter()
            .flat_map(|gateway| std::iter::repeat_n(gateway, EACH))
            .map(|gateway| scope.spawn(|| status_of_one(gateway)))
            .collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for gateway in gateways {
        gateway.end();
    }
    let answered = statuses.iter().filter(|status| **status == 200).count();
    let refused = statuses.iter().filter(|status| **status == 402).count();
    assert_eq!(answered + refused, 2 * EACH, "{statuses:?}");
    let spent = paid.budget()["spent"].as_i64().unwrap();
    assert_eq!(spent, i64::try_from(answered).unwrap() * ANSWER);
    assert!(spent <= ROOM * ANSWER, "{spent}");
    // What is kept free for the other near the limit is a part of it only.
    assert!(spent >= ROOM / 2 * ANSWER, "{spent}");
}

#[test]
fn without_a_budget_it_is_said_how_to_make_one() {
    let listed = Home::new().run(&["budgets", "list"]);
    assert_eq!((listed.code, listed.out.as_str()), (0, ""));
    assert!(listed.err.contains("[budgets.all]"), "{}", listed.err);
}

#[test]
fn a_broken_configuration_is_not_taken_for_one_without_budgets() {
    let home = Home::new();
    home.write("data/config.toml", "[budgets.all\nlimit = \"10\"\n");
    for arguments in [&["budgets"][..], &["budgets", "--json"]] {
        let listed = home.run(arguments);
        assert_ne!(listed.code, 0);
        assert_eq!(listed.out, "");
        assert!(listed.err.contains("config.toml:1:13"), "{}", listed.err);
        assert!(!listed.err.contains("there is no budget"), "{}", listed.err);
    }
}
