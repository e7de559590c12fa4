//! A report as a table for people.

use crate::report::money;
use crate::terminal::{Style, Terminal, clean};
use crate::wrap::width;
use std::fmt::Write as _;
use switchboard_app::api::types::{SpendBy, SpendQuery, SpendReport, SpendRow};
use switchboard_engine::price::PicoUsd;

/// Longest label shown whole, in cells of the terminal.
const LABEL: usize = 60;

type Cell = fn(&SpendRow) -> String;

/// Columns after the label, flush right.
const COLUMNS: [(&str, Cell); 10] = [
    ("calls", |row| count(row.calls)),
    ("failed", |row| count(row.failed)),
    ("input", |row| tokens(row.input_tokens)),
    ("cached", |row| tokens(row.cached_tokens)),
    ("output", |row| tokens(row.output_tokens)),
    ("spend", spend),
    ("unpriced", |row| count(row.unpriced)),
    ("share", |row| percent(row.share)),
    ("p50", |row| latency(row.latency_p50_ms)),
    ("p95", |row| latency(row.latency_p95_ms)),
];

/// Returns the table, a row of totals, and what has to be known of the figures.
pub(super) fn page(terminal: Terminal, report: &SpendReport, by: SpendBy) -> String {
    let mut page = terminal.out(Style::Dim, &period(report));
    page.push('\n');
    let mut total = report.totals.clone();
    total.label = "total".to_owned();
    let rows: Vec<&SpendRow> = report.rows.iter().chain([&total]).collect();
    let lines = lines(&rows, head(by));
    let last = lines.len().saturating_sub(1);
    for (place, line) in lines.iter().enumerate() {
        let line = match place {
            0 => terminal.out(Style::Dim, line),
            place if place == last => terminal.out(Style::Bold, line),
            _ => line.clone(),
        };
        page.push_str(&line);
        page.push('\n');
    }
    for note in notes(report, by) {
        // A string takes all that is written to it.
        let _ = writeln!(page, "{}", terminal.out(Style::Dim, &note));
    }
    page
}

/// Returns a sentence on a range without calls.
pub(super) fn nothing(report: &SpendReport, query: &SpendQuery) -> String {
    let kind = if query.simulated { "simulated " } else { "" };
    let within = match query.filter.project.as_deref() {
        None => String::new(),
        Some("") => " without a project".to_owned(),
        Some(project) => format!(" of the project `{project}`"),
    };
    let other = match (query.simulated, report.simulated_calls) {
        (true, _) | (_, 0) => String::new(),
        (false, 1) => "; --simulated shows the simulated one".to_owned(),
        (false, calls) => format!("; --simulated shows the {} simulated ones", count(calls)),
    };
    clean(&format!(
        "no {kind}call{within} ended in this range ({}){other}",
        period(report)
    ))
}

fn period(report: &SpendReport) -> String {
    // The minute is enough: ends are quarters of an hour.
    let minute = |time: &str| time.get(..16).unwrap_or(time).replace('T', " ");
    clean(&format!(
        "{} to {} UTC, days of {}",
        minute(&report.from),
        minute(&report.to),
        report.zone
    ))
}

fn head(by: SpendBy) -> &'static str {
    match by {
        SpendBy::Model => "model",
        SpendBy::Provider => "provider",
        SpendBy::Route => "route",
        SpendBy::Project => "project",
        SpendBy::Caller => "caller",
        SpendBy::Prompt => "prompt",
        SpendBy::Tag => "tag",
    }
}

