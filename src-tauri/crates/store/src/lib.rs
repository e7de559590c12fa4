//! History and prompts of Switchboard in one SQLite file.
//!
//! ```no_run
//! # async fn example(call: switchboard_store::NewCall, events: Vec<switchboard_engine::event::CallEvent>)
//! # -> Result<(), switchboard_store::StoreError> {
//! use switchboard_store::{CallFilter, Store};
//!
//! let (store, opened) = Store::open("history.sqlite")?;
//! println!("{} calls were cut off last time", opened.interrupted);
//!
//! let id = call.id;
//! store.begin_call(call).await?; // recorded from its first moment
//! for event in events {
//!     store.append(event); // the file follows within 200 ms
//! }
//! let record = store.call(id).await?;
//! let newest = store.calls(&CallFilter::default()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! One thread writes, in transactions of all that waits; other connections read meanwhile. A call is a
//! fold of its events ([`CallState`]): the same events make the same record, in memory and on disk.
//! Several programs may have the file open; each locks a file of its own, so that only calls of dead
//! ones are taken for interrupted.
//!
//! No call is ever deleted here, and no credential has a place in any table: of a gateway key only the hash.

mod alerts;
mod answers;
mod budgets;
mod calls;
mod config_versions;
mod error;
mod fold;
mod gateway_keys;
mod key;
mod open;
mod owner;
mod past;
mod persist;
mod prompts;
mod quality;
mod queue;
mod readers;
mod rows;
mod schema;
mod search;
mod spend;
mod sql;
mod store;
mod ui_state;
mod variants;
mod votes;
mod writer;

pub use alerts::{AlertRow, NewAlert};
pub use budgets::{BudgetNews, BudgetRaise, BudgetSeen, StoppedCallerRow};
pub use config_versions::{ConfigVersionRow, NewConfigVersion};
pub use error::StoreError;
pub use fold::CallState;
pub use gateway_keys::{GatewayKeyRow, NewGatewayKey, VALID_KEYS};
pub use past::{MOST_ATTEMPTS, PastAttemptRow, PastCallRow, PastFault, PastFilter};
pub use prompts::{PromptListRow, PromptRow, PromptScope, PromptText, PromptVersionRow};
pub use quality::QualityRow;
pub use rows::{
    AttemptRow, CallFilter, CallPage, CallRecord, CallRow, CallStatus, CallsOf, EXCERPT_CHARS,
    Labels, NewCall, Opened, PlanRow, Rating, SkippedRow, Stats, ToolCall,
};
pub use spend::{
    Count, SPEND_SLOT_MS, SpendAnswer, SpendBy, SpendPoint, SpendQuery, SpendSums, SpendTimes,
    SpendValue,
};
pub use store::Store;
pub use variants::VariantCall;
pub use votes::{Verdict, Vote, VoteRecord, VoteRow};
