//! The store over real files.

mod crash;
mod faults;
mod fold;
mod history;
mod prompts;
mod property;
mod search;
mod support;
mod votes;
