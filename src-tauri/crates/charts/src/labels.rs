//! Which labels of the x axis are written, so that none touches another.

use crate::font;

/// Pixels between two labels.
const GAP: f32 = 20.0;

/// A label that is written: its left edge is at `x`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    pub(crate) x: f32,
    pub(crate) width: f32,
    pub(crate) text: String,
}

/// Chooses every n-th label with the smallest n at which none touches another. `centres` are in pixels;
/// labels stay between `left` and `right`.
pub(crate) fn thinned(
    labels: &[&str],
    centres: &[f32],
    size: f32,
    (left, right): (f32, f32),
) -> Vec<Label> {
    let all: Vec<Label> = labels
        .iter()
        .zip(centres)
        .map(|(text, centre)| {
            let text = font::fit(text, size, right - left);
            let width = font::width(&text, size);
            let x = (centre - width / 2.0).min(right - width).max(left);
            Label { x, width, text }
        })
        .collect();
    let mut every = 1;
    while every < all.len() && !apart(&all, every) {
        every += 1;
    }
    all.into_iter()
        .step_by(every)
        .filter(|label| !label.text.is_empty())
        .collect()
}

fn apart(all: &[Label], every: usize) -> bool {
    let shown = || {
        all.iter()
            .step_by(every)
            .filter(|label| !label.text.is_empty())
    };
    shown()
        .zip(shown().skip(1))
        .all(|(one, next)| one.x + one.width + GAP <= next.x)
}
