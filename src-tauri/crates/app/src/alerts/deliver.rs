//! Alerts on their way to the system's notifications and to the webhook.

use super::webhook;
use crate::App;
use crate::api::types::Alert;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use switchboard_engine::policy::marks::{Marks, Measure};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

/// Alerts that wait; more are listed, and not sent.
const WAITING: usize = 32;
/// Things whose marks are remembered.
const REMEMBERED: usize = 1000;

/// What is sent out.
#[derive(Debug)]
pub(crate) enum Delivery {
    Alert(Alert),
}

/// The way out, and what is known to have been told.
#[derive(Debug)]
pub(crate) struct Deliveries {
    out: mpsc::Sender<Delivery>,
    /// How many are on their way.
    under_way: watch::Sender<usize>,
    marks: Mutex<HashMap<String, Marks>>,
    /// Why the webhook's last message was not delivered.
    problem: Mutex<Option<String>>,
}

impl Deliveries {
    /// Returns the way out and its other end.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Delivery>) {
        let (out, waiting) = mpsc::channel(WAITING);
        let deliveries = Self {
            out,
            under_way: watch::Sender::new(0),
            marks: Mutex::default(),
            problem: Mutex::default(),
        };
        (deliveries, waiting)
    }

    /// Sends an alert out. Never waits.
    pub(super) fn send(&self, alert: Alert) {
        self.under_way.send_modify(|count| *count += 1);
        if self.out.try_send(Delivery::Alert(alert)).is_err() {
            self.delivered();
            tracing::warn!("too many alerts at once: this one is listed and not sent out");
        }
    }

    /// Waits until all is delivered, for as long as `most`.
    pub(crate) async fn wait(&self, most: Duration) {
        let mut under_way = self.under_way.subscribe();
        let done = under_way.wait_for(|count| *count == 0);
        // What is not delivered by then is listed all the same.
        let _ = timeout(most, done).await;
    }

    fn delivered(&self) {
        self.under_way
            .send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Returns whether the file has to be asked about a measure.
    pub(super) fn is_news(&self, name: &str, measure: &Measure) -> bool {
        match lock(&self.marks).get(name) {
            None => true,
            Some(known) => {
                let mut marks = known.clone();
                marks.advance(measure).is_some() || marks != *known
            }
        }
    }

    /// Keeps what has been told.
    pub(super) fn told(&self, name: &str, told: Marks) {
        let mut marks = lock(&self.marks);
        if marks.len() >= REMEMBERED {
            marks.clear();
        }
        marks.insert(name.to_owned(), told);
    }

    /// Returns why the webhook's last message was not delivered.
    pub(super) fn problem(&self) -> Option<String> {
        lock(&self.problem).clone()
    }

    pub(super) fn set_problem(&self, problem: Option<String>) {
        *lock(&self.problem) = problem;
    }
}

/// Sends out what waits, one after the other, until the application is gone.
pub(crate) async fn work(
    app: std::sync::Weak<crate::Inner>,
    mut waiting: mpsc::Receiver<Delivery>,
) {
    while let Some(Delivery::Alert(alert)) = waiting.recv().await {
        let Some(inner) = app.upgrade() else { return };
        let app = App { inner };
        notify(&app, &alert).await;
        webhook::send(&app, &format!("{}. {}", alert.title, alert.text)).await;
        app.deliveries().delivered();
    }
}

/// Shows an alert as a notification of the system.
async fn notify(app: &App, alert: &Alert) {
    if !app.config().current().alerts.notifications {
        return;
    }
    let (host, alert) = (app.host_handle(), alert.clone());
    // A notification daemon may take its time.
    let shown = tokio::task::spawn_blocking(move || {
        host.notifier()
            .map(|notifier| notifier.show(&alert.title, &alert.text))
    });
    if let Ok(Some(Err(error))) = shown.await {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
