//! The grammar of fault lines. Total and bounded: any text gives a fault or a sentence.

use super::{Fault, Kind, Latency, Outage};
use switchboard_engine::config::{nearest, parse_duration};

/// The grammar, as help shows it.
pub const GRAMMAR: &str = "\
A fault is TARGET=KIND[:ARGUMENTS][@START][+DURATION]

TARGET is a provider (openai) or one of its models (openai/gpt-6.1-terra).
START is counted from the beginning of the rehearsal (left out: at once), DURATION from START (left out:
to the end). Times are written 250ms, 90s, 10m, 1h30m; rates 20% or 0.2.

KIND        ARGUMENTS                        what happens
outage      [503|refused|silent][,DURATION]  every request fails: with 503 (so if left out), no
                                             connection, or no reply at all
errors      RATE[,STATUS]                    a share of requests gets this HTTP status (left out: 500)
latency     xFACTOR, or P50/P95              everything takes FACTOR times as long; or the first token
                                             comes after P50 in the median, P95 at the 95th percentile
slow_start  TIME                             headers at once, the first token after TIME
cut         [RATE]                           a share of answers (left out: all) breaks off in the middle
stall       [RATE]                           a share of answers (left out: all) falls silent in the middle
rate_limit  REQUESTS                         more requests a minute than this get 429 and a wait
quota       REQUESTS                         after this many requests the day's quota is spent
auth                                         every request is refused with 401

For example: openai=outage:10m   anthropic=errors:20%,529@5m+15m   openai/gpt-6.1-terra=latency:x3@30m";

/// Longest line that is read, in bytes.
const LINE_LIMIT: usize = 400;

const KINDS: [&str; 9] = [
    "outage",
    "errors",
    "latency",
    "slow_start",
    "cut",
    "stall",
    "rate_limit",
    "quota",
    "auth",
];

/// What is wrong with a fault line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `target`, `kind`, `arguments`, `start`, `duration`, or an argument's name.
    pub part: &'static str,
    /// One sentence: lower case, no final period.
    pub message: String,
    /// What to write instead.
    pub fix: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; {}", self.part, self.message, self.fix)
    }
}

impl std::error::Error for Problem {}

