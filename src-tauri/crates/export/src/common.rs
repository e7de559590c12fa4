//! What no gateway can carry, and what every gateway does in the same way.

use crate::gateway::Gateway;
use crate::loss::Losses;
use crate::resolve::Route;

/// Reports the settings that are the same for every gateway.
pub(crate) fn report(route: &Route, losses: &mut Losses) {
    let there = route.gateway.label();
    if route.when {
        let what = format!("{there} has no such rules: its callers name the route");
        losses.dropped("when", what);
    }
    if route.priority > 0 {
        losses.dropped("priority", "it orders rules, and there are none there");
    }
    for (name, list) in [
        ("fall_back_on", &route.rulings.fall_back_on),
        ("stop_on", &route.rulings.stop_on),
    ] {
        if !list.is_empty() {
            losses.dropped(name, format!("{there} has causes of its own"));
        }
    }
    if !route.budgets.is_empty() {
        losses.note(
            "budgets",
            "nothing is told on the way to a limit there, and no cheaper model is taken before it",
        );
    }
    if route.hedge.is_some() {
        losses.dropped(
            "hedge",
            format!("{there} sends no second request beside a slow one"),
        );
    }
    if route.fallback_text {
        let what = format!("{there} has no answer of its own: the call fails with the last error");
        losses.dropped("fallback_text", what);
    }
    if route.task.is_some() {
        losses.approximated(
            "task",
            "only its most tokens and its deadline are taken, as far as there are such settings",
        );
    }
    if route.tier.is_some() {
        losses.approximated(
            "tier",
            "written out as clocks of each target, as far as there are such settings",
        );
    }
    losses.dropped(
        "settings.max_attempts",
        format!(
            "{there} has no limit of {} attempts over the whole call",
            route.max_attempts
        ),
    );
    // Envoy and Bifrost have a longest wait of their own setting.
    if !matches!(
        route.gateway,
        Gateway::Envoy | Gateway::Bifrost | Gateway::TensorZero
    ) {
        losses.dropped(
            "settings.backoff_cap",
            format!("{there} chooses its own waits"),
        );
    }
}

/// Reports the limits of models and providers, which only LiteLLM has a place for.
pub(crate) fn report_limits(route: &Route, losses: &mut Losses) {
    if route.gateway == Gateway::LiteLlm {
        return;
    }
    for choice in route.choices() {
        let limits = choice.place.limits;
        let any = [
            limits.requests_per_minute,
            limits.tokens_per_minute,
            limits.concurrency,
        ];
        if any.iter().any(Option::is_some) {
            losses.dropped(
                format!("providers.{}.limits", choice.place.provider),
                format!(
                    "what may be sent to {} is not limited for it alone",
                    choice.place.name()
                ),
            );
        }
    }
}
