//! The mix of calls: every fault in every wire format, for clients of every API.

use crate::dialect::{APIS, Api};
use std::time::Duration;
use switchboard_sandbox::Fault;

/// The providers, one of each wire format.
pub(crate) const UPSTREAMS: [(&str, &str); 4] = [
    ("up-chat", "openai_chat"),
    ("up-responses", "openai_responses"),
    ("up-anthropic", "anthropic"),
    ("up-gemini", "gemini"),
];
/// Every this many calls the client vanishes.
const VANISHES: u64 = 9;
/// What a client is shown between a text that broke off and one that says something else.
const MARK: &str = "\n\n[The answer broke off here and starts over.]\n\n";

/// How a provider's fault and its rescue are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    Sound,
    /// The fault happens once; the same target is well then.
    Once,
    /// The fault stays; another provider is well.
    Fallback,
    /// The fault stays, and there is nothing else.
    Alone,
}

const COURSES: [Course; 4] = [Course::Sound, Course::Once, Course::Fallback, Course::Alone];

/// One call to play.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) number: u64,
    pub(crate) fault: Fault,
    pub(crate) course: Course,
    pub(crate) api: Api,
    pub(crate) upstream: &'static str,
    pub(crate) other: &'static str,
    pub(crate) stream: bool,
    /// When its client goes away; `None`: it stays.
    pub(crate) leaves_after: Option<Duration>,
}

impl Case {
    /// Returns the call of that number: the same in every run, and neighbours differ in everything.
    pub(crate) fn of(number: u64) -> Self {
        let faults: Vec<Fault> = Fault::ALL
            .iter()
            .copied()
            // Huge on purpose: they are for tests of memory.
            .filter(|fault| *fault != Fault::HugeChunk)
            .collect();
        // A step that shares no factor with the number of combinations comes by all of them.
        let mut rest = number.wrapping_mul(7_919);
        let mut pick = |count: usize| {
            let count = count as u64;
            let picked = rest % count;
            rest /= count;
            picked as usize
        };
        let fault = faults[pick(faults.len())];
        let course = COURSES[pick(COURSES.len())];
        let api = APIS[pick(APIS.len())];
        let at = pick(UPSTREAMS.len());
        let stream = pick(2) == 0;
        let leaves = number % VANISHES == VANISHES - 1;
        Self {
            number,
            fault,
            course,
            api,
            upstream: UPSTREAMS[at].0,
            other: UPSTREAMS[(at + 1) % UPSTREAMS.len()].0,
            stream,
            leaves_after: leaves.then(|| Duration::from_millis(number * 37 % 700)),
        }
    }

    /// Returns what the provider says: nothing that another call's says.
    pub(crate) fn says(&self) -> String {
        // Short enough for the name of a model, long enough to be told when it is said again.
        let number = self.number;
        format!(
            "Answer {number}: the sky is blue because air scatters short waves more than long ones; für Blau mehr als für Rot, 空も青い, so ends answer {number}."
        )
    }

    /// Returns the model and, if there is one, what it falls back to.
    pub(crate) fn models(&self) -> (String, Option<String>) {
        let says = self.says();
        let script = format!("steady?ttft=5&tps=800&wait=3000&hint=20&say={says}");
        let name = self.fault.name();
        let fault = match self.course {
            Course::Sound => String::new(),
            Course::Once => format!("&fault={name}-once"),
            Course::Fallback | Course::Alone => format!("&fault={name}"),
        };
        let other = format!("{}/{script}", self.other);
        (
            format!("{}/{script}{fault}", self.upstream),
            (self.course == Course::Fallback).then_some(other),
        )
    }

    /// Returns whether a whole answer is what the provider said: all of it, and nothing else but what it
    /// had said before it broke off.
    pub(crate) fn is_said(&self, text: &str) -> bool {
        let says = self.says();
        match self.fault {
            _ if self.course == Course::Sound => text == says,
            // The fault is what it says.
            Fault::InvalidJson | Fault::WrongJson => !text.is_empty(),
            // Its end is an end, and told as such.
            Fault::FilteredMiddle if says.starts_with(text) => !text.is_empty(),
            _ => {
                let Some(before) = text.strip_suffix(says.as_str()) else {
                    return false;
                };
                before.split(MARK).all(|part| says.starts_with(part))
            }
        }
    }

    /// Returns whether the caller has to be answered whatever goes wrong.
    pub(crate) fn is_rescued(&self) -> bool {
        let stops = matches!(
            self.fault,
            Fault::Rejected
                | Fault::Unauthorized
                | Fault::Forbidden
                | Fault::Filtered
                | Fault::TooLarge
        );
        match self.course {
            Course::Sound => true,
            Course::Fallback => !stops,
            Course::Once | Course::Alone => false,
        }
    }
}
