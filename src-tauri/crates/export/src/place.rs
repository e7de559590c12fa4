//! A target of a route with everything that a gateway has to know of it.

use crate::vendor::Vendor;
use switchboard_engine::plan::{Limits, Timeouts};
use switchboard_engine::price::TokenPrice;
use url::Url;

/// A model at an address. Two are the same target if provider and model are.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Id here; also the base of names there.
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) vendor: Vendor,
    /// Without user, password, query and fragment: they may hold a secret.
    pub(crate) base: Url,
    /// Whether the address is not the vendor's own.
    pub(crate) own_address: bool,
    /// Whether it runs on this machine.
    pub(crate) local: bool,
    /// Variable that holds the key there; `None`: no key is needed.
    pub(crate) variable: Option<String>,
    /// Those of the route's tier, or of the model's.
    pub(crate) clocks: Timeouts,
    /// The model's and its provider's.
    pub(crate) limits: Limits,
    /// `None`: not known.
    pub(crate) price: Option<TokenPrice>,
}

impl Place {
    /// Returns whether it is the same model of the same provider.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.provider == other.provider && self.model == other.model
    }

    /// Returns `provider/model`, as losses name it.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.provider, self.model)
    }

    /// Returns the base without a slash at its end.
    pub(crate) fn base_text(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    /// Returns the base without version and slash at its end, for gateways that add `/v1` themselves.
    pub(crate) fn unversioned(&self) -> String {
        let text = self.base_text();
        text.strip_suffix("/v1").map_or(text.clone(), str::to_owned)
    }
}
