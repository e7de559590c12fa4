//! `[budgets]`: limits on spending, and the calendar they go by.

use crate::config::amount::usd;
use crate::config::raw::{Field, Problems, Table};
use crate::policy::budget::{Budget, Degrade, Scope};
use crate::policy::period::{Calendar, Period};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// Most budgets; every attempt is checked against each.
const MOST: usize = 100;

/// Names of settings beside the budgets.
const SETTINGS: [&str; 3] = ["zone", "week_start", "unknown_price"];

/// Budgets, as configured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BudgetsConfig {
    /// `None`: the system's.
    pub zone: Option<TimeZone>,
    /// First day of a week; `None`: Monday.
    pub week_start: Option<Weekday>,
    pub unknown_price: UnknownPrice,
    /// In the order of the file.
    pub list: Vec<Budget>,
}

/// What an attempt counts as when no price is known for its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownPrice {
    /// As the dearest known model of the provider; if none is known there, as [`Self::Block`].
    #[default]
    Dearest,
    /// Budgets refuse it.
    Block,
    /// As nothing.
    Free,
}

impl BudgetsConfig {
    /// Returns the calendar that budgets go by.
    pub fn calendar(&self) -> Calendar {
        Calendar {
            zone: self.zone.clone().unwrap_or_else(TimeZone::system),
            week_start: self.week_start.unwrap_or(Weekday::Monday),
        }
    }

    /// Returns the budget of this name, or `None`.
    pub fn budget(&self, name: &str) -> Option<&Budget> {
        self.list.iter().find(|budget| budget.name == name)
    }
}

const PERIODS: [(&str, Period); 5] = [
    (Period::Hour.name(), Period::Hour),
    (Period::Day.name(), Period::Day),
    (Period::Week.name(), Period::Week),
    (Period::Month.name(), Period::Month),
    (Period::Call.name(), Period::Call),
];

const UNKNOWN_PRICES: [(&str, UnknownPrice); 3] = [
    ("dearest", UnknownPrice::Dearest),
    ("block", UnknownPrice::Block),
    ("free", UnknownPrice::Free),
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

const CALLERS: [(&str, &str); 4] = [
    ("window", "window"),
    ("cli", "cli"),
    ("gateway", "gateway"),
    ("*", "*"),
];

/// Checks the name of a budget.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_budget_name(name: &str) -> Result<(), &'static str> {
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    if !(1..=40).contains(&name.len()) || !name.bytes().all(allowed) {
        return Err(
            "a budget's name has 1 to 40 lower-case letters, digits, hyphens and underscores",
        );
    }
    if SETTINGS.contains(&name) {
        return Err("this name has a meaning of its own");
    }
    Ok(())
}

/// Reads `[budgets]`.
pub(super) fn budgets(field: &Field<'_>, problems: &mut Problems<'_>) -> BudgetsConfig {
    let mut result = BudgetsConfig::default();
    let Some(mut table) = field.table(problems) else {
        return result;
    };
    if let Some(field) = table.take("zone") {
        result.zone = zone(&field, problems);
    }
    if let Some(field) = table.take("week_start") {
        result.week_start = field.one_of(problems, &WEEKDAYS);
    }
    if let Some(field) = table.take("unknown_price") {
        result.unknown_price = field.one_of(problems, &UNKNOWN_PRICES).unwrap_or_default();
    }
    for field in table.take_all() {
        result.list.extend(budget(&field, problems));
        if result.list.len() > MOST {
            result.list.truncate(MOST);
            field.problem(problems, format!("at most {MOST} budgets are kept"));
            break;
        }
    }
    result
}

