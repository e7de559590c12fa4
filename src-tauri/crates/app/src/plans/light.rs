//! Asking a light model what kind of work a prompt is, for those who set `settings.classifier`. It is a call like any
//! other: recorded, paid, held to budgets. Where it fails or says nothing that can be read, the classifier of this
//! machine has the last word.

use super::THINKING_ROOM;
use super::asked::Asked;
use crate::App;
use crate::calls::{ApiCall, ApiCallHandle, start_aside};
use std::time::Duration;
use switchboard_engine::call::{Message, ModelRequest, Params, ResponseFormat, Role, ToolChoice};
use switchboard_engine::config::Config;
use switchboard_engine::event::Event;
use switchboard_routing::classify::Class;
use switchboard_routing::classify::light;

/// Longest that a call waits for it.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bytes of its answer that are looked at.
const READ: usize = 400;
/// The label of these calls in history and costs.
const TAG: &str = "classifier";

/// Asks `model`, as `provider/model`, about a prompt's text. `None`: it did not answer, or not with one label.
pub(super) async fn ask(app: &App, model: &str, asked: &Asked<'_>, text: &str) -> Option<Class> {
    let request = ModelRequest {
        model: String::new(),
        messages: vec![
            Message::text(Role::System, light::instructions()),
            Message::text(Role::User, light::question(text)),
        ],
        tools: Vec::new(),
        tool_choice: ToolChoice::Auto,
        response_format: ResponseFormat::Text,
        params: Params {
            max_tokens: Some(most_tokens(&app.config().current(), model)),
            ..Params::default()
        },
        raw: None,
    };
    let call = ApiCall {
        model: model.to_owned(),
        fallbacks: Vec::new(),
        deadline: Some(PATIENCE),
        wants_wire: false,
        caller_key: asked.caller.map(str::to_owned),
        sticky: None,
        project: asked.project.map(str::to_owned),
        tags: vec![TAG.to_owned()],
        request,
    };
    match start_aside(app, asked.program, call).await {
        Ok(handle) => answer(handle).await,
        Err(error) => {
            tracing::warn!(%error, "the classifier's model could not be asked");
            None
        }
    }
}

async fn answer(mut call: ApiCallHandle) -> Option<Class> {
    let mut answer = String::new();
    while let Some(told) = call.events.recv().await {
        match told.event {
            Event::TextDelta { text } if answer.len() < READ => answer.push_str(&text),
            Event::Restarted { .. } => answer.clear(),
            Event::Finished { .. } => return light::read(&answer),
            event if event.is_final() => return None,
            _ => {}
        }
    }
    None
}

fn most_tokens(config: &Config, model: &str) -> u32 {
    let (provider, model) = model.split_once('/').unwrap_or(("", model));
    let known = config.provider(provider);
    match known.is_some_and(|provider| provider.model(model).capabilities.reasoning) {
        true => light::ANSWER_TOKENS.saturating_add(THINKING_ROOM),
        false => light::ANSWER_TOKENS,
    }
}
