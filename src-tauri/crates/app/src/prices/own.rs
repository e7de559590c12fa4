//! The user's own prices, in the configuration file.

use super::usd;
use crate::App;
use crate::api::types::{ApiError, Empty, ErrorCode, OwnPrice, PriceRef};
use crate::config::{Change, tables};
use switchboard_engine::config::{ProviderConfig, check_model_name, usd_per_million};
use toml_edit::value;

/// The table of the file that holds them.
const GROUP: &str = "prices";

/// Returns the user's own price of a provider's model, or `None`.
pub(super) fn of(provider: &ProviderConfig, model: &str) -> Option<OwnPrice> {
    let price = provider.prices.get(model)?.rows().first()?.rates;
    Some(OwnPrice {
        provider: provider.id.clone(),
        model: model.to_owned(),
        input: usd(price.input)?,
        output: usd(price.output)?,
        cache_read: usd(price.cache_read),
        cache_creation: usd(price.cache_write),
    })
}

/// Sets what a model costs, in place of what the price book says. It counts from the next call on; calls that were
/// made keep what they cost.
///
/// # Errors
/// `InvalidParams` with the field, `NotFound` for the provider, `Config` if the file cannot be written.
pub async fn set(app: &App, price: OwnPrice) -> Result<OwnPrice, ApiError> {
    let provider = check_ref(app, &price.provider, &price.model)?;
    let price = OwnPrice {
        provider,
        model: price.model,
        input: number("input", &price.input)?,
        output: number("output", &price.output)?,
        cache_read: optional("cache_read", price.cache_read)?,
        cache_creation: optional("cache_creation", price.cache_creation)?,
    };
    let name = format!("{}/{}", price.provider, price.model);
    let what = Change {
        note: Some(format!("the price of {name} was set")),
        restored_from: None,
    };
    let written = price.clone();
    app.config()
        .edit_as(what, move |document| {
            let table = tables::put(document, GROUP, &name)?;
            let fields = [
                ("input", Some(&written.input)),
                ("output", Some(&written.output)),
                ("cache_read", written.cache_read.as_ref()),
                ("cache_creation", written.cache_creation.as_ref()),
            ];
            for (field, price) in fields {
                match price {
                    Some(price)
                        if table
                            .get(field)
                            .is_some_and(|old| old.as_str() == Some(price)) => {}
                    Some(price) => drop(table.insert(field, value(price))),
                    None => drop(table.remove(field)),
                }
            }
            Ok(())
        })
        .await?;
    Ok(price)
}

/// Takes a price of the user's own back: the price book's counts again.
///
/// # Errors
/// `NotFound` if there is none, `Config` if the file cannot be written.
pub async fn remove(app: &App, price: PriceRef) -> Result<Empty, ApiError> {
    let name = format!("{}/{}", price.provider, price.model);
    let what = Change {
        note: Some(format!("the price of {name} was taken back")),
        restored_from: None,
    };
    app.config()
        .edit_as(what, move |document| {
            if tables::remove(document, GROUP, &name) {
                return Ok(());
            }
            let message = format!("there is no price of your own for `{name}`");
            Err(ApiError::new(ErrorCode::NotFound, message).with_field("model"))
        })
        .await?;
    Ok(Empty {})
}

fn check_ref(app: &App, provider: &str, model: &str) -> Result<String, ApiError> {
    check_model_name(model)
        .map_err(|message| ApiError::new(ErrorCode::InvalidParams, message).with_field("model"))?;
    if app.config().current().provider(provider).is_none() {
        let message = format!("there is no provider `{provider}`");
        return Err(ApiError::new(ErrorCode::NotFound, message)
            .with_hint("a price is of a provider that is set up; add it in the settings")
            .with_field("provider"));
    }
    Ok(provider.to_owned())
}

/// Reads a price and returns it as it is kept: without zeros that say nothing.
fn number(field: &str, text: &str) -> Result<String, ApiError> {
    let wrong = |message: &str| {
        ApiError::new(ErrorCode::InvalidParams, message)
            .with_hint("write for example 2.50, in USD per million tokens")
            .with_field(field)
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(wrong("a price is missing; 0 means that it costs nothing"));
    }
    let price = usd_per_million(text).map_err(wrong)?;
    Ok(switchboard_engine::config::usd_per_million_text(price))
}

fn optional(field: &str, text: Option<String>) -> Result<Option<String>, ApiError> {
    let text = text.filter(|text| !text.trim().is_empty());
    text.map(|text| number(field, &text)).transpose()
}
