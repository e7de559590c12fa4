//! `switchboard-cli compare`: several models at once. Live columns in a terminal, lines with the
//! model's name before them elsewhere.

use crate::arguments::Compare;
use crate::call::json_line;
use crate::exit::{Exit, Stop};
use crate::run::{Answer, Phase, Run, Taken};
use crate::screen::{Screen, draw, final_rows};
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use crate::{config_check, prompt, report};
use std::time::Duration;
use switchboard_app::api::types::Column;
use switchboard_engine::event::Event;

/// Most models at a time.
const MOST: usize = 6;
/// Between pictures.
const FRAME: Duration = Duration::from_millis(50);

pub(crate) async fn run(session: &Session, arguments: &Compare) -> Result<Exit, Stop> {
    let models: Vec<String> = if arguments.models.is_empty() {
        switchboard_sandbox::DEFAULT_MODELS
            .map(|name| format!("sandbox/{name}"))
            .to_vec()
    } else {
        arguments.models.clone()
    };
    if models.len() > MOST {
        let message = format!(
            "-m is given {} times; at most {MOST} models can be compared",
            models.len()
        );
        return Err(Stop::new(Exit::Usage, message));
    }
    config_check(
        session,
        &models.iter().map(String::as_str).collect::<Vec<_>>(),
    )
    .await?;
    let columns = models
        .iter()
        .enumerate()
        .map(|(at, model)| Column {
            id: (at + 1).to_string(),
            model: model.clone(),
            fallbacks: Vec::new(),
            params: None,
        })
        .collect();
    let body = prompt::body(&arguments.prompt, columns)?;
    let mut run = Run::start(session, body, None, &arguments.prompt).await?;
    if arguments.prompt.json {
        while !run.is_over() {
            for change in run.next().await? {
                write(&json_line(&change)?)?;
            }
        }
    } else if session.terminal.stdout_is_terminal {
        live(session, &mut run).await?;
    } else {
        plain(session, &mut run, arguments.prompt.verbose).await?;
    }
    Ok(end(session, &run))
}

async fn live(session: &Session, run: &mut Run) -> Result<(), Stop> {
    let screen = Screen::enter()?;
    let mut frames = tokio::time::interval(FRAME);
    frames.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut last = String::new();
    while !run.is_over() {
        tokio::select! {
            changes = run.next() => {
                changes?;
            }
            _ = frames.tick() => {
                let (width, height) = Screen::size();
                let picture = draw(&run.answers, width, height, session.terminal);
                // An unchanged picture is not drawn again.
                if picture != last {
                    write(&picture)?;
                    last = picture;
                }
            }
        }
    }
    drop(screen);
    let (width, _) = Screen::size();
    write(&final_rows(&run.answers, width, session.terminal))
}

/// Lines not yet whole, by call.
async fn plain(session: &Session, run: &mut Run, verbose: bool) -> Result<(), Stop> {
    let labels = labels(&run.answers);
    let mut shown = vec![0_usize; run.answers.len()];
    while !run.is_over() {
        for change in run.next().await? {
            let label = &labels[change.index];
            if let Event::Restarted { .. } = &change.event.event {
                if shown[change.index] > 0 {
                    write(&format!("{label} (broke off: the lines above are void)\n"))?;
                }
                shown[change.index] = 0;
            }
            if verbose && let Some(news) = report::news(&change.event.event) {
                session.terminal.say(&format!("{label} {news}"));
            }
            if let Taken::Text(_) = change.taken {
                let answer = &run.answers[change.index];
                // The text may be further on than this change; what is whole is shown once.
                let from = shown[change.index].min(answer.text.len());
                if let Some(end) = answer.text[from..].rfind('\n') {
                    write(&prefixed(label, &answer.text[from..from + end]))?;
                    shown[change.index] = from + end + 1;
                }
            }
        }
    }
    for (answer, (label, from)) in run.answers.iter().zip(labels.iter().zip(shown)) {
        let rest = answer.text.get(from..).unwrap_or_default();
        if !rest.is_empty() {
            write(&prefixed(label, rest))?;
        }
        if let Phase::Answered(end) = &answer.phase
            && (verbose || session.terminal.stderr_is_terminal)
        {
            session
                .terminal
                .say(&format!("{label} {}", report::figures(end)));
        }
    }
    Ok(())
}

