use super::*;
use crate::policy::budget::Degrade;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const USD: i64 = 1_000_000_000_000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn labels(provider: &str) -> Labels {
    Labels {
        project: None,
        route: None,
        caller: "window".into(),
        key: None,
        provider: provider.into(),
        model: "m".into(),
    }
}

fn budget(name: &str, scope: Scope, period: Period, usd: i64) -> Budget {
    Budget {
        name: name.into(),
        scope,
        period,
        limit: Some(PicoUsd(usd * USD)),
        degrade: Degrade::Never,
        blocks: true,
    }
}

fn ledger(budgets: Vec<Budget>) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.configure(Calendar::default(), budgets);
    ledger
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn spend(ledger: &mut Ledger, provider: &str, usd: i64, now: i64) {
    let hold = ledger
        .reserve(CallId::new(), &labels(provider), PicoUsd(usd * USD), now)
        .unwrap();
    ledger.settle(hold, PicoUsd(usd * USD), now);
}

fn spent(ledger: &mut Ledger, now: i64) -> i64 {
    ledger.standings(now)[0].spent.0
}

const NOON: &str = "2026-11-25T12:00:00Z";

#[test]
fn what_is_set_aside_counts_until_it_is_settled() {
    let mut ledger = ledger(vec![budget("all", Scope::Global, Period::Day, 10)]);
    let (call, now) = (CallId::new(), at(NOON));
    let first = ledger
        .reserve(call, &labels("a"), PicoUsd(6 * USD), now)
        .unwrap();
    let refused = ledger
        .reserve(call, &labels("b"), PicoUsd(5 * USD), now)
        .unwrap_err();
    assert!(refused.for_now, "it fits once the first has cost less");
    assert_eq!(refused.reserved, PicoUsd(6 * USD));
    ledger.settle(first, PicoUsd(USD), now);
    ledger.settle(first, PicoUsd(USD), now);
    assert_eq!(spent(&mut ledger, now), USD, "settled once");
    ledger
        .reserve(call, &labels("b"), PicoUsd(9 * USD), now)
        .unwrap();
}

#[test]
fn an_attempt_that_one_budget_refuses_takes_nothing_from_others() {
    let mut ledger = ledger(vec![
        budget("all", Scope::Global, Period::Day, 10),
        budget("a", Scope::Provider("a".into()), Period::Day, 1),
    ]);
    let now = at(NOON);
    let refused = ledger
        .reserve(CallId::new(), &labels("a"), PicoUsd(2 * USD), now)
        .unwrap_err();
    assert_eq!(refused.budget, "a");
    assert!(!refused.for_now);
    assert_eq!(refused.resets_at, Some(at("2026-11-26T00:00:00Z")));
    assert_eq!(refused.resets_in(now).as_deref(), Some("12 h"));
    assert_eq!(ledger.standings(now)[0].reserved, PicoUsd(0));
}

#[test]
fn a_budget_of_nothing_refuses_what_costs_and_lets_through_what_is_free() {
    let mut ledger = ledger(vec![budget("all", Scope::Global, Period::Day, 0)]);
    let now = at(NOON);
    let mut ask = |pico| ledger.reserve(CallId::new(), &labels("a"), PicoUsd(pico), now);
    assert!(ask(1).is_err());
    assert!(ask(0).is_ok());
}

#[test]
fn a_single_call_is_limited_over_all_its_attempts() {
    let mut ledger = ledger(vec![budget("one", Scope::Global, Period::Call, 3)]);
    let (call, now) = (CallId::new(), at(NOON));
    let first = ledger
        .reserve(call, &labels("a"), PicoUsd(2 * USD), now)
        .unwrap();
    ledger.settle(first, PicoUsd(2 * USD), now);
    let refused = ledger
        .reserve(call, &labels("b"), PicoUsd(2 * USD), now)
        .unwrap_err();
    assert_eq!((refused.spent, refused.resets_at), (PicoUsd(2 * USD), None));
    ledger
        .reserve(CallId::new(), &labels("b"), PicoUsd(2 * USD), now)
        .unwrap();
}

