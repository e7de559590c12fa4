//! The use-cases of Switchboard over a small [`Host`](host::Host) port.
//!
//! The window, the command line and the loopback host all open one [`App`] and call
//! [`api::dispatch`]; what happens to calls reaches them as [`api::types::Batch`]es from
//! [`App::subscribe`]. No window toolkit, keychain or notification daemon is linked here: hosts bring
//! those.

pub mod alerts;
pub mod api;
pub mod budgets;
pub mod calls;
pub mod config;
pub mod diff;
pub mod export;
pub mod gateway;
mod gateway_keys;
pub mod host;
pub mod import;
pub mod info;
pub mod live;
pub mod network;
pub mod plans;
pub mod prices;
pub mod prompts;
pub mod providers;
mod quality;
pub mod rehearse;
pub mod routes;
pub mod secrets;
mod simulator;
pub mod spend;
pub mod spend_chart;
mod tokens;
pub mod variables;

use alerts::Deliveries;
use api::types::{ApiError, ErrorCode, KeyScan, Live, ProviderInfo, SetKey};
use api::types::{RehearsalReport, WhatIfReport};
use budgets::Money;
use calls::Running;
use config::ConfigHandle;
use gateway::GatewayState;
use gateway_keys::GatewayKeys;
use host::Host;
use live::{LiveHub, Subscription};
use network::Http;
use providers::Providers;
use quality::Qualities;
use rehearse::{REHEARSALS, Runs, WHAT_IFS};
use secrets::Secrets;
use simulator::SandboxSimulator;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use switchboard_engine::admit::Health;
use switchboard_engine::redact::Redactor;
use switchboard_store::{Store, StoreError};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use gateway_keys::GatewayCaller;

/// How long alerts may take on their way when the program ends.
const LAST_ALERTS: Duration = Duration::from_secs(3);

/// Who makes a process's calls, as history shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    Window,
    Cli,
    Gateway,
}

impl Caller {
    /// Returns the name kept in history.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Cli => "cli",
            Self::Gateway => "gateway",
        }
    }
}

/// What an application is opened with.
#[derive(Debug)]
pub struct Options {
    /// Holds the history. Created if missing.
    pub data_dir: PathBuf,
    /// The configuration file. Created with comments if missing.
    pub config_path: PathBuf,
    pub caller: Caller,
    pub host: Arc<dyn Host>,
    /// Shared with the log's sink, so that no secret is written there either.
    pub redactor: Arc<Redactor>,
}

/// The application: one per process, cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    data_dir: PathBuf,
    history_path: PathBuf,
    caller: Caller,
    redactor: Arc<Redactor>,
    store: Store,
    config: ConfigHandle,
    versions: config::versions::Keeping,
    secrets: Secrets,
    providers: Providers,
    http: Http,
    live: LiveHub,
    running: Running,
    health: Health,
    rehearsals: Runs<RehearsalReport>,
    what_ifs: Runs<WhatIfReport>,
    quality: Qualities,
    host: Arc<dyn Host>,
    gateway: GatewayState,
    gateway_keys: GatewayKeys,
    money: Money,
    deliveries: Deliveries,
    ahead: spend::ahead::Ahead,
    /// Ends the tasks that the application has running when it is dropped.
    _end: DropGuard,
    interrupted_at_launch: u32,
    /// Why the kept price file does not count.
    price_problem: Mutex<Option<String>>,
}

