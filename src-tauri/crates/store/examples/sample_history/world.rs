//! The firm whose history it is: which models it asks, who asks, and what for.

use switchboard_engine::error::ErrorKind;
use switchboard_engine::price::ServiceTier;

/// What is asked of one provider at one level of price; a newer model takes an older one's place.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) provider: &'static str,
    pub(crate) model: &'static str,
    /// The model before, and the day of the year (0 to 364) on which it was left.
    pub(crate) before: Option<(&'static str, u32)>,
    /// Medians.
    pub(crate) first_token_ms: f64,
    pub(crate) tokens_per_s: f64,
    /// Reasoning tokens for each token shown.
    pub(crate) reasoning: f64,
    /// Share of attempts that fail without an incident.
    pub(crate) faults: f64,
    pub(crate) bills: Bills,
}

/// Who says what a call costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bills {
    /// The price book.
    Book,
    /// The provider, with its answer.
    Provider,
    /// Nobody.
    Nobody,
}

impl Line {
    /// Returns the model asked on a day of the year.
    pub(crate) fn model_on(&self, day: u32) -> &'static str {
        match self.before {
            Some((before, until)) if day < until => before,
            _ => self.model,
        }
    }
}

const fn line(
    provider: &'static str,
    model: &'static str,
    before: Option<(&'static str, u32)>,
    (first_token_ms, tokens_per_s, reasoning, faults): (f64, f64, f64, f64),
) -> Line {
    Line {
        provider,
        model,
        before,
        first_token_ms,
        tokens_per_s,
        reasoning,
        faults,
        bills: Bills::Book,
    }
}

pub(crate) static LUNA: Line = line(
    "openai",
    "gpt-5.6-luna",
    Some(("gpt-5-mini", 201)),
    (420.0, 140.0, 0.2, 0.014),
);
pub(crate) static TERRA: Line = line(
    "openai",
    "gpt-6.1-terra",
    Some(("gpt-5", 243)),
    (780.0, 85.0, 0.6, 0.016),
);
pub(crate) static SOL: Line = line(
    "openai",
    "gpt-6.1-sol",
    Some(("gpt-5", 243)),
    (2_600.0, 60.0, 2.2, 0.020),
);
pub(crate) static SONNET: Line = line(
    "anthropic",
    "claude-sonnet-5-5",
    Some(("claude-sonnet-4-5", 226)),
    (900.0, 75.0, 0.3, 0.024),
);
pub(crate) static OPUS: Line = line(
    "anthropic",
    "claude-opus-5-5",
    Some(("claude-opus-4-5", 260)),
    (1_500.0, 52.0, 1.4, 0.028),
);
pub(crate) static FLASH: Line = line(
    "gemini",
    "gemini-3.8-flash",
    Some(("gemini-2.5-flash", 188)),
    (380.0, 190.0, 0.1, 0.018),
);
pub(crate) static ARGON: Line = line(
    "gemini",
    "gemini-4-argon",
    Some(("gemini-2.5-pro", 270)),
    (1_100.0, 95.0, 0.9, 0.022),
);
pub(crate) static DEEP_FLASH: Line = line(
    "deepseek",
    "deepseek-v4-flash",
    None,
    (650.0, 70.0, 0.1, 0.036),
);
pub(crate) static DEEP_PRO: Line = line(
    "deepseek",
    "deepseek-v4-pro",
    None,
    (1_900.0, 42.0, 1.2, 0.040),
);
pub(crate) static GLM: Line = Line {
    bills: Bills::Provider,
    ..line(
        "openrouter",
        "z-ai/glm-4.6",
        None,
        (1_000.0, 65.0, 0.4, 0.044),
    )
};
/// A model of the firm's own, which no price book knows.
pub(crate) static OWN: Line = Line {
    bills: Bills::Nobody,
    ..line(
        "inhouse",
        "ticket-sorter-7b",
        None,
        (90.0, 110.0, 0.0, 0.012),
    )
};
/// Simulated: costs nothing that anybody would pay.
pub(crate) static STEADY: Line = Line {
    bills: Bills::Nobody,
    ..line("sandbox", "steady", None, (300.0, 80.0, 0.0, 0.040))
};

/// Providers that have incidents.
pub(crate) const PROVIDERS: [&str; 4] = ["openai", "anthropic", "gemini", "deepseek"];

/// When a job's calls are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Day,
    /// From 1 to 5 o'clock, UTC.
    Night,
}