#[test]
fn the_hour_slides_to_the_millisecond() {
    let mut ledger = ledger(vec![budget("hour", Scope::Global, Period::Hour, 10)]);
    let now = at("2026-11-25T12:59:59.999Z");
    spend(&mut ledger, "a", 6, now);
    spend(&mut ledger, "a", 4, now + 10);
    // A clock's new hour changes nothing.
    let later = now + HOUR_MS - 1;
    let refused = ledger
        .reserve(CallId::new(), &labels("a"), PicoUsd(USD), later)
        .unwrap_err();
    assert_eq!(refused.resets_at, Some(now + HOUR_MS));
    assert_eq!(ledger.standings(later)[0].resets_at, Some(now + HOUR_MS));
    assert_eq!(spent(&mut ledger, now + HOUR_MS), 4 * USD);
    assert_eq!(spent(&mut ledger, now + HOUR_MS + 10), 0);
}

#[test]
fn a_new_day_begins_where_the_zone_says() {
    let mut ledger = Ledger::default();
    let calendar = Calendar {
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        week_start: Weekday::Monday,
    };
    ledger.configure(
        calendar,
        vec![budget("all", Scope::Global, Period::Day, 10)],
    );
    let before = at("2026-10-25T22:59:59Z");
    spend(&mut ledger, "a", 10, before);
    let standing = ledger.standings(before).remove(0);
    assert_eq!(standing.resets_at, Some(before + 1000));
    assert_eq!(spent(&mut ledger, before + 999), 10 * USD);
    assert_eq!(spent(&mut ledger, before + 1000), 0);
}

#[test]
fn another_zone_counts_the_same_spending_in_its_own_days() {
    let mut ledger = ledger(vec![budget("all", Scope::Global, Period::Day, 10)]);
    spend(&mut ledger, "a", 3, at("2026-11-24T23:30:00Z"));
    let now = at("2026-11-25T12:00:00Z");
    assert_eq!(spent(&mut ledger, now), 0);
    let berlin = Calendar {
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        week_start: Weekday::Monday,
    };
    ledger.configure(berlin, vec![budget("all", Scope::Global, Period::Day, 10)]);
    assert_eq!(spent(&mut ledger, now), 3 * USD);
}

#[test]
fn a_new_budget_counts_what_was_spent_before_it() {
    let mut ledger = ledger(vec![]);
    let now = at(NOON);
    spend(&mut ledger, "a", 3, now);
    let under_way = ledger
        .reserve(CallId::new(), &labels("a"), PicoUsd(2 * USD), now)
        .unwrap();
    ledger.configure(
        Calendar::default(),
        vec![
            budget("day", Scope::Global, Period::Day, 10),
            budget("hour", Scope::Provider("a".into()), Period::Hour, 10),
        ],
    );
    for standing in ledger.standings(now) {
        assert_eq!(standing.spent, PicoUsd(3 * USD));
        assert_eq!(standing.reserved, PicoUsd(2 * USD));
    }
    ledger.settle(under_way, PicoUsd(0), now);
    assert_eq!(ledger.standings(now)[1].reserved, PicoUsd(0));
}

#[test]
fn a_raise_holds_until_its_end_and_never_lowers() {
    let mut ledger = ledger(vec![budget("all", Scope::Global, Period::Day, 10)]);
    let now = at(NOON);
    spend(&mut ledger, "a", 10, now);
    ledger.raise("all", Some((PicoUsd(20 * USD), now + 1000)));
    spend(&mut ledger, "a", 5, now);
    assert_eq!(ledger.standings(now)[0].limit, Some(PicoUsd(20 * USD)));
    assert_eq!(
        ledger.standings(now + 1000)[0].limit,
        Some(PicoUsd(10 * USD))
    );
    ledger.raise("all", Some((PicoUsd(USD), now + 1000)));
    assert_eq!(ledger.standings(now)[0].limit, Some(PicoUsd(10 * USD)));
}

#[test]
fn what_other_processes_hold_and_spend_counts() {
    let mut ledger = ledger(vec![budget("all", Scope::Global, Period::Day, 10)]);
    let now = at(NOON);
    let other = labels("b");
    ledger.set_elsewhere([(&other, PicoUsd(4 * USD))].into_iter());
    ledger.set_elsewhere([(&other, PicoUsd(5 * USD))].into_iter());
    ledger.add_spent(&other, PicoUsd(3 * USD), now);
    let standing = ledger.standings(now).remove(0);
    assert_eq!(
        (standing.spent, standing.reserved),
        (PicoUsd(3 * USD), PicoUsd(5 * USD))
    );
    assert!(
        ledger
            .reserve(CallId::new(), &labels("a"), PicoUsd(3 * USD), now)
            .unwrap_err()
            .for_now
    );
}

