//! `switchboard-cli routes`: what can be asked in place of a model.

mod form;
pub(crate) mod whatif;
mod why;

use crate::arguments::{Routes, RoutesCommand};
use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use switchboard_app::api::types::{Empty, Route, RouteSource, RouteTarget};

pub(crate) async fn run(session: &Session, arguments: &Routes) -> Result<Exit, Stop> {
    crate::config_check(session, &[]).await?;
    let list = match &arguments.command {
        Some(RoutesCommand::List(list)) => list,
        Some(RoutesCommand::Show(show)) => return form::show(session, show).await,
        Some(RoutesCommand::Check { names }) => return form::check(session, names).await,
        Some(RoutesCommand::Explain { text, model, json }) => {
            return why::explain(session, text, model, *json).await;
        }
        Some(RoutesCommand::Test { rule, text }) => return why::test(session, rule, text).await,
        Some(RoutesCommand::Whatif(asked)) => return whatif::run(session, asked).await,
        None => &arguments.list,
    };
    let routes: Vec<Route> = session.api("routes.list", &Empty {}).await?;
    for route in &routes {
        if list.json {
            let line = serde_json::to_string(route)
                .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
            write(&(line + "\n"))?;
        } else {
            show(session, route)?;
        }
    }
    Ok(Exit::Done)
}

fn show(session: &Session, route: &Route) -> Result<(), Stop> {
    let terminal = session.terminal;
    let about = clean(&about(route));
    write(&format!(
        "{}  {}\n",
        route.name,
        terminal.out(Style::Dim, &about)
    ))?;
    for (number, target) in route.targets.iter().enumerate() {
        let name = clean(&format!("{}/{}", target.provider, target.model));
        let line = match &target.why_not {
            None => name,
            Some(why) => format!("{name}  {}", terminal.out(Style::Yellow, &clean(why))),
        };
        write(&format!("  {}. {line}\n", number + 1))?;
    }
    for (list, targets) in [
        ("if the prompt is too long", &route.lists.context_too_long),
        ("if the content is filtered", &route.lists.content_filter),
        // Of a built-in route these are its targets again.
        ("if a key is refused", &route.lists.auth),
    ] {
        if !targets.is_empty() && *targets != route.targets {
            write(&format!("  {list}: {}\n", clean(&names(targets))))?;
        }
    }
    Ok(())
}

fn about(route: &Route) -> String {
    let mut parts = Vec::new();
    if !route.about.is_empty() {
        parts.push(route.about.clone());
    }
    if route.source == RouteSource::Config {
        parts.push("from your configuration".to_owned());
    }
    if let Some(tokens) = route.settings.max_tokens {
        parts.push(format!("{tokens} tokens"));
    }
    if let Some(ms) = route.settings.deadline_ms {
        parts.push(format!("{} s", ms as f64 / 1000.0));
    }
    parts.join(" · ")
}

fn names(targets: &[RouteTarget]) -> String {
    let names: Vec<String> = targets
        .iter()
        .map(|target| format!("{}/{}", target.provider, target.model))
        .collect();
    names.join(", ")
}
