//! Draws one call: who made it, which models were tried, how it ended, what it took and cost.

use crate::calendar::Incident;
use crate::random::Random;
use crate::world::{Bills, FAULTS, Fault, JOBS, Job, Line, SENTENCES, Then, When};
use std::collections::HashMap;
use std::sync::Arc;
use switchboard_engine::call::{CallId, FinishReason};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{Next, TargetInfo};
use switchboard_engine::price::{
    Bill, Charge, CostSource, PicoUsd, Tariff, Terms, bundled, seller,
};
use switchboard_engine::usage::Usage;
use switchboard_store::{AttemptRow, CallStatus, Rating};

/// A call as it stands when it is over.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) id: CallId,
    pub(crate) at_ms: i64,
    pub(crate) job: &'static Job,
    /// Place in [`crate::world::PROMPTS`].
    pub(crate) prompt: Option<usize>,
    pub(crate) requested: TargetInfo,
    pub(crate) status: CallStatus,
    pub(crate) answered: Option<TargetInfo>,
    pub(crate) finish: Option<FinishReason>,
    pub(crate) attempts: Vec<AttemptRow>,
    pub(crate) retries: u32,
    pub(crate) fallbacks: u32,
    pub(crate) wait_ms: u64,
    pub(crate) first_token_ms: Option<u64>,
    pub(crate) elapsed_ms: u64,
    pub(crate) usage: Usage,
    pub(crate) bill: Bill,
    pub(crate) error: Option<CallError>,
    pub(crate) continued: bool,
    pub(crate) rating: Option<Rating>,
    pub(crate) text: String,
}

/// Makes calls one after the other.
#[derive(Debug)]
pub(crate) struct Maker {
    random: Random,
    incidents: Vec<Incident>,
    start_ms: i64,
    /// By provider and model; `None`: the price book knows no such model.
    tariffs: HashMap<(&'static str, &'static str), Option<Arc<Tariff>>>,
}

/// What a call has of its target, its own tokens and its moment.
struct Try<'a> {
    line: &'a Line,
    model: &'static str,
    whole: Usage,
    at_ms: i64,
    job: &'static Job,
}

impl Maker {
    pub(crate) fn new(random: Random, incidents: Vec<Incident>, start_ms: i64) -> Self {
        Self {
            random,
            incidents,
            start_ms,
            tariffs: HashMap::new(),
        }
    }

    /// Returns a call that begins at `at_ms`; `None` if nobody calls then.
    pub(crate) fn call(&mut self, at_ms: i64) -> Option<Sample> {
        let since_start = at_ms - self.start_ms;
        let day = u32::try_from(since_start / 86_400_000).unwrap_or(0);
        let night = matches!(at_ms / 3_600_000 % 24, 1..=4);
        let job = self.random.weighted(JOBS, |job| {
            let awake = (job.when == When::Night) == night;
            match (day >= job.since, awake) {
                (false, _) => 0.0,
                (true, true) => job.weight,
                // A few people are up, and a few imports are late.
                (true, false) => job.weight * 0.02,
            }
        })?;
        let targets = self.targets(job);
        let first = targets.first()?;
        let mut call = Sample {
            id: self.id(at_ms),
            at_ms,
            job,
            prompt: self.random.one(job.prompts).copied(),
            requested: info(first, first.model_on(day)),
            status: CallStatus::Failed,
            answered: None,
            finish: None,
            attempts: Vec::new(),
            retries: 0,
            fallbacks: 0,
            wait_ms: 0,
            first_token_ms: None,
            elapsed_ms: 2 + self.random.below(4),
            usage: Usage::default(),
            bill: Bill::default(),
            error: None,
            continued: false,
            rating: None,
            text: String::new(),
        };
        let input = self.random.around(job.input, 0.6).min(180_000.0);
        let output = self.random.around(job.output, 0.5).clamp(1.0, 16_000.0);
        self.run(&mut call, &targets, day, input, output);
        if job.caller == "window" && call.status == CallStatus::Ok && self.random.chance(0.05) {
            let good = self.random.chance(0.8);
            call.rating = Some(if good { Rating::Good } else { Rating::Bad });
        }
        Some(call)
    }

