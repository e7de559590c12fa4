//! `switchboard-cli budgets`: how budgets stand.

use crate::arguments::{Budgets, BudgetsCommand};
use crate::exit::{Exit, Stop};
use crate::report::money;
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use crate::wrap::width;
use switchboard_app::api::types::{BudgetList, BudgetState, Empty};
use switchboard_engine::policy::budget::Step;
use switchboard_engine::policy::period::Period;

pub(crate) async fn run(session: &Session, arguments: &Budgets) -> Result<Exit, Stop> {
    let json = match &arguments.command {
        Some(BudgetsCommand::List { json }) => *json,
        None => arguments.json,
    };
    // A file that cannot be read has budgets that do not hold: "none" would be a lie.
    crate::config_holds(session).await?;
    let list: BudgetList = session.api("budgets.list", &Empty {}).await?;
    if json {
        for budget in &list.budgets {
            let line = serde_json::to_string(budget)
                .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
            write(&(line + "\n"))?;
        }
        return Ok(Exit::Done);
    }
    if list.budgets.is_empty() {
        session.terminal.say(
            "there is no budget; write [budgets.all] with limit = \"10.00\" and window = \"day\" \
             into the configuration file",
        );
    }
    let rows: Vec<[String; 4]> = list.budgets.iter().map(row).collect();
    let widest = |column: usize| {
        rows.iter()
            .map(|row| width(&row[column]))
            .max()
            .unwrap_or(0)
    };
    let widths = [widest(0), widest(1), widest(2)];
    for (budget, row) in list.budgets.iter().zip(&rows) {
        let padded = |column: usize| {
            let text = &row[column];
            let padding = widths.get(column).map_or(0, |widest| widest - width(text));
            format!("{text}{}", " ".repeat(padding))
        };
        let style = match budget.step {
            Step::Within | Step::Notify => Style::Dim,
            Step::Warn | Step::Degrade => Style::Yellow,
            Step::Block => Style::Red,
        };
        write(&format!(
            "{}  {}  {}  {}\n",
            padded(0),
            padded(1),
            session.terminal.out(style, &padded(2)),
            session.terminal.out(Style::Dim, &row[3])
        ))?;
    }
    Ok(Exit::Done)
}

fn row(budget: &BudgetState) -> [String; 4] {
    let counts = format!("{}, {}", clean(&budget.scope_text), budget.window.name());
    let limit = money(budget.limit);
    let stands = match budget.window {
        Period::Call => format!("{limit} each"),
        Period::Hour | Period::Day | Period::Week | Period::Month => format!(
            "{} of {limit} ({:.0} %)",
            money(budget.spent),
            budget.share * 100.0
        ),
    };
    let mut rest = Vec::new();
    if budget.reserved.0 > 0 {
        rest.push(format!("{} set aside", money(budget.reserved)));
    }
    rest.extend(budget.resets_text.clone());
    let indent = if budget.part_of.is_some() { "  " } else { "" };
    let name = format!("{indent}{}", clean(&budget.name));
    [name, counts, stands, rest.join(", ")]
}
