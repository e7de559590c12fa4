use super::*;
use crate::policy::budget::{Degrade, Scope};
use crate::policy::period::Period;
use crate::price::PicoUsd;
use jiff::civil::Weekday;
use proptest::prelude::*;

const USD: i64 = 1_000_000_000_000;

fn good(text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn problem(text: &str) -> Problem {
    let mut found = Config::parse(text).expect_err("a problem");
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_budget_is_read_with_its_scope_window_and_limit() {
    let config = good(
        r#"
[budgets]
zone = "Europe/Berlin"
week_start = "sunday"
unknown_price = "block"

[budgets.everything]
limit = "10.00"
window = "day"

[budgets.research]
project = "research"
limit = 5
window = "month"
degrade_to = "simple"
block = false

[budgets.one-call]
limit = 0.25
window = "call"
degrade_to = "none"
"#,
    );
    let budgets = &config.budgets;
    assert_eq!(budgets.calendar().zone.iana_name(), Some("Europe/Berlin"));
    assert_eq!(budgets.calendar().week_start, Weekday::Sunday);
    assert_eq!(budgets.unknown_price, UnknownPrice::Block);
    let names: Vec<&str> = budgets.list.iter().map(|b| b.name.as_str()).collect();
    assert_eq!(names, ["everything", "research", "one-call"]);
    let all = budgets.budget("everything").unwrap();
    assert_eq!(all.scope, Scope::Global);
    assert_eq!(all.limit, Some(PicoUsd(10 * USD)));
    assert_eq!(all.degrade, Degrade::Cheapest);
    assert!(all.blocks);
    let research = budgets.budget("research").unwrap();
    assert_eq!(research.scope, Scope::Project("research".into()));
    assert_eq!(research.period, Period::Month);
    assert_eq!(research.degrade, Degrade::To("simple".into()));
    assert!(!research.blocks);
    let one = budgets.budget("one-call").unwrap();
    assert_eq!(one.limit, Some(PicoUsd(USD / 4)));
    assert_eq!(one.degrade, Degrade::Never);
}

#[test]
fn a_limit_that_is_no_amount_names_the_field_and_the_fix() {
    for (limit, message) in [
        ("\"$10\"", "an amount is written without a currency sign"),
        ("\"10 USD\"", "an amount is written without a currency sign"),
        (
            "\"10,50\"",
            "an amount is written with a decimal point and without commas",
        ),
        ("\"-1\"", "an amount cannot be negative"),
        ("-0.5", "an amount cannot be negative"),
        ("nan", "an amount is a plain decimal number"),
        ("inf", "an amount is a plain decimal number"),
        ("1e3", "an amount is a plain decimal number"),
        ("\"\"", "an amount is a plain decimal number"),
        ("true", "an amount is a plain decimal number"),
        ("2000000", "an amount is at most 1000000 USD"),
        (
            "\"0.1234567890123\"",
            "an amount has at most twelve decimals",
        ),
    ] {
        let found = problem(&format!("[budgets.a]\nwindow = \"day\"\nlimit = {limit}\n"));
        assert_eq!(found.message, message, "{limit}");
        assert_eq!(found.field.as_deref(), Some("budgets.a.limit"), "{limit}");
        assert_eq!(found.line, Some(3));
        assert!(found.fix.unwrap().contains("10.00"));
    }
}

#[test]
fn nothing_is_a_limit_of_nothing_and_no_limit_is_no_budget() {
    let config = good("[budgets.a]\nwindow = \"day\"\nlimit = 0\n");
    assert_eq!(config.budgets.list[0].limit, Some(PicoUsd(0)));
    let found = problem("[budgets.a]\nwindow = \"day\"\n");
    assert_eq!(found.field.as_deref(), Some("budgets.a.limit"));
    assert_eq!(found.message, "`limit` is missing");
}

#[test]
fn slips_in_a_budget_are_named() {
    let window = problem("[budgets.a]\nlimit = 1\nwindow = \"dya\"\n");
    assert_eq!(window.fix.as_deref(), Some("did you mean \"day\"?"));
    let scope = problem("[budgets.a]\nlimit = 1\nwindow = \"day\"\nroute = \"x\"\nmodel = \"y\"\n");
    assert_eq!(scope.message, "a budget counts for one thing");
    let zone = problem("[budgets]\nzone = \"Europe/Berln\"\n");
    assert_eq!(zone.field.as_deref(), Some("budgets.zone"));
    let field = problem("[budgets.a]\nlimit = 1\nwindow = \"day\"\nprovidr = \"x\"\n");
    assert_eq!(field.fix.as_deref(), Some("did you mean `provider`?"));
    let name = problem("[budgets.\"My budget\"]\nlimit = 1\nwindow = \"day\"\n");
    assert!(name.message.starts_with("a budget's name"));
    assert!(Config::parse("[budgets]\nlimit = 5\n").is_err());
}

#[test]
fn alerts_have_the_usual_ladder_and_can_be_changed_or_off() {
    let alerts = good("").alerts;
    assert!(alerts.enabled);
    assert_eq!(
        alerts.ladder,
        [10, 50, 100, 500, 1000].map(|u| PicoUsd(u * USD))
    );
    assert_eq!(alerts.hour, Some(PicoUsd(50 * USD)));
    assert_eq!(alerts.day, Some(PicoUsd(500 * USD)));
    let alerts = good(
        "[alerts]\nladder = [5, \"2.50\", 5]\nhour = false\nday = \"20\"\nnotifications = false\n\
         webhook = \"env:ALERT_WEBHOOK\"\n",
    )
    .alerts;
    assert_eq!(alerts.ladder, [PicoUsd(USD * 5 / 2), PicoUsd(5 * USD)]);
    assert_eq!(alerts.hour, None);
    assert_eq!(alerts.day, Some(PicoUsd(20 * USD)));
    assert!(!alerts.notifications);
    assert_eq!(
        alerts.webhook,
        Some(WebhookSource::Env("ALERT_WEBHOOK".into()))
    );
}

#[test]
fn the_address_of_a_webhook_is_not_taken_from_the_file_nor_repeated() {
    let found = problem("[alerts]\nwebhook = \"https://hooks.example/T0/secretpart\"\n");
    assert!(!found.to_string().contains("secretpart"));
    assert_eq!(found.field.as_deref(), Some("alerts.webhook"));
}

proptest! {
    #[test]
    fn every_amount_is_read_exactly_or_refused(text in "\\PC{0,24}") {
        if let Ok(amount) = usd_amount(&text) {
            prop_assert!((0..=1_000_000 * USD).contains(&amount.0));
        }
    }

    #[test]
    fn an_amount_survives_being_written_and_read(pico in 0..=1_000_000 * USD) {
        let text = crate::policy::budget::usd_text(PicoUsd(pico));
        prop_assert_eq!(usd_amount(&text), Ok(PicoUsd(pico)));
    }
}
