//! The body of a request to OpenRouter: a chain of models there.

use super::draft::{Draft, Key, NewRoute, NewStep};
use super::value::Node;
use serde_json::Value;
use switchboard_engine::config::check_model_name;

/// Fields that are taken, or that belong to a single request.
const BODY: [&str; 11] = [
    "model",
    "models",
    "max_tokens",
    "max_completion_tokens",
    "provider",
    "metadata",
    "messages",
    "prompt",
    "stream",
    "session_id",
    "user",
];

/// Reads the body.
pub(super) fn read(value: &Value, draft: &mut Draft<'_>) {
    let Some(body) = Node::root(value) else {
        return;
    };
    draft.drop_all(body.others(&BODY).into_iter().map(str::to_owned));
    for name in ["messages", "prompt"] {
        if body.get(name).is_some() {
            draft
                .losses
                .dropped(name, "what is asked is no part of a route");
        }
    }
    let preferences = body.table("provider");
    let latency = preferences
        .as_ref()
        .and_then(|table| table.table("preferred_max_latency"));
    let first_token = latency.as_ref().and_then(|table| table.seconds("p90"));
    if let Some(table) = &preferences {
        for name in table.others(&["preferred_max_latency"]) {
            draft.losses.dropped(
                table.at(name),
                "OpenRouter's choice among hosts is its own affair here",
            );
        }
    }
    if let Some(table) = latency.as_ref().filter(|_| first_token.is_some()) {
        draft.losses.approximated(
            table.path.clone(),
            "a preference there, a limit of the first step here",
        );
    }
    let id = draft.provider("openrouter", "openrouter", None, Key::Unsaid, "model");
    let mut steps = Vec::new();
    for (path, model) in models(&body) {
        if check_model_name(&model).is_err() {
            draft
                .losses
                .dropped(path, "this is no name of a model here");
            continue;
        }
        steps.push(NewStep {
            options: vec![(format!("{id}/{model}"), 1)],
            first_token: first_token.filter(|_| steps.is_empty()),
            ..NewStep::default()
        });
    }
    let metadata = body.table("metadata");
    let said = |name: &str| metadata.as_ref().and_then(|table| table.text(name));
    let tokens = body
        .number("max_tokens")
        .or_else(|| body.number("max_completion_tokens"));
    let route = NewRoute {
        name: said("route").unwrap_or("openrouter-chain").to_owned(),
        steps,
        max_tokens: tokens.filter(|tokens| (1..=100_000_000).contains(tokens)),
        ..NewRoute::default()
    };
    draft.route(route, "model");
}

/// Returns the models in the order in which they are asked, each with its path.
fn models(body: &Node<'_>) -> Vec<(String, String)> {
    let first = body
        .text("model")
        .map(|model| ("model".to_owned(), model.to_owned()));
    let list = body.get("models").and_then(Value::as_array);
    let list = list.into_iter().flatten().enumerate();
    let others = list.filter_map(|(at, model)| {
        Some((format!("models[{at}]"), model.as_str()?.trim().to_owned()))
    });
    first.into_iter().chain(others).collect()
}
