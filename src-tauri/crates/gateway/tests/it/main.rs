//! The dashboard host over real HTTP with a stand-in for the application, and the gateway with simulated
//! providers.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the tests play a browser, not Switchboard"
)]

mod access;
mod bare_host;
mod bounds;
mod budgets;
mod clients;
mod counting;
mod dialect;
mod embeddings;
mod faults;
mod hostile;
mod keys;
mod moving;
mod passing;
mod quota;
mod serving;
mod stand_in;
mod sticky;
mod told;
mod world;
