//! The simulator over real HTTP, seen by a client that hides nothing.

mod answers;
mod client;
mod faults;
mod journal;
