//! The fold of a call's events into what is recorded about it.
//!
//! One pure step per event, total over any sequence: odd orders give odd records, never an error.
//! Writing the result to the file is `persist.rs`'s work.

use crate::rows::{AttemptRow, CallStatus, PlanRow, SkippedRow, ToolCall};
use switchboard_engine::call::FinishReason;
use switchboard_engine::error::CallError;
use switchboard_engine::event::{
    CallEvent, Event, FailedAttempt, Next, Outcome, Report, TargetInfo,
};
use switchboard_engine::price::{Bill, Charge, CostSource, PicoUsd, ServiceTier};
use switchboard_engine::usage::Usage;

/// Everything the events of one call have said so far.
#[derive(Debug, Clone, PartialEq)]
pub struct CallState {
    pub status: CallStatus,
    pub answered: Option<TargetInfo>,
    pub response_model: Option<String>,
    pub finish_reason: Option<FinishReason>,
    pub retries: u32,
    pub fallbacks: u32,
    pub wait_ms: u64,
    pub first_token_ms: Option<u64>,
    /// `None` while the call runs.
    pub elapsed_ms: Option<u64>,
    /// Time of the last event.
    pub last_ms: u64,
    pub usage: Usage,
    /// Of all attempts; `None`: that of one of them is not known.
    pub cost: Option<PicoUsd>,
    /// `None`: nothing is charged yet.
    pub cost_source: Option<CostSource>,
    /// Of the attempt charged last; `None`: none is.
    pub service_tier: Option<ServiceTier>,
    pub fallback_text: bool,
    pub continued: bool,
    bill: Bill,
    pub error: Option<CallError>,
    pub seq: u64,
    pub plan: Option<PlanRow>,
    pub text: String,
    pub reasoning: String,
    pub tool_calls: Vec<ToolCall>,
    pub attempts: Vec<AttemptRow>,
    /// Index in `attempts` of the one whose answer `text` and `reasoning` hold.
    writer: Option<usize>,
    /// Index in `attempts` of the one that runs, or of two the one that deltas and usage are of.
    current: Option<usize>,
    /// How often an answer was discarded.
    pub restarts: u32,
}

impl Default for CallState {
    fn default() -> Self {
        Self {
            status: CallStatus::Running,
            answered: None,
            response_model: None,
            finish_reason: None,
            retries: 0,
            fallbacks: 0,
            wait_ms: 0,
            first_token_ms: None,
            elapsed_ms: None,
            last_ms: 0,
            usage: Usage::default(),
            cost: None,
            cost_source: None,
            service_tier: None,
            fallback_text: false,
            continued: false,
            bill: Bill::default(),
            error: None,
            seq: 0,
            plan: None,
            text: String::new(),
            reasoning: String::new(),
            tool_calls: Vec::new(),
            attempts: Vec::new(),
            writer: None,
            current: None,
            restarts: 0,
        }
    }
}