impl App {
    /// Opens history and configuration, and marks calls that a dead process left running.
    ///
    /// A broken configuration file is no error: it is reported by `app.info`, and what can be used
    /// without it (the simulator) works.
    ///
    /// # Errors
    /// `Store` if the history cannot be opened.
    pub async fn open(options: Options) -> Result<Self, ApiError> {
        let history_path = options.data_dir.join("history.sqlite");
        std::fs::create_dir_all(&options.data_dir).map_err(|error| {
            ApiError::new(
                ErrorCode::Store,
                format!(
                    "the folder {} cannot be made: {error}",
                    options.data_dir.display()
                ),
            )
            .with_hint("choose another folder with --data-dir")
        })?;
        let path = history_path.clone();
        let (store, opened) = tokio::task::spawn_blocking(move || Store::open(&path))
            .await
            .map_err(|_| ApiError::new(ErrorCode::Internal, "opening the history failed"))??;
        // Before the configuration, whose models take their prices from the book that counts.
        let price_problem = prices::open(&options.data_dir);
        if let Some(problem) = &price_problem {
            tracing::warn!(problem, "the program's own prices count");
        }
        let config = ConfigHandle::open(&options.config_path);
        config.watch();
        let redactor = options.redactor;
        let learned = Arc::clone(&redactor);
        let secrets = Secrets::new(Arc::clone(&options.host), config.clone(), move |secret| {
            learned.learn(secret)
        });
        let http = Http::new(config.clone());
        let health = Health::default();
        let providers = Providers::new(
            config.clone(),
            secrets.clone(),
            http.clone(),
            Arc::clone(&redactor),
            Arc::new(SandboxSimulator::default()),
            health.clone(),
        );
        let money = Money::open(store.clone(), config.clone()).await?;
        let (deliveries, waiting) = Deliveries::new();
        let end = CancellationToken::new();
        let ending = end.clone();
        let app = Self {
            inner: Arc::new(Inner {
                data_dir: options.data_dir,
                history_path,
                caller: options.caller,
                redactor,
                store: store.clone(),
                config,
                versions: config::versions::Keeping::default(),
                secrets,
                providers,
                http,
                live: LiveHub::default(),
                running: Running::default(),
                health,
                rehearsals: Runs::new(REHEARSALS),
                what_ifs: Runs::new(WHAT_IFS),
                quality: Qualities::default(),
                host: options.host,
                gateway: GatewayState::default(),
                gateway_keys: GatewayKeys::new(store.clone()),
                money: money.clone(),
                deliveries,
                ahead: spend::ahead::Ahead::default(),
                _end: end.drop_guard(),
                interrupted_at_launch: opened.interrupted,
                price_problem: Mutex::new(price_problem),
            }),
        };
        if opened.created {
            prompts::add_sample(app.store()).await?;
        }
        config::versions::keep(&app).await;
        app.tell_of_changes();
        // They end with the application.
        let inner = Arc::downgrade(&app.inner);
        tokio::spawn(alerts::work(inner.clone(), waiting));
        let changes = app.inner.config.subscribe();
        tokio::spawn(gateway::follow(inner.clone(), changes));
        tokio::spawn(spend::ahead::work(inner.clone()));
        tokio::spawn(money.keep_in_step(inner, ending));
        Ok(app)
    }

    /// Opens a window's end of the live channel.
    pub fn subscribe(&self) -> Subscription {
        self.inner.live.subscribe()
    }

    /// Stores a credential. Its own command in every host, because a key crosses with it.
    ///
    /// # Errors
    /// `InvalidParams`, `NotFound`, `KeychainLocked`, `KeychainNone`.
    pub async fn set_key(&self, key: SetKey) -> Result<ProviderInfo, ApiError> {
        let provider = key.provider.clone();
        self.secrets().set_key(key).await?;
        self.inner.live.publish(&Live::ProvidersChanged {});
        self.providers().one(&provider).await
    }

    /// Looks for known key variables in a `.env` file that the user chose.
    ///
    /// # Errors
    /// `InvalidParams` if the file cannot be read or is not a `.env` file.
    pub async fn scan_dotenv(&self, path: &Path) -> Result<KeyScan, ApiError> {
        self.secrets().scan_dotenv_file(path).await
    }

    /// Looks for known key variables in the text of a `.env` file; `name` is shown as its origin.
    ///
    /// # Errors
    /// `InvalidParams` if it is not a `.env` file.
    pub async fn scan_dotenv_text(&self, name: &str, text: &str) -> Result<KeyScan, ApiError> {
        self.secrets().scan_dotenv_text(name, text.to_owned()).await
    }

    /// Stops the gateway and every call, writes history to its end and closes the live channel.
    pub async fn shutdown(&self) {
        self.inner.rehearsals.stop();
        self.inner.what_ifs.stop();
        gateway::serve_no_more(self).await;
        self.inner.running.finish().await;
        // A program that makes one call and ends tells of it too, whoever wrote it down.
        self.inner.money.write().await;
        alerts::look(self).await;
        self.inner.deliveries.wait(LAST_ALERTS).await;
        self.inner.ahead.finish().await;
        config::versions::finish(self).await;
        if let Err(error) = self.inner.store.flush().await {
            tracing::error!(%error, "history could not be written to its end");
        }
        self.inner.store.close().await;
        self.inner.live.close();
    }

