//! "Why this model?": of a call that was made, and of a request that was not.

use crate::App;
use crate::api::types::*;
use crate::plans::{self, AUTO, Wanted};
use switchboard_engine::call::{Message, ModelRequest, Params, ResponseFormat, Role};
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::Candidate;
use switchboard_routing::rule::{Known, complete_with};
use switchboard_routing::{Completion, Facts, Rule};
use switchboard_store::{CallRecord, CallStatus};

/// Longest rule that is tested or completed, in bytes.
const RULE_BYTES: usize = 16 * 1024;

/// Says why a call took its model: in one sentence, and as the path it took.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn of_call(app: &App, params: ExplainCall) -> Result<RouteExplanation, ApiError> {
    app.store().flush().await?;
    let record = app.store().call(params.call).await?.ok_or_else(|| {
        ApiError::new(
            ErrorCode::NotFound,
            format!("there is no call `{}`", params.call),
        )
    })?;
    let decision = record.decision_json.as_deref();
    let decision: Option<RouteDecision> = decision.and_then(|json| serde_json::from_str(json).ok());
    let path = path(&record);
    Ok(RouteExplanation {
        sentence: sentence(&record, decision.as_ref(), &path),
        path,
        decision,
    })
}

fn path(record: &CallRecord) -> Vec<PathStep> {
    let Some(plan) = &record.plan else {
        return Vec::new();
    };
    let ok = record.row.status == CallStatus::Ok;
    let answered = record.row.answered.as_ref().filter(|_| ok);
    let step = |target: &TargetInfo| {
        let attempts: Vec<_> = record
            .attempts
            .iter()
            .filter(|attempt| attempt.target == *target)
            .collect();
        let error = attempts
            .iter()
            .rev()
            .find_map(|attempt| attempt.error.as_ref());
        let skipped = plan
            .skipped
            .iter()
            .find(|skipped| skipped.target == *target);
        let (state, why) = match (answered == Some(target), attempts.is_empty(), skipped) {
            (true, ..) => (
                PathState::Taken,
                error.map(|error| format!("after: {}", error.message)),
            ),
            (false, false, _) => (PathState::Failed, error.map(|error| error.message.clone())),
            (false, true, Some(skipped)) => {
                (PathState::Skipped, Some(skipped.error.message.clone()))
            }
            (false, true, None) => (PathState::NotReached, None),
        };
        PathStep {
            model: reference(target),
            simulated: target.simulated,
            state,
            why,
            attempts: u32::try_from(attempts.len()).unwrap_or(u32::MAX),
        }
    };
    plan.targets.iter().map(step).collect()
}

fn sentence(record: &CallRecord, decision: Option<&RouteDecision>, path: &[PathStep]) -> String {
    let before = |state: PathState| -> Vec<String> {
        let of = path.iter().filter(|step| step.state == state);
        of.map(|step| match &step.why {
            Some(why) => format!("{} ({why})", step.model),
            None => step.model.clone(),
        })
        .collect()
    };
    let answered = record.row.answered.as_ref().map(reference);
    let mut text = match (&answered, record.row.status) {
        (Some(model), CallStatus::Ok) => format!("Chose {model}"),
        (_, CallStatus::Ok) => "Answered".to_owned(),
        _ => "No model answered".to_owned(),
    };
    text += &because(
        decision,
        record.plan.as_ref().and_then(|plan| plan.route.as_deref()),
    );
    for (word, state) in [("skipped", PathState::Skipped), ("left", PathState::Failed)] {
        let models = before(state);
        if !models.is_empty() {
            text += &format!("; {word} {}", models.join(", "));
        }
    }
    text + "."
}

