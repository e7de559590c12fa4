//! Which route a call takes and which model answers it, and why.
//!
//! Data and functions only: no clock, no chance, no files, no network. Times, draws and figures of past calls are
//! passed in, so that every decision can be made again from what was recorded. It stands beside the price book, below
//! the engine, and knows neither providers nor configuration files.
//!
//! - [`Facts`]: all that a decision may look at.
//! - [`Rule`]: a route's trigger, in a small expression language; [`first_match`] holds several against a request.
//! - [`Variants`]: weighted variants that stick to a key; [`compare`]: whether one of them did better.
//! - [`equals`]: the cheapest, fastest or best of several targets.
//! - [`Decision`]: the record of it all, and the sentence that tells it.

pub mod classify;
pub mod compare;
pub mod complexity;
pub mod decision;
pub mod equals;
pub mod facts;
pub mod input_text;
pub mod language;
pub mod local_time;
pub mod rule;
pub mod task;
pub mod triggers;
pub mod variants;

pub use classify::{Classified, classify};
pub use complexity::Complexity;
pub use decision::{Decision, FoundBy, Passed, RuleHeld, TargetPicked, TaskSeen, VariantTaken};
pub use facts::Facts;
pub use input_text::InputText;
pub use language::Language;
pub use local_time::{LocalTime, Weekday};
pub use rule::{Completion, Explained, Rule, RuleError, complete};
pub use task::Task;
pub use triggers::first_match;
pub use variants::{Variant, Variants, VariantsError};
