//! The call pipeline of Switchboard: one prompt in, one stream of [`event::Event`]s out.
//!
//! A *call* has *attempts*; an attempt has one *target* (provider, credential, model). A *retry* is
//! the same target again, a *fallback* is another target. [`plan::Plan`] says which targets may be
//! tried and under which clocks; [`run::run`] is the one loop that owns retry and fallback; a
//! [`provider::Provider`] turns requests into bytes and bytes into deltas without opening a socket;
//! a [`transport::Transport`] moves those bytes. Everything that happens is told as events, and all
//! state elsewhere (window, history, spend) is a fold over them.
//!
//! The crate deliberately knows no window, database, keychain, environment or file.

pub mod admit;
mod attempt;
pub mod call;
pub mod config;
pub mod error;
pub mod event;
pub mod plan;
pub mod policy;
pub mod price;
pub mod provider;
pub mod redact;
pub mod run;
pub mod secret;
pub mod tokens;
pub mod transport;
pub mod turn;
pub mod usage;