fn problem(part: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Problem {
    Problem {
        part,
        message: message.into(),
        fix: fix.into(),
    }
}

pub(super) fn parse(text: &str) -> Result<Fault, Problem> {
    let text = text.trim();
    if text.len() > LINE_LIMIT || text.contains(char::is_control) {
        return Err(problem(
            "target",
            format!("a fault is one line of at most {LINE_LIMIT} bytes"),
            "write for example `openai=outage:10m`",
        ));
    }
    // Names of simulated models may hold a `=` themselves; what follows the last one never does.
    let Some((target, rest)) = text.rsplit_once('=') else {
        return Err(problem(
            "kind",
            "the fault has no `=KIND`",
            format!("add one of {}", KINDS.join(", ")),
        ));
    };
    let (provider, model) = target_of(target)?;
    let (rest, duration) = split_last(rest, '+');
    let (rest, start) = split_last(rest, '@');
    let (word, arguments) = match rest.split_once(':') {
        Some((word, arguments)) => (word.trim(), arguments.trim()),
        None => (rest.trim(), ""),
    };
    let from_ms = start.map_or(Ok(0), |start| moment(start, "start"))?;
    let mut length = duration.map(|text| length(text, "duration")).transpose()?;
    let kind = kind_of(word, arguments, &mut length)?;
    Ok(Fault {
        provider,
        model,
        kind,
        from_ms,
        to_ms: length.map(|length| from_ms.saturating_add(length)),
    })
}

fn target_of(text: &str) -> Result<(String, Option<String>), Problem> {
    let (provider, model) = match text.trim().split_once('/') {
        Some((provider, model)) => (provider.trim(), Some(model.trim())),
        None => (text.trim(), None),
    };
    let fix = "write a provider such as `openai`, or `openai/gpt-6.1-terra`";
    if provider.is_empty() {
        return Err(problem("target", "no provider is named", fix));
    }
    if model.is_some_and(str::is_empty) {
        return Err(problem("target", "no model follows the `/`", fix));
    }
    Ok((provider.to_owned(), model.map(str::to_owned)))
}

fn split_last(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.rsplit_once(mark) {
        Some((before, after)) => (before, Some(after.trim())),
        None => (text, None),
    }
}

fn moment(text: &str, part: &'static str) -> Result<u64, Problem> {
    if matches!(text, "0" | "0s" | "0ms" | "0m" | "0h") {
        return Ok(0);
    }
    length(text, part)
}

/// Reads a time of at least a millisecond.
fn length(text: &str, part: &'static str) -> Result<u64, Problem> {
    let fix = "write for example `10m`, `90s` or `1h30m`";
    let duration = parse_duration(text)
        .map_err(|message| problem(part, format!("`{}`: {message}", short(text)), fix))?;
    match u64::try_from(duration.as_millis()) {
        Ok(ms) if ms > 0 => Ok(ms),
        _ => Err(problem(part, "the time is shorter than a millisecond", fix)),
    }
}

fn kind_of(word: &str, arguments: &str, length: &mut Option<u64>) -> Result<Kind, Problem> {
    let arguments: Vec<&str> = match arguments {
        "" => Vec::new(),
        some => some.split(',').map(str::trim).collect(),
    };
    let most = |count: usize, fix: &str| {
        if arguments.len() <= count {
            return Ok(());
        }
        let message = format!("`{word}` takes {}", times(count));
        Err(problem("arguments", message, fix))
    };
    let first = arguments.first().copied();
    Ok(match word {
        "outage" => {
            most(2, "write `outage:10m` or `outage:refused,10m`")?;
            Kind::Outage(outage(&arguments, length)?)
        }
        "errors" => {
            most(2, "write `errors:20%` or `errors:20%,503`")?;
            Kind::Errors {
                rate: needed_rate(first)?,
                status: arguments.get(1).map_or(Ok(500), |text| status(text))?,
            }
        }
        "latency" => {
            most(1, "write `latency:x3` or `latency:2s/8s`")?;
            Kind::Latency(latency(first)?)
        }
        "slow_start" => {
            most(1, "write `slow_start:20s`")?;
            let Some(text) = first else {
                let message = "`slow_start` needs the time to the first token";
                return Err(problem("time", message, "write `slow_start:20s`"));
            };
            Kind::SlowStart {
                ms: self::length(text, "time")?,
            }
        }
        "cut" | "stall" => {
            most(1, &format!("write `{word}:10%`"))?;
            let rate = first.map_or(Ok(10_000), rate)?;
            if word == "cut" {
                Kind::Cut { rate }
            } else {
                Kind::Stall { rate }
            }
        }
        "rate_limit" => {
            most(1, "write `rate_limit:60`")?;
            Kind::RateLimit {
                per_minute: count(first, word)?,
            }
        }
        "quota" => {
            most(1, "write `quota:500`")?;
            Kind::Quota {
                requests: count(first, word)?,
            }
        }
        "auth" => {
            most(0, "write `auth` alone")?;
            Kind::Auth
        }
        other => {
            let fix = match nearest(other, &KINDS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", KINDS.join(", ")),
            };
            let message = format!("there is no fault `{}`", short(other));
            return Err(problem("kind", message, fix));
        }
    })
}

fn outage(arguments: &[&str], length: &mut Option<u64>) -> Result<Outage, Problem> {
    let mut how = None;
    for argument in arguments {
        let named = match *argument {
            "503" => Some(Outage::Unavailable),
            "refused" => Some(Outage::Refused),
            "silent" => Some(Outage::Silent),
            _ => None,
        };
        match named {
            Some(_) if how.is_some() => {
                let message = "the outage's way is given twice";
                return Err(problem(
                    "arguments",
                    message,
                    "keep one of 503, refused, silent",
                ));
            }
            Some(_) => how = named,
            None if length.is_some() => {
                let message = "the outage's duration is given twice";
                return Err(problem(
                    "duration",
                    message,
                    "keep `:DURATION` or `+DURATION`",
                ));
            }
            None => {
                let found = self::length(argument, "arguments").map_err(|mut problem| {
                    problem.fix = "write 503, refused or silent, or a duration".to_owned();
                    problem
                })?;
                *length = Some(found);
            }
        }
    }
    Ok(how.unwrap_or(Outage::Unavailable))
}

fn latency(argument: Option<&str>) -> Result<Latency, Problem> {
    let fix = "write `latency:x3`, or `latency:2s/8s` for median and 95th percentile";
    let Some(text) = argument else {
        return Err(problem("arguments", "`latency` needs how much", fix));
    };
    if let Some(factor) = text.strip_prefix(['x', 'X']) {
        let hundredths = hundredths(factor)
            .filter(|hundredths| (1..=100_000).contains(hundredths))
            .ok_or_else(|| problem("factor", "the factor is from 0.01 to 1000", fix))?;
        return Ok(Latency::Factor(hundredths));
    }
    let Some((p50, p95)) = text.split_once('/') else {
        let message = format!("`{}` is neither a factor nor two times", short(text));
        return Err(problem("arguments", message, fix));
    };
    let (p50_ms, p95_ms) = (length(p50.trim(), "p50")?, length(p95.trim(), "p95")?);
    if p95_ms < p50_ms {
        return Err(problem(
            "p95",
            "the 95th percentile is below the median",
            fix,
        ));
    }
    Ok(Latency::FirstToken { p50_ms, p95_ms })
}

fn needed_rate(argument: Option<&str>) -> Result<u32, Problem> {
    match argument {
        Some(text) => rate(text),
        None => Err(problem(
            "rate",
            "`errors` needs a rate",
            "write `errors:20%`",
        )),
    }
}

/// Reads `20%` or `0.2` as hundredths of a percent.
fn rate(text: &str) -> Result<u32, Problem> {
    let read = match text.strip_suffix('%') {
        Some(percent) => hundredths(percent.trim()),
        None => text
            .parse::<f64>()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share))
            .map(|share| (share * 10_000.0).round() as u32),
    };
    read.filter(|rate| *rate <= 10_000).ok_or_else(|| {
        let message = format!("`{}` is no rate", short(text));
        problem(
            "rate",
            message,
            "write a rate from 0% to 100%, such as `20%` or `0.2`",
        )
    })
}

