//! What an attempt has brought so far; readable after it failed.

use crate::call::{FinishReason, Message, ModelRequest, Part};
use crate::error::{CallError, ErrorKind};
use crate::plan::Target;
use crate::price::{Charge, PicoUsd, ServiceTier};
use crate::provider::Delta;
use crate::usage::Meter;
use std::time::Duration;

/// What one attempt has produced, shown or not: all of it is paid for.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// After the attempt's start.
    pub(crate) first_token: Option<Duration>,
    pub(crate) response_model: Option<String>,
    pub(crate) finish_reason: Option<FinishReason>,
    /// Boxed: it is large, and futures hold attempts.
    pub(crate) meter: Box<Meter>,
    pub(crate) service_tier: ServiceTier,
    /// What the provider says it charges.
    pub(crate) cost: Option<PicoUsd>,
    pub(crate) text_chars: u64,
    reasoning_chars: u64,
    pub(crate) tool_calls: bool,
}

impl Progress {
    /// Returns whether the attempt has brought any content.
    pub(crate) fn produced(&self) -> bool {
        self.text_chars > 0 || self.reasoning_chars > 0 || self.tool_calls
    }

    /// Counts a delta's content and returns how many characters it has; 0 for what is no content.
    pub(crate) fn count(&mut self, delta: &Delta) -> u64 {
        match delta {
            Delta::Text(text) => {
                let chars = text.chars().count() as u64;
                self.text_chars += chars;
                self.meter.text(text);
                chars
            }
            Delta::Reasoning(text) => {
                let chars = text.chars().count() as u64;
                self.reasoning_chars += chars;
                self.meter.reasoning(text);
                chars
            }
            Delta::ToolCall {
                name, arguments, ..
            } => {
                self.tool_calls = true;
                self.meter.tool_call(name.as_deref(), arguments);
                1 + arguments.chars().count() as u64
            }
            Delta::ResponseModel(_)
            | Delta::Usage(_)
            | Delta::ServiceTier(_)
            | Delta::Cost(_)
            | Delta::Finish(_) => 0,
        }
    }

    /// Takes in what a delta says about the answer, and returns whether those who follow the call are shown it.
    pub(crate) fn take(&mut self, delta: &mut Delta) -> bool {
        match delta {
            Delta::ResponseModel(model) => {
                self.response_model = Some(std::mem::take(model));
                false
            }
            Delta::Finish(reason) => {
                self.finish_reason = Some(*reason);
                self.meter.end();
                false
            }
            Delta::Usage(usage) => {
                *usage = self.meter.report(*usage);
                true
            }
            Delta::ServiceTier(tier) => {
                self.service_tier = *tier;
                false
            }
            Delta::Cost(cost) => {
                self.cost = Some(*cost);
                false
            }
            Delta::Text(text) | Delta::Reasoning(text) => !text.is_empty(),
            Delta::ToolCall { .. } => true,
        }
    }

    /// Takes in an error inside the body. Unless the body was cut or cannot be read, it is the provider's word that the
    /// answer is over.
    pub(crate) fn broke(&mut self, error: &CallError) {
        if !matches!(
            error.kind,
            ErrorKind::Truncated | ErrorKind::Malformed | ErrorKind::NotAnApi | ErrorKind::TooLarge
        ) {
            self.meter.end();
        }
    }

    /// Returns what an attempt that brought this costs at a target. One that failed before any content is not known
    /// to have cost anything.
    pub(crate) fn charge(&self, target: &Target, failed: bool, input_tokens: u64) -> Charge {
        if failed && !self.produced() && self.meter.reported().is_none() {
            return Charge::NOTHING;
        }
        let usage = self.meter.usage(&target.model, input_tokens);
        Charge::of(target.price.as_deref(), usage, self.service_tier, self.cost)
    }
}

impl ModelRequest {
    /// Returns how many characters of text the request sends to the model.
    pub fn input_chars(&self) -> u64 {
        input_chars(self)
    }
}

/// Returns how many characters of text the request sends to the model.
pub(crate) fn input_chars(request: &ModelRequest) -> u64 {
    let part = |part: &Part| match part {
        Part::Text { text } => text.chars().count(),
        Part::ToolResult { text, .. } => text.chars().count(),
        Part::ToolCall { arguments, .. } => arguments.chars().count(),
        Part::Image { .. } => 0,
    };
    let message = |message: &Message| message.parts.iter().map(part).sum::<usize>();
    request.messages.iter().map(message).sum::<usize>() as u64
}
