//! From what was asked for to what is rehearsed.

use crate::App;
use crate::api::types::*;
use crate::plans::{self, Gathered, Picker, Wanted};
use crate::quality::Qualities;
use crate::routes::config_with;
use std::sync::Arc;
use std::time::Duration;
use switchboard_engine::call::ModelRequest;
use switchboard_engine::config::{Config, nearest};
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Plan};
use switchboard_rehearse::fault::Fault;
use switchboard_rehearse::{Asked, Planner, Setup, Shape, Subject, request};
use switchboard_routing::equals::Figures;
use switchboard_store::{CallStatus, PastFilter};

/// Most calls of one rehearsal.
const MAX_CALLS: u32 = 200_000;
/// Shortest and longest span.
const SPAN_MS: std::ops::RangeInclusive<u64> = 1000..=86_400_000;
/// Most calls a second on average.
const MAX_RATE: u64 = 1000;
/// Most faults of one rehearsal.
const MAX_FAULTS: usize = 50;
/// Most days back whose calls' shapes are taken.
const MAX_DAYS: u32 = 3660;
/// Most calls whose shapes are taken, the newest.
const MAX_SHAPES: u32 = 20_000;
/// Most routes that a hint names.
const HINTED: usize = 9;
/// Most models of a list.
const MAX_MODELS: usize = 12;

fn invalid(field: &str, message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidParams, message).with_field(field)
}

/// Checks what was asked for and resolves its routes.
///
/// # Errors
/// `InvalidParams` naming the field.
pub(super) async fn setup(app: &App, params: &StartRehearsal) -> Result<Setup, ApiError> {
    if !(1..=MAX_CALLS).contains(&params.calls) {
        let message = format!("`calls` is from 1 to {MAX_CALLS}, not {}", params.calls);
        return Err(invalid("calls", message));
    }
    if !SPAN_MS.contains(&params.span_ms) {
        let message = "`span_ms` is from 1000 (a second) to 86400000 (a day)";
        return Err(invalid("span_ms", message));
    }
    if u64::from(params.calls) * 1000 > MAX_RATE * params.span_ms {
        let message = format!("`calls` over `span_ms` is at most {MAX_RATE} calls a second");
        return Err(invalid("calls", message).with_hint("lengthen the span, or make fewer calls"));
    }
    let active = app.config().current();
    let mut subjects = Vec::new();
    match &params.draft {
        None => subjects.push(subject(app, &active, &params.route, "route").await?),
        Some(edit) => {
            let drafted = drafted(app, edit)?;
            let mut first = subject(app, &drafted, &params.route, "route").await?;
            first.name = format!("{} (draft)", first.name);
            subjects.push(first);
        }
    }
    if let Some(other) = &params.compare {
        subjects.push(subject(app, &active, other, "compare").await?);
    }
    Ok(Setup {
        faults: faults(&params.faults, &subjects)?,
        subjects,
        calls: params.calls,
        seed: params.seed,
        span: Duration::from_millis(params.span_ms),
        load: params.load,
        shapes: match params.like_days {
            Some(days) => shapes(app, days).await?,
            None => Vec::new(),
        },
        limits: app.config().current().settings.retry_limits(),
    })
}

/// Returns the shapes of the newest real answers of so many days back.
///
/// # Errors
/// `InvalidParams` for the days, or if there were no such calls; `Store`.
async fn shapes(app: &App, days: u32) -> Result<Vec<Shape>, ApiError> {
    if !(1..=MAX_DAYS).contains(&days) {
        let message = format!("`like_days` is from 1 to {MAX_DAYS}, not {days}");
        return Err(invalid("like_days", message));
    }
    let now = jiff::Timestamp::now().as_millisecond();
    let filter = PastFilter {
        from_ms: Some(now - i64::from(days) * 86_400_000),
        limit: MAX_SHAPES,
        ..PastFilter::default()
    };
    let rows = app.store().past_calls(filter).await?;
    let real = rows
        .iter()
        .filter(|row| row.status == CallStatus::Ok && !row.fallback_text && !row.target.simulated);
    let shapes: Vec<Shape> = real
        .map(|row| Shape {
            input_tokens: row.usage.input_tokens(),
            output_tokens: row.usage.output_visible_tokens,
            images: row.images,
            tools: row.tools,
            json_schema: row.json_schema,
        })
        .collect();
    if shapes.is_empty() {
        let message = format!("no real call was answered in the last {days} days");
        let error = invalid("like_days", message);
        return Err(error.with_hint("take more days, or rehearse the made-up shape"));
    }
    Ok(shapes)
}

/// Returns the configuration with one route's form in the place of the active one.
///
/// # Errors
/// `InvalidParams` naming the form's field under `draft`.
pub(crate) fn drafted(app: &App, edit: &RouteEdit) -> Result<Arc<Config>, ApiError> {
    let edits = RouteEdits {
        drafts: vec![edit.clone()],
        remove: Vec::new(),
    };
    config_with(app, &edits).map_err(|mut error| {
        if let Some(field) = &error.field {
            error.field = Some(field.replacen("drafts[0]", "draft", 1));
        }
        error
    })
}

