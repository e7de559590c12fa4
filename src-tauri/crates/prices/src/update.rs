//! Taking a new price file in place of an old one.

use crate::book::Book;
use crate::problem::{Problem, Refused};

/// Reads a file that is to replace `current`.
///
/// # Errors
/// Why it is refused, with rows and what to do; the caller keeps the book it has. A file with fewer than four
/// fifths of the models that are known now is refused as shrunken: that happens to files that were cut or
/// filtered on their way.
pub fn replacement(current: &Book, bytes: &[u8]) -> Result<Book, Refused> {
    let new = Book::read(bytes)?;
    let (has, had) = (new.len(), current.len());
    if has * 5 < had * 4 {
        let what = format!(
            "it has {has} models where {had} are known now; get the whole file, or add single prices as rows of your own"
        );
        return Err(Refused(vec![Problem::new(0, "", what)]));
    }
    Ok(new)
}
