//! Waits for work that goes on behind the API: a rehearsal, a replay of past calls.

use crate::exit::Stop;
use crate::session::Session;
use crate::terminal::Style;
use std::time::Duration;
use switchboard_app::api::types::{Empty, RehearsalProgress, RehearsalState};

/// How often the work is asked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// How often that is shown, in looks.
const SHOW_EVERY: u32 = 5;

/// Waits until the work of an area (`rehearse`, `what_if`) has ended, tells in a terminal how far it is, and stops
/// it when the user interrupts.
pub(crate) async fn until_ended(
    session: &Session,
    area: &str,
    mut progress: RehearsalProgress,
) -> Result<RehearsalProgress, Stop> {
    let terminal = session.terminal;
    let mut looks = 0u32;
    let mut stopping = false;
    while progress.state == RehearsalState::Running {
        tokio::time::sleep(LOOK_EVERY).await;
        if session.interrupted() && !stopping {
            stopping = true;
            let _: Empty = session.api(&format!("{area}.stop"), &Empty {}).await?;
        }
        progress = session.api(&format!("{area}.progress"), &Empty {}).await?;
        looks += 1;
        if terminal.stderr_is_terminal && looks.is_multiple_of(SHOW_EVERY) {
            let line = match progress.calls {
                // How many there are is known once they are read.
                0 => "reading the history".to_owned(),
                calls => format!("{} of {calls} calls", progress.done),
            };
            terminal.replace_line(&terminal.err(Style::Dim, &line));
        }
    }
    if terminal.stderr_is_terminal {
        terminal.replace_line("");
    }
    Ok(progress)
}
