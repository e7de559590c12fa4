//! `switchboard-cli import`: another program's configuration, shown and added.

use crate::arguments::{Import, ImportFrom};
use crate::exit::{Exit, Stop};
use crate::export::report;
use crate::session::Session;
use crate::terminal::{clean, write};
use serde::Serialize;
use std::io::Read;
use std::path::Path;
use switchboard_app::api::types::{
    ApplyImport, ImportDone, ImportKind, ImportPreview, ImportProblem, PreviewImport,
};

/// Longest file that is read, in bytes; what may be imported is shorter, and says so itself.
const LIMIT: u64 = 4 * 1024 * 1024;

pub(crate) async fn run(session: &Session, arguments: &Import) -> Result<Exit, Stop> {
    crate::config_check(session, &[]).await?;
    let text = read(&arguments.file)?;
    let kind = arguments.from.map_or(ImportKind::Auto, kind);
    let request = PreviewImport {
        text: text.clone(),
        kind,
    };
    let preview: ImportPreview = session.api("import.preview", &request).await?;
    if let Some(problem) = preview.problems.first() {
        return Err(Stop::new(Exit::Usage, sentence(&arguments.file, problem)));
    }
    if !arguments.apply {
        if arguments.json {
            print(&preview)?;
            return Ok(Exit::Done);
        }
        write(&preview.toml)?;
        report(session, &preview.losses);
        tell_keys(session, &preview, false);
        session
            .terminal
            .say("nothing was changed: --apply adds this to the configuration file");
        return Ok(Exit::Done);
    }
    let request = ApplyImport {
        text,
        kind,
        store_keys: arguments.store_keys,
    };
    let done: ImportDone = session.api("import.apply", &request).await?;
    if arguments.json {
        print(&done)?;
        return Ok(Exit::Done);
    }
    report(session, &preview.losses);
    tell_keys(session, &preview, arguments.store_keys);
    for (what, names) in [("providers", &done.providers), ("routes", &done.routes)] {
        if !names.is_empty() {
            let names = clean(&names.join(", "));
            session.terminal.say(&format!("added {what}: {names}"));
        }
    }
    Ok(Exit::Done)
}

fn print(value: &impl Serialize) -> Result<(), Stop> {
    let line = serde_json::to_string(value)
        .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
    write(&(line + "\n"))
}

/// Says of keys in the text where they are or go, never what they are.
fn tell_keys(session: &Session, preview: &ImportPreview, stored: bool) {
    for key in &preview.keys {
        let name = clean(&format!("{} of {}", key.name, key.provider));
        session.terminal.say(&if stored {
            format!("the key {name} is in the key store now")
        } else {
            format!("the key {name} stands in the text and was left out: --apply --store-keys keeps it in the key store")
        });
    }
}

fn read(file: &Path) -> Result<String, Stop> {
    let unreadable = |error: std::io::Error| {
        let message = format!("{} cannot be read: {}", file.display(), error.kind());
        Stop::new(Exit::Usage, message)
    };
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin()
            .take(LIMIT)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
    } else {
        let file = std::fs::File::open(file).map_err(unreadable)?;
        file.take(LIMIT)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
    }
    String::from_utf8(bytes)
        .map_err(|_| Stop::new(Exit::Usage, format!("{} is not UTF-8 text", file.display())))
}

fn kind(from: ImportFrom) -> ImportKind {
    match from {
        ImportFrom::Litellm => ImportKind::Litellm,
        ImportFrom::Openrouter => ImportKind::Openrouter,
        ImportFrom::Portkey => ImportKind::Portkey,
        ImportFrom::Environment => ImportKind::Environment,
    }
}

fn sentence(file: &Path, problem: &ImportProblem) -> String {
    let mut place = file.display().to_string();
    if let Some(line) = problem.line {
        place.push_str(&format!(":{line}"));
    }
    match &problem.field {
        Some(field) => format!("{place}: `{}`: {}", clean(field), problem.message),
        None => format!("{place}: {}", problem.message),
    }
}