/// A steady stream of calls of one kind.
#[derive(Debug)]
pub(crate) struct Job {
    /// Weight among the jobs of an hour.
    pub(crate) weight: f64,
    pub(crate) when: When,
    /// Day of the year (0 to 364) on which it began.
    pub(crate) since: u32,
    pub(crate) caller: &'static str,
    /// Name of the gateway key.
    pub(crate) key: Option<&'static str>,
    pub(crate) project: Option<&'static str>,
    pub(crate) route: Option<&'static str>,
    pub(crate) tags: &'static [&'static str],
    /// Places in [`PROMPTS`].
    pub(crate) prompts: &'static [usize],
    /// In order; without a route one of them is named, and there is no other.
    pub(crate) targets: &'static [&'static Line],
    /// Medians of tokens.
    pub(crate) input: f64,
    pub(crate) output: f64,
    /// Share of input that repeats, and is read from a cache.
    pub(crate) repeats: f64,
    pub(crate) tier: ServiceTier,
}

const JOB: Job = Job {
    weight: 0.0,
    when: When::Day,
    since: 0,
    caller: "gateway",
    key: None,
    project: None,
    route: None,
    tags: &[],
    prompts: &[],
    targets: &[],
    input: 800.0,
    output: 200.0,
    repeats: 0.0,
    tier: ServiceTier::Standard,
};

pub(crate) static JOBS: &[Job] = &[
    Job {
        weight: 24.0,
        key: Some("support-bot"),
        project: Some("support"),
        route: Some("standard"),
        tags: &["customers", "chat"],
        targets: &[&TERRA, &SONNET, &ARGON],
        input: 2_400.0,
        output: 260.0,
        repeats: 0.6,
        ..JOB
    },
    Job {
        weight: 18.0,
        key: Some("support-bot"),
        project: Some("support"),
        route: Some("classification"),
        tags: &["customers"],
        targets: &[&FLASH, &DEEP_FLASH, &LUNA],
        input: 420.0,
        output: 12.0,
        ..JOB
    },
    Job {
        weight: 14.0,
        since: 61,
        key: Some("shop-search"),
        project: Some("shop"),
        route: Some("simple"),
        tags: &["customers", "search"],
        targets: &[&FLASH, &DEEP_FLASH, &LUNA],
        input: 700.0,
        output: 60.0,
        repeats: 0.3,
        ..JOB
    },
    Job {
        weight: 9.0,
        key: Some("editor-plugin"),
        project: Some("engineering"),
        route: Some("code_generation"),
        tags: &["code"],
        targets: &[&SONNET, &TERRA, &ARGON],
        input: 6_500.0,
        output: 620.0,
        repeats: 0.7,
        ..JOB
    },
    Job {
        weight: 3.0,
        since: 120,
        key: Some("ci"),
        project: Some("engineering"),
        route: Some("complex_reasoning"),
        tags: &["code", "review"],
        targets: &[&OPUS, &SOL, &ARGON, &DEEP_PRO],
        input: 9_000.0,
        output: 900.0,
        repeats: 0.4,
        ..JOB
    },
    Job {
        weight: 6.0,
        project: Some("translations"),
        route: Some("translation"),
        prompts: &[2],
        targets: &[&DEEP_FLASH, &FLASH, &LUNA],
        input: 900.0,
        output: 850.0,
        ..JOB
    },
    Job {
        weight: 4.0,
        caller: "window",
        prompts: &[0, 1, 3, 4],
        targets: &[&TERRA, &SONNET, &ARGON, &LUNA, &OPUS, &DEEP_PRO, &GLM],
        input: 650.0,
        output: 420.0,
        ..JOB
    },
    Job {
        weight: 2.5,
        caller: "window",
        project: Some("marketing"),
        route: Some("summarization"),
        tags: &["newsletter"],
        prompts: &[0, 4],
        targets: &[&TERRA, &SONNET, &ARGON],
        input: 1_900.0,
        output: 310.0,
        ..JOB
    },
    Job {
        weight: 1.5,
        caller: "window",
        prompts: &[0, 1, 5],
        targets: &[&STEADY],
        input: 180.0,
        output: 240.0,
        ..JOB
    },
    Job {
        weight: 2.0,
        caller: "cli",
        project: Some("engineering"),
        tags: &["script"],
        prompts: &[5],
        targets: &[&LUNA, &FLASH, &GLM, &SOL],
        input: 500.0,
        output: 300.0,
        ..JOB
    },
    Job {
        weight: 2.0,
        since: 150,
        key: Some("support-bot"),
        project: Some("support"),
        tags: &["customers", "trial"],
        targets: &[&OWN],
        input: 400.0,
        output: 9.0,
        ..JOB
    },
    Job {
        weight: 60.0,
        when: When::Night,
        key: Some("nightly-import"),
        project: Some("invoices"),
        route: Some("data_extraction"),
        tags: &["batch"],
        targets: &[&ARGON, &TERRA, &SONNET],
        input: 3_200.0,
        output: 380.0,
        repeats: 0.5,
        ..JOB
    },
    Job {
        weight: 25.0,
        when: When::Night,
        since: 90,
        key: Some("nightly-import"),
        project: Some("invoices"),
        tags: &["batch", "archive"],
        targets: &[&FLASH],
        input: 5_200.0,
        output: 180.0,
        tier: ServiceTier::Batch,
        ..JOB
    },
];

