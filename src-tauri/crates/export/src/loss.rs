//! What an export or import does not carry over.

/// A setting that does not mean the same on the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Path in what is taken over, counted from 0: `steps[0].clocks.idle`; `steps[*]` is every step.
    pub setting: String,
    /// One clause: lower case, no final period.
    pub what: String,
    pub severity: Severity,
}

/// How much of a setting is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing of it holds there.
    Dropped,
    /// Something like it holds there.
    Approximated,
    /// It holds there; something about it has to be known or done.
    Note,
}

/// The losses so far.
#[derive(Debug, Default)]
pub(crate) struct Losses(Vec<Loss>);

impl Losses {
    pub(crate) fn dropped(&mut self, setting: impl Into<String>, what: impl Into<String>) {
        self.add(Severity::Dropped, setting.into(), what.into());
    }

    pub(crate) fn approximated(&mut self, setting: impl Into<String>, what: impl Into<String>) {
        self.add(Severity::Approximated, setting.into(), what.into());
    }

    pub(crate) fn note(&mut self, setting: impl Into<String>, what: impl Into<String>) {
        self.add(Severity::Note, setting.into(), what.into());
    }

    fn add(&mut self, severity: Severity, setting: String, what: String) {
        let loss = Loss {
            setting,
            what,
            severity,
        };
        if !self.0.contains(&loss) {
            self.0.push(loss);
        }
    }

    /// Returns them, the gravest first.
    pub(crate) fn into_list(mut self) -> Vec<Loss> {
        self.0.sort_by_key(|loss| loss.severity);
        self.0
    }
}
