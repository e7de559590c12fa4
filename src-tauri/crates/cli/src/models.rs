//! `switchboard-cli models`: what can be asked.

use crate::arguments::{Models, ModelsCommand};
use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use crate::wrap::width;
use switchboard_app::api::types::{Empty, ModelInfo};
use switchboard_engine::price::PicoUsd;

pub(crate) async fn run(session: &Session, arguments: &Models) -> Result<Exit, Stop> {
    let arguments = match &arguments.command {
        Some(ModelsCommand::List(list)) => list,
        None => &arguments.list,
    };
    crate::config_check(session, &[]).await?;
    let mut models: Vec<ModelInfo> = session.api("models.list", &Empty {}).await?;
    if let Some(search) = &arguments.search {
        let search = search.to_lowercase();
        models.retain(|model| model.id.to_lowercase().contains(&search));
    }
    if arguments.json {
        for model in &models {
            let line = serde_json::to_string(model)
                .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
            write(&(line + "\n"))?;
        }
        return Ok(Exit::Done);
    }
    if models.is_empty() {
        session
            .terminal
            .say("no model has these letters in its name");
    }
    let longest = models
        .iter()
        .map(|model| width(&model.id))
        .max()
        .unwrap_or(0);
    for model in &models {
        let padding = " ".repeat(longest - width(&model.id));
        let about = clean(&about(model));
        let style = if model.unavailable.is_some() {
            Style::Yellow
        } else {
            Style::Dim
        };
        write(&format!(
            "{}{padding}  {}\n",
            clean(&model.id),
            session.terminal.out(style, &about)
        ))?;
    }
    Ok(Exit::Done)
}

fn about(model: &ModelInfo) -> String {
    if let Some(why) = &model.unavailable {
        return why.clone();
    }
    if let Some(about) = &model.about {
        return format!("{about} (simulated)");
    }
    // Pico-USD a token and dollars a million tokens differ by a factor of a million.
    let per_million = |price: PicoUsd| format!("${}", price.0 as f64 / 1e6);
    match (model.input_price, model.output_price) {
        (Some(input), Some(output)) => {
            format!(
                "{} in, {} out per million tokens",
                per_million(input),
                per_million(output)
            )
        }
        _ if model.local => "on this machine".to_owned(),
        _ => "no price known".to_owned(),
    }
}
