//! Small books and usages for tests.

use switchboard_prices::{Book, ServiceTier, Terms, Usage};

/// Makes a file of rows written with spaces for tabs and `-` for an empty column.
pub(crate) fn file(rows: &[&str]) -> String {
    let mut text = "switchboard-prices 1\n".to_owned();
    for row in rows {
        let columns: Vec<&str> = row
            .split(' ')
            .map(|column| if column == "-" { "" } else { column })
            .collect();
        text.push_str(&columns.join("\t"));
        text.push('\n');
    }
    text + &format!("end {}\n", rows.len())
}

pub(crate) fn book(rows: &[&str]) -> Book {
    Book::read(file(rows).as_bytes()).unwrap()
}

/// Uncached input and visible output.
pub(crate) fn usage(input: u64, output: u64) -> Usage {
    Usage {
        input_uncached_tokens: input,
        output_visible_tokens: output,
        ..Usage::default()
    }
}

pub(crate) fn at(moment: &str, tier: ServiceTier) -> Terms {
    Terms {
        at: moment.parse().unwrap(),
        tier,
    }
}