    /// Passes changes of the configuration file and faults of the history on to the windows. The tasks
    /// end with what they listen to.
    fn tell_of_changes(&self) {
        let mut changes = self.inner.config.subscribe();
        let config = self.inner.config.clone();
        let live = self.inner.live.clone();
        let money = self.inner.money.clone();
        tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                money.configure();
                live.publish(&Live::ConfigChanged {
                    error: config.problem(),
                });
            }
        });
        let mut problem = self.inner.store.problem();
        let live = self.inner.live.clone();
        tokio::spawn(async move {
            while problem.changed().await.is_ok() {
                let error = problem
                    .borrow_and_update()
                    .as_ref()
                    .map(ToString::to_string);
                live.publish(&Live::HistoryChanged { error });
            }
        });
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Sums of ended days, made before they are looked at.
    pub(crate) fn ahead(&self) -> &spend::ahead::Ahead {
        &self.inner.ahead
    }

    pub(crate) fn config(&self) -> &ConfigHandle {
        &self.inner.config
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    pub(crate) fn providers(&self) -> &Providers {
        &self.inner.providers
    }

    pub(crate) fn live(&self) -> &LiveHub {
        &self.inner.live
    }

    pub(crate) fn running(&self) -> &Running {
        &self.inner.running
    }

    /// What is known about targets across calls.
    pub(crate) fn health(&self) -> &Health {
        &self.inner.health
    }

    /// How models did in people's eyes.
    pub(crate) fn quality(&self) -> &Qualities {
        &self.inner.quality
    }

    pub(crate) fn rehearsals(&self) -> &Runs<RehearsalReport> {
        &self.inner.rehearsals
    }

    pub(crate) fn what_ifs(&self) -> &Runs<WhatIfReport> {
        &self.inner.what_ifs
    }

    pub(crate) fn host(&self) -> &dyn Host {
        self.inner.host.as_ref()
    }

    pub(crate) fn host_handle(&self) -> Arc<dyn Host> {
        Arc::clone(&self.inner.host)
    }

    pub(crate) fn money(&self) -> &Money {
        &self.inner.money
    }

    pub(crate) fn deliveries(&self) -> &Deliveries {
        &self.inner.deliveries
    }

    pub(crate) fn gateway_state(&self) -> &GatewayState {
        &self.inner.gateway
    }

    pub(crate) fn gateway_keys(&self) -> &GatewayKeys {
        &self.inner.gateway_keys
    }

    pub(crate) fn http(&self) -> &Http {
        &self.inner.http
    }

    pub(crate) fn redactor(&self) -> &Redactor {
        &self.inner.redactor
    }

    pub(crate) fn caller(&self) -> Caller {
        self.inner.caller
    }

    pub(crate) fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// Why the kept price file does not count; `None`: it does, or there is none.
    pub(crate) fn price_problem(&self) -> Option<String> {
        let problem = self.inner.price_problem.lock();
        problem.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_price_problem(&self, problem: Option<String>) {
        let own = self.inner.price_problem.lock();
        *own.unwrap_or_else(PoisonError::into_inner) = problem;
    }

    pub(crate) fn config_path(&self) -> &Path {
        self.inner.config.path()
    }

    pub(crate) fn history_path(&self) -> &Path {
        &self.inner.history_path
    }

    pub(crate) fn interrupted_at_launch(&self) -> u32 {
        self.inner.interrupted_at_launch
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::NotFound { .. } => ErrorCode::NotFound,
            StoreError::Invalid(_) => ErrorCode::InvalidParams,
            StoreError::Newer { .. }
            | StoreError::NotHistory { .. }
            | StoreError::Damaged { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::DiskFull { .. }
            | StoreError::Busy { .. }
            | StoreError::Open { .. }
            | StoreError::Closed
            | StoreError::Sqlite { .. } => ErrorCode::Store,
        };
        Self::new(code, error.to_string())
    }
}
