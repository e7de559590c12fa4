//! Which of a step's equals a call goes to: figures from here, the choice from the crate of routing.

use super::gathered::Equal;
use crate::api::types::{OptionPick, RoutePick, StepPick};
use crate::quality::Qualities;
use switchboard_engine::call::ModelRequest;
use switchboard_engine::config::Pick;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Target};
use switchboard_engine::tokens::Input;
use switchboard_engine::usage::Usage;
use switchboard_routing::equals::{self, By, Figures};
use switchboard_routing::{Variant, Variants};

/// Length of an answer where the request does not limit it, in tokens.
const USUAL_OUTPUT: u64 = 500;

/// What picks rest on: the same for calls that are made and calls that are rehearsed.
pub(crate) struct Picker<'a> {
    pub(crate) figures: &'a dyn Figures<TargetInfo>,
    pub(crate) quality: &'a Qualities,
    pub(crate) request: &'a ModelRequest,
    /// What weighted options stay the same for; `None`: nothing is sent, and the largest share is shown.
    pub(crate) sticky: Option<&'a str>,
}

impl Picker<'_> {
    /// Puts a step's equals into the order in which they are tried, and says why. Of weighted ones one stays.
    pub(super) fn order(
        &self,
        route: &str,
        step: u32,
        pick: Pick,
        equals: Vec<Equal>,
    ) -> (Vec<Candidate>, StepPick) {
        match pick {
            Pick::Weighted => self.weighted(route, step, equals),
            Pick::Cheapest => self.by(step, RoutePick::Cheapest, By::Cheapest, equals),
            Pick::Fastest => self.by(step, RoutePick::Fastest, By::Fastest, equals),
            Pick::Best => self.by(step, RoutePick::Best, By::Best, equals),
        }
    }

    fn weighted(&self, route: &str, step: u32, equals: Vec<Equal>) -> (Vec<Candidate>, StepPick) {
        let (chosen, why) = self.variant(route, step, &equals);
        let sum: u64 = equals.iter().map(|equal| u64::from(equal.weight)).sum();
        let mut options: Vec<OptionPick> = Vec::new();
        let mut picked = Vec::new();
        for (index, equal) in equals.into_iter().enumerate() {
            let option = OptionPick {
                model: name(&equal.candidate.info()),
                value: Some(percent(equal.weight, sum)),
                picked: index == chosen,
            };
            if index == chosen {
                options.insert(0, option);
                picked.push(equal.candidate);
            } else {
                options.push(option);
            }
        }
        let pick = StepPick {
            step,
            pick: RoutePick::Weighted,
            options,
            why,
        };
        (picked, pick)
    }

    /// Returns the place of the variant that this caller gets, and why.
    fn variant(&self, route: &str, step: u32, equals: &[Equal]) -> (usize, String) {
        let sum: u64 = equals.iter().map(|equal| u64::from(equal.weight)).sum();
        let count = equals.len();
        let Some(sticky) = self.sticky else {
            let heaviest = equals
                .iter()
                .map(|equal| equal.weight)
                .max()
                .unwrap_or_default();
            let at = equals.iter().position(|equal| equal.weight == heaviest);
            let share = percent(heaviest, sum);
            return (
                at.unwrap_or_default(),
                format!("has the largest share of {count} variants, {share}"),
            );
        };
        // Long names are cut to what a set takes; the place keeps them apart.
        let named = |(at, equal): (usize, &Equal)| Variant {
            name: match name(&equal.candidate.info()) {
                long if long.len() > 90 => {
                    format!("{}#{at}", &long[..long.floor_char_boundary(90)])
                }
                short => short,
            },
            weight: equal.weight,
        };
        let variants = equals.iter().enumerate().map(named).collect();
        let salt = step.to_string();
        let at = Variants::new(&salt, variants).ok().and_then(|variants| {
            let taken = variants.pick(route, sticky).name.clone();
            variants.all().iter().position(|one| one.name == taken)
        });
        let at = at.unwrap_or_default();
        let weight = equals.get(at).map_or(0, |equal| equal.weight);
        let share = percent(weight, sum);
        (
            at,
            format!("is this caller's of {count} variants, with a share of {share}"),
        )
    }

    /// Orders by figures: the best is picked, then the best of the rest. What cannot be asked comes last.
    fn by(
        &self,
        step: u32,
        pick: RoutePick,
        by: By,
        equals: Vec<Equal>,
    ) -> (Vec<Candidate>, StepPick) {
        let (ready, unusable): (Vec<Equal>, Vec<Equal>) = equals
            .into_iter()
            .partition(|equal| matches!(equal.candidate, Candidate::Ready(_)));
        // Measured once; a request without a choice among options is not measured at all.
        let input = (by == By::Cheapest).then(|| Input::of(self.request));
        let mut left: Vec<(equals::Equal, Candidate)> = ready
            .into_iter()
            .map(|equal| {
                let figures = self.figures(by, &equal.candidate, input.as_ref());
                (figures, equal.candidate)
            })
            .collect();
        let now = self.figures.now_ms();
        let (mut order, mut options, mut why) = (Vec::new(), Vec::new(), None);
        while !left.is_empty() {
            let figures: Vec<equals::Equal> =
                left.iter().map(|(figures, _)| figures.clone()).collect();
            let draw = |below: usize| self.figures.draw(below.max(1));
            let Some(picked) = equals::pick(by, &figures, now, draw) else {
                break;
            };
            let (figures, candidate) = left.remove(picked.at.min(left.len() - 1));
            options.push(OptionPick {
                model: figures.target.clone(),
                value: value(by, &figures, now),
                picked: order.is_empty(),
            });
            why.get_or_insert(picked.why);
            order.push(candidate);
        }
        for equal in unusable {
            options.push(OptionPick {
                model: name(&equal.candidate.info()),
                value: None,
                picked: false,
            });
            order.push(equal.candidate);
        }
        let pick = StepPick {
            step,
            pick,
            options,
            why: why.unwrap_or_else(|| "comes first, since none can be asked".to_owned()),
        };
        (order, pick)
    }

    fn figures(&self, by: By, candidate: &Candidate, input: Option<&Input>) -> equals::Equal {
        let info = candidate.info();
        let cost = match candidate {
            Candidate::Ready(target) => input.and_then(|input| self.cost(target, input)),
            Candidate::Unusable { .. } => None,
        };
        equals::Equal {
            target: name(&info),
            cost_pico_usd: cost,
            first_token: self.figures.first_token(&info),
            in_flight: match by {
                By::Fastest => self.figures.in_flight(&info),
                By::Cheapest | By::Best => 0,
            },
            quality: self.quality.of(&info, self.has_schema()),
        }
    }

    fn has_schema(&self) -> bool {
        self.request.response_format != Default::default()
    }

    /// Returns what the request would cost, in pico-USD; `None`: no price is known.
    fn cost(&self, target: &Target, input: &Input) -> Option<u64> {
        let limit = self.request.params.max_tokens.map(u64::from);
        let cost = target.cost_now(&Usage {
            input_uncached_tokens: input.tokens(&target.model),
            output_visible_tokens: limit.unwrap_or(USUAL_OUTPUT).min(USUAL_OUTPUT),
            ..Usage::default()
        })?;
        u64::try_from(cost.0).ok()
    }
}

/// Returns what an option was judged by, for people; `None`: nothing is known.
fn value(by: By, figures: &equals::Equal, now: u64) -> Option<String> {
    match by {
        By::Cheapest => {
            let text = format!("{:.6}", figures.cost_pico_usd? as f64 / 1e12);
            Some(format!(
                "${}",
                text.trim_end_matches('0').trim_end_matches('.')
            ))
        }
        By::Fastest => Some(format!("{:.0} ms", figures.first_token?.value_ms(now))),
        By::Best => {
            let (votes, schema) = (figures.quality.votes, figures.quality.schema);
            match (votes.of, schema.of) {
                (0, 0) => None,
                (0, of) => Some(format!("{} of {of} schemas", schema.won)),
                (of, 0) => Some(format!("{} of {of} votes", votes.won)),
                (of, all) => Some(format!(
                    "{} of {of} votes, {} of {all} schemas",
                    votes.won, schema.won
                )),
            }
        }
    }
}

fn percent(weight: u32, sum: u64) -> String {
    format!("{:.0} %", f64::from(weight) * 100.0 / sum.max(1) as f64)
}

pub(super) fn name(info: &TargetInfo) -> String {
    format!("{}/{}", info.provider, info.model)
}
