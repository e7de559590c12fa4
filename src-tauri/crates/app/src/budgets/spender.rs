//! Who makes a call and pays for it.

use crate::App;
use std::sync::Arc;
use switchboard_engine::admit::{Spender, Who};
use switchboard_engine::call::CallId;
use switchboard_engine::config::{Config, ProviderConfig, UnknownPrice};
use switchboard_engine::plan::{Candidate, Plan};
use switchboard_engine::price::{PicoUsd, Tariff, TokenPrice, bundled, seller, terms_now};

/// Returns who makes a call.
pub(crate) fn who(
    caller: &str,
    key: Option<&str>,
    route: Option<&str>,
    project: Option<&str>,
) -> Who {
    Who {
        project: project.map(Into::into),
        route: route.map(Into::into),
        caller: caller.into(),
        key: key.map(Into::into),
    }
}

/// Opens a call's hand in the purse.
pub(crate) fn spender(app: &App, call: CallId, who: Who, plan: &Plan) -> Spender {
    let config = app.config().current();
    let unknown = config.budgets.unknown_price;
    let mut dearest_known: Vec<(String, Arc<Tariff>)> = Vec::new();
    if unknown == UnknownPrice::Dearest {
        for candidate in &plan.candidates {
            if let Candidate::Ready(target) = candidate
                && target.price.is_none()
                && !target.simulated
                && !dearest_known.iter().any(|(id, _)| *id == target.provider)
                && let Some(tariff) = dearest(&config, &target.provider)
            {
                dearest_known.push((target.provider.clone(), tariff));
            }
        }
    }
    Spender::new(
        app.money().purse().clone(),
        call,
        who,
        unknown,
        dearest_known,
    )
}

/// Returns the dearest known price of a provider: the most its models take for input, and the most they take for
/// output. `None`: no price of it is known.
fn dearest(config: &Config, provider: &str) -> Option<Arc<Tariff>> {
    let provider = config.provider(provider)?;
    let now = terms_now().at;
    let own = provider
        .models
        .iter()
        .filter_map(|model| model.price.as_ref()?.usual(now)?.token_price());
    let book = book_prices(provider);
    let price = own.chain(book).reduce(|one, two| TokenPrice {
        input: one.input.max(two.input),
        output: one.output.max(two.output),
        cache_read: None,
        cache_creation: one.cache_creation.max(two.cache_creation),
    })?;
    (price.output > PicoUsd(0)).then(|| Arc::new(Tariff::flat("", price, "dearest known")))
}

fn book_prices(provider: &ProviderConfig) -> Vec<TokenPrice> {
    let Some(preset) = provider.preset.as_deref() else {
        return Vec::new();
    };
    let (now, seller) = (terms_now().at, seller(preset));
    let tariffs = bundled().tariffs().into_iter();
    tariffs
        .filter(|tariff| *tariff.provider == *seller)
        .filter_map(|tariff| tariff.usual(now)?.token_price())
        .collect()
}
