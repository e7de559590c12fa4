//! Where the two sources of the bundled book differ. The book follows the base; this says what else was said.

/// Written by `cargo xtask prices`, sorted.
const CONFLICTS: &str = include_str!("../data/conflicts.tsv");

/// One difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// `price`, `step`, `zero`, `hours`, `tier`, `rounded`, `float-noise` or `left-out`.
    pub kind: &'static str,
    pub provider: &'static str,
    pub model: &'static str,
    /// Which price, in words.
    pub what: &'static str,
    /// As the base says, in USD per million tokens; empty: it says nothing. Of rounding: the figure as published.
    pub base: &'static str,
    /// As the overlay says; empty: it says nothing. Of rounding: the figure as taken.
    pub overlay: &'static str,
}

/// Returns every difference.
pub fn conflicts() -> impl Iterator<Item = Conflict> {
    CONFLICTS.lines().skip(1).filter_map(|line| {
        let mut columns = line.split('\t');
        Some(Conflict {
            kind: columns.next()?,
            provider: columns.next()?,
            model: columns.next()?,
            what: columns.next()?,
            base: columns.next().unwrap_or_default(),
            overlay: columns.next().unwrap_or_default(),
        })
    })
}
