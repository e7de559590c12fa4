//! What the page in the window may ask of this process. Each command has its permission in
//! `src-tauri/permissions/main.toml`.
//!
//! Use-cases go through [`api`]; acts that reach outside the program (a key, a file, a browser) are
//! commands of their own. No command returns a credential, but for [`create_gateway_key`]: a key that is made
//! here for the user's own programs, shown the one time that it exists outside their hands.

use crate::live::Live;
use crate::window;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use std::path::PathBuf;
use switchboard_app::App;
use switchboard_app::api::dispatch;
use switchboard_app::api::types::{
    ApiError, Batch, CreateGatewayKey, CreatedGatewayKey, ErrorCode, KeyScan, OpenUrl,
    ProviderInfo, SaveText, SavedFile, SetKey,
};
use tauri::ipc::Channel;
use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tauri_plugin_opener::OpenerExt;
use tokio::sync::oneshot;
use url::Url;

/// Longest web address that is opened, in bytes.
const URL_BYTES: usize = 8 * 1024;
/// Longest file name that a page may suggest, in characters.
const FILE_NAME_CHARS: usize = 120;

/// Runs a use-case of the API table.
#[tauri::command]
pub(crate) async fn api(
    app: State<'_, App>,
    method: String,
    params: Value,
) -> Result<Value, ApiError> {
    dispatch(&app, &method, params).await
}

/// Sends what happens to `channel` from now on.
#[tauri::command]
pub(crate) async fn subscribe(
    app: State<'_, App>,
    live: State<'_, Live>,
    channel: Channel<Batch>,
) -> Result<(), ApiError> {
    live.attach(&app, channel);
    Ok(())
}

/// Says whether the window can be seen.
#[tauri::command]
pub(crate) async fn set_hidden(live: State<'_, Live>, hidden: bool) -> Result<(), ApiError> {
    live.set_hidden(hidden);
    Ok(())
}

/// Stores a credential. It crosses once, here, and never back.
#[tauri::command]
pub(crate) async fn set_key(app: State<'_, App>, key: SetKey) -> Result<ProviderInfo, ApiError> {
    app.set_key(key).await
}

/// Makes a gateway key and returns it, this once: what is kept is its hash.
#[tauri::command]
pub(crate) async fn create_gateway_key(
    app: State<'_, App>,
    request: CreateGatewayKey,
) -> Result<CreatedGatewayKey, ApiError> {
    app.create_gateway_key(request).await
}

/// Lets the user choose a `.env` file and looks for known key variables in it; `None` if the user
/// chose none.
#[tauri::command]
pub(crate) async fn scan_dotenv(
    app: State<'_, App>,
    window: WebviewWindow,
) -> Result<Option<KeyScan>, ApiError> {
    let dialog = window
        .dialog()
        .file()
        .set_parent(&window)
        .set_title("Import keys from a .env file");
    match choose(dialog, |dialog, chosen| dialog.pick_file(chosen)).await? {
        Some(path) => app.scan_dotenv(&path).await.map(Some),
        None => Ok(None),
    }
}

/// Opens a web address in the user's browser. The page has had it confirmed.
#[tauri::command]
pub(crate) async fn open_url(handle: AppHandle, request: OpenUrl) -> Result<(), ApiError> {
    let url = checked_url(&request.url)?;
    let opened = handle.opener().open_url(url.as_str(), None::<&str>);
    opened.map_err(|error| ApiError {
        hint: Some("copy the address and open it in a browser yourself".into()),
        ..internal(format!("no browser could be started: {error}"))
    })
}

