//! The simulated providers: a [`Transport`](switchboard_engine::transport::Transport) that answers in each
//! target's real wire format, in virtual time.

mod answer;
mod transport;
mod world;

pub(crate) use transport::SimTransport;
pub(crate) use world::{Tally, World};
