//! `switchboard-cli config`: the configuration file, what is wrong with it, and its versions.

use crate::arguments::Config;
use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use std::path::Path;
use switchboard_app::api::types::*;
use switchboard_app::config::problems;
use switchboard_app::config::schema::schema;

pub(crate) async fn run(session: &Session, command: &Config) -> Result<Exit, Stop> {
    match command {
        Config::Path => {
            write(&format!("{}\n", path(session).await?))?;
            Ok(Exit::Done)
        }
        Config::Schema => {
            let text = serde_json::to_string_pretty(&schema())
                .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
            write(&(text + "\n"))?;
            Ok(Exit::Done)
        }
        Config::Check { file } => check(session, file.as_deref()).await,
        Config::Versions { json } => versions(session, *json).await,
        Config::Show { version } => {
            let params = ConfigVersionId { id: *version };
            let found: ConfigVersionText = session.api("config.version", &params).await?;
            write(&found.text)?;
            Ok(Exit::Done)
        }
        Config::Restore { version } => {
            let params = ConfigVersionId { id: *version };
            let made: ConfigVersion = session.api("config.restore", &params).await?;
            session.terminal.say(&format!(
                "version {version} is active again, as version {}",
                made.id
            ));
            Ok(Exit::Done)
        }
    }
}

async fn path(session: &Session) -> Result<String, Stop> {
    let info: AppInfo = session.api("app.info", &Empty {}).await?;
    Ok(info.config_path)
}

async fn check(session: &Session, file: Option<&Path>) -> Result<Exit, Stop> {
    let path = match file {
        Some(file) => file.to_path_buf(),
        None => path(session).await?.into(),
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let message = format!("{} cannot be read: {error}", path.display());
        Stop::new(Exit::Usage, message)
    })?;
    let problems = problems(&text);
    for problem in &problems {
        write(&format!("{}\n", clean(&problem.to_string())))?;
    }
    Ok(if problems.is_empty() {
        Exit::Done
    } else {
        Exit::Configuration
    })
}

async fn versions(session: &Session, json: bool) -> Result<Exit, Stop> {
    let versions: Vec<ConfigVersion> = session.api("config.versions", &Empty {}).await?;
    for version in &versions {
        if json {
            let line = serde_json::to_string(version)
                .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
            write(&(line + "\n"))?;
            continue;
        }
        let note = version.note.as_deref().unwrap_or(match version.origin {
            ConfigOrigin::File => "by hand",
            ConfigOrigin::Window | ConfigOrigin::Cli | ConfigOrigin::Gateway => "by Switchboard",
        });
        let active = if version.active { "  active" } else { "" };
        write(&format!(
            "{:>4}  {}  {}{}\n",
            version.id,
            version.at,
            clean(note),
            session.terminal.out(Style::Green, active)
        ))?;
    }
    Ok(Exit::Done)
}
