//! The window: how it is made, what it may load, where it stands.

use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use switchboard_app::App;
use switchboard_app::api::dispatch;
use switchboard_app::api::types::UiState;
use tauri::webview::{NewWindowResponse, PermissionResponse};
use tauri::{
    AppHandle, LogicalPosition, LogicalSize, Manager, Runtime, WebviewWindow, WebviewWindowBuilder,
};
use url::Url;

/// The only window's label, as in `tauri.conf.json` and the capability.
pub(crate) const MAIN: &str = "main";
/// The window is shown after this long even if the page never said that it is painted, so that a
/// broken page is seen and can be closed.
const SHOW_ANYWAY: Duration = Duration::from_millis(1500);
/// Where the window's place is kept in the UI state.
const PLACE_KEY: &str = "host.window";
/// A restored window must show at least this much of itself on some screen, in pixels.
const VISIBLE: i32 = 80;

/// Makes the main window, hidden.
///
/// # Errors
/// What Tauri reports when the window or its web view cannot be made.
pub(crate) fn create(handle: &AppHandle) -> tauri::Result<WebviewWindow> {
    let config = handle
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == MAIN);
    let config = config.ok_or(tauri::Error::WindowNotFound)?.clone();
    let window = WebviewWindowBuilder::from_config(handle, &config)?
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .build()?;
    let waiting = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SHOW_ANYWAY).await;
        if !waiting.is_visible().unwrap_or(true) {
            tracing::warn!("the page did not report its first paint; showing the window anyway");
            show(&waiting);
        }
    });
    Ok(window)
}

/// Shows the window in front of others.
pub(crate) fn show<R: Runtime>(window: &WebviewWindow<R>) {
    let shown = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::error!(%error, "the window cannot be shown");
    }
}

/// Returns whether an address is one of the program's own pages.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        "about" => url.as_str() == "about:blank",
        _ => false,
    }
}

/// Where the window stood, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    maximized: bool,
}

/// Puts the window where it stood at the end of the last launch, if that place is still on a screen.
pub(crate) async fn restore_place(app: &App, window: &WebviewWindow) {
    let Some(place) = kept_place(app).await else {
        return;
    };
    let restored = window
        .set_size(LogicalSize::new(place.width, place.height))
        .and_then(|()| {
            if is_on_a_screen(window, place) {
                window.set_position(LogicalPosition::new(place.x, place.y))?;
            }
            if place.maximized {
                window.maximize()
            } else {
                Ok(())
            }
        });
    if let Err(error) = restored {
        tracing::warn!(%error, "the window's last place cannot be restored");
    }
}

async fn kept_place(app: &App) -> Option<Place> {
    let state = dispatch(app, "ui_state.get", json!({})).await.ok()?;
    let mut state: UiState = serde_json::from_value(state).ok()?;
    let place: Place = serde_json::from_value(state.values.remove(PLACE_KEY)?).ok()?;
    let sizes = [place.width, place.height];
    sizes
        .iter()
        .all(|size| (200.0..20_000.0).contains(size))
        .then_some(place)
}

fn is_on_a_screen(window: &WebviewWindow, place: Place) -> bool {
    let monitors = window.available_monitors().unwrap_or_default();
    monitors.iter().any(|monitor| {
        let scale = monitor.scale_factor();
        let (left, top) = ((place.x * scale) as i32, (place.y * scale) as i32);
        let width = (place.width * scale) as i32;
        let (at, size) = (monitor.position(), monitor.size());
        let (right, bottom) = (at.x + size.width as i32, at.y + size.height as i32);
        left + width >= at.x + VISIBLE
            && left <= right - VISIBLE
            && top >= at.y
            && top <= bottom - VISIBLE
    })
}

/// Keeps where the window stands for the next launch.
pub(crate) async fn keep_place(app: &App, window: &WebviewWindow) {
    let Ok(maximized) = window.is_maximized() else {
        return;
    };
    let place = if maximized {
        // The size to go back to when it is no longer maximized is the one kept before.
        kept_place(app)
            .await
            .map(|place| Place { maximized, ..place })
    } else {
        current_place(window)
    };
    let Some(place) = place else { return };
    let params = json!({ "key": PLACE_KEY, "value": place });
    if let Err(error) = dispatch(app, "ui_state.set", params).await {
        tracing::warn!(%error, "the window's place cannot be kept");
    }
}

fn current_place(window: &WebviewWindow) -> Option<Place> {
    let scale = window.scale_factor().ok()?;
    let size = window.inner_size().ok()?.to_logical::<f64>(scale);
    let at = window.outer_position().ok()?.to_logical::<f64>(scale);
    Some(Place {
        x: at.x,
        y: at.y,
        width: size.width,
        height: size.height,
        maximized: false,
    })
}

/// Brings the window to the front, for a second launch.
pub(crate) fn raise(handle: &AppHandle) {
    if let Some(window) = handle.get_webview_window(MAIN) {
        show(&window);
    }
}

#[cfg(test)]
mod tests {
    use super::is_own_page;
    use url::Url;

    #[test]
    fn only_own_pages_can_be_loaded() {
        let own = |url: &str| is_own_page(&Url::parse(url).unwrap());
        assert!(own("tauri://localhost/"));
        assert!(own("tauri://localhost/index.html#calls"));
        assert!(own("http://tauri.localhost/"));
        for foreign in [
            "https://example.com/",
            "https://tauri.localhost.example.com/",
            "tauri://example.com/",
            "file:///etc/passwd",
            "data:text/html,x",
            "javascript:alert(1)",
            "about:srcdoc",
        ] {
            assert!(!own(foreign), "{foreign}");
        }
    }
}
