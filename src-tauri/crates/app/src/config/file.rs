//! Reading and writing the file itself.

use crate::api::types::ConfigProblem;
use crate::config::FIRST_FILE;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use switchboard_engine::config::TEXT_LIMIT;

/// Most broken files that are kept beside the good one.
const MOST_KEPT: u32 = 99;

/// Returns a problem with the file as a whole.
pub(super) fn problem(path: &Path, message: &str, fix: Option<&str>) -> ConfigProblem {
    ConfigProblem {
        file: path.display().to_string(),
        line: None,
        column: None,
        field: None,
        message: message.to_owned(),
        fix: fix.map(str::to_owned),
    }
}

/// Writes the explained first file if there is none.
pub(super) fn create_if_missing(path: &Path) -> Result<(), ConfigProblem> {
    if path.symlink_metadata().is_ok() {
        return Ok(());
    }
    let unmade = |error: std::io::Error| {
        problem(
            path,
            &format!("the configuration file could not be made: {}", error.kind()),
            Some("make its folder writable, or choose another with SWITCHBOARD_DATA_DIR"),
        )
    };
    path.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .map_err(unmade)?;
    match std::fs::File::create_new(path) {
        Ok(mut file) => file.write_all(FIRST_FILE.as_bytes()).map_err(unmade),
        // Another process of ours was quicker.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(unmade(error)),
    }
}

pub(super) fn unreadable(path: &Path, kind: std::io::ErrorKind) -> ConfigProblem {
    let (what, fix) = match kind {
        std::io::ErrorKind::NotFound => (
            "the configuration file is gone; the last good one stays active".to_owned(),
            "put it back, or start the program anew to get an empty one",
        ),
        _ => (
            format!("the configuration file cannot be read: {kind}"),
            match kind {
                std::io::ErrorKind::PermissionDenied => "give yourself the right to read it",
                std::io::ErrorKind::IsADirectory => "move the folder of that name away",
                _ => "check the disk and the file's permissions",
            },
        ),
    };
    problem(path, &what, Some(fix))
}

/// Reads the whole file.
pub(super) fn read(path: &Path) -> Result<String, ConfigProblem> {
    let unreadable = |error: std::io::Error| unreadable(path, error.kind());
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // One byte more than is allowed, so that the parser sees that it is too long.
    let limit = u64::try_from(TEXT_LIMIT)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > TEXT_LIMIT {
        let message = format!(
            "the configuration file is larger than {} MB",
            TEXT_LIMIT / (1024 * 1024)
        );
        let fix = "look whether another file was copied over it";
        return Err(problem(path, &message, Some(fix)));
    }
    // Some editors on Windows begin a file with a byte order mark.
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..good).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        ConfigProblem {
            line: u32::try_from(line.saturating_add(1)).ok(),
            ..problem(
                path,
                "the configuration file is not UTF-8 text",
                Some("save it as UTF-8 in your editor"),
            )
        }
    })
}

/// Replaces the file in one step: a reader sees the old text or the new one, whole.
pub(super) fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // A link stays a link; what it points to is replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!(".config-{}-{count}.tmp", std::process::id());
    let temporary = target
        .parent()
        .map_or_else(|| PathBuf::from(&name), |dir| dir.join(&name));
    let written = write_new(&temporary, text)
        .and_then(|()| match std::fs::metadata(&target) {
            Ok(old) => std::fs::set_permissions(&temporary, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| std::fs::rename(&temporary, &target));
    if written.is_err() {
        // The error that counts is the one above.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

/// Moves what is there aside, whatever it is, then writes the file. Returns where the old one is; `None`: there was none.
pub(super) fn replace_kept(path: &Path, text: &str) -> std::io::Result<Option<PathBuf>> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let kept = match target.symlink_metadata() {
        Ok(_) => {
            let kept = free_name(&target)?;
            std::fs::rename(&target, &kept)?;
            Some(kept)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let written = replace(&target, text);
    if let (Err(_), Some(kept)) = (&written, &kept) {
        // The error that counts is the one of writing.
        let _ = std::fs::rename(kept, &target);
    }
    written.map(|()| kept)
}

/// Returns `config.toml.broken`, or the first of `.broken-2` and on that is free.
fn free_name(path: &Path) -> std::io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    (1..=MOST_KEPT)
        .map(|number| match number {
            1 => path.with_file_name(format!("{name}.broken")),
            number => path.with_file_name(format!("{name}.broken-{number}")),
        })
        .find(|path| path.symlink_metadata().is_err())
        .ok_or_else(|| std::io::Error::from(std::io::ErrorKind::AlreadyExists))
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
