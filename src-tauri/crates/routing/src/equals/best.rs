//! The best answers by what users and schemas said, with little evidence counted little: each rate is drawn towards the
//! average of all and counted one standard error below where it then stands.

use super::{Equal, Picked};

/// As many outcomes at the average of all are added to each target's own: ten votes do not make a winner.
const PRIOR: f64 = 20.0;

/// Outcomes of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Votes {
    pub won: u64,
    /// All, the won ones among them.
    pub of: u64,
}

impl Votes {
    fn fair(self) -> (f64, f64) {
        // A record with more won than there were counts as all won.
        (self.won.min(self.of) as f64, self.of as f64)
    }
}

/// How a target's answers did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quality {
    /// Comparisons by users.
    pub votes: Votes,
    /// Answers held against a schema; leave empty where this request has none.
    pub schema: Votes,
}

pub(super) fn pick(equals: &[Equal]) -> Picked {
    let votes = mean(equals.iter().map(|equal| equal.quality.votes));
    let schema = mean(equals.iter().map(|equal| equal.quality.schema));
    if votes.is_none() && schema.is_none() {
        return Picked {
            at: 0,
            why: "comes first, since no votes or schema checks are recorded of any".to_owned(),
        };
    }
    let score = |equal: &Equal| {
        let parts = [(votes, equal.quality.votes), (schema, equal.quality.schema)];
        let rates: Vec<f64> = parts
            .into_iter()
            .filter_map(|(mean, own)| Some(shrunk(own, mean?)))
            .collect();
        rates.iter().sum::<f64>() / rates.len().max(1) as f64
    };
    let mut best = (f64::NEG_INFINITY, 0);
    for (at, equal) in equals.iter().enumerate() {
        let score = score(equal);
        if score > best.0 {
            best = (score, at);
        }
    }
    let (score, at) = best;
    let seen = equals[at].quality;
    let mut evidence = Vec::new();
    for (name, of) in [("votes won", seen.votes), ("schemas kept", seen.schema)] {
        if of.of > 0 {
            evidence.push(format!("{} of {} {name}", of.won.min(of.of), of.of));
        }
    }
    if evidence.is_empty() {
        evidence.push("nothing recorded of it yet, so the average".to_owned());
    }
    Picked {
        at,
        why: format!(
            "is the best of {}: {}, {:.0}% after allowing for chance",
            equals.len(),
            evidence.join(", "),
            score * 100.0
        ),
    }
}

/// Returns the rate over all targets, or `None` if nothing is recorded.
fn mean(all: impl Iterator<Item = Votes>) -> Option<f64> {
    let (won, of) = all.fold((0.0, 0.0), |(won, of), votes| {
        let (more_won, more) = votes.fair();
        (won + more_won, of + more)
    });
    (of > 0.0).then(|| won / of)
}

/// Returns the rate that the evidence bears at least, but for one case in six.
fn shrunk(own: Votes, mean: f64) -> f64 {
    let (won, of) = own.fair();
    let rate = (won + PRIOR * mean) / (of + PRIOR);
    rate - (rate * (1.0 - rate) / (of + PRIOR)).sqrt()
}
