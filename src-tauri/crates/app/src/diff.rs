//! The difference of two texts, to be read by people.

use crate::App;
use crate::api::types::{ApiError, Diff, DiffKind, DiffSpan, DiffTexts, ErrorCode};
use similar::utils::TextDiffRemapper;
use similar::{ChangeTag, TextDiffConfig};
use std::time::Duration;

/// Longer pairs of texts are compared line by line, in bytes.
const WORDS_BYTES: usize = 200_000;

/// Longest pair of texts that is compared, in bytes.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Time after which the comparison settles for a coarser result.
const PATIENCE: Duration = Duration::from_millis(400);

/// Compares two texts word by word, long ones line by line.
///
/// # Errors
/// `InvalidParams` if the texts are too long.
pub async fn texts(_app: &App, params: DiffTexts) -> Result<Diff, ApiError> {
    let size = params.before.len().saturating_add(params.after.len());
    if size > MOST_BYTES {
        return Err(ApiError {
            code: ErrorCode::InvalidParams,
            message: format!(
                "`before` and `after` have {} MB together; at most {} MB can be compared",
                size / (1024 * 1024),
                MOST_BYTES / (1024 * 1024)
            ),
            hint: None,
            field: Some("before".to_owned()),
        });
    }
    let compared = tokio::task::spawn_blocking(move || Diff {
        spans: spans(&params),
    })
    .await;
    compared.map_err(|error| ApiError {
        code: ErrorCode::Internal,
        message: format!("the comparison did not end: {error}"),
        hint: None,
        field: None,
    })
}

/// Compares two texts line by line. Returns the difference, and how many lines were added and removed.
pub(crate) fn lines(before: &str, after: &str) -> (Diff, u32, u32) {
    let mut config = TextDiffConfig::default();
    config.timeout(PATIENCE);
    let diff = config.diff_lines(before, after);
    let (mut out, mut added, mut removed) = (Spans::default(), 0_u32, 0_u32);
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Delete => {
                removed += 1;
                out.removed.push_str(change.value());
            }
            ChangeTag::Insert => {
                added += 1;
                out.added.push_str(change.value());
            }
            ChangeTag::Equal => {
                out.end_change();
                out.push(DiffKind::Same, change.value());
            }
        }
    }
    out.end_change();
    (Diff { spans: out.spans }, added, removed)
}

/// Returns the differences in reading order: neighbours are of different kinds, what was removed
/// stands before what was added.
fn spans(texts: &DiffTexts) -> Vec<DiffSpan> {
    let (before, after) = (texts.before.as_str(), texts.after.as_str());
    let mut config = TextDiffConfig::default();
    config.timeout(PATIENCE);
    let by_words = before.len().saturating_add(after.len()) <= WORDS_BYTES;
    let diff = if by_words {
        config.diff_unicode_words(before, after)
    } else {
        config.diff_lines(before, after)
    };
    let remapper = TextDiffRemapper::from_text_diff(&diff, before, after);
    let pieces: Vec<_> = diff
        .ops()
        .iter()
        .flat_map(|op| remapper.iter_slices(op))
        .collect();
    let mut out = Spans::default();
    for (place, (tag, text)) in pieces.iter().enumerate() {
        match tag {
            ChangeTag::Delete => out.removed.push_str(text),
            ChangeTag::Insert => out.added.push_str(text),
            // A lone space between two changed words reads better as part of one change.
            ChangeTag::Equal if out.is_changing() && is_gap(text) && place + 1 < pieces.len() => {
                out.removed.push_str(text);
                out.added.push_str(text);
            }
            ChangeTag::Equal => {
                out.end_change();
                out.push(DiffKind::Same, text);
            }
        }
    }
    out.end_change();
    out.spans
}

/// Spans as they are found, with the change that is still open.
#[derive(Debug, Default)]
struct Spans {
    spans: Vec<DiffSpan>,
    removed: String,
    added: String,
}

impl Spans {
    fn is_changing(&self) -> bool {
        !self.removed.is_empty() || !self.added.is_empty()
    }

