//! Reading the price file: one row a line, columns set apart by tabs, in any order.
//!
//! ```text
//! switchboard-prices 1
//! s  CODE      NAME       DATE  LICENCE                  a source
//! v  PROVIDER  NAME       FALLBACKS  URL                 a provider; whose models it sells too
//! m  PROVIDER  MODEL      CONTEXT OUTPUT ABILITIES RETIRES STATE
//! a  PROVIDER  NAME       MODEL                          another name of a model; no MODEL: no price
//! r  PROVIDER  RANK       RULE  MODEL                    names that mean a model, lowest rank first
//! p  PROVIDER  MODEL      TIER FROM HOURS ABOVE SOURCE, then USD per million tokens of
//!                         input, output, cache read, cache write, one-hour cache write, reasoning, and requests
//! end ROWS
//! ```
//!
//! Empty columns at the end may be left out. The last line is there so that a file cut short is noticed.

use crate::decimal::usd_per_million;
use crate::details::{Abilities, Details};
use crate::hours::Hours;
use crate::money::PicoUsd;
use crate::problem::{Problem, Problems, Refused};
use crate::rates::Rates;
use crate::rule::Rule;
use crate::tier::ServiceTier;
use jiff::civil::Date;

/// Largest file that is read, in bytes.
pub const MOST_BYTES: usize = 16 << 20;
/// Most rows of a file.
pub const MOST_ROWS: usize = 200_000;
/// Longest row, in bytes.
const LONGEST_ROW: usize = 4096;
/// Most columns of a row.
const COLUMNS: usize = 16;

const HEAD: &str = "switchboard-prices 1";

/// A row with where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Placed<'a, T> {
    pub(crate) line: usize,
    pub(crate) text: &'a str,
    pub(crate) row: T,
}

#[derive(Debug, Clone)]
pub(crate) struct SourceRow<'a> {
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    pub(crate) date: Option<Date>,
    pub(crate) licence: &'a str,
}

#[derive(Debug, Clone)]
pub(crate) struct ProviderRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) fallbacks: Vec<&'a str>,
    pub(crate) url: &'a str,
}

#[derive(Debug, Clone)]
pub(crate) struct ModelRow<'a> {
    pub(crate) provider: &'a str,
    pub(crate) id: &'a str,
    pub(crate) details: Details,
}

#[derive(Debug, Clone)]
pub(crate) struct AliasRow<'a> {
    pub(crate) provider: &'a str,
    pub(crate) name: &'a str,
    /// Empty: the name has no price.
    pub(crate) model: &'a str,
}

#[derive(Debug, Clone)]
pub(crate) struct RuleRow<'a> {
    pub(crate) provider: &'a str,
    pub(crate) rank: u32,
    pub(crate) rule: Rule,
    /// Empty: the names have no price.
    pub(crate) model: &'a str,
}

#[derive(Debug, Clone)]
pub(crate) struct PriceRow<'a> {
    pub(crate) provider: &'a str,
    pub(crate) model: &'a str,
    pub(crate) tier: ServiceTier,
    pub(crate) from: Option<Date>,
    pub(crate) hours: Hours,
    pub(crate) above: u64,
    pub(crate) source: &'a str,
    pub(crate) rates: Rates,
}

/// The rows of a file, each well formed by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows<'a> {
    pub(crate) sources: Vec<Placed<'a, SourceRow<'a>>>,
    pub(crate) providers: Vec<Placed<'a, ProviderRow<'a>>>,
    pub(crate) models: Vec<Placed<'a, ModelRow<'a>>>,
    pub(crate) aliases: Vec<Placed<'a, AliasRow<'a>>>,
    pub(crate) rules: Vec<Placed<'a, RuleRow<'a>>>,
    pub(crate) prices: Vec<Placed<'a, PriceRow<'a>>>,
}

/// Reads a file.
///
/// # Errors
/// What is wrong with it; rows that contradict each other are found later, by `check`.
pub(crate) fn rows(bytes: &[u8]) -> Result<Rows<'_>, Refused> {
    let whole = |what: &str| Refused(vec![Problem::new(0, "", what)]);
    if bytes.len() > MOST_BYTES {
        return Err(whole("it is larger than 16 MB; this is not a price file"));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| whole("it is not UTF-8 text; get the file again"))?;
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, line)| line) != Some(HEAD) {
        return Err(whole(&format!(
            "its first line is not `{HEAD}`; choose a price file of this version"
        )));
    }
    let (mut found, mut problems) = (Rows::default(), Problems::default());
    let (mut count, mut end) = (0_usize, None);
    for (at, text) in lines {
        if problems.is_full() {
            break;
        }
        let line = at + 1;
        if let Some(stated) = text.strip_prefix("end ") {
            end = Some((line, stated.parse::<usize>().ok()));
            break;
        }
        count += 1;
        if count > MOST_ROWS || text.len() > LONGEST_ROW {
            problems.add(line, text, "there are too many rows or the row is too long");
            break;
        }
        if let Err(what) = found.read(line, text) {
            problems.add(line, text, what);
        }
    }
    match end {
        Some((_, Some(stated))) if stated == count => {}
        Some((line, _)) => problems.add(
            line,
            "",
            format!("the file has {count} rows and says otherwise; get the file again"),
        ),
        None if problems.is_full() => {}
        None => problems.add(0, "", "its end is missing; get the whole file again"),
    }
    problems.none_or(found)
}

