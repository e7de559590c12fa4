//! Callers that run away: a loop that asks nearly the same again and again, or an hour far dearer than usual.
//!
//! Requests are compared by a fingerprint of 64 bits; their texts are not kept.

use crate::call::{Message, Part};
use crate::price::PicoUsd;
use std::collections::{HashMap, VecDeque};

/// Near-identical calls within [`WINDOW_MS`] that count as running away.
pub const CALLS: usize = 40;
/// Over which time calls are compared, in milliseconds.
pub const WINDOW_MS: i64 = 60_000;
/// An hour this many times as dear as the median is out of the ordinary.
pub const FACTOR: i64 = 3;
/// Below this an hour is never out of the ordinary.
pub const LEAST_HOUR: PicoUsd = PicoUsd(1_000_000_000_000);
/// Hours with spending that a median needs.
const LEAST_HOURS: usize = 12;

/// Fingerprints that differ in no more bits are of near-identical texts; those of unrelated texts differ in about 32.
const NEAR_BITS: u32 = 8;
/// Calls of a caller that are remembered.
const REMEMBERED: usize = 128;
/// Callers that are remembered.
const CALLERS: usize = 256;
/// Bytes of a request that are looked at.
const LOOKED_AT: usize = 32 * 1024;
/// Words of a shingle.
const SHINGLE: usize = 3;

