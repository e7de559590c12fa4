//! The book that this process goes by: the one that comes with the program, or a newer file in its place.

use crate::book::Book;
use crate::bundled::{bundled, with_own};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

static CURRENT: LazyLock<RwLock<Arc<Book>>> =
    LazyLock::new(|| RwLock::new(Arc::new(bundled().clone())));

/// Returns the book that counts now. Whoever holds one keeps it while another takes its place.
pub fn current() -> Arc<Book> {
    let book = CURRENT.read().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(&book)
}

/// Makes a file's book the one that counts, with the rows of [`bundled`] that no data set has on top. `None`: the one
/// that comes with the program counts again.
pub fn replace_current(file: Option<&Book>) {
    let book = file.map_or_else(|| bundled().clone(), with_own);
    *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(book);
}
