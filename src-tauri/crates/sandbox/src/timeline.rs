//! Lays an answer out in time: what is sent when, faults included.

use crate::answer::{Answer, Finish, Tokens, count, pieces};
use crate::fault::Fault;
use crate::script::Script;
use bytes::Bytes;
use fastrand::Rng;
use std::time::Duration;

/// Something to do at a moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Beat {
    /// The answer's opening events.
    Open,
    /// Opening events, or an empty delta where the format has no opening.
    RoleOnly,
    Reasoning(String),
    Text(String),
    ToolOpen(usize),
    ToolArguments(usize, String),
    Close(Finish, Tokens),
    Done,
    /// A keep-alive comment.
    Comment,
    /// A chunk that is not JSON.
    Broken,
    ErrorEvent,
    Huge(usize),
    Raw(Bytes),
    /// From here on two bytes every 50 ms.
    Dribble,
    /// The connection is closed.
    Cut,
    /// The connection is reset.
    Reset,
    /// Nothing more, and no end.
    Hang,
}

/// When each beat is due, counted from the request's arrival.
pub(crate) type Timeline = Vec<(Duration, Beat)>;

/// Spreads tokens over time: the script's speed, each gap a little different.
struct Clock {
    at: Duration,
    gap: Option<Duration>,
    rng: Rng,
}

impl Clock {
    fn new(script: &Script, seed: u64, start: Duration) -> Self {
        let gap = script.tps.map(|tps| Duration::from_secs_f64(1.0 / tps));
        Self {
            at: start,
            gap,
            rng: Rng::with_seed(seed ^ 0x5eed),
        }
    }

    fn tick(&mut self) -> Duration {
        let now = self.at;
        if let Some(gap) = self.gap {
            self.at += gap.mul_f64(0.7 + 0.6 * self.rng.f64());
        }
        now
    }
}

/// Returns how long writing `tokens` tokens takes.
pub(crate) fn duration(script: &Script, tokens: u64) -> Duration {
    script.tps.map_or(Duration::ZERO, |tps| {
        Duration::from_secs_f64(tokens as f64 / tps)
    })
}

/// Lays out a streamed answer.
pub(crate) fn streamed(
    script: &Script,
    answer: &Answer,
    fault: Option<Fault>,
    seed: u64,
) -> Timeline {
    let mut timeline = Timeline::new();
    let mut start = script.ttft.max(script.headers);
    let opened = fault == Some(Fault::RoleOnly);
    match fault {
        Some(Fault::SlowStart) => start += script.wait,
        Some(Fault::KeepAlive) => {
            let mut at = start;
            start += script.wait;
            while at < start {
                timeline.push((at, Beat::Comment));
                at += Duration::from_secs(1);
            }
        }
        Some(Fault::RoleOnly) => {
            timeline.push((start, Beat::RoleOnly));
            start += script.wait;
        }
        _ => {}
    }
    if !opened {
        timeline.push((start, Beat::Open));
    }
    let mut clock = Clock::new(script, seed, start);
    let content = content(answer);
    let before = pieces(&answer.reasoning).count();
    let middle = middle(script, fault, before, content.len());
    for (at, beat) in content.into_iter().enumerate() {
        if middle == Some(at)
            && !strike(
                fault,
                script,
                &content_usage(answer, at, before),
                &mut clock,
                &mut timeline,
            )
        {
            return timeline;
        }
        timeline.push((clock.tick(), beat));
    }
    let end = clock.at;
    if middle.is_some_and(|at| timeline_content(&timeline) <= at)
        && !strike(fault, script, &answer.usage, &mut clock, &mut timeline)
    {
        return timeline;
    }
    timeline.push((end, Beat::Close(answer.finish, answer.usage)));
    if fault != Some(Fault::MissingDone) {
        timeline.push((end, Beat::Done));
    }
    timeline
}

