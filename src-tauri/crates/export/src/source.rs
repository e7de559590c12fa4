//! What is known of a provider, and what of its settings stays behind.

use crate::gateway::Gateway;
use crate::input::Input;
use crate::loss::Losses;
use crate::place::Place;
use crate::vendor::Vendor;
use switchboard_engine::config::{Preset, ProviderConfig, SecretSource, model_of, preset};
use switchboard_engine::price::Tariff;
use switchboard_engine::provider::{AuthStyle, Endpoint, Wire, provider};
use url::Url;

/// What is known of a provider: its entry in the file, or a preset alone.
pub(crate) enum Source<'a> {
    Entry(&'a ProviderConfig),
    Preset(&'static Preset),
}

impl<'a> Source<'a> {
    pub(crate) fn find(input: &Input<'a>, id: &str) -> Option<Self> {
        let entry = input.config.provider(id).map(Self::Entry);
        entry.or_else(|| preset(id).map(Self::Preset))
    }

    /// Returns `None` if a preset has no address of its own.
    pub(crate) fn place(&self, input: &Input<'_>, id: String, model: String) -> Option<Place> {
        let (preset_id, endpoint, local, facts) = match self {
            Self::Entry(entry) => (
                entry.preset.as_deref(),
                entry.endpoint.clone(),
                entry.local,
                entry.model(&model),
            ),
            Self::Preset(preset) => (
                Some(preset.id),
                Endpoint {
                    wire: preset.wire,
                    base_url: Url::parse(preset.base_url).ok()?,
                    auth: AuthStyle::Native,
                    headers: Vec::new(),
                },
                preset.local,
                model_of(Some(preset.id), &model),
            ),
        };
        let vendor = Vendor::of(preset_id, endpoint.wire);
        let base = base(vendor, &endpoint);
        let usual = preset_id.and_then(preset);
        let own_address = usual.is_none_or(|preset| {
            let host = Url::parse(preset.base_url).ok();
            host.is_none_or(|usual| usual.host() != base.host() || usual.port() != base.port())
        });
        Some(Place {
            vendor,
            own_address,
            base,
            local,
            variable: self.variable(&id),
            clocks: input.config.timeouts.of(facts.tier),
            limits: facts.limits,
            price: facts.price.as_deref().and_then(|tariff: &Tariff| {
                tariff.usual(input.at).and_then(|rates| rates.token_price())
            }),
            provider: id,
            model,
        })
    }

    fn variable(&self, id: &str) -> Option<String> {
        let usual = |preset: &Preset| preset.env.first().copied();
        match self {
            Self::Preset(preset) => preset.needs_key.then(|| named(usual(preset), id)),
            Self::Entry(entry) if !entry.needs_key => None,
            Self::Entry(entry) => {
                let written = entry.usable_keys().find_map(|key| match &key.from {
                    SecretSource::Env(name) => Some(name.clone()),
                    SecretSource::Keychain => None,
                });
                let preset = entry.preset.as_deref().and_then(preset);
                Some(written.unwrap_or_else(|| named(preset.and_then(usual), id)))
            }
        }
    }

    /// Reports what of the provider's own settings stays behind.
    pub(crate) fn report(
        &self,
        gateway: Gateway,
        place: &Place,
        setting: &str,
        losses: &mut Losses,
    ) {
        let id = &place.provider;
        if place.local {
            losses.note(
                setting,
                format!("`{id}` is a server of this machine: write its address as the gateway reaches it"),
            );
        }
        let Self::Entry(entry) = self else {
            return;
        };
        let in_store = entry.needs_key
            && !entry
                .usable_keys()
                .any(|key| matches!(key.from, SecretSource::Env(_)));
        // Portkey keeps keys itself, and says so; OpenRouter has its own.
        let by_variable = !matches!(gateway, Gateway::Portkey | Gateway::OpenRouter);
        if in_store
            && by_variable
            && let Some(variable) = &place.variable
        {
            losses.note(
                format!("providers.{id}.keys"),
                format!("the key is in the key store here; the gateway reads it from {variable}"),
            );
        }
        for (name, _) in &entry.endpoint.headers {
            losses.dropped(
                format!("providers.{id}.headers.{name}"),
                "its value may be a secret: set the header there yourself",
            );
        }
        if entry.endpoint.base_url.query().is_some() {
            losses.dropped(
                format!("providers.{id}.base_url"),
                "what follows `?` in the address may be a secret: add it there yourself",
            );
        }
        if let AuthStyle::Header(name) = &entry.endpoint.auth
            && place.vendor != Vendor::Azure
        {
            losses.dropped(
                format!("providers.{id}.auth"),
                format!("the key goes in the usual header there, not in `{name}`"),
            );
        }
        if entry.accept_invalid_tls {
            losses.dropped(
                format!("providers.{id}.accept_invalid_tls"),
                "certificates are checked there: have the gateway trust yours",
            );
        }
    }
}

/// Returns the variable for a key: the usual one, else one made from the provider's id.
fn named(usual: Option<&str>, id: &str) -> String {
    usual.map_or_else(
        || format!("{}_API_KEY", crate::text::identifier(id).to_uppercase()),
        str::to_owned,
    )
}

/// Returns the address below which a vendor's paths begin: with the version at those that speak OpenAI's API,
/// without one at the others.
fn base(vendor: Vendor, endpoint: &Endpoint) -> Url {
    let mut bare = endpoint.base_url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    // Neither can be in an address that was checked.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    let (wire, tail) = if vendor.speaks_openai() {
        (Wire::OpenaiChat, "/chat/completions")
    } else {
        (endpoint.wire, "/v1/messages")
    };
    if vendor == Vendor::Gemini {
        bare.set_path("");
        return bare;
    }
    let clean = Endpoint {
        base_url: bare.clone(),
        wire,
        ..endpoint.clone()
    };
    let url = provider(wire).request_url(&clean, "model");
    let path = url.path();
    let path = path.strip_suffix(tail).unwrap_or(path).to_owned();
    bare.set_path(&path);
    bare
}
