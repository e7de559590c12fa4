//! `switchboard-cli keys`: keys for clients of the gateway.

use crate::arguments::{Keys, KeysCommand};
use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use crate::wrap::width;
use switchboard_app::api::types::{
    CreateGatewayKey, Empty, GatewayKey, GatewayKeyId, GatewayStatus,
};

pub(crate) async fn run(session: &Session, arguments: &Keys) -> Result<Exit, Stop> {
    match &arguments.command {
        KeysCommand::Create { name } => create(session, name).await,
        KeysCommand::List { json } => list(session, *json).await,
        KeysCommand::Revoke { id } => revoke(session, id).await,
    }
}

/// Writes the key alone to standard output, so that it can be piped on; what is said about it goes to
/// standard error.
async fn create(session: &Session, name: &str) -> Result<Exit, Stop> {
    let request = CreateGatewayKey {
        name: name.to_owned(),
    };
    let made = session.app.create_gateway_key(request).await?;
    write(&format!("{}\n", made.secret))?;
    session.terminal.say(&format!(
        "This is the only time the key is shown. To make it invalid: switchboard-cli keys revoke {}",
        made.key.id
    ));
    Ok(Exit::Done)
}

async fn list(session: &Session, json: bool) -> Result<Exit, Stop> {
    let keys = keys(session).await?;
    if json {
        for key in &keys {
            let line = serde_json::to_string(key)
                .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
            write(&(line + "\n"))?;
        }
        return Ok(Exit::Done);
    }
    if keys.is_empty() {
        session
            .terminal
            .say("there is no gateway key; `switchboard-cli keys create NAME` makes one");
    }
    let longest = keys.iter().map(|key| width(&key.name)).max().unwrap_or(0);
    for key in &keys {
        let padding = " ".repeat(longest - width(&key.name));
        let (style, state) = match (&key.revoked_at, &key.last_used_at) {
            (Some(at), _) => (Style::Yellow, format!("revoked {at}")),
            (None, Some(at)) => (Style::Dim, format!("last used {at}")),
            (None, None) => (Style::Dim, "never used".to_owned()),
        };
        write(&format!(
            "{}  {}{padding}  {}…  {}\n",
            key.id,
            clean(&key.name),
            key.prefix,
            session.terminal.out(style, &state)
        ))?;
    }
    Ok(Exit::Done)
}

async fn revoke(session: &Session, id: &str) -> Result<Exit, Stop> {
    // Two valid keys never have one name, so that a name will do.
    let named = keys(session)
        .await?
        .into_iter()
        .find(|key| key.name == id && key.revoked_at.is_none());
    let id = named.map_or_else(|| id.to_owned(), |key| key.id);
    let key: GatewayKey = session
        .api("gateway.keys.revoke", &GatewayKeyId { id })
        .await?;
    session.terminal.say(&format!(
        "the gateway key `{}` is invalid now",
        clean(&key.name)
    ));
    Ok(Exit::Done)
}

async fn keys(session: &Session) -> Result<Vec<GatewayKey>, Stop> {
    let status: GatewayStatus = session.api("gateway.status", &Empty {}).await?;
    Ok(status.keys)
}
