//! What goes wrong at a target, and when.

mod parse;
#[cfg(test)]
mod tests;

pub use parse::{GRAMMAR, Problem};

use crate::report::FaultWindow;
use std::fmt;
use switchboard_engine::event::TargetInfo;

/// One fault of one provider or model, in a window of the rehearsal's time.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Provider id.
    pub provider: String,
    /// `None`: all models of the provider.
    pub model: Option<String>,
    pub kind: Kind,
    pub from_ms: u64,
    /// First moment at which it is over; `None`: it lasts to the end.
    pub to_ms: Option<u64>,
}

/// What goes wrong. Rates are in hundredths of a percent, 0 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every request fails.
    Outage(Outage),
    /// A share of requests is answered with an HTTP status.
    Errors { rate: u32, status: u16 },
    /// First tokens and all that follows come later.
    Latency(Latency),
    /// Headers come at once, the first token after this many milliseconds.
    SlowStart { ms: u64 },
    /// A share of answers breaks off in the middle.
    Cut { rate: u32 },
    /// A share of answers falls silent in the middle.
    Stall { rate: u32 },
    /// More requests in a minute than this are refused with 429 and the wait until there is room.
    RateLimit { per_minute: u32 },
    /// After this many requests the provider says that the quota of the day is spent.
    Quota { requests: u32 },
    /// Every request is refused with 401.
    Auth,
}

/// How a provider is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// HTTP 503 at once.
    Unavailable,
    /// Connections are refused.
    Refused,
    /// Requests are taken and never answered.
    Silent,
}

/// How much later things come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latency {
    /// Hundredths of the ordinary time: 300 is three times as slow.
    Factor(u32),
    /// First token: median and 95th percentile instead of the target's own, in milliseconds.
    FirstToken { p50_ms: u64, p95_ms: u64 },
}

impl Fault {
    /// Reads a line of the grammar; see [`GRAMMAR`]. Total: any text gives a fault or a problem.
    ///
    /// # Errors
    /// The part that does not fit, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        parse::parse(text)
    }

    /// Returns whether the fault is about this target.
    pub fn hits(&self, target: &TargetInfo) -> bool {
        self.provider == target.provider
            && self
                .model
                .as_ref()
                .is_none_or(|model| *model == target.model)
    }

    /// Returns whether the fault is on at this time of the rehearsal.
    pub fn is_on(&self, at_ms: u64) -> bool {
        self.from_ms <= at_ms && self.to_ms.is_none_or(|to| at_ms < to)
    }

    /// Returns what is told about the fault.
    pub fn window(&self) -> FaultWindow {
        FaultWindow {
            text: self.to_string(),
            provider: self.provider.clone(),
            model: self.model.clone(),
            kind: self.kind.word().to_owned(),
            means: self.means(),
            from_ms: self.from_ms,
            to_ms: self.to_ms,
        }
    }

    /// Returns `provider` or `provider/model`.
    pub fn target(&self) -> String {
        match &self.model {
            Some(model) => format!("{}/{model}", self.provider),
            None => self.provider.clone(),
        }
    }

    fn means(&self) -> String {
        let target = self.target();
        let what = match self.kind {
            Kind::Outage(Outage::Unavailable) => format!("{target} answers every request with 503"),
            Kind::Outage(Outage::Refused) => format!("{target} refuses every connection"),
            Kind::Outage(Outage::Silent) => format!("{target} takes requests and never answers"),
            Kind::Errors { rate, status } => {
                format!(
                    "{target} answers {} of requests with {status}",
                    percent(rate)
                )
            }
            Kind::Latency(Latency::Factor(hundredths)) => {
                format!("{target} takes {} times as long", decimal(hundredths))
            }
            Kind::Latency(Latency::FirstToken { p50_ms, p95_ms }) => format!(
                "{target} begins to answer after {} in the median and {} at the 95th percentile",
                time(p50_ms),
                time(p95_ms)
            ),
            Kind::SlowStart { ms } => format!(
                "{target} sends headers at once and its first token after {}",
                time(ms)
            ),
            Kind::Cut { rate } => format!("{target} breaks off {} of its answers", percent(rate)),
            Kind::Stall { rate } => {
                format!("{target} falls silent in {} of its answers", percent(rate))
            }
            Kind::RateLimit { per_minute } => {
                format!("{target} takes {per_minute} requests a minute and refuses others with 429")
            }
            Kind::Quota { requests } => {
                format!("{target} says after {requests} requests that the day's quota is spent")
            }
            Kind::Auth => format!("{target} refuses the key with 401"),
        };
        let from = time(self.from_ms);
        match (self.from_ms, self.to_ms) {
            (0, None) => what,
            (_, None) => format!("{what}, from {from} on"),
            (_, Some(to)) => format!("{what}, from {from} to {}", time(to)),
        }
    }
}

impl Kind {
    /// Returns the word the grammar has for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Outage(_) => "outage",
            Self::Errors { .. } => "errors",
            Self::Latency(_) => "latency",
            Self::SlowStart { .. } => "slow_start",
            Self::Cut { .. } => "cut",
            Self::Stall { .. } => "stall",
            Self::RateLimit { .. } => "rate_limit",
            Self::Quota { .. } => "quota",
            Self::Auth => "auth",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.target(), self.kind.word())?;
        match self.kind {
            Kind::Outage(Outage::Unavailable) => f.write_str(":503")?,
            Kind::Outage(Outage::Refused) => f.write_str(":refused")?,
            Kind::Outage(Outage::Silent) => f.write_str(":silent")?,
            Kind::Errors { rate, status } => write!(f, ":{},{status}", percent(rate))?,
            Kind::Latency(Latency::Factor(hundredths)) => write!(f, ":x{}", decimal(hundredths))?,
            Kind::Latency(Latency::FirstToken { p50_ms, p95_ms }) => {
                write!(f, ":{}/{}", time(p50_ms), time(p95_ms))?;
            }
            Kind::SlowStart { ms } => write!(f, ":{}", time(ms))?,
            Kind::Cut { rate } | Kind::Stall { rate } => write!(f, ":{}", percent(rate))?,
            Kind::RateLimit { per_minute } => write!(f, ":{per_minute}")?,
            Kind::Quota { requests } => write!(f, ":{requests}")?,
            Kind::Auth => {}
        }
        write!(f, "@{}", time(self.from_ms))?;
        match self.to_ms {
            Some(to) => write!(f, "+{}", time(to.saturating_sub(self.from_ms))),
            None => Ok(()),
        }
    }
}

/// Writes hundredths of a percent, for example `12.5%`.
fn percent(rate: u32) -> String {
    format!("{}%", decimal(rate))
}

/// Writes hundredths with no more digits than needed.
fn decimal(hundredths: u32) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match (rest, rest % 10) {
        (0, _) => whole.to_string(),
        (_, 0) => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}

/// Writes a time as the grammar reads it, exactly: `90s`, `1h30m`, `250ms`.
pub(crate) fn time(ms: u64) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    let parts = [
        (ms / 3_600_000, "h"),
        (ms / 60_000 % 60, "m"),
        (ms / 1000 % 60, "s"),
        (ms % 1000, "ms"),
    ];
    parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect()
}
