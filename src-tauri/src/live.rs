//! The window's end of the live channel.

use std::sync::{Mutex, MutexGuard};
use switchboard_app::App;
use switchboard_app::api::types::Batch;
use switchboard_app::live::Visibility;
use tauri::async_runtime::JoinHandle;
use tauri::ipc::Channel;

/// The one live channel of the window. A page that loads anew replaces the old page's.
#[derive(Debug, Default)]
pub(crate) struct Live {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Ends when the channel does, or when the next page subscribes.
    pump: Option<JoinHandle<()>>,
    visibility: Option<Visibility>,
    hidden: bool,
}

impl Live {
    /// Sends what happens to `channel` until the page goes away or another one attaches.
    pub(crate) fn attach(&self, app: &App, channel: Channel<Batch>) {
        let mut subscription = app.subscribe();
        let visibility = subscription.visibility();
        let mut state = self.state();
        visibility.set_hidden(state.hidden);
        state.visibility = Some(visibility);
        let pump = tauri::async_runtime::spawn(async move {
            while let Some(batch) = subscription.next().await {
                if channel.send(batch).is_err() {
                    break;
                }
            }
        });
        if let Some(old) = state.pump.replace(pump) {
            old.abort();
        }
    }

    /// Says whether the window can be seen; text comes less often while it cannot.
    pub(crate) fn set_hidden(&self, hidden: bool) {
        let mut state = self.state();
        state.hidden = hidden;
        if let Some(visibility) = &state.visibility {
            visibility.set_hidden(hidden);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