impl CallState {
    /// Takes one event in. After a final event nothing changes any more.
    pub fn fold(&mut self, event: CallEvent) {
        if self.is_final() {
            return;
        }
        let CallEvent {
            call: _,
            seq,
            at_ms,
            event,
        } = event;
        self.seq = self.seq.max(seq);
        self.last_ms = self.last_ms.max(at_ms);
        match event {
            Event::Planned {
                targets,
                reasons,
                deadline_ms,
                route,
            } => {
                self.plan = Some(PlanRow {
                    targets,
                    reasons,
                    deadline_ms,
                    route,
                    skipped: Vec::new(),
                });
            }
            Event::TargetSkipped { target, error } => {
                if let Some(plan) = &mut self.plan {
                    plan.skipped.push(SkippedRow { target, error });
                }
            }
            Event::AttemptStarted {
                attempt,
                max_attempts,
                target,
                hedge,
            } => {
                // One that runs beside another replaces it only if it wins.
                if !hedge {
                    self.count_change_of_attempt(&target);
                    self.usage = Usage::default();
                    self.answered = Some(target.clone());
                }
                let row = AttemptRow {
                    max_attempts,
                    ..new_attempt(attempt, target, at_ms)
                };
                let index = match self.find(attempt) {
                    Some(index) => {
                        self.attempts[index] = row;
                        index
                    }
                    None => {
                        self.attempts.push(row);
                        self.attempts.len() - 1
                    }
                };
                if !hedge {
                    self.current = Some(index);
                }
            }
            Event::ResponseStarted {
                attempt,
                after_ms,
                status,
                request_id,
            } => {
                if let Some(row) = self.attempt(attempt) {
                    row.headers_ms = Some(row.started_ms.saturating_add(after_ms));
                    row.status = Some(status);
                    row.request_id = request_id;
                }
            }
            Event::FirstToken { attempt, after_ms } => {
                if let Some(row) = self.attempt(attempt) {
                    row.first_token_ms = Some(row.started_ms.saturating_add(after_ms));
                }
                self.first_token_ms.get_or_insert(at_ms);
                self.go_on_with(attempt);
            }
            Event::TextDelta { text } => {
                self.mark_writer();
                self.text.push_str(&text);
            }
            Event::ReasoningDelta { text } => {
                self.mark_writer();
                self.reasoning.push_str(&text);
            }
            Event::ToolCallDelta {
                index,
                id,
                name,
                arguments,
            } => {
                self.mark_writer();
                let call = self.tool_call(index);
                if let Some(id) = id {
                    call.id = id;
                }
                if let Some(name) = name {
                    call.name = name;
                }
                call.arguments.push_str(&arguments);
            }
            Event::Usage { usage } => {
                self.usage = usage;
                if let Some(row) = self.current_attempt() {
                    row.usage = usage;
                }
            }
            Event::AttemptFailed {
                attempt,
                error,
                elapsed_ms: _,
                next,
            } => {
                if let Some(row) = self.attempt(attempt) {
                    row.ended_ms = Some(at_ms);
                    row.error = Some(error);
                    row.next = Some(next);
                    let wait = row.wait_ms();
                    self.wait_ms = self.wait_ms.saturating_add(wait);
                }
            }
            Event::Charged { attempt, charge } => self.charge(attempt, charge),
            Event::Restarted {
                attempt: _,
                discarded_chars: _,
            } => self.discard(),
            // The wait itself shows as the time between two attempts; what was shown stays.
            Event::Queued { .. } => {}
            Event::Continued { .. } => self.continued = true,
            Event::HedgeLost {
                attempt,
                target: _,
                error,
                usage,
            } => {
                if let Some(row) = self.attempt(attempt) {
                    row.ended_ms = Some(at_ms);
                    row.error = error;
                    row.usage = usage;
                }
            }
            Event::Finished { outcome } => self.finish(outcome, at_ms),
            Event::Failed { report } => self.fail(report, at_ms),
            Event::Cancelled { elapsed_ms, usage } => {
                self.status = CallStatus::Cancelled;
                self.elapsed_ms = Some(elapsed_ms);
                self.usage = usage;
                self.end_attempts(at_ms, Some(usage));
            }
        }
    }

    /// Returns whether the call has ended.
    pub fn is_final(&self) -> bool {
        self.status != CallStatus::Running
    }

    /// Returns the start of the answer on one line, at most [`crate::EXCERPT_CHARS`] characters.
    ///
    /// Where the model only called a tool, its name stands for the answer.
    pub fn excerpt(&self) -> String {
        let excerpt = one_line(&self.text);
        match self.tool_calls.first() {
            Some(tool) if excerpt.is_empty() => {
                one_line(&format!("{}({})", tool.name, tool.arguments))
            }
            _ => excerpt,
        }
    }

    fn finish(&mut self, outcome: Outcome, at_ms: u64) {
        self.status = CallStatus::Ok;
        self.response_model = outcome.response_model;
        self.finish_reason = Some(outcome.finish_reason);
        self.usage = outcome.usage;
        // Events of older programs tell no charges.
        if self.cost_source.is_none() {
            self.cost = outcome.cost;
            self.cost_source = outcome.cost.map(|_| outcome.cost_source);
        }
        self.fallback_text = outcome.fallback_text;
        self.continued |= outcome.continued;
        self.first_token_ms = Some(outcome.first_token_ms);
        self.elapsed_ms = Some(outcome.elapsed_ms);
        // A fallback text is nobody's answer.
        self.answered = (!outcome.fallback_text).then_some(outcome.target);
        self.end_attempts(at_ms, Some(outcome.usage));
    }

    /// Books what an attempt cost.
    fn charge(&mut self, attempt: u32, charge: Charge) {
        if let Some(row) = self.attempt(attempt) {
            row.usage = charge.usage;
            row.cost = charge.cost;
            row.cost_source = Some(charge.source);
        }
        self.bill.add(&charge);
        self.cost = self.bill.cost;
        self.cost_source = Some(self.bill.source());
        self.service_tier = Some(charge.service_tier);
    }

