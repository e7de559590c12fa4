//! `switchboard-cli call`: one model, its answer on standard output.

use crate::arguments::Call;
use crate::exit::{Exit, Stop};
use crate::report;
use crate::run::{Change, Phase, Run, Taken};
use crate::session::Session;
use crate::terminal::{Style, clean, write};
use crate::{config_check, prompt};
use std::io::Write;
use std::time::Duration;
use switchboard_app::api::types::Column;
use switchboard_engine::event::Event;
use switchboard_engine::plan::Recovery;

/// Between updates of the line that says how long the wait is.
const TICK: Duration = Duration::from_millis(100);

pub(crate) async fn run(session: &Session, arguments: &Call) -> Result<Exit, Stop> {
    let models: Vec<&str> = std::iter::once(&arguments.model)
        .chain(&arguments.fallback)
        .map(String::as_str)
        .collect();
    config_check(session, &models).await?;
    let column = Column {
        id: "1".to_owned(),
        model: arguments.model.clone(),
        fallbacks: arguments.fallback.clone(),
        params: None,
    };
    let body = prompt::body(&arguments.prompt, vec![column])?;
    // What is out cannot be taken back from a pipe, so there a broken answer must not start over.
    let recovery =
        (arguments.stream && !session.terminal.stdout_is_terminal).then_some(Recovery::Fail);
    let mut run = Run::start(session, body, recovery, &arguments.prompt).await?;
    let mut output = Output::new(session, arguments);
    let mut ticks = tokio::time::interval(TICK);
    while !run.is_over() {
        tokio::select! {
            changes = run.next() => {
                for change in changes? {
                    output.show(&change)?;
                }
            }
            _ = ticks.tick() => output.wait(&run),
        }
    }
    output.end(&run)
}

/// What has been shown of the answer.
struct Output<'a> {
    session: &'a Session,
    json: bool,
    streams: bool,
    reasoning: bool,
    tells: bool,
    waits: bool,
    wait_shown: bool,
    /// Text on standard output so far.
    shown: String,
    thinking: bool,
}

impl<'a> Output<'a> {
    fn new(session: &'a Session, arguments: &Call) -> Self {
        let terminal = session.terminal;
        let json = arguments.prompt.json;
        Self {
            session,
            json,
            streams: !json && (terminal.stdout_is_terminal || arguments.stream),
            reasoning: arguments.reasoning,
            tells: arguments.prompt.verbose || (!json && terminal.stderr_is_terminal),
            waits: !json && terminal.stdout_is_terminal && terminal.stderr_is_terminal,
            wait_shown: false,
            shown: String::new(),
            thinking: false,
        }
    }

    fn show(&mut self, change: &Change) -> Result<(), Stop> {
        if self.json {
            return write(&json_line(change)?);
        }
        match &change.taken {
            Taken::Text(piece) => {
                self.end_wait();
                self.end_thinking();
                if self.streams {
                    let terminal = self.session.terminal.stdout_is_terminal;
                    write(&if terminal {
                        clean(piece)
                    } else {
                        piece.clone()
                    })?;
                    self.shown.push_str(piece);
                }
            }
            Taken::Reasoning(piece) if self.reasoning => {
                self.end_wait();
                self.thinking = true;
                let terminal = self.session.terminal;
                let text = if terminal.stderr_is_terminal {
                    clean(piece)
                } else {
                    piece.clone()
                };
                // If standard error is gone there is nobody to tell.
                let _ = write!(std::io::stderr(), "{}", terminal.err(Style::Dim, &text));
            }
            Taken::Reasoning(_) | Taken::Nothing | Taken::Missed => {}
        }
        if let Event::Restarted { .. } = &change.event.event
            && !self.shown.is_empty()
        {
            self.end_wait();
            write("\n")?;
            self.tell(
                Style::Yellow,
                "the answer broke off; what is above is void, here is another",
            );
            self.shown.clear();
        }
        if self.tells
            && let Some(news) = report::news(&change.event.event)
        {
            self.end_wait();
            self.tell(Style::Yellow, &news);
        }
        Ok(())
    }

    fn tell(&self, style: Style, text: &str) {
        let terminal = self.session.terminal;
        terminal.say(&terminal.err(style, &clean(text)));
    }

    /// Shows how long the wait is, on a line that goes away.
    fn wait(&mut self, run: &Run) {
        let Some(answer) = run.answers.first().filter(|_| self.waits && !self.thinking) else {
            return;
        };
        if answer.text.is_empty() && !answer.is_over() {
            let state = report::state(answer, answer.started.elapsed());
            let line = self
                .session
                .terminal
                .err(Style::Dim, &format!("{}: {state}", answer.model));
            let _ = write!(std::io::stderr(), "\r\x1b[K{line}");
            self.wait_shown = true;
        }
    }

    fn end_wait(&mut self) {
        if std::mem::take(&mut self.wait_shown) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }

    fn end_thinking(&mut self) {
        if std::mem::take(&mut self.thinking) {
            self.session.terminal.say("\n");
        }
    }

    fn end(mut self, run: &Run) -> Result<Exit, Stop> {
        self.end_wait();
        self.end_thinking();
        let Some(answer) = run.answers.first() else {
            return Err(Stop::new(Exit::Internal, "no call was started"));
        };
        if !self.json {
            if self.streams {
                // After a gap in the live channel the rest is here at once.
                if let Some(rest) = answer.text.strip_prefix(self.shown.as_str()) {
                    let terminal = self.session.terminal.stdout_is_terminal;
                    write(&if terminal {
                        clean(rest)
                    } else {
                        rest.to_owned()
                    })?;
                }
                if !answer.text.is_empty() && !answer.text.ends_with('\n') {
                    write("\n")?;
                }
            } else if let Phase::Answered(_) = &answer.phase {
                let end = if answer.text.ends_with('\n') {
                    ""
                } else {
                    "\n"
                };
                write(&format!("{}{end}", answer.text))?;
            }
        }
        match &answer.phase {
            Phase::Answered(end) => {
                if let Some(remark) = report::remark(end) {
                    self.tell(Style::Yellow, &format!("note: {remark}"));
                }
                if self.tells {
                    let line = format!("{} · {}", report::name(&end.target), report::figures(end));
                    self.tell(Style::Dim, &line);
                }
                Ok(Exit::Done)
            }
            Phase::Failed(error) => Err(Stop {
                exit: answer.exit(),
                message: Some(format!("{}: {}", answer.model, error.message)),
                hint: error.hint.clone(),
            }),
            _ => Err(Stop::new(
                Exit::Interrupted,
                "stopped; what had arrived is in the history",
            )),
        }
    }
}

/// Returns an event as one line of JSON.
pub(crate) fn json_line(change: &Change) -> Result<String, Stop> {
    serde_json::to_string(&change.event)
        .map(|line| line + "\n")
        .map_err(|error| {
            Stop::new(
                Exit::Internal,
                format!("an event cannot be written: {error}"),
            )
        })
}
