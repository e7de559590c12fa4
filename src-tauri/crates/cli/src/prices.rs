//! `switchboard-cli prices`: what models cost, and where that figure is from. To look into the price book needs no
//! configuration and no key; prices of the user's own in the configuration file stand before the book's.

use crate::arguments::{
    Prices, PricesNotices, PricesRemove, PricesSearch, PricesSet, PricesShow, PricesUpdate,
};
use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::{Style, Terminal, clean, write};
use crate::wrap::width;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use switchboard_app::api::types::{
    Empty, OwnPrice, PriceBook, PriceNotice, PriceNoticesQuery, PriceRef, PriceUpdate, UpdatePrices,
};
use switchboard_host::Folders;

use switchboard_engine::config::Config;
use switchboard_engine::price::{PicoUsd, Tariff, seller, terms_now};
use switchboard_prices::conflicts::{Conflict, conflicts};
use switchboard_prices::current;
use switchboard_prices::decimal::usd_per_million_text;
use switchboard_prices::tariff::Row;

/// Runs what needs nothing but the price book; `None`: it is something else.
pub(crate) fn run_of_book(
    terminal: Terminal,
    data_dir: Option<&Path>,
    arguments: &Prices,
) -> Option<Result<Exit, Stop>> {
    let (Prices::Search(_) | Prices::Show(_)) = arguments else {
        return None;
    };
    let mut config = Config::default();
    // Without a data folder there is no file in place of the program's own book, and no configuration.
    if let Ok(folders) = Folders::find(data_dir) {
        if let Some(problem) = switchboard_app::prices::open(&folders.data_dir) {
            terminal.say(&format!("warning: {problem}"));
        }
        match own_config(&folders.config_path) {
            Ok(read) => config = read,
            Err(why) => terminal.say(&clean(&format!(
                "warning: {why}; prices of your own are not shown"
            ))),
        }
    }
    Some(match arguments {
        Prices::Search(search) => run_search(terminal, &config, search),
        Prices::Show(show) => run_show(terminal, &config, show),
        _ => Ok(Exit::Done),
    })
}

/// Runs what needs the configuration.
pub(crate) async fn run(session: &Session, arguments: &Prices) -> Result<Exit, Stop> {
    match arguments {
        Prices::Set(set) => run_set(session, set).await,
        Prices::Remove(remove) => run_remove(session, remove).await,
        Prices::Update(update) => run_update(session, update).await,
        Prices::Notices(notices) => run_notices(session, notices).await,
        // `run_of_book` has done these without a session.
        Prices::Search(_) | Prices::Show(_) => {
            Err(Stop::new(Exit::Internal, "the price book was not asked"))
        }
    }
}

/// Reads the configuration file; a missing one is empty.
fn own_config(path: &Path) -> Result<Config, String> {
    let shown = path.display();
    match std::fs::read_to_string(path) {
        Ok(text) => Config::parse(&text).map_err(|problems| {
            let first = problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            format!("{shown} is wrong: {first}")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Config::default()),
        Err(error) => Err(format!("{shown} cannot be read: {error}")),
    }
}

fn named(model: &str) -> Result<(String, String), Stop> {
    let (provider, model) = model.split_once('/').ok_or_else(|| {
        let message = format!("`{model}` names no provider");
        Stop::new(Exit::Usage, message).hint("models are written provider/model")
    })?;
    Ok((provider.to_owned(), model.to_owned()))
}

async fn run_set(session: &Session, set: &PricesSet) -> Result<Exit, Stop> {
    let (provider, model) = named(&set.model)?;
    let price = OwnPrice {
        provider,
        model,
        input: set.input.clone(),
        output: set.output.clone(),
        cache_read: set.cache_read.clone(),
        cache_creation: set.cache_creation.clone(),
    };
    let kept: OwnPrice = session.api("prices.set", &price).await?;
    let said = format!(
        "{}/{} costs ${} in, ${} out per million tokens from now on",
        kept.provider, kept.model, kept.input, kept.output
    );
    session.terminal.say(&clean(&said));
    Ok(Exit::Done)
}

async fn run_remove(session: &Session, remove: &PricesRemove) -> Result<Exit, Stop> {
    let (provider, model) = named(&remove.model)?;
    let _: Empty = session
        .api("prices.remove", &PriceRef { provider, model })
        .await?;
    session.terminal.say("the price book's price counts again");
    Ok(Exit::Done)
}

async fn run_update(session: &Session, update: &PricesUpdate) -> Result<Exit, Stop> {
    let Some(file) = &update.file else {
        let book: PriceBook = session.api("prices.use_bundled", &Empty {}).await?;
        let said = format!(
            "the program's own price book counts: {} models",
            book.models
        );
        session.terminal.say(&said);
        return Ok(Exit::Done);
    };
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Stop::new(Exit::Usage, format!("{shown} cannot be read: {error}")))?;
    let became: PriceUpdate = session.api("prices.update", &UpdatePrices { text }).await?;
    if became.problems.is_empty() {
        let said = format!(
            "{} models have a price: {} changed, {} new, {} gone",
            became.book.models, became.changed, became.added, became.gone
        );
        session.terminal.say(&said);
        return Ok(Exit::Done);
    }
    for problem in &became.problems {
        let place = match problem.line {
            0 => String::new(),
            line => format!("line {line}: "),
        };
        let row = match problem.row.as_str() {
            "" => String::new(),
            row => format!(" (`{row}`)"),
        };
        session
            .terminal
            .say(&clean(&format!("{place}{}{row}", problem.message)));
    }
    let message = format!("{shown} is refused; the prices stay what they were");
    Err(Stop::new(Exit::Usage, message))
}

