//! Budgets and alerts in the configuration file. Comments and everything else stay as the user wrote it.

use crate::api::types::{ApiError, BudgetDegrade, ErrorCode, SetAlerts, SetBudget};
use switchboard_engine::policy::budget::Scope;
use toml_edit::{Array, DocumentMut, Item, Key, Table, TableLike, Value, value};

/// Fields that say whose spending counts.
const SCOPES: [&str; 6] = ["project", "route", "model", "provider", "key", "caller"];

/// Writes a budget, in place of the one of its old name.
pub(super) fn put(document: &mut DocumentMut, budget: &SetBudget) -> Result<(), ApiError> {
    let budgets = table(document, "budgets", true)?;
    if let Some(old) = budget.old_name.as_ref().filter(|old| **old != budget.name)
        && let Some(item) = budgets.remove(old)
    {
        // The comment above a table's header is the table's own.
        match budgets.entry_format(&Key::new(&budget.name)) {
            toml_edit::Entry::Vacant(entry) => drop(entry.insert(item)),
            toml_edit::Entry::Occupied(_) => {}
        }
    }
    if !budgets.contains_key(&budget.name) {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n");
        budgets.insert(&budget.name, Item::Table(table));
    }
    let entry = budgets
        .get_mut(&budget.name)
        .and_then(Item::as_table_like_mut)
        .ok_or_else(|| unfit(&budget.name))?;
    set(entry, "limit", budget.limit_usd.trim().into());
    set(entry, "window", budget.window.name().into());
    let scope = match &budget.scope {
        Scope::Global => None,
        Scope::EachProject => Some(("project", "*")),
        Scope::EachKey => Some(("key", "*")),
        Scope::EachCaller => Some(("caller", "*")),
        Scope::Project(name) => Some(("project", name.as_str())),
        Scope::Route(name) => Some(("route", name.as_str())),
        Scope::Model(name) => Some(("model", name.as_str())),
        Scope::Provider(name) => Some(("provider", name.as_str())),
        Scope::Key(name) => Some(("key", name.as_str())),
        Scope::Caller(name) => Some(("caller", name.as_str())),
    };
    for field in SCOPES {
        match scope {
            Some((named, name)) if named == field => set(entry, field, name.into()),
            _ => drop(entry.remove(field)),
        }
    }
    match &budget.degrade {
        None => {}
        Some(BudgetDegrade::Cheapest) => drop(entry.remove("degrade_to")),
        Some(BudgetDegrade::Never) => set(entry, "degrade_to", "none".into()),
        Some(BudgetDegrade::To { name }) => set(entry, "degrade_to", name.as_str().into()),
    }
    match budget.blocks {
        None => {}
        Some(true) => drop(entry.remove("block")),
        Some(false) => set(entry, "block", false.into()),
    }
    Ok(())
}

/// Takes a budget out. The comment right above it goes with it.
pub(super) fn remove(document: &mut DocumentMut, name: &str) {
    if let Some(budgets) = document
        .get_mut("budgets")
        .and_then(Item::as_table_like_mut)
    {
        budgets.remove(name);
    }
}

/// Writes what is told about spending.
pub(crate) fn set_alerts(document: &mut DocumentMut, alerts: &SetAlerts) -> Result<(), ApiError> {
    let table = table(document, "alerts", false)?;
    for (name, on) in [
        ("enabled", alerts.enabled),
        ("notifications", alerts.notifications),
        ("runaway", alerts.runaway),
    ] {
        if let Some(on) = on {
            set(table, name, on.into());
        }
    }
    if let Some(ladder) = &alerts.ladder_usd {
        let amounts: Array = ladder.iter().map(|amount| amount.trim()).collect();
        set(table, "ladder", amounts.into());
    }
    for (name, amount) in [("hour", &alerts.hour_usd), ("day", &alerts.day_usd)] {
        match amount.as_deref().map(str::trim) {
            None => {}
            Some("") => set(table, name, false.into()),
            Some(amount) => set(table, name, amount.into()),
        }
    }
    Ok(())
}

/// Writes where the address of the webhook is; `None`: there is none.
pub(crate) fn set_webhook(document: &mut DocumentMut, from: Option<&str>) -> Result<(), ApiError> {
    let table = table(document, "alerts", false)?;
    match from {
        Some(from) => set(table, "webhook", from.into()),
        None => drop(table.remove("webhook")),
    }
    Ok(())
}

/// Sets a value and keeps the comment behind the one it replaces.
fn set(table: &mut dyn TableLike, name: &str, new: Value) {
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => drop(table.insert(name, value(new))),
    }
}

