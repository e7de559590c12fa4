//! What holds for the repository as a whole.

mod direction;
mod licences;
mod metadata;
