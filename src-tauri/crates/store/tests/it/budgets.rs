//! Money over a real file: two processes, a crash, old sums. A process is a store that has the file open; the crash
//! is a child that is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use switchboard_engine::admit::{Booking, Purse, Spender, Who};
use switchboard_engine::call::CallId;
use switchboard_engine::config::UnknownPrice;
use switchboard_engine::policy::budget::Labels;
use switchboard_engine::policy::ledger::{HoldId, KEPT_MS};
use switchboard_engine::policy::marks::Measure;
use switchboard_engine::policy::period::HOUR_MS;
use switchboard_engine::price::PicoUsd;
use switchboard_store::{BudgetRaise, NewAlert, StoppedCallerRow, Store};

const FILE: &str = "STORE_TEST_MONEY_FILE";
const NOW: i64 = 1_795_607_400_000;

fn labels(key: Option<&str>) -> Labels {
    Labels {
        project: None,
        route: Some("simple".into()),
        caller: "gateway".into(),
        key: key.map(Into::into),
        provider: "openai".into(),
        model: "m".into(),
    }
}

fn booking(key: Option<&str>, amount: i64, at: i64) -> Booking {
    Booking {
        labels: labels(key),
        amount: PicoUsd(amount),
        at,
    }
}

fn open(path: &Path) -> Store {
    Store::open(path).unwrap().0
}

fn history() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    (folder, path)
}

fn sum(bookings: &[Booking]) -> i64 {
    bookings.iter().map(|booking| booking.amount.0).sum()
}

#[tokio::test]
async fn another_process_sees_what_is_spent_and_set_aside_once() {
    let (_folder, path) = history();
    let (one, two) = (open(&path), open(&path));
    let seen = two.all_money(NOW).await.unwrap().seen;
    assert_eq!(two.money_since(seen).await.unwrap(), None);

    let mut outgoing = switchboard_engine::admit::Outgoing::default();
    outgoing
        .opened
        .insert(HoldId(1), booking(Some("ci"), 7, NOW));
    outgoing.spent.push(booking(None, 5, NOW));
    one.write_money(outgoing).await.unwrap();
    let news = two.money_since(seen).await.unwrap().unwrap();
    assert_eq!(news.spent, [booking(None, 5, NOW)]);
    assert_eq!(news.elsewhere, [booking(Some("ci"), 7, NOW)]);

    let closing = switchboard_engine::admit::Outgoing {
        closed: vec![HoldId(1)],
        spent: vec![booking(Some("ci"), 3, NOW + 1)],
        ..Default::default()
    };
    one.write_money(closing).await.unwrap();
    let last = two.money_since(news.seen).await.unwrap().unwrap();
    assert_eq!(last.spent, [booking(Some("ci"), 3, NOW + 1)]);
    assert_eq!(last.elsewhere, []);
    assert_eq!(two.money_since(last.seen).await.unwrap(), None);
    // What a process booked itself is no news to it.
    let own = one.all_money(NOW).await.unwrap();
    assert_eq!(sum(&own.spent), 8, "but at a launch all counts");
    let more = switchboard_engine::admit::Outgoing {
        spent: vec![booking(None, 1, NOW)],
        ..Default::default()
    };
    one.write_money(more).await.unwrap();
    let news = one.money_since(own.seen).await.unwrap().unwrap();
    assert_eq!(news.spent, []);
}

/// Sets money aside and says so; then it waits to be killed.
#[tokio::test]
async fn child_sets_money_aside() {
    let Ok(file) = std::env::var(FILE) else {
        return;
    };
    let store = open(Path::new(&file));
    let purse = Purse::default();
    let outgoing = {
        let mut outgoing = purse.outgoing();
        outgoing.opened.insert(HoldId(1), booking(None, 11, NOW));
        outgoing.spent.push(booking(None, 2, NOW));
        outgoing
    };
    store.write_money(outgoing).await.unwrap();
    println!("written");
    std::future::pending::<()>().await;
}

