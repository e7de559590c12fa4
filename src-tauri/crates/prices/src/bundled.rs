//! The book that comes with the program.

use crate::book::Book;
use std::sync::OnceLock;

/// Written by `cargo xtask prices`.
pub(crate) const PRICES: &str = include_str!("../data/prices.tsv");
/// Written by hand: prices that providers published and no data set has.
pub(crate) const OWN: &str = include_str!("../data/own.tsv");

/// Returns the book that comes with the program. It is read when first asked for.
pub fn bundled() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    // A test holds that both files are read; without them every price would be unknown, and none wrong.
    BOOK.get_or_init(|| with_own(&Book::read(PRICES.as_bytes()).unwrap_or_default()))
}

/// Returns a book with the prices on top that no data set has.
pub(crate) fn with_own(base: &Book) -> Book {
    match Book::read(OWN.as_bytes()) {
        Ok(own) => base.with(&own),
        Err(_) => base.clone(),
    }
}