async fn run_notices(session: &Session, asked: &PricesNotices) -> Result<Exit, Stop> {
    let query = PriceNoticesQuery {
        all: Some(asked.all),
    };
    let notices: Vec<PriceNotice> = session.api("prices.notices", &query).await?;
    for one in &notices {
        if asked.json {
            let line = serde_json::to_string(one)
                .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
            write(&(line + "\n"))?;
        } else {
            let name = clean(&format!("{}/{}", one.provider, one.model));
            write(&format!(
                "{name}  {}\n",
                session.terminal.out(Style::Dim, &one.text)
            ))?;
        }
    }
    if notices.is_empty() && !asked.json {
        session.terminal.say(match asked.all {
            true => "nothing is announced for the next 180 days",
            false => "nothing is announced for the models of your providers; --all shows others",
        });
    }
    Ok(Exit::Done)
}

fn run_search(terminal: Terminal, config: &Config, search: &PricesSearch) -> Result<Exit, Stop> {
    let words = search.text.to_lowercase();
    let book = current();
    let own = config.providers.iter().flat_map(|provider| {
        let prices = provider.prices.iter();
        prices.map(|(model, tariff)| (format!("{}/{model}", provider.id), &**tariff, true))
    });
    let of_book = book.tariffs().into_iter();
    let named: Vec<(String, &Tariff, bool)> = own
        .chain(of_book.map(|tariff| (id(tariff), &**tariff, false)))
        .filter(|(id, ..)| id.to_lowercase().contains(&words))
        .collect();
    if search.json {
        for (id, tariff, own) in &named {
            let mut shown = as_json(tariff);
            if *own {
                mark_own(&mut shown, id);
            }
            write(&format!("{shown}\n"))?;
        }
        return Ok(Exit::Done);
    }
    if named.is_empty() {
        terminal.say("no model of the price book has these letters in its name");
    }
    let longest = named.iter().map(|(id, ..)| width(id)).max().unwrap_or(0);
    for (id, tariff, own) in &named {
        let padding = " ".repeat(longest - width(id));
        let own = if *own { " (your own price)" } else { "" };
        let about = terminal.out(Style::Dim, &format!("{}{own}", usual(tariff)));
        write(&format!("{}{padding}  {about}\n", clean(id)))?;
    }
    Ok(Exit::Done)
}

fn run_show(terminal: Terminal, config: &Config, show: &PricesShow) -> Result<Exit, Stop> {
    let named = show.model.split_once('/');
    let configured = named.and_then(|(provider, _)| config.provider(provider));
    let own = named.and_then(|(_, model)| configured?.prices.get(model));
    let found = named.and_then(|(provider, model)| {
        let preset = configured.and_then(|configured| configured.preset.as_deref());
        current().find(seller(preset.unwrap_or(provider)), model)
    });
    if let Some(own) = own {
        return run_show_own(terminal, show, own, found.as_deref());
    }
    let Some(tariff) = found else {
        let message = format!("no price is known for `{}`", show.model);
        let letters = show.model.rsplit('/').next().unwrap_or_default();
        return Err(Stop::new(Exit::Usage, message).hint(format!(
            "models are written provider/model; look for it with `switchboard-cli prices search {letters}`"
        )));
    };
    if show.json {
        write(&format!("{}\n", as_json(&tariff)))?;
    } else {
        write(&page(terminal, &tariff))?;
    }
    Ok(Exit::Done)
}

