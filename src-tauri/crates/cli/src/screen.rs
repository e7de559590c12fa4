//! Live columns in a terminal: each picture is drawn whole, in the size the terminal has now.
//!
//! While answers stream they are shown on the terminal's alternate screen, so that a change of its
//! size can garble nothing; at the end everything is written once more, to stay.

use crate::exit::Stop;
use crate::report;
use crate::run::{Answer, Phase};
use crate::terminal::{Style, Terminal, clean, write};
use crate::wrap::{fit, tail, width, wrap};
use std::io::Write;
use tokio::time::Instant;

/// Between columns.
const RULE: &str = " │ ";
/// Narrowest column beside another while answers stream; below it they are stacked.
const NARROWEST: usize = 22;
/// The same for what stays.
const NARROWEST_FINAL: usize = 30;

/// The alternate screen, left when dropped.
#[derive(Debug)]
pub(crate) struct Screen;

impl Screen {
    pub(crate) fn enter() -> Result<Self, Stop> {
        write("\x1b[?1049h\x1b[?25l\x1b[2J")?;
        Ok(Self)
    }

    /// Returns columns and rows of the terminal now.
    pub(crate) fn size() -> (usize, usize) {
        terminal_size::terminal_size()
            .map(|(width, height)| (usize::from(width.0), usize::from(height.0)))
            .filter(|(width, height)| *width >= 2 && *height >= 2)
            .unwrap_or((80, 24))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // If standard output is gone there is no screen to leave.
        let _ = std::io::stdout().write_all(b"\x1b[?25h\x1b[?1049l");
        let _ = std::io::stdout().flush();
    }
}

/// A line of one column, plain, and how it is set off.
type Row = (String, Option<Style>);

/// Returns the escape sequences and text of one picture.
pub(crate) fn draw(answers: &[Answer], columns: usize, rows: usize, terminal: Terminal) -> String {
    // Begin and end of a synchronized update: terminals that know it show the picture at once.
    let mut out = String::from("\x1b[?2026h\x1b[H");
    let picture = picture(answers, columns, rows, terminal);
    for (at, line) in picture.iter().enumerate() {
        out.push_str(line);
        out.push_str("\x1b[K");
        if at + 1 < picture.len() {
            out.push_str("\r\n");
        }
    }
    out.push_str("\x1b[J\x1b[?2026l");
    out
}

fn picture(answers: &[Answer], columns: usize, rows: usize, terminal: Terminal) -> Vec<String> {
    let each = column_width(answers.len(), columns);
    let mut lines = if each >= NARROWEST || answers.len() == 1 {
        let height = rows.saturating_sub(1);
        let cells: Vec<_> = answers
            .iter()
            .map(|answer| column(answer, each, height))
            .collect();
        beside(&cells, each, height, terminal)
    } else {
        let height = rows.saturating_sub(1) / answers.len().max(1);
        let mut lines = Vec::new();
        for answer in answers {
            let cell = column(answer, columns, height);
            lines.extend(beside(&[cell], columns, height, terminal));
        }
        lines
    };
    lines.truncate(rows.saturating_sub(1));
    let hint = fit("Ctrl-C stops the calls; what has arrived is kept", columns);
    lines.push(terminal.out(Style::Dim, &hint));
    lines
}

fn column_width(count: usize, columns: usize) -> usize {
    let rules = width(RULE) * count.saturating_sub(1);
    columns.saturating_sub(rules) / count.max(1)
}

/// Returns the lines of one column while it streams: name, state, and the end of the text.
fn column(answer: &Answer, columns: usize, height: usize) -> Vec<Row> {
    let mut rows = head(answer, columns);
    let room = height.saturating_sub(rows.len());
    let body = match &answer.phase {
        Phase::Failed(error) => {
            let text = format!("{}\n\n{}", clean(&answer.text), clean(&error.message));
            tail(text.trim_start(), columns, room)
                .into_iter()
                .map(|line| (line, None))
                .collect()
        }
        _ if answer.text.is_empty() && !answer.reasoning.is_empty() => {
            let lines = tail(&clean(&answer.reasoning), columns, room);
            lines
                .into_iter()
                .map(|line| (line, Some(Style::Dim)))
                .collect()
        }
        _ => {
            let lines = tail(&clean(answer.text.trim_end_matches('\n')), columns, room);
            lines
                .into_iter()
                .map(|line| (line, None))
                .collect::<Vec<Row>>()
        }
    };
    rows.extend(body);
    rows
}

