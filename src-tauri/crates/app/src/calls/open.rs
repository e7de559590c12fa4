//! The attempts of a call that are under way, for the moment it is stopped: what they have used is paid for.

use switchboard_engine::event::{Event, TargetInfo};
use switchboard_engine::plan::{Candidate, Plan};
use switchboard_engine::price::{Charge, ServiceTier};
use switchboard_engine::tokens::Input;
use switchboard_engine::usage::Meter;

/// Attempts that have begun and are not charged yet.
#[derive(Debug, Default)]
pub(super) struct OpenAttempts {
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    attempt: u32,
    target: TargetInfo,
    meter: Meter,
}

impl OpenAttempts {
    /// Takes an event in. Content and usage are of the last attempt that brought a first token.
    pub(super) fn note(&mut self, event: &Event) {
        match event {
            Event::AttemptStarted {
                attempt, target, ..
            } => self.open.push(Open {
                attempt: *attempt,
                target: target.clone(),
                meter: Meter::default(),
            }),
            Event::FirstToken { attempt, .. } => {
                let at = self.open.iter().position(|open| open.attempt == *attempt);
                if let Some(at) = at {
                    let open = self.open.remove(at);
                    self.open.push(open);
                }
            }
            Event::Charged { attempt, .. } => self.open.retain(|open| open.attempt != *attempt),
            Event::Usage { usage } => self.grow(|meter| {
                meter.report(*usage);
            }),
            Event::TextDelta { text } => self.grow(|meter| meter.text(text)),
            Event::ToolCallDelta {
                name, arguments, ..
            } => self.grow(|meter| meter.tool_call(name.as_deref(), arguments)),
            Event::ReasoningDelta { text } => self.grow(|meter| meter.reasoning(text)),
            _ => {}
        }
    }

    fn grow(&mut self, by: impl FnOnce(&mut Meter)) {
        if let Some(open) = self.open.last_mut() {
            by(&mut open.meter);
        }
    }

    /// Returns what each attempt under way has cost so far: its reported usage, and an estimate of what was sent
    /// (`input`) and received beyond that. One that has brought nothing is charged for what was sent: the provider may
    /// have read it.
    pub(super) fn charges(&self, plan: &Plan, input: &Input) -> Vec<(u32, Charge)> {
        let charge = |open: &Open| {
            let target = plan
                .candidates
                .iter()
                .find_map(|candidate| match candidate {
                    Candidate::Ready(target) if target.info() == open.target => Some(target),
                    Candidate::Ready(_) | Candidate::Unusable { .. } => None,
                });
            let model = &open.target.model;
            let usage = open.meter.usage(model, input.tokens(model));
            let tariff = target.and_then(|target| target.price.as_deref());
            let charge = Charge::of(tariff, usage, ServiceTier::Standard, None);
            (open.attempt, charge)
        };
        self.open.iter().map(charge).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_engine::price::CostSource;

    fn started(attempt: u32) -> Event {
        Event::AttemptStarted {
            attempt,
            max_attempts: 5,
            target: TargetInfo {
                provider: "a".into(),
                model: "m".into(),
                simulated: false,
            },
            hedge: false,
        }
    }

    fn plan() -> Plan {
        Plan {
            route: None,
            candidates: Vec::new(),
            general: 0,
            lists: Default::default(),
            hedge: None,
            fallback_text: None,
            deadline: std::time::Duration::from_secs(1),
            recovery: Default::default(),
            reasons: Vec::new(),
        }
    }

    #[test]
    fn what_a_stopped_call_has_read_and_written_is_charged_once() {
        let input = Input::default();
        let mut open = OpenAttempts::default();
        open.note(&started(1));
        open.note(&Event::Charged {
            attempt: 1,
            charge: Charge::NOTHING,
        });
        open.note(&started(2));
        open.note(&Event::TextDelta {
            text: "twelve chars".into(),
        });
        let charges = open.charges(&plan(), &input);
        let [(2, charge)] = charges[..] else {
            panic!("{charges:?}");
        };
        assert!(charge.usage.estimated);
        assert_eq!(charge.usage.input_uncached_tokens, input.tokens("m"));
        assert_eq!(charge.usage.output_visible_tokens, 2);
        assert_eq!((charge.cost, charge.source), (None, CostSource::Unknown));
        assert!(OpenAttempts::default().charges(&plan(), &input).is_empty());
    }
}