/// Shows a price of the user's own, and what the book says, which does not count.
fn run_show_own(
    terminal: Terminal,
    show: &PricesShow,
    own: &Tariff,
    of_book: Option<&Tariff>,
) -> Result<Exit, Stop> {
    if show.json {
        let mut shown = as_json(own);
        mark_own(&mut shown, &show.model);
        shown["book"] = of_book.map(as_json).unwrap_or_default();
        write(&format!("{shown}\n"))?;
        return Ok(Exit::Done);
    }
    let mut page = format!("{}\n", terminal.out(Style::Bold, &clean(&show.model)));
    // A string takes all that is written to it.
    let _ = writeln!(
        page,
        "  your own price counts, from the configuration file, for any time, tier and length"
    );
    for line in table(own.rows()) {
        let _ = writeln!(page, "  {line}");
    }
    let _ = match of_book {
        Some(of_book) => {
            let not_counting = terminal.out(
                Style::Yellow,
                "the price book's prices, which do not count:",
            );
            writeln!(
                page,
                "\n{not_counting}\n{}",
                self::page(terminal, of_book).trim_end()
            )
        }
        None => writeln!(page, "  the price book does not have it"),
    };
    write(&page)?;
    Ok(Exit::Done)
}

/// Names a price of the user's own as the configuration does.
fn mark_own(shown: &mut Value, name: &str) {
    if let Some((provider, model)) = name.split_once('/') {
        shown["provider"] = provider.into();
        shown["model"] = model.into();
    }
    shown["own"] = true.into();
}

fn id(tariff: &Tariff) -> String {
    format!("{}/{}", tariff.provider, tariff.model)
}

/// Returns the usual price of today in words.
fn usual(tariff: &Tariff) -> String {
    let usual = tariff.usual(terms_now().at);
    let text = |price: Option<PicoUsd>| {
        price.map_or("?".to_owned(), |price| {
            format!("${}", usd_per_million_text(price))
        })
    };
    usual.map_or("no price known today".to_owned(), |rates| {
        let (input, output) = (text(rates.input), text(rates.output));
        format!("{input} in, {output} out per million tokens")
    })
}

fn of_model<'a>(tariff: &'a Tariff) -> impl Iterator<Item = Conflict> + 'a {
    conflicts().filter(|one| one.provider == &*tariff.provider && one.model == &*tariff.model)
}

/// How a row fills a column; `None`: a dash.
type Fill = fn(&Row) -> Option<String>;

/// Heads of the columns and how a row fills them, in USD per million tokens; a dash says that the next wider
/// bucket's price counts, or that there is no condition.
const COLUMNS: [(&str, Fill); 12] = [
    ("tier", |row| Some(row.tier.name().to_owned())),
    ("from", |row| row.from.map(|day| day.to_string())),
    ("above", |row| {
        (row.above > 0).then(|| row.above.to_string())
    }),
    ("input", |row| row.rates.input.map(usd_per_million_text)),
    ("output", |row| row.rates.output.map(usd_per_million_text)),
    ("read", |row| row.rates.cache_read.map(usd_per_million_text)),
    ("write", |row| {
        row.rates.cache_write.map(usd_per_million_text)
    }),
    ("write 1h", |row| {
        row.rates.cache_write_1h.map(usd_per_million_text)
    }),
    ("reasoning", |row| {
        row.rates.reasoning.map(usd_per_million_text)
    }),
    ("request", |row| {
        let fee = row.rates.request?;
        Some(usd_per_million_text(PicoUsd(fee.0 / 1_000_000)))
    }),
    ("source", |row| {
        let date = row.source.date.map(|day| format!(" of {day}"));
        Some(format!("{}{}", row.source.name, date.unwrap_or_default()))
    }),
    ("hours (UTC, 1 is Monday)", |row| {
        (!row.hours.is_always()).then(|| row.hours.to_string())
    }),
];