fn head(answer: &Answer, columns: usize) -> Vec<Row> {
    let until = answer.ended.unwrap_or_else(Instant::now);
    let spent = until.saturating_duration_since(answer.started);
    let (state, style) = match &answer.phase {
        Phase::Answered(end) => (report::figures(end), Style::Green),
        Phase::Failed(_) => (report::state(answer, spent), Style::Red),
        Phase::Stopped | Phase::Waiting { .. } => (report::state(answer, spent), Style::Yellow),
        Phase::Planned | Phase::Asked | Phase::Thinking | Phase::Writing => {
            let mut state = report::state(answer, spent);
            if answer
                .target
                .as_ref()
                .is_some_and(|target| target.simulated)
            {
                state.push_str(" · simulated");
            }
            (state, Style::Blue)
        }
    };
    vec![
        (fit(&clean(&answer.model), columns), Some(Style::Bold)),
        (fit(&clean(&state), columns), Some(style)),
        (String::new(), None),
    ]
}

/// Puts columns beside each other.
fn beside(cells: &[Vec<Row>], each: usize, height: usize, terminal: Terminal) -> Vec<String> {
    let rule = terminal.out(Style::Dim, RULE);
    let empty: Row = (String::new(), None);
    (0..height)
        .map(|at| {
            let parts: Vec<String> = cells
                .iter()
                .enumerate()
                .map(|(column, cell)| {
                    let (text, style) = cell.get(at).unwrap_or(&empty);
                    let padding = match column + 1 == cells.len() {
                        true => 0,
                        false => each.saturating_sub(width(text)),
                    };
                    let text = match style {
                        Some(style) if !text.is_empty() => terminal.out(*style, text),
                        _ => text.clone(),
                    };
                    text + &" ".repeat(padding)
                })
                .collect();
            parts.join(&rule)
        })
        .collect()
}

/// Returns everything, to stay on the terminal: columns if they are wide enough, else one below the
/// other.
pub(crate) fn final_rows(answers: &[Answer], columns: usize, terminal: Terminal) -> String {
    let whole = |answer: &Answer, columns: usize| {
        let mut rows = head(answer, columns);
        // The figures in full, however narrow the column is.
        if let Phase::Answered(end) = &answer.phase {
            let figures = wrap(&report::figures(end), columns);
            rows.splice(
                1..2,
                figures.into_iter().map(|line| (line, Some(Style::Green))),
            );
        }
        let text = clean(answer.text.trim_end_matches('\n'));
        rows.extend(wrap(&text, columns).into_iter().map(|line| (line, None)));
        rows
    };
    let each = column_width(answers.len(), columns);
    let lines = if each >= NARROWEST_FINAL {
        let cells: Vec<_> = answers.iter().map(|answer| whole(answer, each)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        beside(&cells, each, height, terminal)
    } else {
        let mut lines = Vec::new();
        for answer in answers {
            let mut cell = whole(answer, columns);
            cell.push((String::new(), None));
            let height = cell.len();
            lines.extend(beside(&[cell], columns, height, terminal));
        }
        lines
    };
    lines
        .into_iter()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::When;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
    use switchboard_engine::call::CallId;

    fn answers(texts: &[&str]) -> Vec<Answer> {
        texts
            .iter()
            .map(|text| {
                let mut answer = Answer::new(CallId::new(), "sandbox/swift".into());
                answer.text = (*text).to_owned();
                answer.phase = Phase::Writing;
                answer
            })
            .collect()
    }

    fn plain() -> Terminal {
        Terminal::new(When::Never)
    }

    #[test]
    fn columns_stand_beside_each_other_when_there_is_room() {
        let lines = picture(&answers(&["one", "two"]), 60, 8, plain());
        assert!(lines[0].starts_with("sandbox/swift"));
        assert_eq!(lines[3].find("one"), Some(0));
        assert_eq!(lines[3].split(" │ ").nth(1), Some("two"));
        let stacked = picture(&answers(&["one", "two"]), 30, 12, plain());
        assert!(stacked.iter().all(|line| !line.contains('│')));
        assert!(stacked.contains(&"one".to_owned()) && stacked.contains(&"two".to_owned()));
    }

    #[test]
    fn what_stays_has_the_whole_text() {
        let long = (0..200).map(|n| format!("word{n} ")).collect::<String>();
        for columns in [20, 60, 200] {
            let text = final_rows(&answers(&[&long, "short"]), columns, plain());
            assert!(
                text.contains("word0") && text.contains("word199"),
                "{columns}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_picture_never_exceeds_the_terminal(
            texts in proptest::collection::vec("[ab東é👩\n\u{1b}\t ]{0,200}", 1..6), columns in 2usize..140, rows in 2usize..50
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let lines = picture(&answers(&texts), columns, rows, plain());
            prop_assert!(lines.len() <= rows);
            for line in &lines {
                prop_assert!(width(line) <= columns, "{line:?}");
                prop_assert_eq!(line.contains('\u{1b}'), false);
            }
        }
    }
}
