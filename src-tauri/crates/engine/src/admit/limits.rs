//! Which limits hold for a target: configured, told, learned or assumed.

use crate::plan::Target;
use url::Host;

/// Taken where nothing is configured and nothing was told.
const DEFAULT_REQUESTS_PER_MINUTE: u64 = 100;

/// What holds for one attempt. `None`: no limit of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Limits {
    pub(super) requests_per_minute: Option<u64>,
    /// Whether `requests_per_minute` is the default.
    pub(super) assumed: bool,
    pub(super) tokens_per_minute: Option<u64>,
    /// `None`: as learned.
    pub(super) concurrency: Option<u32>,
}

impl Limits {
    /// Returns the limits of `target`; `told` is whether its provider tells its own.
    pub(super) fn of(target: &Target, told: bool) -> Self {
        let configured = &target.limits;
        let assumed = configured.requests_per_minute.is_none()
            && !told
            && !target.simulated
            && !is_own_machine(target);
        Self {
            requests_per_minute: configured
                .requests_per_minute
                .map(u64::from)
                .or(assumed.then_some(DEFAULT_REQUESTS_PER_MINUTE)),
            assumed,
            tokens_per_minute: configured.tokens_per_minute.map(u64::from),
            concurrency: configured.concurrency.map(|limit| limit.max(1)),
        }
    }
}

/// Returns whether the target's address is this machine or one of the private network: a server of one's
/// own, which counts no requests.
fn is_own_machine(target: &Target) -> bool {
    match target.endpoint.base_url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unique_local(),
        None => false,
    }
}
