//! Price files that are refused, and what is said of them.

use crate::support::{book, file};
use proptest::prelude::*;
use switchboard_prices::Book;
use switchboard_prices::update::replacement;

const GOOD: [&str; 5] = [
    "s x Test 2026-11-25",
    "v acme Acme",
    "m acme one 1000",
    "p acme one standard - - - x 1 2",
    "p acme one standard 2026-12-01 - - x 2 4",
];

fn with(rows: &[&str]) -> Vec<u8> {
    let all: Vec<&str> = GOOD.iter().chain(rows).copied().collect();
    file(&all).into_bytes()
}

#[track_caller]
fn refused(bytes: &[u8], line: usize, what: &str) {
    let refused = Book::read(bytes).unwrap_err();
    let first = &refused.0[0];
    assert_eq!(first.line, line, "{refused}");
    assert!(first.what.contains(what), "{refused}");
}

#[test]
fn rows_that_contradict_others_are_refused_with_the_row_and_the_fix() {
    assert_eq!(Book::read(&with(&[])).unwrap().len(), 1);
    for (row, what) in [
        ("p acme one standard - - - x 3 4", "twice; remove one"),
        ("m acme ONE", "twice; remove one"),
        ("s x Other", "twice; remove one"),
        ("m acme two", "has no price; add a `p` row"),
        ("m nobody two", "no provider `nobody`; add its `v` row"),
        (
            "p acme two standard - - - x 1 2",
            "no model `acme/two`; add its `m` row",
        ),
        (
            "p acme one batch - - - y 1 2",
            "no source `y`; add its `s` row",
        ),
        ("a acme uno two", "no model `acme/two`"),
        ("r acme 0 ^uno two", "no model `acme/two`"),
        ("v other Other nobody", "no provider `nobody`"),
        ("p acme one flex - - 1000 x 1 2", "add a row without length"),
        (
            "p acme one flex - 1@00:00-01:00 - x 1 2",
            "add a row without hours",
        ),
    ] {
        refused(&with(&[row]), 7, what);
    }
    let overlapping = [
        "p acme one standard - 1@00:00-02:00 - x 1 2",
        "p acme one standard - 1@01:00-03:00 - x 1 2",
    ];
    refused(&with(&overlapping), 8, "overlap");
    let no_standard = ["m acme two", "p acme two batch - - - x 1 2"];
    refused(&with(&no_standard), 8, "no price of the standard tier");
}

#[test]
fn rows_that_cannot_be_read_are_refused_with_the_row_and_the_fix() {
    for (row, what) in [
        ("p acme one batch - - - x $1 2", "without a currency sign"),
        ("p acme one batch - - - x -1 2", "cannot be negative"),
        ("p acme one batch - - - x 1.5e-07 2", "plain decimal number"),
        (
            "p acme one batch - - - x 0.0000001 2",
            "at most six decimals",
        ),
        ("p acme one batch - - - x 1000001 2", "at most 1000000"),
        ("p acme one batch - - - x NaN 2", "plain decimal number"),
        ("p acme one soon - - - x 1 2", "the tier is one of"),
        ("p acme one batch 2026-02-30 - - x 1 2", "a day is written"),
        ("p acme one batch - 1@9-10 - x 1 2", "01:00-04:00"),
        ("p acme one batch - - 1k x 1 2", "whole number of tokens"),
        ("m acme two 99999999999999999999", "whole number of tokens"),
        ("m acme two - - q", "c f j r t v"),
        ("q acme two", "begins with one of"),
        ("p", "second column is empty"),
        ("r acme first ^x one", "rank"),
        ("r acme 1 xx one", "a rule begins with"),
    ] {
        refused(&with(&[row]), 7, what);
    }
    let message = Book::read(&with(&["q a b"])).unwrap_err().to_string();
    assert_eq!(
        message,
        "price file, line 7: a row begins with one of s v m a r p (`q a b`)"
    );
}

#[test]
fn a_file_that_is_cut_short_or_something_else_is_refused() {
    let whole = with(&[]);
    let text = String::from_utf8(whole.clone()).unwrap();
    refused(&whole[..whole.len() - 6], 0, "its end is missing");
    let shorter: String = text
        .lines()
        .filter(|line| !line.starts_with("p\tacme\tone\tstandard\t2026"))
        .fold(String::new(), |all, line| all + line + "\n");
    refused(shorter.as_bytes(), 6, "says otherwise; get the file again");
    refused(b"", 0, "first line");
    refused(b"{\"gpt-5\": {}}", 0, "first line");
    refused(&[0xFF, 0xFE], 0, "UTF-8");
    refused(&vec![b' '; 17 << 20], 0, "larger than 16 MB");
}

#[test]
fn problems_are_listed_up_to_twenty() {
    let bad = vec!["q a b"; 500];
    assert_eq!(Book::read(&with(&bad)).unwrap_err().0.len(), 20);
}

#[test]
fn a_shrunken_file_is_refused_and_the_old_book_stays() {
    let models: Vec<String> = (0..10).map(|at| format!("m acme m{at}")).collect();
    let prices: Vec<String> = (0..10)
        .map(|at| format!("p acme m{at} standard - - - x 1 2"))
        .collect();
    let part = |count: usize| {
        let mut rows = vec!["s x Test", "v acme Acme"];
        rows.extend(models.iter().take(count).map(String::as_str));
        rows.extend(prices.iter().take(count).map(String::as_str));
        file(&rows).into_bytes()
    };
    let current = Book::read(&part(10)).unwrap();
    assert_eq!(replacement(&current, &part(8)).unwrap().len(), 8);
    let refused = replacement(&current, &part(7)).unwrap_err();
    assert!(
        refused.to_string().contains("7 models where 10 are known"),
        "{refused}"
    );
    assert!(replacement(&current, b"nonsense").is_err());
    assert_eq!(replacement(&Book::default(), &part(1)).unwrap().len(), 1);
}

#[test]
fn rows_on_top_replace_a_model_under_all_its_names() {
    let under = book(&[
        "s x Test",
        "v acme Acme",
        "m acme one",
        "a acme uno one",
        "r acme 0 ^one- one",
        "p acme one standard - - - x 1 2",
    ]);
    let own = book(&[
        "s u Own",
        "v acme Acme",
        "m acme one",
        "p acme one standard - - - u 7 8",
        "m acme two",
        "p acme two standard - - - u 0 0",
    ]);
    let both = under.with(&own);
    assert_eq!(both.len(), 2);
    for name in ["one", "uno", "one-2026"] {
        let tariff = both.find("acme", name).unwrap();
        assert_eq!(tariff.rows()[0].rates.input.unwrap().0, 7_000_000, "{name}");
        assert_eq!(tariff.rows()[0].source.name, "Own");
    }
    assert_eq!(
        under.find("acme", "uno").unwrap().rows()[0]
            .rates
            .input
            .unwrap()
            .0,
        1_000_000
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Book::read(&bytes);
        let mut headed = b"switchboard-prices 1\n".to_vec();
        headed.extend(bytes);
        let _ = Book::read(&headed);
    }

    #[test]
    fn any_row_is_read_or_refused(row in "[svmarp]\t[a-z]{0,3}\t[^\n]{0,60}") {
        let _ = Book::read(&with(&[&row]));
    }
}
