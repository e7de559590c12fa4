//! `switchboard-cli serve`: the gateway for clients of providers' APIs; with `--dashboard` the user
//! interface for a browser on this machine.

use crate::arguments::Serve;
use crate::exit::{Exit, Stop};
use crate::session::{Session, problem_sentence};
use crate::terminal::write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use switchboard_app::api::types::{Empty, GatewayStatus};
use switchboard_app::gateway;
use switchboard_gateway::{Assets, Dashboard, GatewayError, ServeError, serve_dashboard};

/// The port when none is given and it is free.
const PORT: u16 = 4140;
/// Names the folder of the user interface.
const UI_VARIABLE: &str = "SWITCHBOARD_UI_DIR";

pub(crate) async fn run(session: &Session, arguments: &Serve) -> Result<Exit, Stop> {
    // Looked for first: without it there is nothing to warn about.
    let folder = match arguments.dashboard {
        true => Some(find_ui()?),
        false => None,
    };
    if let Some(problem) = session.config_problem().await? {
        let message = problem_sentence(&problem);
        session.terminal.warn(&message, problem.fix.as_deref());
    }
    match folder {
        Some(folder) => dashboard(session, arguments, &folder).await,
        None => serve(session, arguments).await,
    }
}

/// Serves the gateway until interrupted.
async fn serve(session: &Session, arguments: &Serve) -> Result<Exit, Stop> {
    let configured = session.app.gateway_socket();
    let named = arguments.address;
    // Only the configuration file can allow other machines in.
    if let Some(address) = named.filter(|address| !address.ip().is_loopback())
        && address.ip() != configured.ip()
    {
        let message = GatewayError::NotLoopback(address).to_string();
        return Err(Stop::new(Exit::Usage, message)
            .hint("choose an address like 127.0.0.1:4141, or allow the network in `[gateway]`"));
    }
    let mut moves = gateway::moves(&session.app);
    let address = gateway::serve(&session.app, named)
        .await
        .map_err(|problem| {
            Stop::new(Exit::Internal, problem).hint("choose another with --address")
        })?;
    let needed = session.app.gateway_needs_key().await || !address.ip().is_loopback();
    let keys = match needed {
        true => "Clients need a key: `switchboard-cli keys create NAME` makes one.",
        false => "Programs on this machine need no key.",
    };
    let place = place(&address.to_string());
    write(&format!("{place}\n{keys} Ctrl-C stops it and its calls.\n"))?;
    let ended = loop {
        tokio::select! {
            () = session.until_interrupted() => break Ok(()),
            Ok(()) = moves.changed() => {
                if let Err(stop) = tell_of_move(session).await {
                    break Err(stop);
                }
            }
        }
    };
    gateway::serve_no_more(&session.app).await;
    ended.map(|()| Exit::Done)
}

/// Says where the gateway is, and what clients are given.
fn place(address: &str) -> String {
    format!(
        "The gateway is at http://{address}\nOpenAI clients: base URL http://{address}/v1; Anthropic and Gemini clients: http://{address}"
    )
}

/// Says what a change of the configuration made of the gateway.
async fn tell_of_move(session: &Session) -> Result<(), Stop> {
    let status: GatewayStatus = session.api("gateway.status", &Empty {}).await?;
    if let Some(problem) = status.problem {
        session.terminal.warn(&problem, None);
        return Ok(());
    }
    match status.address {
        Some(address) => write(&format!("{}\n", place(&address))),
        None => Ok(()),
    }
}

/// Serves the user interface until interrupted.
async fn dashboard(session: &Session, arguments: &Serve, folder: &Path) -> Result<Exit, Stop> {
    let mut dashboard = listen(session, arguments.port, folder).await?;
    write(&format!(
        "Switchboard is at {}\nThe address works once. Ctrl-C stops Switchboard and its calls.\n",
        dashboard.url_with_token()
    ))?;
    let written = loop {
        tokio::select! {
            () = session.until_interrupted() => break Ok(()),
            url = dashboard.next_url() => {
                if let Err(stop) = write(&format!("Opened. To open it in another browser: {url}\n")) {
                    break Err(stop);
                }
            }
        }
    };
    dashboard.stop().await;
    written.map(|()| Exit::Done)
}

async fn listen(session: &Session, port: Option<u16>, folder: &Path) -> Result<Dashboard, Stop> {
    let on = |port| {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        serve_dashboard(
            session.app.clone(),
            Assets::Folder(folder.to_owned()),
            address,
        )
    };
    let served = match (on(port.unwrap_or(PORT)).await, port) {
        (Err(ServeError::Listen { .. }), None) => on(0).await,
        (served, _) => served,
    };
    served.map_err(|error| {
        let stop = Stop::new(Exit::Internal, error.to_string());
        match error {
            ServeError::Listen { .. } => stop.hint("choose another with --port, or leave it out"),
            _ => stop,
        }
    })
}

/// Finds the folder of the user interface: the one the variable names, one beside the program, or the
/// workspace's.
fn find_ui() -> Result<PathBuf, Stop> {
    let has_index = |folder: &PathBuf| folder.join("index.html").is_file();
    if let Some(named) = std::env::var_os(UI_VARIABLE).filter(|named| !named.is_empty()) {
        let folder = PathBuf::from(named);
        return if has_index(&folder) {
            Ok(folder)
        } else {
            let message = format!(
                "{UI_VARIABLE}: there is no index.html in {}",
                folder.display()
            );
            Err(Stop::new(Exit::Usage, message))
        };
    }
    let program = std::env::current_exe()
        .and_then(|path| path.canonicalize())
        .ok();
    let beside = program.as_deref().and_then(Path::parent);
    let near = beside.into_iter().flat_map(|folder| {
        ["ui", "ui/dist", "../share/switchboard/ui"].map(|below| folder.join(below))
    });
    let workspace = beside
        .into_iter()
        .flat_map(Path::ancestors)
        .map(|folder| folder.join("ui").join("dist"));
    near.chain(workspace).find(has_index).ok_or_else(|| {
        Stop::new(Exit::Internal, "the user interface's files were not found (ui/dist/index.html)")
            .hint(format!("build them with `npm ci && npm run build` in ui/, or name their folder in {UI_VARIABLE}"))
    })
}
