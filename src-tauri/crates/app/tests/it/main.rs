//! The application whole: real HTTP to the simulator, a real history file, a host of the test's own.

mod calls;
mod faults;
mod world;
