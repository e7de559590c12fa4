//! Who makes a call and pays for it, and what its attempts may cost.

use super::hold::{Hold, Refused};
use super::purse::Purse;
use crate::call::{Act, CallId, ModelRequest};
use crate::config::UnknownPrice;
use crate::error::{CallError, ErrorKind};
use crate::plan::Target;
use crate::policy::budget::{Labels, usd_short};
use crate::policy::ledger::Refusal;
use crate::policy::period::{Calendar, Period, resets_text};
use crate::price::{PicoUsd, Tariff, terms_now};
use crate::usage::Usage;
use std::sync::Arc;

/// Output tokens that are set aside for a request without a limit at a model whose own is not known.
pub(super) const UNKNOWN_OUTPUT_TOKENS: u64 = 16_384;

/// Fewer output tokens than this are no answer.
const LEAST_OUTPUT_TOKENS: u64 = 16;

/// Who makes a call. `None`: nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    pub project: Option<Arc<str>>,
    pub route: Option<Arc<str>>,
    /// `window`, `cli` or `gateway`.
    pub caller: Arc<str>,
    /// Name of the gateway key.
    pub key: Option<Arc<str>>,
}

impl Who {
    /// Returns the labels of what is spent on a model.
    pub fn labels(&self, provider: &str, model: &str) -> Labels {
        Labels {
            project: self.project.clone(),
            route: self.route.clone(),
            caller: Arc::clone(&self.caller),
            key: self.key.clone(),
            provider: provider.into(),
            model: model.into(),
        }
    }

    /// Returns the name under which the caller can be stopped.
    pub fn name(&self) -> String {
        self.labels("", "").who()
    }
}

/// A call's hand in the purse.
#[derive(Debug)]
pub struct Spender {
    pub(super) purse: Purse,
    pub(super) call: CallId,
    who: Who,
    unknown: UnknownPrice,
    /// By provider: what a model without a price is taken to cost.
    dearest: Vec<(String, Arc<Tariff>)>,
}

impl Drop for Spender {
    fn drop(&mut self) {
        self.purse.call_ended(self.call);
    }
}

impl Spender {
    /// Opens a call's hand. `dearest` has the dearest known price of each provider that has a target without one.
    pub fn new(
        purse: Purse,
        call: CallId,
        who: Who,
        unknown: UnknownPrice,
        dearest: Vec<(String, Arc<Tariff>)>,
    ) -> Self {
        Self {
            purse,
            call,
            who,
            unknown,
            dearest,
        }
    }

    /// Sets aside what an attempt may cost at worst. `None`: it costs nothing.
    ///
    /// # Errors
    /// Which budget has no room, or that the caller is stopped.
    pub(crate) fn hold(
        &self,
        target: &Target,
        request: &ModelRequest,
        input_tokens: u64,
    ) -> Result<Option<Hold>, Refused> {
        let name = self.who.name();
        if self.purse.is_stopped(&name) {
            return Err(Refused::at_once(stopped(&name)));
        }
        if is_free(target) {
            return Ok(None);
        }
        let input = worst_input(input_tokens);
        let output = worst_output(target, request);
        let labels = self.who.labels(&target.provider, &target.model);
        let known = target.price.clone().filter(|price| {
            let usage = Usage {
                input_uncached_tokens: 1,
                output_visible_tokens: 1,
                ..Usage::default()
            };
            price.cost(&usage, &terms_now()).is_some()
        });
        let tariff = match known.or_else(|| self.stand_in(target)) {
            Some(tariff) => tariff,
            None if self.unknown == UnknownPrice::Free => return Ok(None),
            None => {
                return match self.purse.is_limited(&labels) {
                    Some(budget) => Err(Refused::at_once(no_price(target, budget))),
                    None => Ok(None),
                };
            }
        };
        let worst = worst_cost(&tariff, request, input, output);
        if worst.0 == 0 {
            return Ok(None);
        }
        let used = Usage {
            input_uncached_tokens: input_tokens,
            estimated: true,
            ..Usage::default()
        };
        match self.purse.reserve(self.call, &labels, worst) {
            Ok(id) => Ok(Some(Hold::new(self.purse.clone(), id, tariff, worst, used))),
            Err((refusal, now, calendar)) => {
                let fitting = fitting_output(&tariff, request, input, output, &refusal);
                let error = refused(&refusal, &calendar, now, fitting);
                Err(Refused {
                    error: Box::new(error),
                    for_now: refusal.for_now,
                })
            }
        }
    }

