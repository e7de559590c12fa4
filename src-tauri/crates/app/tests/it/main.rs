//! The application whole: real HTTP to the simulator, a real history file, a host of the test's own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod budgets;
mod calls;
mod faults;
mod gateway;
mod lamps;
mod prices;
mod rehearse;
mod routes;
mod routes_edit;
mod routing;
mod spend;
mod whatif;
mod world;
