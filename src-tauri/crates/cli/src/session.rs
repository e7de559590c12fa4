//! Opens the application for a command and closes it again, whatever happens in between.

use crate::exit::{Exit, Stop};
use crate::terminal::Terminal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use switchboard_app::api::types::{AppInfo, ConfigProblem, Empty};
use switchboard_app::{App, Caller, Options, api};
use switchboard_engine::redact::Redactor;
use switchboard_gateway::GatewaySwitch;
use switchboard_host::{Folders, Log, SystemHost};
use tokio::sync::watch;

/// How long a second chance lasts after Ctrl-C before the program ends without more ado.
const PATIENCE: Duration = Duration::from_secs(5);

/// The application, open.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) app: App,
    pub(crate) terminal: Terminal,
    interrupted: Arc<AtomicBool>,
    interrupts: watch::Receiver<u32>,
}

impl Session {
    /// Opens history and configuration, starts the log, and listens for Ctrl-C.
    pub(crate) async fn open(
        data_dir: Option<&Path>,
        caller: Caller,
        terminal: Terminal,
    ) -> Result<Self, Stop> {
        let folders = Folders::find(data_dir)
            .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
        let redactor = Arc::new(Redactor::default());
        let seen = Arc::clone(&redactor);
        let log = Log::start(&folders.log_dir, move |text| {
            Cow::Owned(seen.redact(text).into_owned())
        });
        if let Err(error) = log {
            // A call is worth more than its log.
            terminal.say(&format!("warning: no log is written: {error}"));
        }
        let host = SystemHost::new(&folders).with_gateway(Arc::new(GatewaySwitch::default()));
        let app = App::open(Options {
            data_dir: folders.data_dir,
            config_path: folders.config_path,
            caller,
            host: Arc::new(host),
            redactor,
        })
        .await?;
        let (sender, interrupts) = watch::channel(0);
        let session = Self {
            app,
            terminal,
            interrupted: Arc::default(),
            interrupts,
        };
        session.clone().listen(sender);
        Ok(session)
    }

    /// Stops all calls at the first signal, and the program at the second. Ends with the program.
    fn listen(self, sender: watch::Sender<u32>) {
        tokio::spawn(async move {
            if signal().await.is_err() {
                return;
            }
            self.interrupted.store(true, Ordering::Release);
            sender.send_modify(|count| *count += 1);
            // What runs ends as stopped, which is recorded.
            let _ = api::dispatch(&self.app, "calls.stop_all", serde_json::Value::Null).await;
            tokio::select! {
                _ = signal() => {}
                () = tokio::time::sleep(PATIENCE) => {}
            }
            let _ = tokio::time::timeout(Duration::from_secs(1), self.app.shutdown()).await;
            end_now();
        });
    }

    /// Returns whether the user asked the program to stop.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Acquire)
    }

    /// Waits until the user asks the program to stop.
    pub(crate) async fn until_interrupted(&self) {
        let mut interrupts = self.interrupts.clone();
        if interrupts.wait_for(|count| *count > 0).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Runs a method of the API table.
    pub(crate) async fn api<R: DeserializeOwned>(
        &self,
        method: &str,
        params: &impl Serialize,
    ) -> Result<R, Stop> {
        let internal = |error: serde_json::Error| {
            Stop::new(
                Exit::Internal,
                format!("`{method}` could not be asked: {error}"),
            )
        };
        let params = serde_json::to_value(params).map_err(internal)?;
        let result = api::dispatch(&self.app, method, params).await?;
        serde_json::from_value(result).map_err(internal)
    }

    /// Returns what is wrong with the configuration file, if anything.
    pub(crate) async fn config_problem(&self) -> Result<Option<ConfigProblem>, Stop> {
        let info: AppInfo = self.api("app.info", &Empty {}).await?;
        Ok(info.config_error)
    }

    /// Stops what runs and writes history to its end.
    pub(crate) async fn close(self) {
        self.app.shutdown().await;
    }
}

/// Waits for Ctrl-C, or for the signal that asks a program to end.
async fn signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    {
        tokio::signal::ctrl_c().await
    }
}

/// Returns a sentence on a broken configuration file: file, place, problem.
pub(crate) fn problem_sentence(problem: &ConfigProblem) -> String {
    let mut place = problem.file.clone();
    if let Some(line) = problem.line {
        place.push_str(&format!(":{line}"));
        if let Some(column) = problem.column {
            place.push_str(&format!(":{column}"));
        }
    }
    match &problem.field {
        Some(field) => format!("{place}: `{field}`: {}", problem.message),
        None => format!("{place}: {}", problem.message),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the user asked twice, or nothing else ends the program; history was written as far as possible"
)]
fn end_now() -> ! {
    std::process::exit(Exit::Interrupted as i32)
}