    /// As [`Self::hold`], and agrees on it with other processes where a limit is near.
    ///
    /// # Errors
    /// Which budget has no room, or that the caller is stopped.
    pub(crate) async fn hold_agreed(
        &self,
        target: &Target,
        request: &ModelRequest,
        input_tokens: u64,
    ) -> Result<Option<Hold>, Refused> {
        let Some(hold) = self.hold(target, request, input_tokens)? else {
            return Ok(None);
        };
        let Some(waiting) = hold.waiting() else {
            return Ok(Some(hold));
        };
        // Nothing is sent yet: dropped meanwhile, it costs nothing.
        let unsent = hold.unsent();
        match self.purse.agreed(waiting).await {
            Ok(()) => Ok(unsent.sent()),
            Err((refusal, now, calendar)) => {
                unsent.refused();
                let error = refused(&refusal, &calendar, now, None);
                Err(Refused {
                    error: Box::new(error),
                    for_now: refusal.for_now,
                })
            }
        }
    }

    /// Returns the purse.
    pub(crate) fn purse(&self) -> &Purse {
        &self.purse
    }

    /// Returns what a model without a price is taken to cost.
    fn stand_in(&self, target: &Target) -> Option<Arc<Tariff>> {
        if self.unknown != UnknownPrice::Dearest {
            return None;
        }
        let of = |(provider, _): &&(String, Arc<Tariff>)| *provider == target.provider;
        self.dearest
            .iter()
            .find(of)
            .map(|(_, tariff)| Arc::clone(tariff))
    }
}

/// Returns whether a target costs nothing: simulated, or without a price on this machine.
pub(crate) fn is_free(target: &Target) -> bool {
    target.simulated || (target.price.is_none() && is_local(target))
}

