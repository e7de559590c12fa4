//! `routes explain` and `routes test`: why a prompt would take its route, and what a rule makes of it.

use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use switchboard_app::api::types::*;

pub(super) async fn explain(
    session: &Session,
    text: &str,
    model: &str,
    json: bool,
) -> Result<Exit, Stop> {
    let params = ExplainRequest {
        model: model.to_owned(),
        prompt: Some(text.to_owned()),
        ..ExplainRequest::default()
    };
    let told: RouteExplanation = session.api("routes.explain", &params).await?;
    if json {
        let line = serde_json::to_string(&told)
            .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
        write(&(line + "\n"))?;
        return Ok(Exit::Done);
    }
    write(&format!("{}\n", clean(&told.sentence)))?;
    for step in &told.path {
        let (mark, style) = match step.state {
            PathState::Taken => ("→", Style::Green),
            PathState::Failed | PathState::Skipped => ("×", Style::Yellow),
            PathState::NotReached => ("·", Style::Dim),
        };
        let why = step
            .why
            .as_ref()
            .map_or(String::new(), |why| format!("  {why}"));
        let line = format!("{mark} {}{}", clean(&step.model), clean(&why));
        write(&format!("  {}\n", session.terminal.out(style, &line)))?;
    }
    Ok(Exit::Done)
}

pub(super) async fn test(session: &Session, rule: &str, text: &str) -> Result<Exit, Stop> {
    let params = TestRule {
        rule: rule.to_owned(),
        request: ExplainRequest {
            prompt: Some(text.to_owned()),
            ..ExplainRequest::default()
        },
    };
    let told: RuleTest = session.api("routes.test_rule", &params).await?;
    if let Some(error) = told.error {
        let stop = Stop::new(
            Exit::Usage,
            format!("the rule, at byte {}: {}", error.start, error.message),
        );
        return Err(match error.fix {
            Some(fix) => stop.hint(fix),
            None => stop,
        });
    }
    if let Some(explained) = &told.explained {
        write(&parts(session, explained, 0))?;
    }
    Ok(if told.holds {
        Exit::Done
    } else {
        Exit::CallFailed
    })
}

fn parts(session: &Session, part: &Explained, depth: usize) -> String {
    let (mark, style) = match part.holds {
        true => ("yes", Style::Green),
        false => ("no ", Style::Yellow),
    };
    let saw = part
        .saw
        .as_ref()
        .map_or(String::new(), |saw| format!("  saw {saw}"));
    let mut out = format!(
        "{}{} {}{}\n",
        "  ".repeat(depth),
        session.terminal.out(style, mark),
        clean(&part.words),
        session.terminal.out(Style::Dim, &clean(&saw))
    );
    for inner in &part.parts {
        out += &parts(session, inner, depth + 1);
    }
    out
}