    fn run(
        &mut self,
        call: &mut Sample,
        targets: &[&'static Line],
        day: u32,
        input: f64,
        output: f64,
    ) {
        for (place, line) in targets.iter().enumerate() {
            let next_line = targets.get(place + 1);
            for again in [false, true] {
                let tried = Try {
                    line,
                    model: line.model_on(day),
                    whole: self.tokens(line, call.job, input, output),
                    at_ms: call.at_ms,
                    job: call.job,
                };
                let Some(fault) = self.fault(line, call.at_ms) else {
                    return self.answer(call, &tried);
                };
                let next = match fault.then {
                    Then::Retry if !again => {
                        let after_ms = self.random.around(700.0, 0.5) as u64;
                        Next::Retry { after_ms }
                    }
                    Then::Retry | Then::NextTarget | Then::CarryOn => match next_line {
                        Some(next) => Next::Fallback {
                            to: info(next, next.model_on(day)),
                            why: "the target failed".to_owned(),
                        },
                        None => stop("no target is left"),
                    },
                    Then::Stop => stop("another target would say the same"),
                };
                let over = self.fail(call, &tried, fault, next, next_line.is_some());
                match over {
                    After::SameTarget => {}
                    After::NextTarget => break,
                    After::Over => return,
                }
            }
        }
    }

    /// Adds an attempt that fails.
    fn fail(
        &mut self,
        call: &mut Sample,
        tried: &Try<'_>,
        fault: &Fault,
        next: Next,
        more: bool,
    ) -> After {
        let took = match fault.kind {
            // Our own clocks are exact.
            ErrorKind::FirstTokenTimeout | ErrorKind::ConnectTimeout => fault.after_ms,
            _ => self.random.around(fault.after_ms, 0.25).max(5.0),
        } as u64;
        let mut error = CallError::new(fault.kind, fault.message);
        error.status = fault.status;
        let mut row = self.attempt(call, tried, took);
        row.status = fault.status;
        if fault.status.is_none() {
            row.headers_ms = None;
        }
        let cut = fault.then == Then::CarryOn;
        let charge = if cut {
            row.first_token_ms = Some(row.started_ms + took / 4);
            let usage = self.part(&tried.whole);
            self.charge(tried, usage)
        } else {
            Charge::NOTHING
        };
        row.usage = charge.usage;
        row.cost = charge.cost;
        row.cost_source = Some(charge.source);
        row.error = Some(error.clone());
        call.bill.add(&charge);
        call.elapsed_ms += took;
        let after = match &next {
            Next::Retry { after_ms } => {
                call.wait_ms += after_ms;
                call.elapsed_ms += after_ms;
                call.retries += 1;
                After::SameTarget
            }
            Next::Fallback { .. } | Next::Continue { .. } => {
                call.fallbacks += 1;
                After::NextTarget
            }
            Next::Stop { .. } => {
                call.status = CallStatus::Failed;
                call.continued = false;
                call.answered = Some(row.target.clone());
                call.usage = charge.usage;
                call.error = Some(error);
                After::Over
            }
        };
        if cut && more {
            call.continued = true;
            call.first_token_ms = row.first_token_ms;
        }
        row.next = Some(match next {
            Next::Fallback { to, .. } if cut => Next::Continue {
                on: to,
                why: "the answer was cut".to_owned(),
            },
            next => next,
        });
        call.attempts.push(row);
        after
    }

    /// Adds the attempt that answers, or in which the caller leaves.
    fn answer(&mut self, call: &mut Sample, tried: &Try<'_>) {
        let line = tried.line;
        let first = self.random.around(line.first_token_ms, 0.35);
        let thinking = tried.whole.reasoning_output_tokens as f64;
        let tokens = tried.whole.output_tokens() as f64;
        let speed = self.random.around(line.tokens_per_s, 0.2).max(1.0);
        let until_first = first + thinking / speed * 1_000.0;
        let whole = first + tokens / speed * 1_000.0;
        let leaves = match call.job.caller {
            "window" => 0.03,
            "cli" => 0.015,
            _ => 0.004,
        };
        let (status, took) = match self.random.unit() {
            draw if draw < leaves => (CallStatus::Cancelled, whole * self.random.unit()),
            draw if draw > 0.9997 => (CallStatus::Interrupted, whole * self.random.unit()),
            _ => (CallStatus::Ok, whole),
        };
        let took = took.max(1.0) as u64;
        let mut row = self.attempt(call, tried, took);
        row.status = Some(200);
        let shown = (until_first as u64) < took || status == CallStatus::Ok;
        let first_token = row.started_ms + (until_first as u64).min(took);
        row.first_token_ms = shown.then_some(first_token);
        let usage = match status {
            CallStatus::Ok => tried.whole,
            _ => self.part(&tried.whole),
        };
        let charge = self.charge(tried, usage);
        row.usage = charge.usage;
        row.cost = charge.cost;
        row.cost_source = Some(charge.source);
        call.bill.add(&charge);
        call.usage = usage;
        call.status = status;
        call.first_token_ms = call.first_token_ms.or(row.first_token_ms);
        call.elapsed_ms += took;
        call.answered = Some(row.target.clone());
        if status == CallStatus::Ok {
            call.finish = Some(match self.random.unit() {
                draw if draw < 0.012 => FinishReason::Length,
                _ => FinishReason::Stop,
            });
        }
        if status == CallStatus::Interrupted {
            let message =
                "the program ended while this call ran; the answer is as far as it had come";
            let error = CallError::new(ErrorKind::Interrupted, message);
            row.error = Some(error.clone());
            call.error = Some(error);
        }
        if shown {
            call.text = self.text();
        }
        call.continued &= status == CallStatus::Ok;
        call.attempts.push(row);
    }

    fn targets(&mut self, job: &'static Job) -> Vec<&'static Line> {
        match job.route {
            Some(_) => job.targets.to_vec(),
            None => self.random.one(job.targets).copied().into_iter().collect(),
        }
    }

    /// Returns what goes wrong with an attempt; `None`: nothing.
    fn fault(&mut self, line: &Line, at_ms: i64) -> Option<&'static Fault> {
        let down = self.incidents.iter().any(|incident| {
            incident.provider == line.provider
                && (incident.from_ms..incident.to_ms).contains(&at_ms)
        });
        let share = if down { 0.45 } else { line.faults };
        if !self.random.chance(share) {
            return None;
        }
        self.random.weighted(&FAULTS, |fault| {
            if down {
                fault.in_incident
            } else {
                fault.weight
            }
        })
    }

    /// Returns the tokens of a whole answer.
    fn tokens(&mut self, line: &Line, job: &Job, input: f64, output: f64) -> Usage {
        let hit = job.repeats > 0.0 && self.random.chance(0.75);
        let read = if hit { input * job.repeats } else { 0.0 };
        // Only Anthropic bills what is written to the cache.
        let written = match line.provider {
            "anthropic" if !hit => input * job.repeats,
            _ => 0.0,
        };
        Usage {
            audio_tokens: 0,
            input_uncached_tokens: (input - read - written).max(1.0) as u64,
            cache_read_input_tokens: read as u64,
            cache_creation_input_tokens: written as u64,
            cache_creation_1h_input_tokens: 0,
            output_visible_tokens: output as u64,
            reasoning_output_tokens: (output * line.reasoning) as u64,
            estimated: false,
        }
    }

    /// Returns about what was used until an answer broke off: nobody counted it.
    fn part(&mut self, whole: &Usage) -> Usage {
        let share = self.random.unit();
        Usage {
            output_visible_tokens: (whole.output_visible_tokens as f64 * share) as u64,
            reasoning_output_tokens: (whole.reasoning_output_tokens as f64 * share) as u64,
            estimated: true,
            ..*whole
        }
    }

    /// Returns what an attempt cost at the prices of its day.
    fn charge(&mut self, tried: &Try<'_>, usage: Usage) -> Charge {
        let Try { line, model, .. } = tried;
        let tariff = self
            .tariffs
            .entry((line.provider, model))
            .or_insert_with(|| match line.bills {
                Bills::Nobody => None,
                Bills::Book | Bills::Provider => bundled().find(seller(line.provider), model),
            });
        let at = jiff::Timestamp::from_millisecond(tried.at_ms).unwrap_or_default();
        let tier = tried.job.tier;
        let billed = tariff
            .as_deref()
            .and_then(|tariff| tariff.bill(&usage, &Terms { at, tier }).ok())
            .map(|bill| (bill.total, bill.cost_source));
        let (cost, source) = match billed {
            // Providers that say what they charge say it when they are done, in millionths of a dollar.
            Some((cost, _)) if line.bills == Bills::Provider && !usage.estimated => (
                Some(PicoUsd(cost.0 / 1_000_000 * 1_000_000)),
                CostSource::Reported,
            ),
            Some((cost, source)) => (Some(cost), source),
            None => (None, CostSource::Unknown),
        };
        Charge {
            usage,
            cost,
            source,
            service_tier: tier,
        }
    }

    fn attempt(&mut self, call: &Sample, tried: &Try<'_>, took: u64) -> AttemptRow {
        let headers = took.min(self.random.around(110.0, 0.4) as u64);
        let number = u32::try_from(call.attempts.len() + 1).unwrap_or(u32::MAX);
        AttemptRow {
            attempt: number,
            max_attempts: 2,
            target: info(tried.line, tried.model),
            started_ms: call.elapsed_ms,
            headers_ms: Some(call.elapsed_ms + headers),
            first_token_ms: None,
            ended_ms: Some(call.elapsed_ms + took),
            status: None,
            request_id: Some(format!("req_{:016x}", self.random.bits())),
            error: None,
            next: None,
            usage: Usage::default(),
            cost: None,
            cost_source: None,
            discarded: String::new(),
            discarded_reasoning: String::new(),
        }
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(2) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(self.random.one(&SENTENCES).copied().unwrap_or_default());
        }
        text
    }

    fn id(&mut self, at_ms: i64) -> CallId {
        let mut rest = [0; 10];
        for (to, from) in rest.iter_mut().zip(
            [self.random.bits(), self.random.bits()]
                .map(u64::to_le_bytes)
                .as_flattened(),
        ) {
            *to = *from;
        }
        let millis = u64::try_from(at_ms).unwrap_or(0);
        CallId(uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
    }
}

/// What follows a failed attempt.
enum After {
    SameTarget,
    NextTarget,
    Over,
}

fn stop(why: &str) -> Next {
    Next::Stop {
        why: why.to_owned(),
    }
}

fn info(line: &Line, model: &str) -> TargetInfo {
    TargetInfo {
        provider: line.provider.to_owned(),
        model: model.to_owned(),
        simulated: line.provider == "sandbox",
    }
}