/// Lets the user choose a file and writes text, or the bytes that it stands for, to it.
#[tauri::command]
pub(crate) async fn save_text(
    window: WebviewWindow,
    request: SaveText,
) -> Result<SavedFile, ApiError> {
    let bytes = if request.base64 {
        BASE64_STANDARD
            .decode(&request.text)
            .map_err(|error| internal(format!("the text to save is not Base64: {error}")))?
    } else {
        request.text.into_bytes()
    };
    let name = file_name(&request.suggested_name);
    let dialog = window
        .dialog()
        .file()
        .set_parent(&window)
        .set_file_name(name);
    let Some(path) = choose(dialog, |dialog, chosen| dialog.save_file(chosen)).await? else {
        return Ok(SavedFile { path: None });
    };
    tokio::fs::write(&path, bytes)
        .await
        .map_err(|error| ApiError {
            hint: Some("choose another folder".into()),
            ..internal(format!("cannot write {}: {error}", path.display()))
        })?;
    Ok(SavedFile {
        path: Some(path.display().to_string()),
    })
}

/// Shows the window: its first paint is done.
#[tauri::command]
pub(crate) async fn window_ready(window: WebviewWindow) -> Result<(), ApiError> {
    window::show(&window);
    Ok(())
}

/// Shows a file dialog and waits for what the user does with it.
async fn choose(
    dialog: FileDialogBuilder<tauri::Wry>,
    show: impl FnOnce(FileDialogBuilder<tauri::Wry>, Box<dyn FnOnce(Option<FilePath>) + Send>),
) -> Result<Option<PathBuf>, ApiError> {
    let (send, receive) = oneshot::channel();
    show(dialog, Box::new(move |path| drop(send.send(path))));
    match receive.await.ok().flatten() {
        None => Ok(None),
        Some(path) => path
            .into_path()
            .map(Some)
            .map_err(|error| internal(format!("the chosen file has no path: {error}"))),
    }
}

/// Returns the address if it is one that a browser or mail program may be given.
fn checked_url(text: &str) -> Result<Url, ApiError> {
    let refuse = |message: String| ApiError {
        code: ErrorCode::InvalidParams,
        message,
        hint: Some("addresses start with https://, http:// or mailto:".into()),
        field: Some("url".into()),
    };
    if text.len() > URL_BYTES {
        return Err(refuse(format!(
            "the address is longer than {URL_BYTES} bytes"
        )));
    }
    let url = Url::parse(text).map_err(|error| refuse(format!("not a web address: {error}")))?;
    match url.scheme() {
        "https" | "http" | "mailto" => Ok(url),
        scheme => Err(refuse(format!(
            "an address of the kind `{scheme}:` is not opened"
        ))),
    }
}

/// Returns a suggestion that is a plain file name on every system, never empty.
fn file_name(suggested: &str) -> String {
    let plain = |c: char| {
        if c.is_control() || r#"/\:*?"<>|"#.contains(c) {
            '-'
        } else {
            c
        }
    };
    let name: String = suggested.chars().map(plain).take(FILE_NAME_CHARS).collect();
    let name = name.trim().trim_matches('.');
    if name.is_empty() {
        "answer.txt".into()
    } else {
        name.into()
    }
}

fn internal(message: String) -> ApiError {
    ApiError {
        code: ErrorCode::Internal,
        message,
        hint: None,
        field: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{checked_url, file_name};
    use switchboard_app::api::types::ErrorCode;

    #[test]
    fn web_and_mail_addresses_are_opened() {
        for url in [
            "https://example.com/a?b=c#d",
            "http://127.0.0.1:8080/",
            "mailto:a@example.com",
        ] {
            assert!(checked_url(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn programs_files_and_scripts_are_never_opened() {
        for url in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "ssh://host",
            "/etc",
            "",
        ] {
            let error = checked_url(url).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidParams, "{url}");
            assert_eq!(error.field.as_deref(), Some("url"));
        }
        assert!(checked_url(&format!("https://example.com/{}", "a".repeat(9000))).is_err());
    }

    #[test]
    fn a_suggested_file_name_cannot_leave_its_folder() {
        assert_eq!(file_name("../../.bashrc"), "-..-.bashrc");
        assert_eq!(file_name("C:\\x.txt"), "C--x.txt");
        assert_eq!(file_name("  answer 1.md "), "answer 1.md");
        assert_eq!(file_name("..."), "answer.txt");
        assert_eq!(file_name(&"a".repeat(500)).len(), 120);
    }
}
