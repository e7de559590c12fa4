//! `routes show` and `routes check`: one route's form, and what is wrong with forms.

use crate::arguments::ShowRoute;
use crate::exit::{Exit, Stop};
use crate::report::money;
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use switchboard_app::api::types::*;
use switchboard_app::routes::as_toml;

pub(super) async fn show(session: &Session, arguments: &ShowRoute) -> Result<Exit, Stop> {
    let form = form(session, &arguments.name).await?;
    if arguments.json {
        let line = serde_json::to_string(&form)
            .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
        write(&(line + "\n"))?;
    } else if arguments.toml {
        write(&as_toml(&form.draft)?)?;
    } else {
        write(&text(session, &form))?;
    }
    Ok(Exit::Done)
}

pub(super) async fn check(session: &Session, names: &[String]) -> Result<Exit, Stop> {
    let mut names = names.to_vec();
    if names.is_empty() {
        let routes: Vec<Route> = session.api("routes.list", &Empty {}).await?;
        names = routes.into_iter().map(|route| route.name).collect();
    }
    let mut blocked = false;
    for name in &names {
        for problem in form(session, name).await?.check.problems {
            blocked |= problem.blocking;
            write(&line(session, name, &problem))?;
        }
    }
    Ok(if blocked {
        Exit::Configuration
    } else {
        Exit::Done
    })
}

async fn form(session: &Session, name: &str) -> Result<RouteForm, Stop> {
    let params = RouteName {
        name: name.to_owned(),
    };
    session.api("routes.get", &params).await
}

fn line(session: &Session, name: &str, problem: &RouteProblem) -> String {
    let (word, style) = match problem.blocking {
        true => ("error", Style::Red),
        false => ("note", Style::Yellow),
    };
    let word = session.terminal.out(style, word);
    let fix = problem
        .fix
        .as_ref()
        .map_or(String::new(), |fix| format!("; {fix}"));
    clean_line(&format!(
        "{word}: {name}: `{}`: {}{fix}",
        problem.field, problem.message
    ))
}

fn clean_line(line: &str) -> String {
    format!("{}\n", line.replace(['\n', '\r'], " "))
}

fn text(session: &Session, form: &RouteForm) -> String {
    let dim = |text: &str| session.terminal.out(Style::Dim, text);
    let draft = &form.draft;
    let mut out = format!("{}  {}\n", draft.name, dim(&clean(&draft.about)));
    if let Some(when) = &draft.when {
        out += &format!("when {}\n", clean(when));
    }
    for (index, (step, states)) in draft.steps.iter().zip(&form.check.options).enumerate() {
        for (at, (option, state)) in step.options.iter().zip(states).enumerate() {
            let number = match at {
                0 => format!("{}.", index + 1),
                _ => "  ".to_owned(),
            };
            let weight = match (step.options.len(), step.pick) {
                (1, _) => String::new(),
                (_, RoutePick::Weighted) => format!("  weight {}", option.weight),
                (_, pick) => format!("  {}", pick_name(pick)),
            };
            let why = state.why_not.as_ref().map_or(String::new(), |why| {
                format!("  {}", session.terminal.out(Style::Yellow, &clean(why)))
            });
            out += &format!("  {number} {}{weight}{why}\n", clean(&option.model));
        }
        if let Some(state) = states.first() {
            out += &format!("     {}\n", dim(&settings(state)));
        }
    }
    out += &match &draft.fallback_text {
        Some(_) => "if all fail, its fallback text is the answer\n".to_owned(),
        None => "if all fail, the call fails with the first cause\n".to_owned(),
    };
    for (word, estimate) in [
        ("worst", &form.check.worst),
        ("typical", &form.check.typical),
    ] {
        if let Some(estimate) = estimate {
            let cost = estimate.cost.map_or("price unknown".to_owned(), money);
            let time = estimate
                .elapsed_ms
                .map_or(String::new(), |ms| format!(" · {}", seconds(ms)));
            out += &format!("{word}: {cost}{time}  {}\n", dim(&estimate.rests_on));
        }
    }
    out
}

fn settings(state: &OptionState) -> String {
    let mut parts = vec![
        format!("first token {}", seconds(state.first_token_ms)),
        format!("total {}", seconds(state.total_ms)),
        format!("retries {}", state.retries),
    ];
    if let Some(requests) = state.requests_per_minute {
        parts.push(format!("{requests} requests a minute"));
    }
    if let Some(tokens) = state.tokens_per_minute {
        parts.push(format!("{tokens} tokens a minute"));
    }
    parts.join(" · ")
}

fn pick_name(pick: RoutePick) -> &'static str {
    match pick {
        RoutePick::Weighted => "by weight",
        RoutePick::Cheapest => "the cheapest",
        RoutePick::Fastest => "the fastest",
        RoutePick::Best => "the best",
    }
}

fn seconds(ms: u64) -> String {
    format!("{} s", ms as f64 / 1000.0)
}
