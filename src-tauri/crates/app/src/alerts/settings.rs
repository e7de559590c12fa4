//! Which alerts there are, and where they go.

use super::webhook;
use crate::App;
use crate::api::types::*;
use crate::budgets::{set_alerts, set_webhook as write_webhook};
use crate::host::KeyStoreError;
use switchboard_engine::config::usd_amount;
use switchboard_engine::policy::budget::usd_text;
use switchboard_engine::secret::Secret;

/// Returns which alerts there are.
///
/// # Errors
/// `Internal`.
pub async fn settings(app: &App, _params: Empty) -> Result<AlertSettings, ApiError> {
    let alerts = app.config().current().alerts.clone();
    let host = app.host_handle();
    let problem = tokio::task::spawn_blocking(move || match host.notifier() {
        Some(notifier) => notifier.problem(),
        None => Some("this program shows no notifications".to_owned()),
    });
    let notifications_problem = problem
        .await
        .map_err(|_| ApiError::new(ErrorCode::Internal, "asking for notifications failed"))?;
    Ok(AlertSettings {
        enabled: alerts.enabled,
        ladder_usd: alerts.ladder.iter().map(|step| usd_text(*step)).collect(),
        hour_usd: alerts.hour.map(usd_text),
        day_usd: alerts.day.map(usd_text),
        notifications: alerts.notifications,
        notifications_problem,
        runaway: alerts.runaway,
        webhook: webhook::state(app).await,
    })
}

/// Changes which alerts there are.
///
/// # Errors
/// `InvalidParams` naming the field, `Config`.
pub async fn set(app: &App, alerts: SetAlerts) -> Result<AlertSettings, ApiError> {
    let amounts = alerts.ladder_usd.iter().flatten();
    let amounts = amounts.map(|amount| ("ladder_usd", amount)).chain(
        [("hour_usd", &alerts.hour_usd), ("day_usd", &alerts.day_usd)]
            .into_iter()
            .filter_map(|(field, amount)| Some((field, amount.as_ref()?)))
            .filter(|(_, amount)| !amount.trim().is_empty()),
    );
    for (field, amount) in amounts {
        let wrong = |message: &str, hint: &str| {
            ApiError::new(ErrorCode::InvalidParams, message)
                .with_hint(hint)
                .with_field(field)
        };
        let amount = usd_amount(amount)
            .map_err(|message| wrong(message, "write for example 50.00, in USD without a sign"))?;
        if amount.0 == 0 {
            let message = "an amount that is told of is more than 0";
            return Err(wrong(message, "leave it empty to be told of none"));
        }
    }
    app.config()
        .edit(move |document| set_alerts(document, &alerts))
        .await?;
    settings(app, Empty {}).await
}

/// Keeps the address of a webhook in the key store, or forgets it.
///
/// # Errors
/// `InvalidParams`, `KeychainLocked`, `KeychainNone`, `Config`.
pub async fn set_webhook(app: &App, webhook: SetWebhook) -> Result<AlertSettings, ApiError> {
    let url = match webhook.url.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(text) => Some(webhook::check(text)?),
    };
    let set = url.is_some();
    let host = app.host_handle();
    let stored = tokio::task::spawn_blocking(move || match url {
        Some(url) => host
            .keys()
            .set(webhook::ACCOUNT, &Secret::new(url.as_str().to_owned())),
        // Where there is no key store there is nothing to forget.
        None => {
            let _ = host.keys().delete(webhook::ACCOUNT);
            Ok(())
        }
    });
    let stored = stored
        .await
        .map_err(|_| ApiError::new(ErrorCode::Internal, "asking the key store failed"))?;
    stored.map_err(|error| {
        let code = match error {
            KeyStoreError::Locked(_) => ErrorCode::KeychainLocked,
            KeyStoreError::None(_) | KeyStoreError::Failed(_) => ErrorCode::KeychainNone,
        };
        ApiError::new(code, error.to_string())
            .with_hint("or name a variable in the file: alerts.webhook = \"env:ALERT_WEBHOOK\"")
    })?;
    app.config()
        .edit(move |document| write_webhook(document, set.then_some("keychain")))
        .await?;
    app.deliveries().set_problem(None);
    settings(app, Empty {}).await
}

/// Sends a message to the webhook and shows a notification, so that a person sees whether they arrive.
///
/// # Errors
/// `Provider` if the webhook did not take it, `NotFound` if there is nothing to test.
pub async fn test(app: &App, _params: Empty) -> Result<AlertSettings, ApiError> {
    let text = "This is a test: alerts about spending arrive here.";
    let host = app.host_handle();
    let shown = tokio::task::spawn_blocking(move || {
        host.notifier()
            .map(|notifier| notifier.show("Switchboard", text))
    });
    let shown = shown.await.ok().flatten();
    let sent = webhook::send(app, text).await;
    if sent == Some(false) {
        let why = app.deliveries().problem().unwrap_or_default();
        return Err(ApiError::new(
            ErrorCode::Provider,
            format!("the webhook did not take the message: {why}"),
        ));
    }
    match (shown, sent) {
        (None, None) => Err(ApiError::new(
            ErrorCode::NotFound,
            "there are no notifications here, and no webhook is set",
        )),
        (Some(Err(why)), None) => Err(ApiError::new(ErrorCode::Provider, why)),
        _ => settings(app, Empty {}).await,
    }
}