/// Returns the clause on how the route and the model came about, with the word before it.
fn because(decision: Option<&RouteDecision>, route: Option<&str>) -> String {
    let Some(decision) = decision else {
        return match route {
            Some(route) => format!(" because the caller named the route {route}"),
            None => " because the caller named it".to_owned(),
        };
    };
    let route = decision.route.as_deref().unwrap_or_default();
    let mut text = match decision.by {
        RoutedBy::Model => " because the caller named it".to_owned(),
        RoutedBy::Name => format!(" because the caller named the route {route}"),
        RoutedBy::Rule => format!(" because the rule of {route} held: {}", decision.why),
        RoutedBy::Task | RoutedBy::Complexity | RoutedBy::Default => {
            format!(" on the route {route} because {}", decision.why)
        }
    };
    for pick in &decision.picks {
        if let Some(option) = pick.options.first() {
            text += &format!("; {} {}", option.model, pick.why);
        }
    }
    text
}

/// Says what a request would come to, without making it.
///
/// # Errors
/// None for now: what cannot be used is on the path with its reason.
pub async fn of_request(app: &App, params: ExplainRequest) -> Result<RouteExplanation, ApiError> {
    let mut request = request(&params);
    let name = match params.model.trim() {
        "" => AUTO,
        name => name,
    };
    let config = app.config().current();
    let mut decision = match plans::is_auto(name) {
        true => {
            let mut decision = plans::by_facts(&config, facts(app, &params));
            // Looking at a prompt costs nothing.
            let model = config.settings.classifier.as_ref();
            if let Some(model) = model.filter(|_| decision.task.is_some()) {
                decision.why += &format!("; a call asks {model} first");
            }
            decision
        }
        false => {
            let route = config.route(name.trim_start_matches(super::TWINS));
            RouteDecision {
                asked: name.to_owned(),
                route: route.map(|route| route.name.clone()),
                by: if route.is_some() {
                    RoutedBy::Name
                } else {
                    RoutedBy::Model
                },
                why: "the caller names it".to_owned(),
                rules: Vec::new(),
                task: None,
                complexity: None,
                facts: None,
                picks: Vec::new(),
            }
        }
    };
    let model = match (&decision.route, plans::is_auto(name)) {
        (Some(route), true) if name.starts_with(super::TWINS) => format!("{}{route}", super::TWINS),
        (Some(route), true) => route.clone(),
        _ => name.to_owned(),
    };
    plans::complete(app, &model, &mut request);
    let drawn = format!("{:x}", fastrand::u64(..));
    let wanted = Wanted {
        model: &model,
        fallbacks: &[],
        recovery: None,
        deadline: None,
        request: &request,
        sticky: params.sticky.as_deref().unwrap_or(&drawn),
    };
    let plan = plans::plan_routed(app, &wanted, &mut decision).await;
    let mut taken = false;
    let mut path = Vec::new();
    for candidate in &plan.candidates {
        let info = candidate.info();
        let (state, why) = match candidate {
            Candidate::Ready(_) if taken => (PathState::NotReached, None),
            Candidate::Ready(_) => {
                taken = true;
                (PathState::Taken, None)
            }
            Candidate::Unusable { error, .. } => (PathState::Skipped, Some(error.message.clone())),
        };
        path.push(PathStep {
            model: reference(&info),
            simulated: info.simulated,
            state,
            why,
            attempts: 0,
        });
    }
    let first = path.iter().find(|step| step.state == PathState::Taken);
    let mut sentence = match first {
        Some(step) => format!("{} would be asked", step.model),
        None => "No model could be asked".to_owned(),
    };
    sentence += &because(Some(&decision), decision.route.as_deref());
    let skipped: Vec<String> = path
        .iter()
        .take_while(|step| step.state != PathState::Taken)
        .map(|step| {
            format!(
                "{} ({})",
                step.model,
                step.why.as_deref().unwrap_or_default()
            )
        })
        .collect();
    if !skipped.is_empty() {
        sentence += &format!("; skipped {}", skipped.join(", "));
    }
    Ok(RouteExplanation {
        sentence: sentence + ".",
        path,
        decision: Some(decision),
    })
}