fn table<'d>(
    document: &'d mut DocumentMut,
    name: &str,
    implicit: bool,
) -> Result<&'d mut Table, ApiError> {
    let first = document.as_table().is_empty();
    let preface = document.trailing().as_str().unwrap_or_default().to_owned();
    if document.get(name).is_none() {
        let mut table = Table::new();
        table.set_implicit(implicit);
        table.decor_mut().set_prefix("\n");
        document.insert(name, Item::Table(table));
    }
    // Comments of a file that holds nothing else stay above the first entry.
    if first && !preface.trim().is_empty() {
        document.set_trailing("");
        let table = document.get_mut(name).and_then(Item::as_table_mut);
        if let Some(table) = table {
            table.set_implicit(false);
            table
                .decor_mut()
                .set_prefix(format!("{}\n\n", preface.trim_end()));
        }
    }
    document
        .get_mut(name)
        .and_then(Item::as_table_mut)
        .ok_or_else(|| unfit(name))
}

fn unfit(name: &str) -> ApiError {
    ApiError::new(
        ErrorCode::Config,
        format!("`{name}` in the file is written in a form that cannot be changed here"),
    )
    .with_hint("write it as a table with a header of its own")
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_engine::config::Config;
    use switchboard_engine::policy::period::Period;

    fn budget(name: &str, old: Option<&str>) -> SetBudget {
        SetBudget {
            name: name.into(),
            old_name: old.map(Into::into),
            scope: Scope::Route("simple".into()),
            window: Period::Day,
            limit_usd: "12.50".into(),
            blocks: None,
            degrade: None,
        }
    }

    fn edited(text: &str, change: impl Fn(&mut DocumentMut)) -> String {
        let mut document: DocumentMut = text.parse().unwrap();
        change(&mut document);
        let text = document.to_string();
        assert!(Config::parse(&text).is_ok(), "{text}");
        text
    }

    #[test]
    fn a_budget_for_each_is_written_as_a_star_and_read_again() {
        for (scope, line) in [
            (Scope::EachProject, "project = \"*\""),
            (Scope::EachKey, "key = \"*\""),
            (Scope::EachCaller, "caller = \"*\""),
        ] {
            let each = SetBudget {
                scope: scope.clone(),
                ..budget("team", None)
            };
            let text = edited("", |document| put(document, &each).unwrap());
            assert!(text.contains(line), "{text}");
            let config = Config::parse(&text).unwrap();
            assert_eq!(config.budgets.list[0].scope, scope);
        }
        let wrong = "[budgets.a]\nlimit = 1\nwindow = \"day\"\nroute = \"*\"\n";
        assert!(Config::parse(wrong).is_err());
    }

    #[test]
    fn a_budget_is_changed_and_comments_stay() {
        let text = "# mine\n\n[budgets]\nzone = \"Europe/Berlin\" # home\n\n# for the team\n[budgets.all]\n\
                    limit = 5 # was 3\nwindow = \"week\"\nmodel = \"m\"\n";
        let text = edited(text, |document| {
            put(document, &budget("all", Some("all"))).unwrap()
        });
        assert_eq!(
            text,
            "# mine\n\n[budgets]\nzone = \"Europe/Berlin\" # home\n\n# for the team\n[budgets.all]\n\
             limit = \"12.50\" # was 3\nwindow = \"day\"\nroute = \"simple\"\n"
        );
        let text = edited(&text, |document| {
            put(document, &budget("team", Some("all"))).unwrap();
        });
        assert!(
            text.contains("# for the team\n[budgets.team]\nlimit = \"12.50\""),
            "{text}"
        );
        assert!(!text.contains("[budgets.all]"));
        let text = edited(&text, |document| remove(document, "team"));
        assert_eq!(
            text,
            "# mine\n\n[budgets]\nzone = \"Europe/Berlin\" # home\n"
        );
    }

    #[test]
    fn a_first_budget_keeps_the_files_own_words_above_it() {
        let first = crate::config::FIRST_FILE;
        let text = edited(first, |document| {
            put(document, &budget("all", None)).unwrap()
        });
        assert!(text.starts_with(first.trim_end()), "{text}");
        assert!(text.contains("[budgets.all]\nlimit = \"12.50\""));
        let text = edited(&text, |document| {
            let alerts = SetAlerts {
                ladder_usd: Some(vec!["1".into(), "2.50".into()]),
                hour_usd: Some(String::new()),
                notifications: Some(false),
                ..SetAlerts::default()
            };
            set_alerts(document, &alerts).unwrap();
            set_webhook(document, Some("keychain")).unwrap();
        });
        assert!(text.contains("ladder = [\"1\", \"2.50\"]"), "{text}");
        assert!(text.contains("hour = false"));
        let config = Config::parse(&text).unwrap();
        assert_eq!(config.alerts.hour, None);
        assert!(!config.alerts.notifications);
    }
}
