use crate::budgets::Money;
use crate::config::ConfigHandle;
use futures_util::FutureExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use switchboard_engine::call::CallId;
use switchboard_engine::policy::budget::Labels;
use switchboard_engine::price::PicoUsd;
use switchboard_store::Store;
use tokio::time::{Instant, sleep};

const USD: i64 = 1_000_000_000_000;

fn labels(project: &str) -> Labels {
    Labels {
        project: Some(project.into()),
        route: None,
        caller: "gateway".into(),
        key: None,
        provider: "openai".into(),
        model: "gpt".into(),
    }
}

/// Opens the file as a program of its own does.
async fn program(folder: &std::path::Path) -> Money {
    let (store, _) = Store::open(folder.join("history.sqlite")).unwrap();
    let config = ConfigHandle::open(folder.join("config.toml"));
    let money = Money::open(store, config).await.unwrap();
    let kept = money.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = kept.purse().changed() => {
                    sleep(Duration::from_millis(50)).await;
                    kept.write().await;
                }
                () = sleep(Duration::from_millis(500)) => {
                    kept.poll().await;
                }
            }
        }
    });
    money
}

fn folder(limit: i64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = format!("[budgets.all]\nlimit = \"{limit}\"\nwindow = \"day\"\n");
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    folder
}

/// Makes a call that costs `cost`, as long as there is room within five seconds. Returns what it cost.
async fn pay(money: Money, cost: i64, spent: Arc<AtomicI64>, most: i64) -> i64 {
    let until = Instant::now() + Duration::from_secs(5);
    let call = CallId::new();
    while Instant::now() < until {
        if let Ok(hold) = money.purse().reserve(call, &labels("p"), PicoUsd(cost))
            && money.purse().agreed(hold).await.is_ok()
        {
            let now = spent.fetch_add(cost, Ordering::SeqCst) + cost;
            assert!(now <= most, "overshot: {now} of {most}");
            sleep(Duration::from_millis(20)).await;
            money.purse().settle(hold, PicoUsd(cost));
            money.purse().call_ended(call);
            return cost;
        }
        sleep(Duration::from_millis(100)).await;
    }
    0
}

async fn all_spend(two: [&Money; 2], calls: usize, cost: i64, limit: i64) -> i64 {
    let spent = Arc::new(AtomicI64::new(0));
    let tasks: Vec<_> = (0..calls)
        .map(|number| {
            let money = two[number % 2].clone();
            tokio::spawn(pay(money, cost, Arc::clone(&spent), limit))
        })
        .collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.unwrap();
    }
    sum
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_with_room_for_twenty_let_twenty_of_two_hundred_calls_through() {
    let folder = folder(20);
    let (one, two) = (program(folder.path()).await, program(folder.path()).await);
    let spent = all_spend([&one, &two], 200, USD, 20 * USD).await;
    assert_eq!(spent, 20 * USD);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_that_spend_little_at_a_time_stop_at_the_limit_together() {
    let folder = folder(10);
    let (one, two) = (program(folder.path()).await, program(folder.path()).await);
    // Room for 250 of 600.
    let spent = all_spend([&one, &two], 600, USD / 25, 10 * USD).await;
    assert_eq!(spent, 10 * USD);
}

#[tokio::test]
async fn a_call_that_leaves_while_processes_agree_counts_nothing_twice() {
    let folder = folder(20);
    let (one, two) = (program(folder.path()).await, program(folder.path()).await);
    let spent = Arc::new(AtomicI64::new(0));
    pay(two.clone(), USD, spent, 20 * USD).await;
    two.write().await;
    // More than may be set aside without asking.
    let hold = one
        .purse()
        .reserve(CallId::new(), &labels("p"), PicoUsd(16 * USD));
    let hold = hold.unwrap();
    let left = one.purse().agreed(hold).now_or_never();
    assert!(left.is_none(), "it was still waiting");
    one.purse().settle(hold, PicoUsd(0));
    // Whatever was begun ends, and the file is looked at again.
    sleep(Duration::from_millis(200)).await;
    one.poll().await;
    let all = one.purse().standings().remove(0);
    assert_eq!((all.spent, all.reserved), (PicoUsd(USD), PicoUsd(0)));
}

#[tokio::test]
async fn far_from_a_limit_nobody_is_asked() {
    let folder = folder(1000);
    let money = program(folder.path()).await;
    let purse = money.purse();
    let set_aside = |cost| {
        purse
            .reserve(CallId::new(), &labels("p"), PicoUsd(cost))
            .unwrap()
    };
    // The first is written before it counts: it is not known yet what was.
    let first = set_aside(USD);
    purse.agreed(first).await.unwrap();
    let began = money.inner.rounds.load(Ordering::SeqCst);
    for _ in 0..50 {
        let hold = set_aside(USD);
        purse.agreed(hold).await.unwrap();
    }
    assert_eq!(money.inner.rounds.load(Ordering::SeqCst), began);
    let much = set_aside(70 * USD);
    purse.agreed(much).await.unwrap();
    assert!(money.inner.rounds.load(Ordering::SeqCst) > began);
}
