//! The loop on the paused clock, with real codecs over a scripted transport.

mod loop_;
mod network;
mod script;
