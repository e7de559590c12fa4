//! The pages: their packages, their build, and the icons drawn for the product.

use crate::setup::ui_npm;
use crate::{root, step, target};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `npm run build` reads, inside `ui/`.
const INPUTS: &[&str] = &[
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
];
/// The Tauri command line that draws the icons.
const ICON_TOOL: &str = "@tauri-apps/cli@2.12.5";
/// The icons that `tauri.conf.json` names, and the source of the others.
const ICONS: &[&str] = &[
    "32x32.png",
    "128x128.png",
    "128x128@2x.png",
    "icon.png",
    "icon.icns",
    "icon.ico",
];

/// Installs the UI's packages if the lock file changed since they were.
///
/// # Errors
/// A sentence if npm fails.
pub(crate) fn install() -> Result<(), String> {
    let lock = hash(&[root().join("ui/package-lock.json")])?;
    let stamp = root().join("ui/node_modules/.lock-stamp");
    if is(&stamp, &lock) {
        return Ok(());
    }
    let began = step::begin("UI packages (npm ci)");
    let done = step::must(npm().args(["ci", "--no-audit", "--no-fund"]));
    step::end("UI packages (npm ci)", began, done.is_ok());
    done.and_then(|()| write(&stamp, &lock))
}

/// Builds the pages if anything they are built from changed.
///
/// # Errors
/// A sentence if the build fails.
pub(crate) fn build() -> Result<(), String> {
    install()?;
    let folder = root().join("ui");
    let mut inputs: Vec<PathBuf> = INPUTS.iter().map(|name| folder.join(name)).collect();
    inputs.extend(configuration(&folder));
    let inputs = hash(&inputs)?;
    // Not in `dist`, all of which is embedded. What was built is part of the stamp: a stand-in page
    // that a bare `cargo build` wrote is not it.
    let stamp = folder.join("node_modules/.build-stamp");
    let value = || Ok::<_, String>(inputs.clone() + &hash(&[folder.join("dist/index.html")])?);
    if is(&stamp, &value()?) {
        return Ok(());
    }
    let began = step::begin("UI build");
    let done = step::must(npm().args(["run", "build"]));
    step::end("UI build", began, done.is_ok());
    done.and_then(|()| write(&stamp, &value()?))
}

/// Returns a command that runs npm for the UI.
pub(crate) fn npm() -> Command {
    let mut command = Command::new(ui_npm());
    command.current_dir(root().join("ui"));
    command
}

/// Writes `icons/` anew from `icons/icon.svg`.
///
/// # Errors
/// A sentence if the icon tool cannot be had or fails.
pub(crate) fn write_icons() -> Result<(), String> {
    let drawn = target().join("icons");
    let npx = if cfg!(windows) { "npx.cmd" } else { "npx" };
    std::fs::create_dir_all(&drawn)
        .map_err(|error| format!("cannot make {}: {error}", drawn.display()))?;
    step::must(
        Command::new(npx)
            .args(["--yes", ICON_TOOL, "icon"])
            .arg(root().join("icons/icon.svg"))
            .arg("--output")
            .arg(&drawn)
            .current_dir(&drawn),
    )?;
    for icon in ICONS {
        let to = root().join("icons").join(icon);
        std::fs::copy(drawn.join(icon), &to)
            .map_err(|error| format!("cannot write {}: {error}", to.display()))?;
    }
    Ok(())
}

/// Returns the configuration files of the UI's build tools.
fn configuration(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let is_configuration = |path: &PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        name.contains(".config.") || name.starts_with("tsconfig")
    };
    entries
        .map(|entry| entry.path())
        .filter(is_configuration)
        .collect()
}

/// Returns a hash over the names and bytes of files and of everything in folders. What does not
/// exist counts as empty.
pub(crate) fn hash(paths: &[PathBuf]) -> Result<String, String> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        let bytes = std::fs::read(&file);
        bytes
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.push(path.to_path_buf());
    }
    Ok(())
}

/// Returns whether a stamp was written with that value.
pub(crate) fn is(stamp: &Path, value: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|found| found == value)
}

/// Writes a stamp.
pub(crate) fn write(stamp: &Path, value: &str) -> Result<(), String> {
    std::fs::write(stamp, value)
        .map_err(|error| format!("cannot write {}: {error}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn a_changed_added_or_renamed_file_changes_the_hash() {
        let folder = crate::target().join(format!("xtask-test-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("deep")).unwrap();
        let inputs = [folder.clone(), folder.join("absent")];
        std::fs::write(folder.join("deep/a"), "1").unwrap();
        let first = hash(&inputs).unwrap();
        assert_eq!(hash(&inputs).unwrap(), first);
        std::fs::write(folder.join("deep/a"), "2").unwrap();
        let changed = hash(&inputs).unwrap();
        std::fs::rename(folder.join("deep/a"), folder.join("deep/b")).unwrap();
        let renamed = hash(&inputs).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(first != changed && changed != renamed);
    }
}
