//! What the headers of a reply say of its call.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use switchboard_engine::event::{Event, TargetInfo};

/// What is known of a call when its reply begins.
#[derive(Debug, Default)]
pub(super) struct Known {
    route: Option<String>,
    target: Option<TargetInfo>,
    /// The attempts under way: two while one runs beside another.
    running: Vec<(u32, TargetInfo)>,
    attempts: u32,
    cost: Option<i64>,
}

impl Known {
    pub(super) fn note(&mut self, event: &Event) {
        match event {
            Event::Planned { route, .. } => self.route.clone_from(route),
            Event::AttemptStarted {
                attempt,
                target,
                hedge,
                ..
            } => {
                self.attempts = *attempt;
                self.target = Some(target.clone());
                if !hedge {
                    self.running.clear();
                }
                self.running.push((*attempt, target.clone()));
            }
            Event::FirstToken { attempt, .. } => {
                let mut running = self.running.iter();
                if let Some((_, target)) = running.find(|(number, _)| number == attempt) {
                    self.target = Some(target.clone());
                }
            }
            Event::Finished { outcome } => {
                self.target = Some(outcome.target.clone());
                self.attempts = outcome.attempts;
                self.cost = outcome.cost.map(|cost| cost.0);
            }
            _ => {}
        }
    }

    /// Returns `provider/model` of the answering target.
    pub(super) fn model(&self) -> String {
        let name = |target: &TargetInfo| format!("{}/{}", target.provider, target.model);
        self.target.as_ref().map(name).unwrap_or_default()
    }

    pub(super) fn write(&self, id: &str, headers: &mut HeaderMap) {
        let mut set = |name: &'static str, text: &str| {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("x-switchboard-call-id", id);
        set("x-switchboard-attempts", &self.attempts.to_string());
        if let Some(route) = &self.route {
            set("x-switchboard-route", route);
        }
        if self.target.is_some() {
            set("x-switchboard-target", &self.model());
        }
        if let Some(pico) = self.cost {
            // US dollars, exact.
            let (dollars, rest) = (pico / 1_000_000_000_000, pico % 1_000_000_000_000);
            set("x-switchboard-cost", &format!("{dollars}.{rest:012}"));
        }
    }
}
