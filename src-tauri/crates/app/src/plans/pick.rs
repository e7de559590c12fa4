//! Which of a step's equals a call goes to.

use crate::App;
use crate::api::types::{OptionPick, RoutePick, StepPick};
use sha2::{Digest, Sha256};
use std::cmp::Ordering;
use std::time::Duration;
use switchboard_engine::call::ModelRequest;
use switchboard_engine::config::Pick;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Target};
use switchboard_engine::price::PicoUsd;
use switchboard_engine::usage::{Usage, estimate_tokens};

/// Length of an answer where the request does not limit it, in tokens.
const USUAL_OUTPUT: u64 = 500;

/// One of a step's equals that can stand in a plan.
pub(super) struct Equal {
    pub(super) weight: u32,
    pub(super) candidate: Candidate,
}

/// What picks rest on.
pub(super) struct Picker<'a> {
    pub(super) app: &'a App,
    pub(super) route: &'a str,
    pub(super) request: &'a ModelRequest,
    /// What weighted options stay the same for; `None`: nothing is sent, and the largest share is shown.
    pub(super) sticky: Option<&'a str>,
}

impl Picker<'_> {
    /// Puts a step's equals into the order in which they are tried, and says why. Of weighted ones one stays.
    pub(super) fn order(
        &self,
        step: u32,
        pick: Pick,
        equals: Vec<Equal>,
    ) -> (Vec<Candidate>, StepPick) {
        match pick {
            Pick::Weighted => self.weighted(step, equals),
            Pick::Cheapest => self.by(step, RoutePick::Cheapest, equals, |target| {
                let cost = self.cost(target)?;
                Some((cost.0 as f64, dollars(cost)))
            }),
            Pick::Fastest => self.by(step, RoutePick::Fastest, equals, |target| {
                let info = target.info();
                let time = self.app.health().first_token_percentile(&info, 0.5)?;
                Some((time.as_secs_f64(), milliseconds(time)))
            }),
            Pick::Best => self.by(step, RoutePick::Best, equals, |target| {
                let quality = self.app.quality().of(&target.info())?;
                Some((-quality.score(), quality.words()))
            }),
        }
    }

    fn weighted(&self, step: u32, equals: Vec<Equal>) -> (Vec<Candidate>, StepPick) {
        let sum: u64 = equals.iter().map(|equal| u64::from(equal.weight)).sum();
        let chosen = match self.sticky {
            Some(sticky) => by_share(&equals, share(self.route, step, sticky) % sum.max(1)),
            None => heaviest(&equals),
        };
        let mut options: Vec<OptionPick> = Vec::new();
        let mut picked = Vec::new();
        for (index, equal) in equals.into_iter().enumerate() {
            let percent = f64::from(equal.weight) * 100.0 / sum.max(1) as f64;
            let option = OptionPick {
                model: name(&equal.candidate.info()),
                value: Some(format!("{percent:.0} %")),
                picked: index == chosen,
            };
            if index == chosen {
                options.insert(0, option);
                picked.push(equal.candidate);
            } else {
                options.push(option);
            }
        }
        let share = options.first().and_then(|option| option.value.clone());
        let why = match self.sticky {
            Some(_) => format!(
                "its share is {}, the same for this caller",
                share.unwrap_or_default()
            ),
            None => format!("its share is the largest, {}", share.unwrap_or_default()),
        };
        let pick = StepPick {
            step,
            pick: RoutePick::Weighted,
            options,
            why,
        };
        (picked, pick)
    }

    /// Orders by a figure, the lowest first. What it is not known of comes last, in the order of the file; of
    /// times it comes first, because they become known by asking only.
    fn by(
        &self,
        step: u32,
        pick: RoutePick,
        equals: Vec<Equal>,
        figure: impl Fn(&Target) -> Option<(f64, String)>,
    ) -> (Vec<Candidate>, StepPick) {
        let unknown_first = pick == RoutePick::Fastest;
        let mut known: Vec<(Option<(f64, String)>, bool, Candidate)> = equals
            .into_iter()
            .map(|equal| match &equal.candidate {
                Candidate::Ready(target) => (figure(target), true, equal.candidate),
                Candidate::Unusable { .. } => (None, false, equal.candidate),
            })
            .collect();
        known.sort_by(|(one, one_ready, _), (two, two_ready, _)| {
            let ready = two_ready.cmp(one_ready);
            let figures = match (one, two) {
                (Some((one, _)), Some((two, _))) => one.total_cmp(two),
                (Some(_), None) if unknown_first => Ordering::Greater,
                (None, Some(_)) if unknown_first => Ordering::Less,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            };
            ready.then(figures)
        });
        let why = match (pick, known.first().and_then(|(figure, ..)| figure.as_ref())) {
            (RoutePick::Cheapest, Some((_, value))) => format!("it costs least, about {value}"),
            (RoutePick::Fastest, Some((_, value))) => format!("it begins soonest, after {value}"),
            (RoutePick::Best, Some((_, value))) => format!("it did best, with {value}"),
            (RoutePick::Fastest, None) => "its speed is not known yet".to_owned(),
            (RoutePick::Cheapest, None) => "no price is known".to_owned(),
            (RoutePick::Best, None) => "nobody has judged any of them yet".to_owned(),
            (RoutePick::Weighted, _) => String::new(),
        };
        let option = |(index, (figure, _, candidate)): (
            usize,
            &(Option<(f64, String)>, bool, Candidate),
        )| {
            OptionPick {
                model: name(&candidate.info()),
                value: figure.as_ref().map(|(_, value)| value.clone()),
                picked: index == 0,
            }
        };
        let pick = StepPick {
            step,
            pick,
            options: known.iter().enumerate().map(option).collect(),
            why,
        };
        let order = known.into_iter().map(|(_, _, candidate)| candidate);
        (order.collect(), pick)
    }

    fn cost(&self, target: &Target) -> Option<PicoUsd> {
        let input = estimate_tokens(self.request.input_chars());
        let limit = self.request.params.max_tokens.map(u64::from);
        target.cost_now(&Usage {
            input_uncached_tokens: input,
            output_visible_tokens: limit.unwrap_or(USUAL_OUTPUT).min(USUAL_OUTPUT),
            ..Usage::default()
        })
    }
}

/// Returns a number that is spread evenly over callers and the same for one caller at one step of one route.
fn share(route: &str, step: u32, sticky: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(route.as_bytes());
    hash.update([0]);
    hash.update(step.to_le_bytes());
    hash.update(sticky.as_bytes());
    let digest = hash.finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn by_share(equals: &[Equal], mut point: u64) -> usize {
    for (index, equal) in equals.iter().enumerate() {
        let weight = u64::from(equal.weight);
        if point < weight {
            return index;
        }
        point -= weight;
    }
    0
}

fn heaviest(equals: &[Equal]) -> usize {
    let mut best = 0;
    for (index, equal) in equals.iter().enumerate() {
        if equals
            .get(best)
            .is_none_or(|known| equal.weight > known.weight)
        {
            best = index;
        }
    }
    best
}

pub(super) fn name(info: &TargetInfo) -> String {
    format!("{}/{}", info.provider, info.model)
}

fn dollars(cost: PicoUsd) -> String {
    let text = format!("{:.6}", cost.0 as f64 / 1e12);
    format!("${}", text.trim_end_matches('0').trim_end_matches('.'))
}

fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}
