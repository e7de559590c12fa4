//! `switchboard-cli serve`: the gateway for clients of providers' APIs; with `--dashboard` the user
//! interface for a browser on this machine.

use crate::arguments::Serve;
use crate::exit::{Exit, Stop};
use crate::session::{Session, problem_sentence};
use crate::terminal::{Style, write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use switchboard_gateway::{
    Assets, Dashboard, GatewayError, GatewayOptions, ServeError, serve_dashboard, serve_gateway,
};

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
        let line = format!("warning: {}", problem_sentence(&problem));
        session
            .terminal
            .say(&session.terminal.err(Style::Yellow, &line));
    }
    match folder {
        Some(folder) => dashboard(session, arguments, &folder).await,
        None => gateway(session, arguments).await,
    }
}

/// Serves the gateway until interrupted.
async fn gateway(session: &Session, arguments: &Serve) -> Result<Exit, Stop> {
    let configured = session.app.gateway_socket();
    let address = arguments.address.unwrap_or(configured);
    let options = GatewayOptions {
        address,
        // Only the configuration file can allow other machines in.
        network: address.ip() == configured.ip(),
        ..GatewayOptions::default()
    };
    let gateway =
        serve_gateway(session.app.clone(), options)
            .await
            .map_err(|error| match error {
                GatewayError::NotLoopback(_) => Stop::new(Exit::Usage, error.to_string()).hint(
                    "choose an address like 127.0.0.1:4141, or allow the network in `[gateway]`",
                ),
                GatewayError::Listen { .. } => Stop::new(Exit::Internal, error.to_string())
                    .hint("choose another with --address"),
            })?;
    let address = gateway.address();
    let needed = session.app.gateway_needs_key().await || !address.ip().is_loopback();
    let keys = match needed {
        true => "Clients need a key: `switchboard-cli keys create NAME` makes one.",
        false => "Programs on this machine need no key.",
    };
    write(&format!(
        "The gateway is at http://{address}\nOpenAI clients: base URL http://{address}/v1; Anthropic and Gemini clients: http://{address}\n{keys} Ctrl-C stops it and its calls.\n"
    ))?;
    session.until_interrupted().await;
    gateway.stop().await;
    Ok(Exit::Done)
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
