//! Following an attempt: what it brings is shown as it comes.

use super::weave::Join;
use super::{EventSink, Loop};
use crate::attempt::{Attempt, Step, millis};
use crate::error::CallError;
use crate::event::Event;
use crate::transport::Transport;

impl<'a, T: Transport> Loop<'a, T> {
    /// Follows an attempt to its end and shows what it brings.
    ///
    /// # Errors
    /// Whatever ended the attempt.
    pub(super) async fn follow<S: EventSink>(
        &mut self,
        attempt: &mut Attempt<'a>,
        join: &mut Join,
        sink: &mut S,
    ) -> Result<(), CallError> {
        let (number, wire) = (attempt.number, attempt.target.endpoint.wire);
        let whole = join.is_whole();
        loop {
            let step = attempt
                .step(&mut |event| {
                    if whole {
                        sink.wire(number, wire, event);
                    }
                })
                .await;
            if self.take_in(attempt, join, step, sink).await? {
                return Ok(());
            }
        }
    }

    /// Shows what one step brought, and returns whether the answer is whole.
    ///
    /// # Errors
    /// The step's own.
    pub(super) async fn take_in<S: EventSink>(
        &mut self,
        attempt: &mut Attempt<'a>,
        join: &mut Join,
        step: Result<Step, CallError>,
        sink: &mut S,
    ) -> Result<bool, CallError> {
        let number = attempt.number;
        if let Some(after) = attempt.first_token_news() {
            self.first_token.get_or_insert(self.started.elapsed());
            sink.emit(Event::FirstToken {
                attempt: number,
                after_ms: millis(after),
            })
            .await;
        }
        join.show(number, &mut attempt.deltas, &mut self.shown, sink)
            .await;
        self.note_use(attempt);
        match step? {
            Step::Headers(headers) => {
                sink.emit(headers.event(number)).await;
                Ok(false)
            }
            Step::Read => Ok(false),
            Step::Whole => {
                join.finish(number, &mut self.shown, sink).await;
                Ok(true)
            }
        }
    }
}