/// Returns aligned lines, the head first. Columns in which every row has 0 of what is seldom are left out.
fn lines(rows: &[&SpendRow], label: &str) -> Vec<String> {
    let labels: Vec<String> = std::iter::once(label.to_owned())
        .chain(rows.iter().map(|row| short(&clean(&row.label))))
        .collect();
    let widest = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let mut lines: Vec<String> = labels
        .into_iter()
        .map(|label| {
            let padding = " ".repeat(widest - width(&label));
            label + &padding
        })
        .collect();
    for (head, cell) in COLUMNS {
        let idle = match head {
            "cached" => rows.iter().all(|row| row.cached_tokens == 0),
            "unpriced" => rows.iter().all(|row| row.unpriced == 0),
            _ => false,
        };
        if idle {
            continue;
        }
        let cells: Vec<String> = std::iter::once(head.to_owned())
            .chain(rows.iter().map(|row| cell(row)))
            .collect();
        let widest = cells.iter().map(|cell| width(cell)).max().unwrap_or(0);
        for (line, cell) in lines.iter_mut().zip(cells) {
            line.push_str(&" ".repeat(widest + 2 - width(&cell)));
            line.push_str(&cell);
        }
    }
    lines
}

fn notes(report: &SpendReport, by: SpendBy) -> Vec<String> {
    let mut notes = Vec::new();
    let total = &report.totals;
    if report.rows_left_out > 0 {
        notes.push(format!(
            "{} more rows are left out; the total has them",
            count(report.rows_left_out.into())
        ));
    }
    if by == SpendBy::Tag {
        notes.push("a call with two tags is in both rows, and once in the total".to_owned());
    }
    if matches!(by, SpendBy::Model | SpendBy::Provider)
        && report.rows.iter().any(|row| row.calls == 0)
    {
        notes.push(format!(
            "a row with 0 calls is of attempts in calls that another {} answered",
            head(by)
        ));
    }
    match total.unpriced {
        0 => {}
        1 => notes.push("1 call has no known price and is not in the spend".to_owned()),
        calls => notes.push(format!(
            "{} calls have no known price and are not in the spend",
            count(calls)
        )),
    }
    if total.estimated.0 > 0 {
        notes.push(format!(
            "≈ a part is estimated: {} of the total",
            amount(total.estimated)
        ));
    }
    notes
}

/// Returns an amount; what has no known price is never nothing.
fn spend(row: &SpendRow) -> String {
    match row.spend {
        PicoUsd(0) if row.unpriced > 0 => "unknown".to_owned(),
        spend if row.estimated.0 > 0 => format!("≈{}", amount(spend)),
        spend => amount(spend),
    }
}

/// Returns dollars and cents, and more places where there would be nothing to see.
fn amount(amount: PicoUsd) -> String {
    /// In pico-dollars.
    const CENT: i64 = 10_000_000_000;
    if amount.0.abs() < CENT {
        return money(amount);
    }
    let cents = (i128::from(amount.0).abs() + i128::from(CENT) / 2) / i128::from(CENT);
    let sign = if amount.0 < 0 { "-" } else { "" };
    let dollars = u64::try_from(cents / 100).unwrap_or(u64::MAX);
    format!("{sign}${}.{:02}", count(dollars), cents % 100)
}

/// Returns a count with its thousands set apart.
fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a number of tokens, rounded to three digits where there are more than four.
fn tokens(tokens: u64) -> String {
    if tokens < 10_000 {
        return count(tokens);
    }
    let mut number = tokens as f64;
    for unit in ["k", "M", "G"] {
        number /= 1_000.0;
        if number < 99.95 {
            return format!("{number:.1}{unit}");
        }
        if number < 999.5 {
            return format!("{number:.0}{unit}");
        }
    }
    format!("{:.1}T", number / 1_000.0)
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        percent if percent < 0.1 => "<0.1 %".to_owned(),
        percent => format!("{percent:.1} %"),
    }
}

fn latency(ms: Option<u64>) -> String {
    match ms {
        None => "-".to_owned(),
        Some(ms) if ms < 1_000 => format!("{ms} ms"),
        Some(ms) if ms < 100_000 => format!("{:.1} s", ms as f64 / 1_000.0),
        Some(ms) => format!("{} s", count(ms / 1_000)),
    }
}

/// Returns the label, or its beginning.
fn short(label: &str) -> String {
    if width(label) <= LABEL {
        return label.to_owned();
    }
    let mut short = String::new();
    for character in label.chars() {
        if width(&short) + 2 > LABEL {
            break;
        }
        short.push(character);
    }
    short + "…"
}