async fn subject(
    app: &App,
    config: &Arc<Config>,
    name: &str,
    field: &str,
) -> Result<Subject, ApiError> {
    let (gathered, request) = gathered(app, config, name, field).await?;
    let plan = gathered.whole();
    let planner: Option<Arc<dyn Planner>> = match gathered.is_fixed() {
        true => None,
        false => Some(Arc::new(Split {
            quality: app.quality().frozen(),
            gathered,
        })),
    };
    Ok(Subject {
        name: name.trim().to_owned(),
        plan,
        planner,
        request,
    })
}

/// Plans rehearsed calls as real ones are planned.
#[derive(Debug)]
pub(crate) struct Split {
    pub(crate) gathered: Gathered,
    /// As it was when the rehearsal began.
    pub(crate) quality: Qualities,
}

impl Planner for Split {
    fn plan(&self, asked: &Asked<'_>, figures: &dyn Figures<TargetInfo>) -> Plan {
        let picker = Picker {
            figures,
            quality: &self.quality,
            request: asked.request,
            sticky: Some(asked.sticky),
        };
        self.gathered.plan(&picker).0
    }
}

/// Resolves a route, a model, or a list of models. Targets whose key is missing, and providers that are
/// known but not configured, are rehearsed too: nothing is sent.
///
/// # Errors
/// `InvalidParams` if there is no such route or model.
pub(crate) async fn gathered(
    app: &App,
    config: &Arc<Config>,
    name: &str,
    field: &str,
) -> Result<(Gathered, ModelRequest), ApiError> {
    let mut models = name
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let Some(first) = models.next() else {
        let error = invalid(field, format!("`{field}` names no route and no model"));
        return Err(error.with_hint("write a route's name, or `provider/model, provider/model`"));
    };
    let fallbacks: Vec<String> = models.map(str::to_owned).collect();
    if fallbacks.len() >= MAX_MODELS {
        return Err(invalid(
            field,
            format!("`{field}` names more than {MAX_MODELS} models"),
        ));
    }
    if std::iter::once(first)
        .chain(fallbacks.iter().map(String::as_str))
        .any(plans::is_auto)
    {
        return Err(no_one_route(config, field));
    }
    let mut request = request();
    request.params.max_tokens = plans::output_limit_in(config, first);
    let gathered = plans::gather_keyless(
        app,
        config,
        &Wanted {
            model: first,
            fallbacks: &fallbacks,
            recovery: None,
            deadline: None,
            request: &request,
            sticky: "",
        },
    )
    .await;
    for candidate in &gathered.whole().candidates {
        if let Candidate::Unusable { error, .. } = candidate
            && error.kind == ErrorKind::Misconfigured
        {
            let mut refused = invalid(field, error.message.clone());
            refused.hint.clone_from(&error.hint);
            return Err(refused);
        }
    }
    Ok((gathered, request))
}

/// `auto` is no route: each call's prompt leads to one, and these calls have no prompts of their own.
fn no_one_route(config: &Config, field: &str) -> ApiError {
    let routes: Vec<&str> = config
        .all_routes()
        .map(|r| r.name.as_str())
        .take(HINTED)
        .collect();
    let message = "`auto` takes each call to a route by its prompt, so there is no one route of it";
    invalid(field, message).with_hint(format!("name a route, such as {}", routes.join(", ")))
}

/// Returns what can stand before the `=` of a fault.
pub(super) fn fault_targets(targets: &[RehearsedTarget]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for target in targets {
        if !names.contains(&target.target.provider) {
            names.push(target.target.provider.clone());
        }
    }
    for target in targets {
        let name = format!("{}/{}", target.target.provider, target.target.model);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn faults(lines: &[String], subjects: &[Subject]) -> Result<Vec<Fault>, ApiError> {
    if lines.len() > MAX_FAULTS {
        let message = format!("`faults` has more than {MAX_FAULTS} lines");
        return Err(invalid("faults", message));
    }
    let targets: Vec<RehearsedTarget> = subjects
        .iter()
        .flat_map(|subject| switchboard_rehearse::targets(&subject.plan))
        .collect();
    let names = fault_targets(&targets);
    let mut faults = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let field = format!("faults.{index}");
        let fault = Fault::parse(line).map_err(|problem| {
            invalid(
                &field,
                format!("the fault's {}: {}", problem.part, problem.message),
            )
            .with_hint(problem.fix)
        })?;
        let hits = targets.iter().any(|target| fault.hits(&target.target));
        if !hits {
            let wanted = fault.target();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let hint = match nearest(&wanted, &names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its targets are {}", names.join(", ")),
            };
            let message = format!("the fault's target: the route never asks `{wanted}`");
            return Err(invalid(&field, message).with_hint(hint));
        }
        faults.push(fault);
    }
    Ok(faults)
}