fn child(path: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "budgets::child_sets_money_aside", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = |line: std::io::Result<String>| line.unwrap().contains("written");
    assert!(lines.into_iter().any(said));
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_had_set_aside_counts_as_spent() {
    let (_folder, path) = history();
    let other = open(&path);
    let mut child = child(&path);
    let running = other.all_money(NOW).await.unwrap();
    assert_eq!((sum(&running.spent), sum(&running.elsewhere)), (2, 11));
    child.kill().unwrap();
    child.wait().unwrap();
    let launched = open(&path);
    let news = launched.all_money(NOW).await.unwrap();
    assert_eq!((sum(&news.spent), sum(&news.elsewhere)), (13, 0));
    // The process that ran all the while sees the same.
    let news = other.money_since(running.seen).await.unwrap().unwrap();
    assert_eq!((sum(&news.spent), sum(&news.elsewhere)), (11, 0));
    let again = open(&path).all_money(NOW).await.unwrap();
    assert_eq!(sum(&again.spent), 13, "booked once");
}

#[tokio::test]
async fn old_spending_is_summed_without_being_lost_or_read_twice() {
    let (_folder, path) = history();
    let (one, two) = (open(&path), open(&path));
    let old = NOW - 5 * HOUR_MS;
    let spent = (0..100)
        .map(|n| booking((n % 2 == 0).then_some("ci"), 1, old + n))
        .chain([
            booking(None, 1000, NOW - KEPT_MS - 1),
            booking(None, 7, NOW),
        ])
        .collect();
    one.write_money(switchboard_engine::admit::Outgoing {
        spent,
        ..Default::default()
    })
    .await
    .unwrap();
    let seen = two.all_money(NOW - 5 * HOUR_MS).await.unwrap();
    assert_eq!(sum(&seen.spent), 1107);
    one.tidy_money(NOW).await.unwrap();
    let news = two.money_since(seen.seen).await.unwrap().unwrap();
    assert_eq!(news.spent, [], "nothing is read twice");
    let all = open(&path).all_money(NOW).await.unwrap();
    assert_eq!(sum(&all.spent), 107, "what is older than a month is gone");
    assert_eq!(all.spent.len(), 3, "{:?}", all.spent);
}

#[tokio::test]
async fn raises_stops_and_mutes_are_seen_by_others_and_end() {
    let (_folder, path) = history();
    let (one, two) = (open(&path), open(&path));
    let seen = two.all_money(NOW).await.unwrap().seen;
    let raise = BudgetRaise {
        budget: "all".into(),
        limit: PicoUsd(20),
        until_ms: NOW + 10,
    };
    one.raise_budget("all", Some(raise.clone())).await.unwrap();
    let stop = StoppedCallerRow {
        caller: "key:ci".into(),
        at_ms: NOW,
        reason: "runs away".into(),
    };
    one.stop_caller("key:ci", Some(stop.clone())).await.unwrap();
    one.mute_alerts("all", Some(NOW + 10)).await.unwrap();
    let news = two.money_since(seen).await.unwrap().unwrap();
    assert_eq!(news.raises, [raise]);
    assert_eq!(news.stopped, [stop]);
    assert_eq!(news.mutes, [("all".to_owned(), NOW + 10)]);
    one.stop_caller("key:ci", None).await.unwrap();
    one.tidy_money(NOW + 10).await.unwrap();
    let news = two.money_since(news.seen).await.unwrap().unwrap();
    assert!(news.raises.is_empty() && news.stopped.is_empty() && news.mutes.is_empty());
}

#[tokio::test]
async fn of_two_processes_that_see_a_step_one_raises_the_alert() {
    let (_folder, path) = history();
    let (one, two) = (open(&path), open(&path));
    let measure = |value| Measure {
        window: Some(1),
        value,
        steps: vec![50, 80],
    };
    let alert = |crossing: switchboard_engine::policy::marks::Crossing| {
        Some(NewAlert {
            level: "warning",
            title: format!("step {}", crossing.step),
            text: String::new(),
            budget: Some("all".into()),
            caller: None,
            muted: false,
        })
    };
    let (first, second) = tokio::join!(
        one.advance_marks("all", measure(60), alert),
        two.advance_marks("all", measure(61), alert)
    );
    let raised = [first.unwrap().1, second.unwrap().1];
    assert_eq!(raised.iter().flatten().count(), 1, "{raised:?}");
    let after = one.advance_marks("all", measure(90), alert).await.unwrap();
    assert_eq!(after.1.unwrap().title, "step 1");
    // Also after a restart.
    let later = open(&path).advance_marks("all", measure(95), alert).await;
    assert_eq!(later.unwrap().1, None);
    let (alerts, undismissed) = two.alerts().await.unwrap();
    assert_eq!((alerts.len(), undismissed), (2, 2));
    two.dismiss_alerts(Some(alerts[0].id)).await.unwrap();
    assert_eq!(two.alerts().await.unwrap().1, 1);
    two.dismiss_alerts(None).await.unwrap();
    assert_eq!(two.alerts().await.unwrap().1, 0);
}

#[test]
fn a_hand_without_holds_leaves_nothing_to_write() {
    let purse = Purse::default();
    drop(Spender::new(
        purse.clone(),
        CallId::new(),
        Who::default(),
        UnknownPrice::Dearest,
        Vec::new(),
    ));
    assert!(purse.outgoing().is_empty());
}
