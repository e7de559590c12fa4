//! The desktop shell: a window around [`switchboard_app`].
//!
//! It is thin on purpose. It makes the window ([`window`]), lets the page in it call the application
//! ([`commands`], [`live`]) and ends both in order. It decides nothing about calls.

mod args;
mod commands;
mod graphics;
mod host;
mod live;
mod panic_log;
mod window;

use args::Arguments;
use live::Live;
use std::process::ExitCode;
use std::sync::Arc;
use switchboard_app::App;
use switchboard_app::api::types::ApiError;
use switchboard_engine::redact::Redactor;
use switchboard_host::Folders;
use tauri::{AppHandle, Manager, RunEvent, Wry};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

/// Runs the program until its window is closed.
#[expect(
    clippy::disallowed_methods,
    reason = "in the code that `generate_context!` makes"
)]
pub fn run() -> ExitCode {
    let arguments = Arguments::read();
    let folders = match Folders::find(arguments.data_dir.as_deref()) {
        Ok(folders) => folders,
        Err(error) => return refuse(&error.to_string()),
    };
    let redactor = Arc::new(Redactor::default());
    host::start_log(&folders.log_dir, &redactor);
    panic_log::install();
    #[cfg(target_os = "linux")]
    {
        let safe = if arguments.safe_graphics {
            graphics::Safe::Yes
        } else {
            graphics::Safe::No
        };
        if let Err(message) = graphics::prepare(safe) {
            return refuse(&message);
        }
    }
    let mut builder = tauri::Builder::default();
    if !is_automated() {
        builder = builder.plugin(single_instance(&folders));
    }
    let built = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        // The page never opens a link by itself: no click handler, and no permission either.
        .plugin(
            tauri_plugin_opener::Builder::new()
                .open_js_links_on_click(false)
                .build(),
        )
        .invoke_handler(tauri::generate_handler![
            commands::api,
            commands::subscribe,
            commands::set_hidden,
            commands::set_key,
            commands::create_gateway_key,
            commands::scan_dotenv,
            commands::open_url,
            commands::save_text,
            commands::window_ready,
        ])
        .setup(move |tauri_app| start(tauri_app.handle(), folders, redactor).map_err(Into::into))
        .build(tauri::generate_context!());
    match built {
        Ok(tauri_app) => ExitCode::from(tauri_app.run_return(on_event).clamp(0, 255) as u8),
        Err(error) => refuse(&format!("the window cannot be opened: {error}")),
    }
}

/// Opens the application while the window is being made, and brings the two together.
fn start(handle: &AppHandle, folders: Folders, redactor: Arc<Redactor>) -> tauri::Result<()> {
    let opening = tauri::async_runtime::spawn(host::open(folders, redactor));
    let window = window::create(handle)?;
    end_when_asked(handle.clone());
    match tauri::async_runtime::block_on(opening)? {
        Ok(app) => {
            tauri::async_runtime::block_on(window::restore_place(&app, &window));
            handle.manage(Live::default());
            handle.manage(app);
        }
        Err(error) => {
            handle.manage(StartFailed);
            window.destroy()?;
            show_failure(handle, &error);
        }
    }
    Ok(())
}

/// Managed when the application could not start: the program stays until its message was read.
struct StartFailed;

/// Says in a dialog of its own what kept the application from starting, then ends the program.
fn show_failure(handle: &AppHandle, error: &ApiError) {
    let hint = error
        .hint
        .as_deref()
        .map(|hint| format!("\n\n{hint}"))
        .unwrap_or_default();
    let ending = handle.clone();
    refuse(&error.message);
    handle
        .dialog()
        .message(format!("{}{hint}", error.message))
        .title("Switchboard cannot start")
        .kind(MessageDialogKind::Error)
        .buttons(MessageDialogButtons::OkCustom("Quit".into()))
        .show(move |_| ending.exit(1));
}

fn on_event(handle: &AppHandle, event: RunEvent) {
    match event {
        RunEvent::WindowEvent {
            label,
            event: tauri::WindowEvent::CloseRequested { .. },
            ..
        } => {
            let app = handle.try_state::<App>();
            if let (Some(app), Some(window)) = (app, handle.get_webview_window(&label)) {
                tauri::async_runtime::block_on(window::keep_place(&app, &window));
            }
        }
        RunEvent::ExitRequested {
            code: None, api, ..
        } if handle.try_state::<StartFailed>().is_some() => {
            api.prevent_exit();
        }
        RunEvent::Exit => host::close(handle),
        _ => {}
    }
}

/// A second launch brings the first one's window to the front and ends. Programs that keep their
/// things in different folders are different programs.
fn single_instance(folders: &Folders) -> tauri::plugin::TauriPlugin<Wry> {
    tauri_plugin_single_instance::Builder::new()
        .callback(|handle, _arguments, _folder| window::raise(handle))
        .dbus_id(format!("dev.switchboard.{}", folders.key_service))
        .build()
}

/// Returns whether a WebDriver runs this program. Tests start it again and again, and a session that
/// failed may leave one behind.
fn is_automated() -> bool {
    ["TAURI_WEBVIEW_AUTOMATION", "TAURI_AUTOMATION"]
        .iter()
        .any(|name| std::env::var_os(name).is_some())
}

/// Ends the program in order when the system asks for it: at log-out, or Ctrl+C in a terminal.
#[cfg(unix)]
fn end_when_asked(handle: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    tauri::async_runtime::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
        ) else {
            return tracing::warn!("the system's request to end cannot be received");
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        handle.exit(0);
    });
}

#[cfg(not(unix))]
fn end_when_asked(_handle: AppHandle) {}

/// Says on the terminal why the program does not start.
#[expect(clippy::print_stderr, reason = "there is no window to say it in")]
fn refuse(message: &str) -> ExitCode {
    eprintln!("switchboard: {message}");
    ExitCode::FAILURE
}