/// Holds a rule against a request.
///
/// # Errors
/// `InvalidParams` for a rule that is far too long; a faulty one is in the result.
pub async fn test_rule(app: &App, params: TestRule) -> Result<RuleTest, ApiError> {
    check_length(&params.rule, "rule")?;
    let config = app.config().current();
    let facts = facts(app, &params.request);
    let found = plans::by_facts(&config, facts.clone());
    // What the classifier tells is a fact for the tested rule too.
    let known = found.facts.unwrap_or_default();
    let facts = Facts {
        task: facts.task.clone().or(known.task),
        complexity: facts.complexity.or(known.complexity),
        ..facts
    };
    let shown = Facts {
        system: Default::default(),
        text: Default::default(),
        ..facts.clone()
    };
    Ok(match Rule::parse(&params.rule) {
        Ok(rule) => RuleTest {
            holds: rule.matches(&facts),
            words: Some(rule.words()),
            written: Some(rule.to_string()),
            explained: Some(rule.explain(&facts)),
            error: None,
            facts: shown,
        },
        Err(error) => RuleTest {
            holds: false,
            words: None,
            written: None,
            explained: None,
            error: Some(error),
            facts: shown,
        },
    })
}

/// Returns what can be written at a place of a rule.
///
/// # Errors
/// `InvalidParams` for a text that is far too long, `Store`.
pub async fn complete_rule(app: &App, params: CompleteRule) -> Result<Vec<Completion>, ApiError> {
    check_length(&params.text, "text")?;
    let cursor = usize::try_from(params.cursor)
        .unwrap_or(usize::MAX)
        .min(params.text.len());
    let keys = app.store().gateway_keys().await?;
    let valid = keys.into_iter().filter(|key| key.revoked_at_ms.is_none());
    let mut callers: Vec<String> = valid.map(|key| key.name).collect();
    callers.extend(["window", "cli", "gateway"].map(str::to_owned));
    let known = Known {
        callers,
        ..Known::default()
    };
    Ok(complete_with(&params.text, cursor, &known))
}

fn check_length(text: &str, field: &str) -> Result<(), ApiError> {
    if text.len() > RULE_BYTES {
        let message = format!(
            "`{field}` has {} bytes; at most {RULE_BYTES} are read",
            text.len()
        );
        return Err(ApiError::new(ErrorCode::InvalidParams, message).with_field(field));
    }
    Ok(())
}

/// Returns the facts of a request that is not made: what is said stands before what its texts tell.
fn facts(app: &App, params: &ExplainRequest) -> Facts {
    let told = Facts::of(
        params.system.as_deref().unwrap_or_default(),
        params.prompt.as_deref().unwrap_or_default(),
    );
    let now = plans::local_time();
    let said = params.facts.clone().unwrap_or_default();
    Facts {
        language: said.language.or(told.language),
        input_chars: said.input_chars.max(told.input_chars),
        input_tokens: said.input_tokens.max(told.input_tokens),
        system: if told.system.is_empty() {
            said.system.clone()
        } else {
            told.system
        },
        text: if told.text.is_empty() {
            said.text.clone()
        } else {
            told.text
        },
        caller: said.caller.clone().or(Some(app.caller().name().to_owned())),
        local_time: said.local_time.or(Some(now)),
        budget_used: said
            .budget_used
            .or_else(|| plans::budget_used(app, said.caller.as_deref(), said.project.as_deref())),
        ..said
    }
}

fn request(params: &ExplainRequest) -> ModelRequest {
    let message = |role, text: &Option<String>| {
        let text = text.as_ref()?;
        Some(Message::text(role, text.clone()))
    };
    let system = message(Role::System, &params.system);
    let user = message(Role::User, &params.prompt);
    ModelRequest {
        model: String::new(),
        messages: system.into_iter().chain(user).collect(),
        tools: Vec::new(),
        tool_choice: Default::default(),
        response_format: ResponseFormat::Text,
        params: Params::default(),
        raw: None,
    }
}

fn reference(target: &TargetInfo) -> String {
    format!("{}/{}", target.provider, target.model)
}
