//! New providers and routes as tables of the configuration file.

use super::draft::{NewProvider, NewRoute, NewStep};
use crate::text::span;
use std::fmt::Write;
use switchboard_engine::plan::Recovery;

/// Returns whether a route names a model of this provider.
pub(super) fn names(route: &NewRoute, provider: &str) -> bool {
    let lists = [&route.context_too_long, &route.content_filter, &route.auth];
    let listed = lists.into_iter().flatten();
    let options = route.steps.iter().flat_map(|step| &step.options);
    let mut targets = options.map(|(target, _)| target).chain(listed);
    targets.any(|target| target.split('/').next() == Some(provider))
}

/// Returns the tables, providers first.
pub(super) fn toml(providers: &[NewProvider], routes: &[NewRoute]) -> String {
    let mut out = String::new();
    for one in providers {
        // Writing to a text does not fail.
        let _ = provider(&mut out, one);
    }
    for one in routes {
        let _ = route(&mut out, one);
    }
    out
}

/// Returns a text as TOML.
fn quoted(text: &str) -> String {
    ::toml::Value::String(text.to_owned()).to_string()
}

fn list(targets: &[String]) -> String {
    let quoted: Vec<String> = targets.iter().map(|target| quoted(target)).collect();
    format!("[{}]", quoted.join(", "))
}

fn provider(out: &mut String, one: &NewProvider) -> std::fmt::Result {
    writeln!(out, "\n[providers.{}]", one.id)?;
    writeln!(out, "preset = {}", quoted(one.preset))?;
    if let Some(base) = &one.base {
        writeln!(out, "base_url = {}", quoted(base.as_str()))?;
    }
    if let Some(variable) = &one.variable {
        let from = quoted(&format!("env:{variable}"));
        writeln!(out, "keys = [{{ name = \"default\", from = {from} }}]")?;
    } else if one.literal {
        writeln!(
            out,
            "keys = [{{ name = \"default\", from = \"keychain\" }}]"
        )?;
    }
    Ok(())
}

fn route(out: &mut String, one: &NewRoute) -> std::fmt::Result {
    writeln!(out, "\n[routes.{}]", one.name)?;
    if !one.about.is_empty() {
        writeln!(out, "about = {}", quoted(&one.about))?;
    }
    for (name, targets) in [
        ("context_too_long", &one.context_too_long),
        ("content_filter", &one.content_filter),
        ("auth", &one.auth),
    ] {
        if !targets.is_empty() {
            writeln!(out, "{name} = {}", list(targets))?;
        }
    }
    if let Some(recovery) = one.recovery {
        let name = match recovery {
            Recovery::Continue => "continue",
            Recovery::Restart => "restart",
            Recovery::Fail => "fail",
        };
        writeln!(out, "recovery = {}", quoted(name))?;
    }
    if let Some(deadline) = one.deadline {
        writeln!(out, "deadline = {}", quoted(&span(deadline)))?;
    }
    if let Some(tokens) = one.max_tokens {
        writeln!(out, "max_tokens = {tokens}")?;
    }
    for one_step in &one.steps {
        step(out, &one.name, one_step)?;
    }
    Ok(())
}

fn step(out: &mut String, route: &str, one: &NewStep) -> std::fmt::Result {
    writeln!(out, "[[routes.{route}.steps]]")?;
    match one.options.as_slice() {
        options if options.len() == 1 || one.pick.is_some() => {
            let targets: Vec<String> = options.iter().map(|(target, _)| target.clone()).collect();
            writeln!(out, "targets = {}", list(&targets))?;
        }
        options => {
            let option = |(target, weight): &(String, u32)| {
                format!("{{ model = {}, weight = {weight} }}", quoted(target))
            };
            let options: Vec<String> = options.iter().map(option).collect();
            writeln!(out, "options = [{}]", options.join(", "))?;
        }
    }
    if let Some(pick) = one.pick.filter(|_| one.options.len() > 1) {
        writeln!(out, "pick = {}", quoted(pick))?;
    }
    for (name, clock) in [("first_token", one.first_token), ("total", one.total)] {
        if let Some(clock) = clock {
            writeln!(out, "{name} = {}", quoted(&span(clock)))?;
        }
    }
    for (name, number) in [
        ("retries", one.retries),
        ("requests_per_minute", one.limits.requests_per_minute),
        ("tokens_per_minute", one.limits.tokens_per_minute),
        ("concurrency", one.limits.concurrency),
    ] {
        if let Some(number) = number {
            writeln!(out, "{name} = {number}")?;
        }
    }
    Ok(())
}