fn prefixed(label: &str, text: &str) -> String {
    text.split('\n')
        .map(|line| format!("{label} {line}").trim_end().to_owned() + "\n")
        .collect()
}

/// Returns a short name for each answer, all of one length, in brackets.
fn labels(answers: &[Answer]) -> Vec<String> {
    let names: Vec<String> = (0..answers.len()).map(|at| label(answers, at)).collect();
    let longest = names
        .iter()
        .map(|name| crate::wrap::width(name))
        .max()
        .unwrap_or(0);
    names
        .iter()
        .map(|name| {
            let padding = " ".repeat(longest - crate::wrap::width(name));
            format!("[{name}]{padding}")
        })
        .collect()
}

/// Returns the shortest form of a model's name that no other answer has: without provider and
/// options, without provider, whole, or numbered.
fn label(answers: &[Answer], at: usize) -> String {
    let bare = |model: &str| {
        let name = model.split_once('/').map_or(model, |(_, name)| name);
        name.split('?').next().unwrap_or(name).to_owned()
    };
    let short = |model: &str| {
        model
            .split_once('/')
            .map_or(model, |(_, name)| name)
            .to_owned()
    };
    let forms: [&dyn Fn(&str) -> String; 3] = [&bare, &short, &str::to_owned];
    forms
        .iter()
        .map(|form| (form, form(&answers[at].model)))
        .find(|(form, name)| {
            answers
                .iter()
                .filter(|answer| form(&answer.model) == *name)
                .count()
                == 1
        })
        .map_or_else(
            || format!("{}#{}", bare(&answers[at].model), at + 1),
            |(_, name)| name,
        )
}

/// Says what failed and returns how the program ends: as the calls did if they agree, else failed.
fn end(session: &Session, run: &Run) -> Exit {
    let mut exits = Vec::new();
    for answer in &run.answers {
        exits.push(answer.exit());
        match &answer.phase {
            Phase::Failed(error) => session.terminal.complain(&Stop {
                exit: answer.exit(),
                message: Some(format!("{}: {}", answer.model, error.message)),
                hint: error.hint.clone(),
            }),
            Phase::Answered(end) => {
                if let Some(remark) = report::remark(end) {
                    let note = format!("note: {}: {remark}", clean(&answer.model));
                    session
                        .terminal
                        .say(&session.terminal.err(Style::Yellow, &note));
                }
            }
            _ => {}
        }
    }
    match exits.first() {
        Some(first) if exits.iter().all(|exit| exit == first) => *first,
        _ if exits.contains(&Exit::Interrupted) => Exit::Interrupted,
        _ => Exit::CallFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_engine::call::CallId;

    fn labels_of(models: &[&str]) -> Vec<String> {
        let answers: Vec<_> = models
            .iter()
            .map(|model| Answer::new(CallId::new(), (*model).to_owned()))
            .collect();
        labels(&answers)
    }

    #[test]
    fn labels_are_short_and_tell_models_apart() {
        assert_eq!(
            labels_of(&["sandbox/swift", "sandbox/thinker"]),
            ["[swift]  ", "[thinker]"]
        );
        assert_eq!(labels_of(&["a/m", "b/m"]), ["[a/m]", "[b/m]"]);
        assert_eq!(labels_of(&["a/m", "a/m"]), ["[m#1]", "[m#2]"]);
        assert_eq!(labels_of(&["a/m?x=1", "a/n?y"]), ["[m]", "[n]"]);
        assert_eq!(prefixed("[m]", "a\n\nb"), "[m] a\n[m]\n[m] b\n");
    }
}