fn is_local(target: &Target) -> bool {
    match target.endpoint.base_url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Returns the input tokens to set aside: the estimate and a quarter, which is as far as an estimate is usually too low.
fn worst_input(input_tokens: u64) -> u64 {
    input_tokens
        .saturating_add(input_tokens / 4)
        .saturating_add(16)
}

/// Returns the most output tokens of one answer: the request's limit, else the model's, else a documented guess.
fn worst_output(target: &Target, request: &ModelRequest) -> u64 {
    let raw = request.raw.as_ref();
    if raw.is_some_and(|raw| raw.act == Act::Embed) {
        return 0;
    }
    let can = &target.capabilities;
    let sent = !can
        .rejected_params
        .iter()
        .any(|param| param == "max_tokens");
    let own = can
        .max_output_tokens
        .map(u64::from)
        .or_else(|| target.price.as_ref()?.details.max_output)
        .or(can
            .context_window
            .map(|window| window.min(UNKNOWN_OUTPUT_TOKENS)))
        .unwrap_or(UNKNOWN_OUTPUT_TOKENS);
    let one = match request.params.max_tokens.filter(|_| sent) {
        Some(limit) => u64::from(limit),
        None => own,
    };
    let answers = raw
        .and_then(|raw| raw.body.get("n"))
        .and_then(serde_json::Value::as_u64)
        .unwrap_or(1)
        .clamp(1, 128);
    one.saturating_mul(answers)
}

/// Returns what that many tokens cost at most: input may be written to a cache, and output may be reasoning.
fn worst_cost(tariff: &Tariff, request: &ModelRequest, input: u64, output: u64) -> PicoUsd {
    let plain = |reasoning: bool| Usage {
        input_uncached_tokens: input,
        output_visible_tokens: if reasoning { 0 } else { output },
        reasoning_output_tokens: if reasoning { output } else { 0 },
        ..Usage::default()
    };
    // Only a caller who writes a provider's own format can ask for a cache.
    let cached = request.raw.is_some().then(|| Usage {
        cache_creation_1h_input_tokens: input,
        input_uncached_tokens: 0,
        ..plain(false)
    });
    let terms = terms_now();
    [Some(plain(false)), Some(plain(true)), cached]
        .into_iter()
        .flatten()
        .filter_map(|usage| tariff.cost(&usage, &terms))
        .max()
        .unwrap_or(PicoUsd(i64::MAX))
}

/// Returns how many output tokens would fit into what a budget has left; `None`: no answer would.
fn fitting_output(
    tariff: &Tariff,
    request: &ModelRequest,
    input: u64,
    output: u64,
    refusal: &Refusal,
) -> Option<u64> {
    let room = refusal.limit.0.checked_sub(refusal.spent.0)?;
    // Prices rise with the length, so halving finds it.
    let (mut fits, mut too_many) = (0, output);
    while too_many - fits > 1 {
        let middle = fits + (too_many - fits) / 2;
        if worst_cost(tariff, request, input, middle).0 <= room {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    (fits >= LEAST_OUTPUT_TOKENS).then_some(fits)
}

fn refused(refusal: &Refusal, calendar: &Calendar, now: i64, fitting: Option<u64>) -> CallError {
    let name = &refusal.budget;
    let limit = usd_short(refusal.limit);
    let over = match refusal.period {
        Period::Hour => "in an hour",
        Period::Day => "a day",
        Period::Week => "a week",
        Period::Month => "a month",
        Period::Call => "a call",
    };
    let under_way = match refusal.reserved.0 {
        0 => String::new(),
        _ => format!(
            " and {} set aside for calls under way",
            usd_short(refusal.reserved)
        ),
    };
    let resets = match refusal.resets_at {
        Some(at) => format!(
            "; it resets {}",
            resets_text(refusal.period, calendar, now, at)
        ),
        None => String::new(),
    };
    let message = format!(
        "the budget `{name}` ({}, {limit} {over}) has no room: {} spent{under_way}, and this attempt may cost up to \
         {}{resets}",
        refusal.scope.words(),
        usd_short(refusal.spent),
        usd_short(refusal.worst),
    );
    let raise = format!("raise `budgets.{name}.limit`");
    let hint = match fitting {
        Some(tokens) => {
            format!("set `max_tokens` to {tokens} or less and it fits, or {raise}")
        }
        None => format!("{raise}, or wait until it resets"),
    };
    let mut error = CallError::new(ErrorKind::Budget, message).with_hint(hint);
    error.budget = Some(name.clone());
    error.should_retry = Some(false);
    error.retry_after_ms = refusal
        .resets_at
        .and_then(|at| u64::try_from(at.saturating_sub(now)).ok());
    error
}

fn no_price(target: &Target, budget: String) -> CallError {
    let message = format!(
        "no price is known for `{}/{}`, so it cannot be told whether it fits the budget `{budget}`",
        target.provider, target.model
    );
    let mut error = CallError::new(ErrorKind::Budget, message).with_hint(
        "set the model's price in the configuration, or let such models through with \
         `budgets.unknown_price = \"free\"`",
    );
    error.budget = Some(budget);
    error.should_retry = Some(false);
    error
}

fn stopped(caller: &str) -> CallError {
    let message = format!("calls of `{caller}` are stopped until a person lets them go on");
    let mut error = CallError::new(ErrorKind::CallerStopped, message)
        .with_hint("resume the caller under Settings, Budgets & alerts");
    error.should_retry = Some(false);
    error
}
