//! Work of one kind that runs on a thread of its own, at most one at a time, and what the last one found: rehearsals
//! and replays of past calls.

use crate::api::types::*;
use crate::live::LiveHub;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use switchboard_rehearse::{Control, Stopped};
use tokio::sync::oneshot;

/// Shortest time between two messages on how far it is.
const TICK: Duration = Duration::from_millis(150);

/// How a kind of work is told of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// As people call it: `rehearsal`.
    pub(crate) name: &'static str,
    /// The method that starts it.
    pub(crate) start: &'static str,
    /// The message on how far it is.
    pub(crate) tell: fn(RehearsalProgress) -> Live,
}

/// Rehearsals.
pub(crate) const REHEARSALS: Kind = Kind {
    name: "rehearsal",
    start: "rehearse.start",
    tell: |progress| Live::RehearsalProgress { progress },
};

/// Replays of past calls.
pub(crate) const WHAT_IFS: Kind = Kind {
    name: "replay",
    start: "what_if.start",
    tell: |progress| Live::WhatIfProgress { progress },
};

/// The work of one kind in this process, with the report `R`. Clones share it.
#[derive(Debug)]
pub(crate) struct Runs<R> {
    kind: Kind,
    state: Arc<Mutex<State<R>>>,
}

impl<R> Clone for Runs<R> {
    fn clone(&self) -> Self {
        Self {
            kind: self.kind,
            state: Arc::clone(&self.state),
        }
    }
}

#[derive(Debug)]
struct State<R> {
    id: u32,
    control: Arc<Control>,
    /// `None`: it runs, or there was none.
    ended: Option<Ended>,
    /// Of the last one that finished.
    report: Option<Arc<R>>,
}

#[derive(Debug)]
enum Ended {
    Done,
    Stopped,
    Failed(String),
}

impl<R: Send + Sync + 'static> Runs<R> {
    pub(crate) fn new(kind: Kind) -> Self {
        let state = State {
            id: 0,
            control: Arc::default(),
            ended: None,
            report: None,
        };
        Self {
            kind,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Begins `work` on a thread of its own. `calls`: how many there are; 0: it says so itself, later.
    ///
    /// # Errors
    /// `Conflict` while another one runs, `Internal` if the system gives no thread.
    pub(crate) fn start(
        &self,
        live: LiveHub,
        calls: u32,
        work: impl FnOnce(&Control) -> Result<R, Stopped> + Send + 'static,
    ) -> Result<RehearsalProgress, ApiError> {
        let name = self.kind.name;
        let mut state = self.lock();
        if state.id > 0 && state.ended.is_none() {
            let error = ApiError::new(ErrorCode::Conflict, format!("a {name} is running already"));
            return Err(error.with_hint("stop it first, or wait for its end"));
        }
        let control = Arc::new(Control::default());
        control.set_total(calls);
        let (tell, told) = oneshot::channel();
        let watched = Arc::clone(&control);
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                // Nobody waits any more where the application has ended.
                let _ = tell.send(work(&watched));
            })
            .map_err(|error| {
                let message = format!("the system gives no thread: {error}");
                ApiError::new(ErrorCode::Internal, message)
            })?;
        state.id += 1;
        state.control = control;
        state.ended = None;
        let began = state.progress();
        drop(state);
        live.publish(&(self.kind.tell)(began.clone()));
        tokio::spawn(self.clone().follow(live, told));
        Ok(began)
    }

    /// Tells windows how far it is until it ends.
    async fn follow(self, live: LiveHub, mut told: oneshot::Receiver<Result<R, Stopped>>) {
        let ended = loop {
            match tokio::time::timeout(TICK, &mut told).await {
                Ok(ended) => break ended,
                Err(_) => live.publish(&(self.kind.tell)(self.progress())),
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
            Err(_) => Ended::Failed(format!(
                "the {}'s thread ended without a result",
                self.kind.name
            )),
        });
        let progress = state.progress();
        drop(state);
        live.publish(&(self.kind.tell)(progress));
    }

    pub(crate) fn progress(&self) -> RehearsalProgress {
        self.lock().progress()
    }

    pub(crate) fn stop(&self) {
        self.lock().control.stop();
    }

    /// Returns what the last finished one found.
    ///
    /// # Errors
    /// `NotFound` if none has finished.
    pub(crate) fn report(&self) -> Result<Arc<R>, ApiError> {
        self.lock().report.clone().ok_or_else(|| {
            let Kind { name, start, .. } = self.kind;
            ApiError::new(ErrorCode::NotFound, format!("no {name} has finished yet"))
                .with_hint(format!("start one with `{start}`"))
        })
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> State<R> {
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
            calls: self.control.total(),
            error,
        }
    }
}