    fn fail(&mut self, report: Report, at_ms: u64) {
        self.status = CallStatus::Failed;
        self.elapsed_ms = Some(report.elapsed_ms);
        self.error = Some(report.error);
        // Attempts that failed before anything was sent have no events of their own.
        for FailedAttempt {
            attempt,
            target,
            error,
        } in report.attempts
        {
            if self.find(attempt).is_none() {
                let mut row = new_attempt(attempt, target, at_ms);
                row.ended_ms = Some(at_ms);
                row.error = Some(error);
                self.attempts.push(row);
            }
        }
        self.end_attempts(at_ms, None);
    }

    /// Ends what still runs; `usage` is that of the current attempt, unless it failed.
    fn end_attempts(&mut self, at_ms: u64, usage: Option<Usage>) {
        for row in &mut self.attempts {
            row.ended_ms.get_or_insert(at_ms);
        }
        if let (Some(row), Some(usage)) = (self.current_attempt(), usage)
            && row.error.is_none()
        {
            row.usage = usage;
        }
    }

    /// Counts a retry or a fallback when an attempt follows another.
    fn count_change_of_attempt(&mut self, target: &TargetInfo) {
        let Some(last) = self.current.and_then(|index| self.attempts.get(index)) else {
            return;
        };
        let fallback = match &last.next {
            Some(Next::Retry { .. }) => false,
            Some(Next::Fallback { .. }) => true,
            Some(Next::Continue { .. } | Next::Stop { .. }) | None => last.target != *target,
        };
        if fallback {
            self.fallbacks = self.fallbacks.saturating_add(1);
        } else {
            self.retries = self.retries.saturating_add(1);
        }
    }

    /// Moves the answer so far to the attempt that wrote it.
    fn discard(&mut self) {
        let text = std::mem::take(&mut self.text);
        let reasoning = std::mem::take(&mut self.reasoning);
        self.tool_calls.clear();
        self.restarts = self.restarts.saturating_add(1);
        if let Some(row) = self
            .writer
            .take()
            .and_then(|index| self.attempts.get_mut(index))
        {
            row.discarded.push_str(&text);
            row.discarded_reasoning.push_str(&reasoning);
        }
    }

    fn mark_writer(&mut self) {
        self.writer = self.current;
    }

    fn current_attempt(&mut self) -> Option<&mut AttemptRow> {
        self.current.and_then(|index| self.attempts.get_mut(index))
    }

    /// Makes an attempt the one that deltas and usage are of: it brought the first token.
    fn go_on_with(&mut self, attempt: u32) {
        let index = self.find(attempt);
        if let Some(index) = index.filter(|index| self.current != Some(*index)) {
            // Two run beside each other only at different providers.
            self.fallbacks = self.fallbacks.saturating_add(1);
            self.usage = Usage::default();
            self.answered = Some(self.attempts[index].target.clone());
            self.current = Some(index);
        }
    }

    fn find(&self, attempt: u32) -> Option<usize> {
        self.attempts.iter().rposition(|row| row.attempt == attempt)
    }

    fn attempt(&mut self, attempt: u32) -> Option<&mut AttemptRow> {
        self.find(attempt)
            .and_then(|index| self.attempts.get_mut(index))
    }

    fn tool_call(&mut self, index: u32) -> &mut ToolCall {
        let place = match self.tool_calls.iter().position(|call| call.index == index) {
            Some(place) => place,
            None => {
                self.tool_calls.push(ToolCall {
                    index,
                    ..ToolCall::default()
                });
                self.tool_calls.len() - 1
            }
        };
        &mut self.tool_calls[place]
    }
}

fn new_attempt(attempt: u32, target: TargetInfo, started_ms: u64) -> AttemptRow {
    AttemptRow {
        attempt,
        max_attempts: attempt,
        target,
        started_ms,
        headers_ms: None,
        first_token_ms: None,
        ended_ms: None,
        status: None,
        request_id: None,
        error: None,
        next: None,
        usage: Usage::default(),
        cost: None,
        cost_source: None,
        discarded: String::new(),
        discarded_reasoning: String::new(),
    }
}

/// Returns the start of `text` with every run of white space as one space.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        if chars + 1 >= crate::rows::EXCERPT_CHARS {
            break;
        }
        if chars > 0 {
            line.push(' ');
            chars += 1;
        }
        for character in word.chars() {
            if chars >= crate::rows::EXCERPT_CHARS {
                return line;
            }
            line.push(character);
            chars += 1;
        }
    }
    line
}
