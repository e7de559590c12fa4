//! `switchboard-cli tokens`: about how many tokens a prompt has, and what sending it costs. Nothing is sent.

use crate::arguments::Tokens;
use crate::exit::{Exit, Stop};
use crate::prompt;
use crate::report::money;
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use crate::wrap::width;
use switchboard_app::api::types::{CountTokens, TokenCount};

/// Runs `switchboard-cli tokens`.
pub(crate) async fn run(session: &Session, arguments: &Tokens) -> Result<Exit, Stop> {
    let body = prompt::body(&arguments.prompt, Vec::new())?;
    let asked = CountTokens {
        messages: body.messages,
        variables: body.variables,
        tools: body.tools,
        response_format: body.response_format,
        models: arguments.models.clone(),
    };
    let counts: Vec<TokenCount> = session.api("tokens.count", &asked).await?;
    let longest = counts.iter().map(|one| width(&one.model)).max();
    let mut exit = Exit::Done;
    for one in &counts {
        if one.target.is_none() {
            exit = Exit::Configuration;
            let said = format!(
                "no model or route is called `{}`; its tokens are a guess",
                one.model
            );
            session.terminal.say(&clean(&said));
        }
        if arguments.prompt.json {
            let line = serde_json::to_string(one)
                .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
            write(&(line + "\n"))?;
            continue;
        }
        let padding = " ".repeat(longest.unwrap_or(0) - width(&one.model));
        let cost = match one.cost {
            Some(cost) => format!("≈ {}", money(cost)),
            None => "price unknown".to_owned(),
        };
        let full = one.context_window.is_some_and(|window| one.tokens > window);
        let full = match full {
            true => session
                .terminal
                .out(Style::Yellow, "  more than it can take"),
            false => String::new(),
        };
        let about = session.terminal.out(Style::Dim, &one.about);
        let name = clean(&one.model);
        write(&format!(
            "{name}{padding}  ≈ {} tokens  {cost}  {about}{full}\n",
            one.tokens
        ))?;
    }
    Ok(exit)
}
