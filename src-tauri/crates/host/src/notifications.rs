//! Notifications of the operating system.

use notify_rust::{Notification, Timeout};
use switchboard_app::host::Notifier;

/// Under which name they are shown.
const PROGRAM: &str = "Switchboard";
/// Longest text that is shown, in characters.
const MOST_CHARS: usize = 500;

/// Shows notifications through the operating system: on Linux whatever daemon is on the session bus.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNotifier;

impl Notifier for SystemNotifier {
    fn show(&self, title: &str, text: &str) -> Result<(), String> {
        let shown = Notification::new()
            .appname(PROGRAM)
            .summary(&cut(title))
            .body(&plain(&cut(text)))
            .timeout(Timeout::Default)
            .show();
        // What it returns could close it again; it stays as long as the system likes.
        shown.map(drop).map_err(|error| refused(&error))
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn problem(&self) -> Option<String> {
        notify_rust::get_server_information()
            .err()
            .map(|error| refused(&error))
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn problem(&self) -> Option<String> {
        None
    }
}

fn refused(error: &notify_rust::error::Error) -> String {
    tracing::debug!(%error, "notifications cannot be shown");
    "no notification service answers on this desktop".to_owned()
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_CHARS).collect()
}

/// Daemons of the freedesktop standard may read the text as markup.
fn plain(text: &str) -> String {
    if cfg!(all(unix, not(target_os = "macos"))) {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    } else {
        text.to_owned()
    }
}
