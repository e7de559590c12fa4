//! The real program, as scripts and people run it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod budgets;
mod call;
mod compare;
mod export;
mod import;
mod keys;
mod prices;
mod program;
mod rehearse;
mod routes;
mod serve;
mod spend;
mod whatif;