fn zone(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<TimeZone> {
    let name = field.text(problems)?;
    let fix = "write for example \"Europe/Berlin\", or leave it out for the system's zone";
    // Names only: rules in the POSIX form can have offsets that no calendar of ours begins days on.
    let found = TimeZone::get(name)
        .ok()
        .filter(|zone| zone.iana_name().is_some());
    if found.is_none() {
        field.problem_fix(problems, "there is no such time zone", fix);
    }
    found
}

fn budget(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<Budget> {
    if let Err(message) = check_budget_name(field.name) {
        let fix = "write for example [budgets.everything]".to_owned();
        problems.add(&field.key_span, Some(&field.path), message, Some(fix));
    }
    let mut table = field.table(problems)?;
    let limit = table.take("limit");
    if limit.is_none() {
        let path = format!("{}.limit", field.path);
        let fix = "add limit = \"10.00\", in USD; without a limit no budget is needed".to_owned();
        problems.add(
            &field.key_span,
            Some(&path),
            "`limit` is missing",
            Some(fix),
        );
    }
    let limit = limit.and_then(|field| usd(&field, problems));
    let window = table.take("window");
    if window.is_none() {
        let path = format!("{}.window", field.path);
        let fix = "add window = \"day\"; or \"hour\", \"week\", \"month\", \"call\"".to_owned();
        problems.add(
            &field.key_span,
            Some(&path),
            "`window` is missing",
            Some(fix),
        );
    }
    let period = window.and_then(|field| field.one_of(problems, &PERIODS));
    let scope = scope(&mut table, problems);
    let degrade = table.take("degrade_to");
    let degrade = degrade.map_or(Some(Degrade::Cheapest), |field| {
        degrade_to(&field, problems)
    });
    let blocks = table.take("block");
    let blocks = blocks.map_or(Some(true), |field| field.boolean(problems));
    table.finish(problems);
    Some(Budget {
        name: field.name.to_owned(),
        scope,
        period: period?,
        limit: Some(limit?),
        degrade: degrade?,
        blocks: blocks?,
    })
}

fn degrade_to(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<Degrade> {
    match field.text(problems)?.trim() {
        "none" => Some(Degrade::Never),
        "cheapest" => Some(Degrade::Cheapest),
        "" => {
            let fix = "write a route or a `provider/model`, \"cheapest\" or \"none\"";
            field.problem_fix(problems, "nothing is named here", fix);
            None
        }
        name => Some(Degrade::To(name.to_owned())),
    }
}

/// Takes whose spending counts; without a field for it, everybody's.
fn scope(table: &mut Table<'_>, problems: &mut Problems<'_>) -> Scope {
    type Make = fn(String) -> Scope;
    let makers: [(&'static str, Make); 5] = [
        ("project", Scope::Project),
        ("route", Scope::Route),
        ("model", Scope::Model),
        ("provider", Scope::Provider),
        ("key", Scope::Key),
    ];
    let mut result: Option<Scope> = None;
    let mut set = |field: &Field<'_>, scope: Scope, problems: &mut Problems<'_>| {
        if result.is_some() {
            let fix = "make two budgets; each call must fit into both";
            field.problem_fix(problems, "a budget counts for one thing", fix);
        }
        result = Some(scope);
    };
    for (name, make) in makers {
        let Some(field) = table.take(name) else {
            continue;
        };
        match field.text(problems).map(str::trim) {
            Some("*") if name == "project" => set(&field, Scope::EachProject, problems),
            Some("*") if name == "key" => set(&field, Scope::EachKey, problems),
            Some("*") => {
                let fix = "only project, key and caller can be \"*\", for each by itself";
                field.problem_fix(problems, "one thing is named here", fix);
            }
            Some("") => field.problem(problems, format!("a {name} is named here")),
            Some(named) => set(&field, make(named.to_owned()), problems),
            None => {}
        }
    }
    if let Some(field) = table.take("caller")
        && let Some(caller) = field.one_of(problems, &CALLERS)
    {
        let scope = match caller {
            "*" => Scope::EachCaller,
            name => Scope::Caller(name.to_owned()),
        };
        set(&field, scope, problems);
    }
    result.unwrap_or(Scope::Global)
}