/// Titles and texts of prompts.
pub(crate) const PROMPTS: [(&str, &str); 6] = [
    (
        "Customer letter, shortened",
        "Shorten this letter to five sentences and keep every date and amount.",
    ),
    (
        "Meeting notes to tasks",
        "List the tasks in these notes, each with who and until when.",
    ),
    (
        "Product text, into German",
        "Translate this product text into German. Keep units and article numbers.",
    ),
    (
        "Tone check",
        "Say in one sentence how this answer sounds to a customer who is angry already.",
    ),
    (
        "Newsletter teaser",
        "Write a teaser of 40 words for this article, without exclamation marks.",
    ),
    (
        "Regular expression, explained",
        "Explain what this regular expression matches, part by part.",
    ),
];

/// Sentences that answers are made of.
pub(crate) const SENTENCES: [&str; 12] = [
    "The order was shipped on Tuesday and arrives within three working days.",
    "Your subscription ends with the month and is not renewed.",
    "The function returns early when the list is empty, so the loop never runs.",
    "Category: billing. The customer asks for a copy of an invoice.",
    "Amount due, currency and due date were found on the second page.",
    "A spare battery fits both models; the charger does not.",
    "Two of the three tests fail because the clock is read twice.",
    "The parcel is at the depot, and a new delivery can be booked online.",
    "Replace the shared counter by one for each worker and add them up at the end.",
    "The total is right, but the tax of the last row is rounded twice.",
    "Please restart the router and wait until its second lamp is green.",
    "The contract can be ended in writing, four weeks before the quarter's end.",
];

/// A way in which an attempt fails.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) weight: f64,
    /// Weight while the provider has an incident.
    pub(crate) in_incident: f64,
    pub(crate) kind: ErrorKind,
    pub(crate) status: Option<u16>,
    pub(crate) message: &'static str,
    /// Median of how long it takes, in milliseconds.
    pub(crate) after_ms: f64,
    pub(crate) then: Then,
}

/// What is done after an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Retry,
    NextTarget,
    Stop,
    /// Part of an answer had come: another target writes it on, if there is one.
    CarryOn,
}

const fn fault(
    (weight, in_incident): (f64, f64),
    kind: ErrorKind,
    status: Option<u16>,
    message: &'static str,
    after_ms: f64,
    then: Then,
) -> Fault {
    Fault {
        weight,
        in_incident,
        kind,
        status,
        message,
        after_ms,
        then,
    }
}

pub(crate) static FAULTS: [Fault; 11] = [
    fault(
        (30.0, 20.0),
        ErrorKind::RateLimited,
        Some(429),
        "too many requests a minute",
        120.0,
        Then::Retry,
    ),
    fault(
        (22.0, 45.0),
        ErrorKind::Overloaded,
        Some(503),
        "the provider is overloaded",
        350.0,
        Then::Retry,
    ),
    fault(
        (12.0, 30.0),
        ErrorKind::Server,
        Some(500),
        "the provider failed",
        600.0,
        Then::Retry,
    ),
    fault(
        (8.0, 20.0),
        ErrorKind::FirstTokenTimeout,
        Some(200),
        "no token came within 30 s",
        30_000.0,
        Then::NextTarget,
    ),
    fault(
        (7.0, 5.0),
        ErrorKind::Reset,
        None,
        "the connection broke before an answer began",
        180.0,
        Then::Retry,
    ),
    fault(
        (6.0, 8.0),
        ErrorKind::Truncated,
        Some(200),
        "the stream ended without its end mark",
        4_000.0,
        Then::CarryOn,
    ),
    fault(
        (34.0, 6.0),
        ErrorKind::Rejected,
        Some(400),
        "the request is not acceptable: a message is empty",
        150.0,
        Then::Stop,
    ),
    fault(
        (14.0, 2.0),
        ErrorKind::ContextTooLong,
        Some(400),
        "the prompt is longer than the model's context",
        200.0,
        Then::Stop,
    ),
    fault(
        (12.0, 2.0),
        ErrorKind::ContentFiltered,
        Some(200),
        "the provider's filter refused the prompt",
        500.0,
        Then::Stop,
    ),
    fault(
        (2.0, 0.0),
        ErrorKind::Auth,
        Some(401),
        "the key was refused",
        90.0,
        Then::NextTarget,
    ),
    fault(
        (1.0, 1.0),
        ErrorKind::ConnectTimeout,
        None,
        "no connection within 10 s",
        10_000.0,
        Then::Retry,
    ),
];