/// Reads a number of at most two decimals; `None` if it is none or too large.
fn hundredths(text: &str) -> Option<u32> {
    let plain = !text.is_empty()
        && text.len() <= 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = text.parse().ok().filter(|_| plain)?;
    (number <= 1e6).then(|| (number * 100.0).round() as u32)
}

fn status(text: &str) -> Result<u16, Problem> {
    text.parse::<u16>()
        .ok()
        .filter(|status| (400..=599).contains(status))
        .ok_or_else(|| {
            let message = format!("`{}` is no HTTP status of an error", short(text));
            problem("status", message, "write one from 400 to 599, such as 503")
        })
}

fn count(argument: Option<&str>, word: &str) -> Result<u32, Problem> {
    let fix = format!("write for example `{word}:60`");
    let Some(text) = argument else {
        let message = format!("`{word}` needs a number of requests");
        return Err(problem("requests", message, fix));
    };
    text.parse::<u32>()
        .ok()
        .filter(|count| (1..=1_000_000).contains(count) && !text.starts_with('+'))
        .ok_or_else(|| {
            let message = format!("`{}` is no number from 1 to 1000000", short(text));
            problem("requests", message, fix)
        })
}

fn times(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        _ => format!("at most {count} arguments"),
    }
}

/// Cuts what is quoted back.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
