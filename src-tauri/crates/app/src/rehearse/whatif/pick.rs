//! Which past calls would come to a route if they named none, by the same decision as real calls.

use super::{Asked, failed};
use crate::App;
use crate::api::types::CallRequest;
use crate::plans;
use jiff::tz::TimeZone;
use switchboard_engine::call::{ModelRequest, ToolChoice};
use switchboard_rehearse::{Control, Stopped};
use switchboard_routing::Facts;
use switchboard_store::{PastCallRow, PastFilter};

/// Calls that are read together, so that few texts are held at a time.
const PAGE: u32 = 500;

/// Returns the calls that would come to the route, oldest first, and how many would not. Their texts are looked at
/// here and dropped.
///
/// # Errors
/// [`Stopped`].
pub(super) async fn of_route(
    app: &App,
    asked: &Asked,
    filter: PastFilter,
    control: &Control,
) -> Result<(Vec<PastCallRow>, u32), Stopped> {
    let zone = TimeZone::system();
    let (mut kept, mut elsewhere, mut looked_at) = (Vec::new(), 0, 0);
    let mut before = None;
    while looked_at < filter.limit {
        let page = PastFilter {
            before,
            limit: PAGE.min(filter.limit - looked_at),
            ..filter.clone()
        };
        let rows = app.store().past_calls(page).await;
        let rows = rows.map_err(|error| failed(&error))?;
        let Some(oldest) = rows.first() else { break };
        before = Some(oldest.key);
        for mut row in rows.into_iter().rev() {
            if control.is_stopped() {
                return Err(Stopped::Asked);
            }
            looked_at += 1;
            let facts = facts(app, &row, &zone);
            let decision = plans::by_facts(&asked.config, facts);
            if decision.route.as_deref() == Some(asked.name.as_str()) {
                row.request_json = None;
                kept.push(row);
            } else {
                elsewhere += 1;
            }
        }
    }
    kept.reverse();
    Ok((kept, elsewhere))
}

/// Returns what a rule may look at, as it was when the call was made.
fn facts(app: &App, row: &PastCallRow, zone: &TimeZone) -> Facts {
    let json = row.request_json.as_deref().unwrap_or_default();
    let asked: Option<CallRequest> = serde_json::from_str(json).ok();
    let request = asked.map(|asked| ModelRequest {
        model: String::new(),
        messages: asked.messages,
        tools: asked.body.tools,
        tool_choice: ToolChoice::Auto,
        response_format: asked.body.response_format,
        params: asked.params,
        raw: None,
    });
    let caller = row.caller_key.as_deref().unwrap_or(&row.caller);
    let told = request.as_ref().map(|request| {
        let asked = plans::Asked {
            model: plans::AUTO,
            request,
            program: app.caller(),
            caller: Some(caller),
            project: row.project.as_deref(),
            tags: &row.tags,
            prompt: row.prompt_title.as_deref(),
            sticky: None,
        };
        asked.facts(app)
    });
    let at = jiff::Timestamp::from_millisecond(row.started_at_ms).unwrap_or_default();
    Facts {
        local_time: Some(plans::local_time_of(zone.to_datetime(at))),
        // What was counted is better than an estimate.
        input_tokens: match row.usage.input_tokens() {
            0 => told.as_ref().map_or(0, |told| told.input_tokens),
            counted => counted,
        },
        ..told.unwrap_or_default()
    }
}
