//! The files of the user interface: from a folder, or from wherever a function finds them.

use bytes::Bytes;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Finds a file by its path below the root (`assets/index-1f2e.js`), with its MIME type.
pub type Lookup = dyn Fn(&str) -> Option<(Bytes, String)> + Send + Sync;

/// Where the files of the user interface are.
#[derive(Clone)]
pub enum Assets {
    /// A folder with an `index.html`, as `npm run build` makes it.
    Folder(PathBuf),
    /// For files that are part of the program.
    Lookup(Arc<Lookup>),
}

impl std::fmt::Debug for Assets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => f.debug_tuple("Folder").field(folder).finish(),
            Self::Lookup(_) => f.write_str("Lookup"),
        }
    }
}

/// A file to send.
pub(crate) struct Asset {
    pub(crate) bytes: Bytes,
    pub(crate) mime: String,
}

/// The page that every address without a file shows.
pub(crate) const INDEX: &str = "index.html";

impl Assets {
    /// Returns whether there is a user interface at all.
    pub fn has_index(&self) -> bool {
        match self {
            Self::Folder(folder) => folder.join(INDEX).is_file(),
            Self::Lookup(find) => find(INDEX).is_some(),
        }
    }

    /// Returns the file at `path` (without the leading slash), or `None`.
    pub(crate) async fn get(&self, path: &str) -> Option<Asset> {
        match self {
            Self::Folder(folder) => {
                let file = inside(folder, path)?;
                let bytes = tokio::fs::read(file).await.ok()?;
                Some(Asset {
                    bytes: bytes.into(),
                    mime: mime(path).to_owned(),
                })
            }
            Self::Lookup(find) => {
                let (bytes, mime) = find(path)?;
                Some(Asset { bytes, mime })
            }
        }
    }
}

/// Returns the file of that path below `folder`; `None` for a path that would lead out of it.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    // Vite gives plain names only; anything that needs decoding is nothing of ours.
    if path.is_empty() || path.contains(['\\', '%', '\0', ':']) {
        return None;
    }
    let path = Path::new(path);
    let plain = path
        .components()
        .all(|component| matches!(component, Component::Normal(_)));
    let file = folder.join(path);
    // A link inside the folder may lead elsewhere; follow it and look.
    let (file, folder) = (file.canonicalize().ok()?, folder.canonicalize().ok()?);
    (plain && file.starts_with(folder) && file.is_file()).then_some(file)
}

/// Returns the MIME type that goes with a file's ending.
pub fn mime(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("ttf") => "font/ttf",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
