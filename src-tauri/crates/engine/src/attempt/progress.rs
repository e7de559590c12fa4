//! What an attempt has brought so far; readable after it failed.

use crate::call::{FinishReason, Message, ModelRequest, Part};
use crate::plan::Target;
use crate::price::{Charge, PicoUsd, ServiceTier};
use crate::provider::Delta;
use crate::usage::{Usage, estimate_tokens};
use std::time::Duration;

/// What one attempt has produced, shown or not: all of it is paid for.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// After the attempt's start.
    pub(crate) first_token: Option<Duration>,
    pub(crate) response_model: Option<String>,
    pub(crate) finish_reason: Option<FinishReason>,
    /// As reported; `None` until then.
    pub(crate) usage: Option<Usage>,
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
                chars
            }
            Delta::Reasoning(text) => {
                let chars = text.chars().count() as u64;
                self.reasoning_chars += chars;
                chars
            }
            Delta::ToolCall { arguments, .. } => {
                self.tool_calls = true;
                1 + arguments.chars().count() as u64
            }
            Delta::ResponseModel(_)
            | Delta::Usage(_)
            | Delta::ServiceTier(_)
            | Delta::Cost(_)
            | Delta::Finish(_) => 0,
        }
    }

    /// Returns what an attempt that brought this costs at a target. One that failed before any content is not known
    /// to have cost anything.
    pub(crate) fn charge(&self, target: &Target, failed: bool, input_tokens: u64) -> Charge {
        let usage = match self.usage {
            Some(usage) => usage,
            None if failed && !self.produced() => return Charge::NOTHING,
            None => self.usage_or_estimate(input_tokens),
        };
        Charge::of(target.price.as_deref(), usage, self.service_tier, self.cost)
    }

    /// Returns the reported usage, or an estimate from what was sent (`input_tokens`) and received.
    pub(crate) fn usage_or_estimate(&self, input_tokens: u64) -> Usage {
        self.usage.unwrap_or_else(|| Usage {
            input_uncached_tokens: input_tokens,
            output_visible_tokens: estimate_tokens(self.text_chars),
            reasoning_output_tokens: estimate_tokens(self.reasoning_chars),
            estimated: true,
            ..Usage::default()
        })
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
