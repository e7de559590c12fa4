//! Exact money, and what a model's tokens cost.

use crate::usage::Usage;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use switchboard_prices::bundled;
pub use switchboard_prices::{CostSource, PicoUsd, ServiceTier, Tariff, Terms, TokenPrice};

/// What one attempt used and what it cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Charge {
    pub usage: Usage,
    /// `None`: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<PicoUsd>,
    pub source: CostSource,
    /// How urgently it was served.
    #[serde(default)]
    pub service_tier: ServiceTier,
}

impl Charge {
    /// What was never sent, or failed before anything was produced: it costs nothing.
    pub const NOTHING: Self = Self {
        usage: Usage {
            input_uncached_tokens: 0,
            cache_read_input_tokens: 0,
            cache_creation_input_tokens: 0,
            cache_creation_1h_input_tokens: 0,
            output_visible_tokens: 0,
            reasoning_output_tokens: 0,
            audio_tokens: 0,
            estimated: false,
        },
        cost: Some(PicoUsd(0)),
        source: CostSource::Computed,
        service_tier: ServiceTier::Standard,
    };

    /// Returns what `usage` costs at a tariff now. `reported` is what the provider says it charges.
    pub fn of(
        tariff: Option<&Tariff>,
        usage: Usage,
        service_tier: ServiceTier,
        reported: Option<PicoUsd>,
    ) -> Self {
        let charge = |cost, source| Self {
            usage,
            cost,
            source,
            service_tier,
        };
        if let Some(cost) = reported {
            return charge(Some(cost), CostSource::Reported);
        }
        let terms = Terms {
            tier: service_tier,
            ..terms_now()
        };
        match tariff.map(|tariff| tariff.bill(&usage, &terms)) {
            Some(Ok(bill)) => charge(Some(bill.total), bill.cost_source),
            Some(Err(_)) | None => charge(None, CostSource::Unknown),
        }
    }
}

/// What several attempts cost together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bill {
    /// `None`: that of one of them is not known.
    pub cost: Option<PicoUsd>,
    /// The least sure of theirs.
    pub source: CostSource,
}

impl Default for Bill {
    fn default() -> Self {
        Self {
            cost: Some(PicoUsd(0)),
            source: CostSource::Reported,
        }
    }
}

impl Bill {
    /// Adds what one more attempt cost.
    pub fn add(&mut self, charge: &Charge) {
        self.cost = match (self.cost, charge.cost) {
            (Some(sum), Some(cost)) => sum.0.checked_add(cost.0).map(PicoUsd),
            _ => None,
        };
        // What cost nothing makes nothing less sure.
        if charge.cost != Some(PicoUsd(0)) || charge.usage.output_tokens() > 0 {
            self.source = self.source.max(charge.source);
        }
    }

    /// Returns how the sum is known: what costs nothing needs nobody's word.
    pub fn source(&self) -> CostSource {
        match (self.cost, self.source) {
            (None, _) => CostSource::Unknown,
            (Some(PicoUsd(0)), CostSource::Reported) => CostSource::Computed,
            (Some(_), source) => source,
        }
    }
}

/// Returns the terms of a request on the standard tier that is answered now.
pub fn terms_now() -> Terms {
    Terms::standard(jiff::Timestamp::now())
}

/// Returns who sells the models of a preset, by the price book's name.
pub fn seller(preset: &str) -> &str {
    match preset {
        "openai-chat" => "openai",
        "gemini" => "google",
        "xai" => "x-ai",
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(output: u64) -> Usage {
        Usage {
            input_uncached_tokens: 10,
            output_visible_tokens: output,
            ..Usage::default()
        }
    }

    fn tariff() -> Tariff {
        let price = TokenPrice {
            input: PicoUsd(2),
            output: PicoUsd(5),
            cache_read: None,
            cache_creation: None,
        };
        Tariff::flat("m", price, "a test")
    }

    #[test]
    fn a_charge_says_how_its_cost_is_known() {
        let tariff = tariff();
        let of = |tariff, usage, reported| {
            let charge = Charge::of(tariff, usage, ServiceTier::Standard, reported);
            (charge.cost, charge.source)
        };
        let guessed = Usage {
            estimated: true,
            ..usage(4)
        };
        assert_eq!(
            of(Some(&tariff), usage(4), None),
            (Some(PicoUsd(40)), CostSource::Computed)
        );
        assert_eq!(
            of(Some(&tariff), guessed, None),
            (Some(PicoUsd(40)), CostSource::Estimated)
        );
        assert_eq!(
            of(Some(&tariff), usage(4), Some(PicoUsd(39))),
            (Some(PicoUsd(39)), CostSource::Reported)
        );
        assert_eq!(of(None, usage(4), None), (None, CostSource::Unknown));
    }

    #[test]
    fn a_dearer_tier_without_a_price_is_unknown_and_not_the_standard_price() {
        let charge = Charge::of(Some(&tariff()), usage(4), ServiceTier::Priority, None);
        assert_eq!((charge.cost, charge.source), (None, CostSource::Unknown));
    }

    #[test]
    fn a_sum_is_as_sure_as_its_least_sure_part_and_unknown_is_never_zero() {
        let known = Charge::of(Some(&tariff()), usage(4), ServiceTier::Standard, None);
        let unknown = Charge::of(None, usage(4), ServiceTier::Standard, None);
        let mut bill = Bill::default();
        assert_eq!(
            (bill.cost, bill.source()),
            (Some(PicoUsd(0)), CostSource::Computed)
        );
        bill.add(&Charge::NOTHING);
        bill.add(&known);
        bill.add(&known);
        assert_eq!(
            (bill.cost, bill.source()),
            (Some(PicoUsd(80)), CostSource::Computed)
        );
        bill.add(&unknown);
        bill.add(&known);
        assert_eq!((bill.cost, bill.source()), (None, CostSource::Unknown));
    }
}