/// Returns the fingerprint of a request: texts that share most of their runs of three words have fingerprints that
/// differ in few bits. Digits count as one, so a counter in a prompt changes nothing.
pub fn fingerprint(messages: &[Message]) -> u64 {
    let mut words: Vec<u64> = Vec::new();
    let mut left = LOOKED_AT;
    for part in messages.iter().flat_map(|message| &message.parts) {
        let text = match part {
            Part::Text { text } | Part::ToolResult { text, .. } => text.as_str(),
            Part::ToolCall { arguments, .. } => arguments.as_str(),
            Part::Image { data, .. } => data.as_str(),
        };
        let text = &text[..text.floor_char_boundary(left)];
        left -= text.len();
        words.extend(text.split_whitespace().map(word));
    }
    let mut weights = [0i32; 64];
    let mut add = |shingle: &[u64]| {
        let hash = mixed(shingle.iter().fold(0, |hash, word| step(hash, *word)));
        for (bit, weight) in weights.iter_mut().enumerate() {
            *weight += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    };
    if words.len() < SHINGLE {
        add(&words);
    } else {
        words.windows(SHINGLE).for_each(&mut add);
    }
    let bit = |(bit, weight): (usize, &i32)| u64::from(*weight > 0) << bit;
    weights.iter().enumerate().map(bit).sum()
}

/// Hashes a word byte by byte (FNV-1a): prompts are long, and nobody gains by words that collide.
fn word(word: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut in_number = false;
    for byte in word.bytes() {
        let digit = byte.is_ascii_digit();
        if !(digit && in_number) {
            let byte = if digit {
                b'0'
            } else {
                byte.to_ascii_lowercase()
            };
            hash = step(hash, u64::from(byte));
        }
        in_number = digit;
    }
    mixed(hash)
}

fn step(hash: u64, next: u64) -> u64 {
    (hash ^ next).wrapping_mul(0x0100_0000_01b3)
}

/// Lets every bit of a hash depend on every other (the finaliser of SplitMix64).
fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

/// The last calls of each caller.
#[derive(Debug, Default)]
pub struct Runaway {
    callers: HashMap<String, Caller>,
}

#[derive(Debug, Default)]
struct Caller {
    /// (when, fingerprint), oldest first.
    calls: VecDeque<(i64, u64)>,
    /// It was told and has not calmed down since.
    told: bool,
}

impl Runaway {
    /// Takes in a call, at a time in milliseconds since 1970. Returns how many near-identical ones there were within a
    /// minute, this one included, when the caller begins to run away; once until it calms down to half of that.
    pub fn observe(&mut self, caller: &str, fingerprint: u64, now: i64) -> Option<usize> {
        if !self.callers.contains_key(caller) && self.callers.len() >= CALLERS {
            let oldest = self
                .callers
                .iter()
                .min_by_key(|(_, caller)| caller.calls.back());
            let oldest = oldest.map(|(name, _)| name.clone());
            oldest.map(|name| self.callers.remove(&name));
        }
        let caller = self.callers.entry(caller.to_owned()).or_default();
        let recent = |(at, _): &(i64, u64)| (now - WINDOW_MS..=now).contains(at);
        caller.calls.retain(recent);
        if caller.calls.len() >= REMEMBERED {
            caller.calls.pop_front();
        }
        caller.calls.push_back((now, fingerprint));
        let near = |(_, other): &&(i64, u64)| (fingerprint ^ other).count_ones() <= NEAR_BITS;
        let count = caller.calls.iter().filter(near).count();
        if count < CALLS / 2 {
            caller.told = false;
        }
        if count < CALLS || caller.told {
            return None;
        }
        caller.told = true;
        Some(count)
    }

    /// Forgets a caller's calls: a person has let it go on.
    pub fn forget(&mut self, caller: &str) {
        self.callers.remove(caller);
    }
}

/// Returns the median of a caller's hours before the last if the last is out of the ordinary. `hours`: what was spent
/// in each, oldest first; hours without spending do not count. `None`: it is not, or too little is known.
pub fn out_of_the_ordinary(hours: &[PicoUsd]) -> Option<PicoUsd> {
    let (last, before) = hours.split_last()?;
    let mut before: Vec<PicoUsd> = before.iter().copied().filter(|hour| hour.0 > 0).collect();
    if before.len() < LEAST_HOURS || *last < LEAST_HOUR {
        return None;
    }
    before.sort_unstable();
    let median = before[before.len() / 2];
    (last.0 > median.0.saturating_mul(FACTOR)).then_some(median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Role;
    use proptest::prelude::*;

    fn print_of(text: &str) -> u64 {
        fingerprint(&[Message::text(Role::User, text)])
    }

    const ARTICLE: &str = "Summarise the following report for the board in five points, naming risks first, \
        then costs, then dates, and leave out everything that concerns staff; the report was written in haste \
        and repeats itself in several places, so judge which version of a figure is the latest one";

    #[test]
    fn a_loop_that_asks_the_same_is_told_once_until_it_calms_down() {
        let mut runaway = Runaway::default();
        let mut told = 0;
        for n in 0..100 {
            let text = format!("{ARTICLE} (try {n} of many, at 12:{n:02})");
            let count = runaway.observe("key:ci", print_of(&text), i64::from(n) * 500);
            told += usize::from(count.is_some());
            assert_eq!(count.is_some(), n == 39, "{n}");
        }
        assert_eq!(told, 1);
        // A quiet while, and again.
        let later = 10 * WINDOW_MS;
        let again = (0..50)
            .filter(|n| {
                runaway
                    .observe("key:ci", print_of(ARTICLE), later + n)
                    .is_some()
            })
            .count();
        assert_eq!(again, 1);
    }

    #[test]
    fn different_requests_and_different_callers_are_not_mixed_up() {
        let mut runaway = Runaway::default();
        let topics = [
            "whales", "bridges", "tax law", "opera", "granite", "bees", "rivers",
        ];
        for n in 0..70usize {
            let topic = topics[n % topics.len()];
            let text = format!("write {topic} and {topic} about {topic} near {topic} with {topic}");
            assert_eq!(runaway.observe("a", print_of(&text), 0), None);
        }
        for n in 0..60 {
            let caller = format!("caller {}", n % 2);
            assert_eq!(runaway.observe(&caller, print_of(ARTICLE), 0), None);
        }
    }

    #[test]
    fn slow_repetition_is_no_runaway() {
        let mut runaway = Runaway::default();
        for n in 0..500 {
            assert_eq!(runaway.observe("a", print_of(ARTICLE), n * 2000), None);
        }
    }

    #[test]
    fn an_hour_is_compared_with_the_callers_own_week() {
        let usd = |usd: i64| PicoUsd(usd * 1_000_000_000_000);
        let mut hours = vec![usd(1); 20];
        hours.push(usd(3));
        assert_eq!(out_of_the_ordinary(&hours), None, "three times is not more");
        hours[20] = usd(4);
        assert_eq!(out_of_the_ordinary(&hours), Some(usd(1)));
        let few = [usd(1), usd(1), usd(100)];
        assert_eq!(out_of_the_ordinary(&few), None);
        let small = vec![PicoUsd(1000); 30];
        let small: Vec<_> = small.into_iter().chain([PicoUsd(900_000)]).collect();
        assert_eq!(out_of_the_ordinary(&small), None);
        assert_eq!(out_of_the_ordinary(&[]), None);
    }

    proptest! {
        #[test]
        fn any_text_has_a_fingerprint_and_memory_is_bounded(
            texts in prop::collection::vec("\\PC{0,60}", 1..40),
        ) {
            let mut runaway = Runaway::default();
            for (n, text) in texts.iter().enumerate() {
                for repeat in 0..20 {
                    runaway.observe(&format!("{text}{repeat}"), print_of(text), i64::try_from(n).unwrap());
                }
            }
            prop_assert!(runaway.callers.len() <= CALLERS);
            prop_assert!(runaway.callers.values().all(|caller| caller.calls.len() <= REMEMBERED));
        }
    }
}
