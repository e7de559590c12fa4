//! What a replayed call uses at a target, and what that costs.

use super::super::past::{PastCall, PastEnd};
use super::{Replay, Running};
use switchboard_engine::plan::Target;
use switchboard_engine::price::{PicoUsd, ServiceTier, Terms};
use switchboard_engine::usage::Usage;

impl Replay<'_> {
    /// Returns the tokens of a call; of one that was not answered, the output of another.
    pub(super) fn shape(&mut self, call: &PastCall) -> Usage {
        if matches!(call.end, PastEnd::Answered(_)) {
            return call.usage;
        }
        let mut rng = self.chance(call, "length", 0);
        let like = match self.lengths.len() {
            0 => None,
            count => self.lengths.get(rng.usize(..count)),
        };
        let like = like.and_then(|place| self.past.calls.get(*place as usize));
        let Some(like) = like else {
            return call.usage;
        };
        self.basis.borrowed += 1;
        let input = call.usage.input_tokens();
        Usage {
            input_uncached_tokens: if input > 0 {
                input
            } else {
                like.usage.input_tokens()
            },
            output_visible_tokens: like.usage.output_visible_tokens,
            reasoning_output_tokens: like.usage.reasoning_output_tokens,
            ..Usage::default()
        }
    }

    /// Returns what a call would use at a target: the same text; hidden tokens as the target thinks; cached input
    /// only at the provider that served it.
    pub(super) fn usage_at(
        &mut self,
        running: &Running<'_>,
        target: &Target,
        number: Option<u32>,
    ) -> Usage {
        let usage = running.usage;
        let served = |place: u32| self.past.targets.get(place as usize);
        let by = match running.call.end {
            PastEnd::Answered(place) => served(place),
            PastEnd::FallbackText | PastEnd::Failed(_) => None,
        };
        let mut at = usage;
        if by.is_none_or(|by| by.provider != target.provider) {
            let cached = usage.input_tokens() - usage.input_uncached_tokens;
            if cached > 0 {
                self.basis.uncached += 1;
            }
            at = Usage {
                input_uncached_tokens: usage.input_tokens(),
                output_visible_tokens: usage.output_visible_tokens,
                reasoning_output_tokens: usage.reasoning_output_tokens,
                ..Usage::default()
            };
        }
        let same_model =
            by.is_some_and(|by| by.provider == target.provider && by.model == target.model);
        if !same_model {
            at.reasoning_output_tokens = match self.evidence.thinks(number) {
                Some(ratio) => (usage.output_visible_tokens as f64 * ratio).round() as u64,
                None if target.capabilities.reasoning => usage.reasoning_output_tokens,
                None => 0,
            };
        }
        at
    }

    /// Returns a price of the call's time, or of today where none of its time is known.
    pub(super) fn price(&mut self, target: &Target, usage: &Usage, call: &PastCall) -> Option<i64> {
        let tariff = target.price.as_ref()?;
        let at = jiff::Timestamp::from_millisecond(call.at_ms).ok()?;
        let same_provider = match call.end {
            PastEnd::Answered(place) => {
                let by = self.past.targets.get(place as usize);
                by.is_some_and(|by| by.provider == target.provider)
            }
            PastEnd::FallbackText | PastEnd::Failed(_) => false,
        };
        let tier = match same_provider {
            true => call.tier,
            false => ServiceTier::Standard,
        };
        let cost: Option<PicoUsd> = tariff.cost(usage, &Terms { at, tier });
        match cost {
            Some(cost) => Some(cost.0),
            None => {
                let today = target.cost_now(usage)?;
                self.basis.priced_today += 1;
                Some(today.0)
            }
        }
    }
}