/// Plays a fault in the middle and returns whether the answer goes on after it.
fn strike(
    fault: Option<Fault>,
    script: &Script,
    usage: &Tokens,
    clock: &mut Clock,
    timeline: &mut Timeline,
) -> bool {
    let at = clock.at;
    match fault {
        Some(Fault::Dribble) => timeline.push((at, Beat::Dribble)),
        Some(Fault::Malformed) => timeline.push((clock.tick(), Beat::Broken)),
        Some(Fault::HugeChunk) => {
            timeline.push((clock.tick(), Beat::Huge(script.size_kib as usize * 1024)));
        }
        Some(Fault::Cut) => timeline.push((at, Beat::Cut)),
        Some(Fault::ResetMiddle) => timeline.push((at, Beat::Reset)),
        Some(Fault::Stall) => timeline.push((at, Beat::Hang)),
        Some(Fault::ErrorEvent) => timeline.push((at, Beat::ErrorEvent)),
        Some(Fault::FilteredMiddle) => {
            timeline.push((at, Beat::Close(Finish::Filtered, *usage)));
            timeline.push((at, Beat::Done));
        }
        // `NoEnd`: the body ends here.
        _ => {}
    }
    matches!(
        fault,
        Some(Fault::Dribble | Fault::Malformed | Fault::HugeChunk)
    )
}

fn content(answer: &Answer) -> Vec<Beat> {
    let mut beats: Vec<Beat> = pieces(&answer.reasoning)
        .map(|piece| Beat::Reasoning(piece.to_owned()))
        .collect();
    beats.extend(pieces(&answer.text).map(|piece| Beat::Text(piece.to_owned())));
    for (index, call) in answer.tool_calls.iter().enumerate() {
        beats.push(Beat::ToolOpen(index));
        beats.extend(
            pieces(&call.arguments).map(|piece| Beat::ToolArguments(index, piece.to_owned())),
        );
    }
    beats
}

fn is_content(beat: &Beat) -> bool {
    matches!(
        beat,
        Beat::Reasoning(_) | Beat::Text(_) | Beat::ToolOpen(_) | Beat::ToolArguments(..)
    )
}

fn timeline_content(timeline: &Timeline) -> usize {
    timeline.iter().filter(|(_, beat)| is_content(beat)).count()
}

/// Returns the usage after the first `done` pieces of content, of which `reasoning` may be reasoning.
fn content_usage(answer: &Answer, done: usize, reasoning: usize) -> Tokens {
    Tokens {
        visible: done.saturating_sub(reasoning) as u64,
        reasoning: done.min(reasoning) as u64,
        ..answer.usage
    }
}

/// Returns the number of content beats before a fault in the middle; `None` if it is no such fault.
fn middle(
    script: &Script,
    fault: Option<Fault>,
    reasoning: usize,
    content: usize,
) -> Option<usize> {
    let strikes = matches!(
        fault?,
        Fault::Dribble
            | Fault::Cut
            | Fault::ResetMiddle
            | Fault::Stall
            | Fault::Malformed
            | Fault::NoEnd
            | Fault::ErrorEvent
            | Fault::FilteredMiddle
            | Fault::HugeChunk
    );
    let usual = match fault {
        Some(Fault::Dribble) => 1,
        _ => content.saturating_sub(reasoning).div_ceil(3),
    };
    let after = script.after.map_or(usual, |after| after as usize);
    strikes.then_some((reasoning + after).min(content))
}

/// Lays out an answer that comes whole as `json`.
pub(crate) fn whole(
    script: &Script,
    answer: &Answer,
    fault: Option<Fault>,
    json: &str,
) -> Timeline {
    let mut at = script.ttft.max(script.headers)
        + duration(script, count(&answer.text) + count(&answer.reasoning));
    let bytes = Bytes::copy_from_slice(json.as_bytes());
    let mut half = json.len() / 2;
    while !json.is_char_boundary(half) {
        half -= 1;
    }
    let first = Beat::Raw(bytes.slice(..half));
    match fault {
        Some(Fault::SlowStart | Fault::KeepAlive | Fault::RoleOnly) => at += script.wait,
        Some(Fault::Dribble) => return vec![(at, Beat::Dribble), (at, Beat::Raw(bytes))],
        Some(Fault::Cut) => return vec![(at, first), (at, Beat::Cut)],
        Some(Fault::ResetMiddle) => return vec![(at, first), (at, Beat::Reset)],
        Some(Fault::Stall) => return vec![(at, first), (at, Beat::Hang)],
        Some(Fault::NoEnd) => return vec![(at, first)],
        Some(Fault::Malformed) => {
            let rest = Beat::Raw(bytes.slice(half..));
            return vec![
                (at, first),
                (at, Beat::Raw(Bytes::from_static(b"\"}{,"))),
                (at, rest),
            ];
        }
        _ => {}
    }
    vec![(at, Beat::Raw(bytes))]
}
