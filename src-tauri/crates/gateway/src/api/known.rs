//! What the headers of a reply say of its call. A stream's headers are sent before all of it is known: its
//! end says it again, in a comment and, to clients that take them, in trailers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use switchboard_engine::event::{Event, TargetInfo};

const COST: &str = "x-switchboard-cost";

/// The fields of a stream's trailers, as `Trailer` announces them; no other is sent.
pub(super) const TRAILERS: &str = "x-switchboard-call-id, x-switchboard-attempts, x-switchboard-route, \
                                   x-switchboard-target, x-switchboard-cost";

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

    /// Writes what is known into headers, or into the trailers of a stream.
    pub(super) fn write(&self, id: &str, headers: &mut HeaderMap) {
        for (name, text) in self.facts(id) {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }

    /// Writes what is known as one comment of a stream of events: the names of the headers without what
    /// they have in common, each value without spaces.
    pub(super) fn comment(&self, id: &str, out: &mut String) {
        out.push_str(": switchboard");
        for (name, text) in self.facts(id) {
            out.push(' ');
            out.push_str(name.trim_start_matches("x-switchboard-"));
            out.push('=');
            let is_plain = |letter: &char| !letter.is_whitespace() && !letter.is_control();
            out.extend(text.chars().filter(is_plain));
        }
        out.push_str("\n\n");
    }

    fn facts(&self, id: &str) -> Vec<(&'static str, String)> {
        let mut facts = vec![
            ("x-switchboard-call-id", id.to_owned()),
            ("x-switchboard-attempts", self.attempts.to_string()),
        ];
        if let Some(route) = &self.route {
            facts.push(("x-switchboard-route", route.clone()));
        }
        if self.target.is_some() {
            facts.push(("x-switchboard-target", self.model()));
        }
        if let Some(pico) = self.cost {
            // US dollars, exact.
            let (dollars, rest) = (pico / 1_000_000_000_000, pico % 1_000_000_000_000);
            facts.push((COST, format!("{dollars}.{rest:012}")));
        }
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_one_line_whatever_the_names_are() {
        let known = Known {
            route: Some("my route\nevent: x\u{2028}".into()),
            attempts: 2,
            cost: Some(1_500_000_000_001),
            ..Known::default()
        };
        let mut out = String::new();
        known.comment("7", &mut out);
        assert_eq!(
            out,
            ": switchboard call-id=7 attempts=2 route=myrouteevent:x cost=1.500000000001\n\n"
        );
    }
}