impl<'a> Rows<'a> {
    fn read(&mut self, line: usize, text: &'a str) -> Result<(), String> {
        let mut columns = [""; COLUMNS];
        for (at, column) in text.split('\t').enumerate() {
            *columns.get_mut(at).ok_or("the row has too many columns")? = column;
        }
        let [tag, first, second, ..] = columns;
        if first.is_empty() {
            return Err("the second column is empty; it names what the row is about".to_owned());
        }
        if second.is_empty() {
            return Err("the third column is empty; fill it or remove the row".to_owned());
        }
        match tag {
            "s" => self.sources.push(Placed {
                line,
                text,
                row: SourceRow {
                    code: first,
                    name: second,
                    date: date(columns[3])?,
                    licence: columns[4],
                },
            }),
            "v" => self.providers.push(Placed {
                line,
                text,
                row: ProviderRow {
                    id: first,
                    name: second,
                    fallbacks: columns[3].split(' ').filter(|id| !id.is_empty()).collect(),
                    url: columns[4],
                },
            }),
            "m" => self.models.push(Placed {
                line,
                text,
                row: ModelRow {
                    provider: first,
                    id: second,
                    details: details(&columns)?,
                },
            }),
            "a" => self.aliases.push(Placed {
                line,
                text,
                row: AliasRow {
                    provider: first,
                    name: second,
                    model: columns[3],
                },
            }),
            "r" => self.rules.push(Placed {
                line,
                text,
                row: RuleRow {
                    provider: first,
                    rank: second.parse().map_err(|_| "the rank is a whole number")?,
                    rule: Rule::parse(columns[3])?,
                    model: columns[4],
                },
            }),
            "p" => self.prices.push(Placed {
                line,
                text,
                row: price(&columns)?,
            }),
            _ => return Err("a row begins with one of s v m a r p".to_owned()),
        }
        Ok(())
    }
}

fn details(columns: &[&str; COLUMNS]) -> Result<Details, String> {
    Ok(Details {
        context_window: count(columns[3], "the context window")?,
        max_output: count(columns[4], "the longest output")?,
        abilities: Abilities::parse(columns[5])?,
        retires: date(columns[6])?,
        deprecated: match columns[7] {
            "" => false,
            "deprecated" => true,
            _ => return Err("the state is empty or `deprecated`".to_owned()),
        },
    })
}

fn price<'a>(columns: &[&'a str; COLUMNS]) -> Result<PriceRow<'a>, String> {
    let usd = |at: usize| -> Result<Option<PicoUsd>, String> {
        let text = columns[at];
        let read = |text| usd_per_million(text).map(Some);
        if text.is_empty() {
            return Ok(None);
        }
        read(text).map_err(|what| format!("{what}; write `{text}` for example as 2.50"))
    };
    Ok(PriceRow {
        provider: columns[1],
        model: columns[2],
        tier: ServiceTier::named(columns[3])
            .ok_or("the tier is one of standard, batch, flex, priority, fast")?,
        from: date(columns[4])?,
        hours: Hours::parse(columns[5])?,
        above: count(columns[6], "the context length")?.unwrap_or(0),
        source: columns[7],
        rates: Rates {
            input: usd(8)?,
            output: usd(9)?,
            cache_read: usd(10)?,
            cache_write: usd(11)?,
            cache_write_1h: usd(12)?,
            reasoning: usd(13)?,
            // A dollar per million requests is a millionth of a dollar per request, as with tokens.
            request: usd(14)?,
        },
    })
}

fn date(text: &str) -> Result<Option<Date>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() != 10 {
        return Err("a day is written like 2026-11-25".to_owned());
    }
    text.parse()
        .map(Some)
        .map_err(|_| "a day is written like 2026-11-25".to_owned())
}

fn count(text: &str, what: &str) -> Result<Option<u64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{what} is a whole number of tokens"));
    }
    text.parse()
        .map(Some)
        .map_err(|_| format!("{what} is a whole number of tokens"))
}
