//! The simulator over real HTTP, seen by a client that hides nothing.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod answers;
mod client;
mod embeddings;
mod faults;
mod journal;
