//! `switchboard-cli export`: a route in the own form of a gateway for production.

use crate::arguments::{Export, ExportGateway};
use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use std::path::{Path, PathBuf};
use switchboard_app::api::types::{
    ExportPreview, ExportTo, ExportedFile, LossSeverity, PreviewExport, TransferLoss,
};

pub(crate) async fn run(session: &Session, arguments: &Export) -> Result<Exit, Stop> {
    crate::config_check(session, &[]).await?;
    let request = PreviewExport {
        route: arguments.route.clone(),
        to: to(arguments.to),
    };
    let export: ExportPreview = session.api("export.preview", &request).await?;
    if arguments.json {
        let line = serde_json::to_string(&export)
            .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
        write(&(line + "\n"))?;
        return Ok(Exit::Done);
    }
    match &arguments.out {
        Some(out) => save(session, &export.files, out, arguments.force)?,
        None => show(session, &export.files)?,
    }
    report(session, &export.losses);
    Ok(Exit::Done)
}

fn to(gateway: ExportGateway) -> ExportTo {
    match gateway {
        ExportGateway::Litellm => ExportTo::Litellm,
        ExportGateway::Portkey => ExportTo::Portkey,
        ExportGateway::Envoy => ExportTo::Envoy,
        ExportGateway::Bifrost => ExportTo::Bifrost,
        ExportGateway::Tensorzero => ExportTo::Tensorzero,
        ExportGateway::Openrouter => ExportTo::Openrouter,
    }
}

/// Writes the main file to standard output, so that it can be piped on.
fn show(session: &Session, files: &[ExportedFile]) -> Result<(), Stop> {
    if let Some((main, others)) = files.split_first() {
        write(&main.text)?;
        for file in others {
            let name = clean(&file.name);
            session
                .terminal
                .say(&format!("there is also {name}: --out writes it"));
        }
    }
    Ok(())
}

fn save(session: &Session, files: &[ExportedFile], out: &Path, force: bool) -> Result<(), Stop> {
    let paths = paths(files, out);
    for path in &paths {
        if !force && path.exists() {
            let message = format!("{} is there already", path.display());
            return Err(Stop::new(Exit::Usage, message).hint("--force writes over it"));
        }
    }
    for (file, path) in files.iter().zip(&paths) {
        std::fs::write(path, &file.text).map_err(|error| {
            let message = format!("{} cannot be written: {}", path.display(), error.kind());
            Stop::new(Exit::Usage, message)
        })?;
        session.terminal.say(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// Returns where each file goes.
fn paths(files: &[ExportedFile], out: &Path) -> Vec<PathBuf> {
    let own = |file: &ExportedFile, folder: &Path| folder.join(&file.name);
    if out.is_dir() {
        return files.iter().map(|file| own(file, out)).collect();
    }
    let folder = out.parent().unwrap_or(Path::new(""));
    let others = files.iter().skip(1).map(|file| own(file, folder));
    std::iter::once(out.to_path_buf()).chain(others).collect()
}

/// Tells what is lost, to standard error.
pub(crate) fn report(session: &Session, losses: &[TransferLoss]) {
    let terminal = session.terminal;
    for loss in losses {
        let (style, word) = match loss.severity {
            LossSeverity::Dropped => (Style::Red, "dropped"),
            LossSeverity::Approximated => (Style::Yellow, "approximated"),
            LossSeverity::Note => (Style::Dim, "note"),
        };
        terminal.say(&format!(
            "{} {}: {}",
            terminal.err(style, &format!("{word:<12}")),
            clean(&loss.setting),
            clean(&loss.what)
        ));
    }
}