    fn end_change(&mut self) {
        let (removed, added) = (
            std::mem::take(&mut self.removed),
            std::mem::take(&mut self.added),
        );
        self.push(DiffKind::Removed, &removed);
        self.push(DiffKind::Added, &added);
    }

    fn push(&mut self, kind: DiffKind, text: &str) {
        match self.spans.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => self.spans.push(DiffSpan {
                kind,
                text: text.to_owned(),
            }),
        }
    }
}

fn is_gap(text: &str) -> bool {
    text.chars().all(|character| character == ' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Instant;

    fn compare(before: &str, after: &str) -> Vec<DiffSpan> {
        spans(&DiffTexts {
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }

    /// Writes spans as text: `[-removed-]`, `{+added+}`.
    fn marked(before: &str, after: &str) -> String {
        let mark = |span: DiffSpan| match span.kind {
            DiffKind::Same => span.text,
            DiffKind::Removed => format!("[-{}-]", span.text),
            DiffKind::Added => format!("{{+{}+}}", span.text),
        };
        compare(before, after).into_iter().map(mark).collect()
    }

    fn joined(spans: &[DiffSpan], without: DiffKind) -> String {
        let kept = spans.iter().filter(|span| span.kind != without);
        kept.map(|span| span.text.as_str()).collect()
    }

    #[test]
    fn changed_words_are_marked_and_neighbours_joined() {
        for (before, after, expected) in [
            ("", "", ""),
            ("same", "same", "same"),
            ("", "new", "{+new+}"),
            ("old", "", "[-old-]"),
            (
                "the red house",
                "the blue house",
                "the [-red-]{+blue+} house",
            ),
            (
                "the red car",
                "the blue house",
                "the [-red car-]{+blue house+}",
            ),
            ("one two", "one two three", "one two{+ three+}"),
            ("Größe: 3 m", "Größe: 4 m", "Größe: [-3-]{+4+} m"),
            ("我们学习", "我们工作", "我们[-学习-]{+工作+}"),
        ] {
            assert_eq!(marked(before, after), expected);
        }
    }

    #[test]
    fn long_texts_are_compared_by_lines() {
        let line = "a line of words that is long enough\n";
        let before = line.repeat(4000);
        let after = format!("{}a changed line\n{}", line.repeat(2000), line.repeat(2000));
        let spans = compare(&before, &after);
        assert_eq!(joined(&spans, DiffKind::Added), before);
        assert_eq!(joined(&spans, DiffKind::Removed), after);
        assert!(
            spans
                .iter()
                .any(|s| s.kind == DiffKind::Added && s.text == "a changed line\n")
        );
    }

    #[test]
    fn texts_with_nothing_in_common_do_not_take_long() {
        let text = |seed: u64| -> String {
            let mut rng = fastrand::Rng::with_seed(seed);
            (0..18_000).map(|_| format!("{} ", rng.u16(..))).collect()
        };
        let (before, after) = (text(1), text(2));
        assert!(before.len() + after.len() > WORDS_BYTES);
        let words = |text: &str| text[..text.floor_char_boundary(WORDS_BYTES / 2)].to_owned();
        for (before, after) in [(words(&before), words(&after)), (before, after)] {
            let began = Instant::now();
            let spans = compare(&before, &after);
            assert!(
                began.elapsed() < Duration::from_secs(5),
                "{:?}",
                began.elapsed()
            );
            assert_eq!(joined(&spans, DiffKind::Added), before);
            assert_eq!(joined(&spans, DiffKind::Removed), after);
        }
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_spans(
            before in "[ab \n]{0,40}|\\PC{0,40}",
            after in "[ab \n]{0,40}|\\PC{0,40}",
        ) {
            let spans = compare(&before, &after);
            prop_assert_eq!(joined(&spans, DiffKind::Added), before);
            prop_assert_eq!(joined(&spans, DiffKind::Removed), after);
            prop_assert!(spans.windows(2).all(|pair| pair[0].kind != pair[1].kind));
            prop_assert!(spans.iter().all(|span| !span.text.is_empty()));
        }
    }
}