#[test]
fn a_clock_set_back_neither_loses_spending_nor_keeps_it_longer() {
    let mut ledger = ledger(vec![
        budget("hour", Scope::Global, Period::Hour, 10),
        budget("day", Scope::Global, Period::Day, 10),
    ]);
    let now = at(NOON);
    spend(&mut ledger, "a", 4, now);
    let back = now - 5 * HOUR_MS;
    assert_eq!(ledger.standings(back)[0].spent, PicoUsd(4 * USD));
    assert_eq!(ledger.standings(back)[1].spent, PicoUsd(4 * USD));
    assert_eq!(
        ledger.standings(back + HOUR_MS)[0].spent,
        PicoUsd(0),
        "an hour later it has left"
    );
    // Set right again.
    assert_eq!(ledger.standings(now + HOUR_MS)[0].spent, PicoUsd(0));
    assert_eq!(ledger.standings(now + HOUR_MS)[1].spent, PicoUsd(4 * USD));
}

#[test]
fn an_hour_of_many_small_amounts_stays_small() {
    let mut ledger = ledger(vec![budget("hour", Scope::Global, Period::Hour, 1000)]);
    let now = at(NOON);
    let count = i64::try_from(MOST_RECENT).unwrap() + 1000;
    for at in 0..count {
        ledger.add_spent(&labels("a"), PicoUsd(1), now + at / 100);
    }
    assert!(ledger.recent.len() <= MOST_RECENT);
    assert_eq!(spent(&mut ledger, now), count);
    assert_eq!(spent(&mut ledger, now + HOUR_MS + 2000), 0);
}

#[test]
fn however_many_projects_and_models_clients_name_memory_is_bounded_and_no_budget_misses_any() {
    let mut ledger = ledger(vec![
        budget("all", Scope::Global, Period::Day, 1000),
        budget("dear", Scope::Model("a/dear".into()), Period::Day, 1000),
        budget("key", Scope::Key("nightly".into()), Period::Day, 1000),
    ]);
    let now = at(NOON);
    let count = 3 * MOST_LABELS;
    for n in 0..count {
        let named = Labels {
            project: Some(format!("project {n}").into()),
            key: Some("nightly".into()),
            model: format!("model {n}").into(),
            ..labels("a")
        };
        ledger.add_spent(&named, PicoUsd(1), now);
    }
    let dear = Labels {
        project: Some("last".into()),
        key: Some("nightly".into()),
        model: "dear".into(),
        ..labels("a")
    };
    ledger.add_spent(&dear, PicoUsd(7), now);
    assert!(ledger.labels.len() <= MOST_LABELS + 5);
    let all = i64::try_from(count).unwrap() + 7;
    let spent: Vec<i64> = ledger
        .standings(now)
        .iter()
        .map(|one| one.spent.0)
        .collect();
    assert_eq!(spent, [all, 7, all]);
}

#[test]
fn the_hours_of_a_caller_are_told_apart() {
    let mut ledger = ledger(vec![]);
    let now = at(NOON);
    spend(&mut ledger, "a", 2, now - 3 * HOUR_MS);
    spend(&mut ledger, "a", 1, now);
    let hours = ledger.hours_by_caller(now, 4);
    assert_eq!(
        hours["window"],
        [2 * USD, 0, 0, USD].map(PicoUsd),
        "{hours:?}"
    );
}