fn page(terminal: Terminal, tariff: &Tariff) -> String {
    let mut page = format!("{}\n", terminal.out(Style::Bold, &clean(&id(tariff))));
    // A string takes all that is written to it.
    let mut line = |text: &str| {
        let _ = writeln!(page, "{}", format!("  {text}").trim_end());
    };
    let book = current();
    if let Some(provider) = book.provider(&tariff.provider) {
        line(format!("{}  {}", provider.name, provider.url).trim_end());
    }
    let details = &tariff.details;
    let tokens =
        |count: Option<u64>, what: &str| count.map(|count| format!("{what} {count} tokens"));
    let limits = [
        tokens(details.context_window, "context"),
        tokens(details.max_output, "output up to"),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if !limits.is_empty() {
        line(&limits.join(", "));
    }
    let abilities: Vec<&str> = details.abilities.names().collect();
    if !abilities.is_empty() {
        line(&format!("knows {}", abilities.join(", ")));
    }
    if let Some(day) = details.retires {
        line(&terminal.out(Style::Yellow, &format!("retires on {day}")));
    } else if details.deprecated {
        line(&terminal.out(Style::Yellow, "the provider advises against it"));
    }
    line(&format!("today {}", usual(tariff)));
    for day in tariff.changes_after(terms_now().at) {
        line(&terminal.out(Style::Yellow, &format!("the price changes on {day}")));
    }
    line("");
    line(&terminal.out(
        Style::Dim,
        "USD per million tokens; of a request, USD; above: for the whole of a longer prompt",
    ));
    for row in table(tariff.rows()) {
        line(&row);
    }
    let differ: Vec<Conflict> = of_model(tariff).collect();
    if !differ.is_empty() {
        line("");
        line("where the sources differ (the first counts)");
        for one in differ {
            let or_none = |text: &'static str| if text.is_empty() { "nothing" } else { text };
            line(&format!(
                "  {}: {} {}, {}",
                one.kind,
                one.what,
                or_none(one.base),
                or_none(one.overlay)
            ));
        }
    }
    page
}

/// Returns the rows as aligned text, a head first; columns that no row fills are left out.
fn table(rows: &[Row]) -> Vec<String> {
    let mut lines = vec![String::new(); rows.len() + 1];
    for (head, fill) in COLUMNS {
        let cells: Vec<Option<String>> = rows.iter().map(fill).collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let texts = std::iter::once(head.to_owned())
            .chain(cells.into_iter().map(|cell| cell.unwrap_or("-".to_owned())));
        let texts: Vec<String> = texts.collect();
        let widest = texts.iter().map(|text| width(text)).max().unwrap_or(0);
        for (line, text) in lines.iter_mut().zip(texts) {
            line.push_str(&text);
            line.push_str(&" ".repeat(widest + 2 - width(&text)));
        }
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// Returns a model with its prices, decimals as text.
fn as_json(tariff: &Tariff) -> Value {
    let rows = tariff.rows().iter().map(|row| {
        let usd = |price: Option<PicoUsd>| price.map(usd_per_million_text);
        json!({
            "tier": row.tier,
            "from": row.from.map(|day| day.to_string()),
            "hours": (!row.hours.is_always()).then(|| row.hours.to_string()),
            "above": row.above,
            "input": usd(row.rates.input),
            "output": usd(row.rates.output),
            "cache_read": usd(row.rates.cache_read),
            "cache_write": usd(row.rates.cache_write),
            "cache_write_1h": usd(row.rates.cache_write_1h),
            "reasoning": usd(row.rates.reasoning),
            "million_requests": usd(row.rates.request),
            "source": row.source.name,
            "source_date": row.source.date.map(|day| day.to_string()),
        })
    });
    let differ = of_model(tariff).map(|one| {
        json!({ "kind": one.kind, "what": one.what, "base": one.base, "overlay": one.overlay })
    });
    json!({
        "provider": &*tariff.provider,
        "model": tariff.model,
        "context_window": tariff.details.context_window,
        "max_output": tariff.details.max_output,
        "retires": tariff.details.retires.map(|day| day.to_string()),
        "deprecated": tariff.details.deprecated,
        "usd_per_million_tokens": rows.collect::<Vec<_>>(),
        "conflicts": differ.collect::<Vec<_>>(),
    })
}
