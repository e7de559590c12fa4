//! Sums of what calls cost, kept beside the calls so that a year is read in milliseconds.
//!
//! Every call that has ended is booked once, in the transaction that writes its end, under its quarter of an
//! hour and its labels (`book.rs`): the finest sums there are, and always equal to the rows of `calls` and `attempts`.
//! A call counts once, under the model that answered; what it used and cost counts under the model of each attempt
//! (`entry.rs`), so a model has its own spend also where another rescued the call.
//! Offsets of all zones are multiples of a quarter of an hour, so any zone's days and hours are whole numbers of slots.
//!
//! For long ranges whole days are summed again by every label (`seal.rs`). Such a day is a copy that can be made
//! at any time; a late change of one of its calls only takes its seal away, and until it is sealed anew its slots
//! are read (`query.rs`). Sealed days are named by the slots they cover, so a change of zone makes none of them
//! wrong.

mod book;
mod entry;
mod histogram;
mod labels;
mod parts;
mod plan;
mod query;
mod rebuild;
mod seal;
mod sums;

pub(crate) use book::{book, unbook};
pub use labels::SpendBy;
pub(crate) use query::answer;
pub use query::{SpendAnswer, SpendPoint, SpendQuery, SpendTimes, SpendValue};
pub(crate) use rebuild::{check, prepare, rebuild};
pub(crate) use seal::{seal, sweep, unsealed};
pub use sums::{Count, SpendSums};

/// Milliseconds of a slot: a quarter of an hour.
pub const SPEND_SLOT_MS: i64 = 15 * 60 * 1000;

/// What version 3 adds.
pub(crate) const V3: &str = "
-- A set of labels that calls had together: simulated, provider, model, route, project, caller, prompt, tags; as JSON.
CREATE TABLE spend_labels (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
-- Ended calls by quarter of an hour (since 1970, UTC) in which they began, and labels.
CREATE TABLE spend_slots (
    slot INTEGER NOT NULL,
    labels INTEGER NOT NULL,
    -- Numbers that are not 0, packed: sums.rs.
    sums BLOB NOT NULL,
    PRIMARY KEY (slot, labels)
) STRICT, WITHOUT ROWID;
-- A label of one kind, as the sealed days name it.
CREATE TABLE spend_values (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (kind, value)
) STRICT;
-- Days whose sums by label are up to date, from the slot `first` to before `after`.
CREATE TABLE spend_days (
    first INTEGER PRIMARY KEY,
    after INTEGER NOT NULL,
    -- Rows of spend_views with another number are of an older seal.
    seal INTEGER NOT NULL,
    -- Bits of the kinds of label by which its sums can be narrowed.
    within INTEGER NOT NULL
) STRICT;
-- A sealed day's sums by one kind of label, among all calls or those with one label of another kind.
CREATE TABLE spend_views (
    -- Which kinds: seal.rs.
    view INTEGER NOT NULL,
    -- spend_values.id of the label that all have; 0: all calls.
    within INTEGER NOT NULL,
    first INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    -- Pairs of a spend_values.id and its sums.
    sums BLOB NOT NULL,
    PRIMARY KEY (view, within, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE spend_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- 0: the calls that an older version recorded are not booked yet.
    built INTEGER NOT NULL,
    -- Number of the last seal.
    seal INTEGER NOT NULL
) STRICT;
INSERT INTO spend_state VALUES (1, 0, 0);
";

/// What version 4 changes: what a call cost is booked under the model of each attempt, so the sums are made anew.
pub(crate) const V4: &str = "UPDATE spend_state SET built = 0;";

#[cfg(test)]
mod tests;