#[derive(Debug, Clone)]
enum Deed {
    Reserve(i64, usize),
    Settle(usize, i64),
    Wait(i64),
    Configure,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..30i64, 0usize..3).prop_map(|(usd, who)| Deed::Reserve(usd, who)),
        4 => (0usize..20, 0..=100i64).prop_map(|(which, percent)| Deed::Settle(which, percent)),
        3 => prop_oneof![0..60_000i64, 0..3 * HOUR_MS, 0..40 * DAY_MS, -3 * DAY_MS..0].prop_map(Deed::Wait),
        1 => Just(Deed::Configure),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// Against a list of everything that was ever booked.
    #[test]
    fn sums_equal_a_list_of_all_that_happened_and_no_budget_is_overshot(
        deeds in prop::collection::vec(deed(), 1..120),
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    ) {
        let calendar = Calendar { zone: TimeZone::get(zone).unwrap(), week_start: Weekday::Sunday };
        let budgets = || vec![
            budget("day", Scope::Global, Period::Day, 60),
            budget("week", Scope::Provider("a".into()), Period::Week, 90),
            budget("month", Scope::Global, Period::Month, 200),
            budget("hour", Scope::Global, Period::Hour, 45),
        ];
        let names = ["a", "b", "c"];
        let mut ledger = Ledger::default();
        ledger.configure(calendar.clone(), budgets());
        let mut now = at("2026-10-24T20:00:00Z");
        let mut open: Vec<(HoldId, usize, i64)> = Vec::new();
        // (time booked, time booked as the clock has been moved since, who, amount)
        let mut booked: Vec<(i64, i64, usize, i64)> = Vec::new();
        for deed in deeds {
            match deed {
                Deed::Reserve(usd, who) => {
                    if let Ok(hold) = ledger.reserve(CallId::new(), &labels(names[who]), PicoUsd(usd * USD), now) {
                        open.push((hold, who, usd * USD));
                    }
                }
                Deed::Settle(which, percent) => if !open.is_empty() {
                    let (hold, who, amount) = open.remove(which % open.len());
                    let cost = amount / 100 * percent;
                    ledger.settle(hold, PicoUsd(cost), now);
                    booked.push((now, now, who, cost));
                },
                Deed::Wait(ms) => {
                    if ms < -JITTER_MS {
                        for entry in &mut booked {
                            // Only what has not left yet moves along.
                            if entry.1 > now - HOUR_MS {
                                entry.1 += ms;
                            } else {
                                entry.1 = i64::MIN / 2;
                            }
                        }
                    }
                    if !(-JITTER_MS..0).contains(&ms) {
                        now += ms;
                    }
                    ledger.standings(now);
                }
                Deed::Configure => ledger.configure(calendar.clone(), budgets()),
            }
            for entry in &mut booked {
                if entry.1 <= now - HOUR_MS {
                    entry.1 = i64::MIN / 2;
                }
            }
            for standing in ledger.standings(now) {
                let covers = |who: usize| standing.budget.scope.covers(&labels(names[who]));
                let expected: i64 = booked.iter().filter(|(at, moved, who, _)| {
                    covers(*who) && match standing.window {
                        Some(window) => window.contains(*at),
                        None => *moved > now - HOUR_MS,
                    }
                }).map(|entry| entry.3).sum();
                let reserved: i64 = open.iter().filter(|(_, who, _)| covers(*who)).map(|entry| entry.2).sum();
                prop_assert_eq!(standing.spent.0, expected, "{} at {}", standing.budget.name, now);
                prop_assert_eq!(standing.reserved.0, reserved);
            }
        }
    }

    #[test]
    fn a_budget_is_never_overshot_within_its_window(
        asks in prop::collection::vec((0..30i64, 0..=100i64, 0..HOUR_MS / 4, any::<bool>()), 1..200),
    ) {
        let mut ledger = ledger(vec![
            budget("day", Scope::Global, Period::Day, 50),
            budget("hour", Scope::Global, Period::Hour, 20),
        ]);
        let mut now = at(NOON);
        let mut open = Vec::new();
        for (usd, percent, wait, settle) in asks {
            now += wait;
            // What is under way when a window ends may be booked in the next, so it is settled at once here.
            if let Ok(hold) = ledger.reserve(CallId::new(), &labels("a"), PicoUsd(usd * USD), now) {
                open.push((hold, usd * USD / 100 * percent));
            }
            if settle {
                for (hold, cost) in open.drain(..) {
                    ledger.settle(hold, PicoUsd(cost), now);
                }
            }
            for standing in ledger.standings(now) {
                prop_assert!(standing.spent.0 + standing.reserved.0 <= standing.limit.unwrap().0);
            }
        }
    }
}
