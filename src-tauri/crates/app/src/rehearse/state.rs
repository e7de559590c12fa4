//! The one rehearsal that may run, and what the last one found.

use crate::api::types::*;
use crate::live::LiveHub;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use switchboard_rehearse::{Control, Setup, Stopped, rehearse};
use tokio::sync::oneshot;

/// Shortest time between two messages on how far a rehearsal is.
const TICK: Duration = Duration::from_millis(150);

/// The rehearsals of one process. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rehearsals {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    id: u32,
    calls: u32,
    control: Arc<Control>,
    /// `None`: it runs, or there was none.
    ended: Option<Ended>,
    /// Of the last one that finished.
    report: Option<Arc<RehearsalReport>>,
}

#[derive(Debug)]
enum Ended {
    Done,
    Stopped,
    Failed(String),
}

impl Rehearsals {
    /// Begins a rehearsal on a thread of its own.
    ///
    /// # Errors
    /// `Conflict` while another one runs, `Internal` if the system gives no thread.
    pub(crate) fn start(&self, live: LiveHub, setup: Setup) -> Result<RehearsalProgress, ApiError> {
        let mut state = self.lock();
        if state.id > 0 && state.ended.is_none() {
            let error = ApiError::new(ErrorCode::Conflict, "a rehearsal is running already");
            return Err(error.with_hint("stop it first, or wait for its end"));
        }
        let control = Arc::new(Control::default());
        let (tell, told) = oneshot::channel();
        let calls = setup.all_calls();
        let watched = Arc::clone(&control);
        std::thread::Builder::new()
            .name("rehearsal".to_owned())
            .spawn(move || {
                // Nobody waits any more where the application has ended.
                let _ = tell.send(rehearse(&setup, &watched));
            })
            .map_err(|error| {
                let message = format!("the system gives no thread: {error}");
                ApiError::new(ErrorCode::Internal, message)
            })?;
        state.id += 1;
        state.calls = calls;
        state.control = control;
        state.ended = None;
        let began = state.progress();
        drop(state);
        live.publish(&Live::RehearsalProgress {
            progress: began.clone(),
        });
        tokio::spawn(self.clone().follow(live, told));
        Ok(began)
    }

    /// Tells windows how far it is until it ends.
    async fn follow(
        self,
        live: LiveHub,
        mut told: oneshot::Receiver<Result<RehearsalReport, Stopped>>,
    ) {
        let ended = loop {
            match tokio::time::timeout(TICK, &mut told).await {
                Ok(ended) => break ended,
                Err(_) => live.publish(&Live::RehearsalProgress {
                    progress: self.progress(),
                }),
            }
        };
        let mut state = self.lock();
        state.ended = Some(match ended {
            Ok(Ok(report)) => {
                state.report = Some(Arc::new(report));
                Ended::Done
            }
            Ok(Err(Stopped::Asked)) => Ended::Stopped,
            Ok(Err(Stopped::Failed(why))) => Ended::Failed(why),
            Err(_) => Ended::Failed("the rehearsal's thread ended without a result".to_owned()),
        });
        let progress = state.progress();
        drop(state);
        live.publish(&Live::RehearsalProgress { progress });
    }

    pub(crate) fn progress(&self) -> RehearsalProgress {
        self.lock().progress()
    }

    pub(crate) fn stop(&self) {
        self.lock().control.stop();
    }

    /// Returns what the last finished rehearsal found.
    ///
    /// # Errors
    /// `NotFound` if none has finished.
    pub(crate) fn report(&self) -> Result<Arc<RehearsalReport>, ApiError> {
        self.lock().report.clone().ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, "no rehearsal has finished yet")
                .with_hint("start one with `rehearse.start`")
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn progress(&self) -> RehearsalProgress {
        let (state, error) = match &self.ended {
            None if self.id == 0 => (RehearsalState::None, None),
            None => (RehearsalState::Running, None),
            Some(Ended::Done) => (RehearsalState::Done, None),
            Some(Ended::Stopped) => (RehearsalState::Stopped, None),
            Some(Ended::Failed(why)) => (RehearsalState::Failed, Some(why.clone())),
        };
        RehearsalProgress {
            id: self.id,
            state,
            done: self.control.done(),
            calls: self.calls,
            error,
        }
    }
}
