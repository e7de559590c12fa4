//! What can be typed after `switchboard-cli`.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use switchboard_engine::call::ReasoningEffort;

const AFTER_HELP: &str = "\
Exit codes:
    0  done; every call was answered
    1  a call failed
    2  the command line or a file it names is wrong
    3  the configuration is wrong, or names no such provider or model
    4  a key is missing or was refused
    5  Switchboard itself failed (history, folders, network address)
  130  interrupted (Ctrl-C); what had arrived is in the history
  141  the reader of the output went away

Models are written provider/model. sandbox/… are simulated ones that need no key:
`switchboard-cli models` lists them. A route's name is asked in place of a model, and
sim:ROUTE tries it without a key: `switchboard-cli routes` lists them. With no color
wanted set NO_COLOR.";

/// Switchboard on the command line: LLM calls with retry, fallback and history
#[derive(Debug, Parser)]
#[command(name = "switchboard-cli", version, about, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Keep history, configuration, key names and log in this folder instead of the usual ones (or set
    /// SWITCHBOARD_DATA_DIR)
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// When to use color
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask one model; the answer goes to standard output
    ///
    /// In a terminal the answer streams. Into a pipe or file it is written when it is whole, so that a
    /// script never gets half of one; --stream writes it as it comes.
    Call(Call),
    /// Ask several models side by side
    Compare(Compare),
    /// Serve Switchboard on this machine
    Serve(Serve),
    /// List the models that can be asked
    Models(Models),
    /// Tell about how many tokens a prompt has at some models, and what they cost; nothing is sent
    Tokens(Tokens),
    /// Look up what models cost, and where that figure is from
    #[command(subcommand)]
    Prices(Prices),
    /// List the routes that can be asked in place of a model
    Routes(Routes),
    /// Check the configuration file, list its versions and bring one back
    #[command(subcommand)]
    Config(Config),
    /// Write a route in the own form of a gateway for production
    ///
    /// The file goes to standard output, what does not hold there as it holds here to standard error. It holds
    /// no key: names of variables and secrets only.
    Export(Export),
    /// Show what is spent of budgets, and when they reset
    Budgets(Budgets),
    /// Show what calls cost, by model, project, caller and more
    ///
    /// Days are those of the zone that budgets go by. Simulated calls are in a report of their own: --simulated.
    Spend(Spend),
    /// Take over another program's configuration: LiteLLM, Portkey, an OpenRouter body, an environment
    ///
    /// Shows what would be added to the configuration file; --apply adds it. A key in the text never goes into
    /// the file.
    Import(Import),
    /// Make, list and revoke keys for clients of the gateway
    Keys(Keys),
    /// Rehearse outages: a route under load and faults, in virtual time
    ///
    /// The same pipeline as real calls, over simulated providers: no network, no key, no cost. An hour of
    /// calls takes seconds.
    Rehearse(crate::rehearse::Rehearse),
}

#[derive(Debug, Args)]
pub(crate) struct Call {
    #[command(flatten)]
    pub(crate) prompt: Prompt,

    /// The model to ask, as provider/model, a route's name, or auto for the route that fits
    #[arg(short, long, value_name = "MODEL", default_value = "sandbox/steady")]
    pub(crate) model: String,

    /// A model to ask when the one before fails; may be repeated
    #[arg(long, value_name = "MODEL")]
    pub(crate) fallback: Vec<String>,

    /// Write the answer as it comes, also into a pipe; one that breaks off then fails
    #[arg(long, conflicts_with = "json")]
    pub(crate) stream: bool,

    /// Show the model's reasoning on standard error
    #[arg(long, conflicts_with = "json")]
    pub(crate) reasoning: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    #[command(flatten)]
    pub(crate) prompt: Prompt,

    /// A model to ask, as provider/model, or a route's name; may be repeated, up to six
    ///
    /// Without it the three default simulated models are asked.
    #[arg(short, long = "model", value_name = "MODEL")]
    pub(crate) models: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Tokens {
    #[command(flatten)]
    pub(crate) prompt: Prompt,

    /// A model whose tokens count, as provider/model, or a route's name; may be repeated
    #[arg(short, long = "model", value_name = "MODEL", required = true)]
    pub(crate) models: Vec<String>,
}

/// What is asked, and how.
#[derive(Debug, Args)]
pub(crate) struct Prompt {
    /// The prompt; `-` (or nothing, into a pipe) reads it from standard input
    #[arg(value_name = "PROMPT")]
    pub(crate) text: Option<String>,

    /// Instructions before the prompt
    #[arg(long, value_name = "TEXT")]
    pub(crate) system: Option<String>,

    /// An image to send along (PNG, JPEG, GIF or WebP); may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Vec<PathBuf>,

    /// Ask for JSON that fits the JSON Schema in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,

    /// What the calls are for, as the costs show it
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Option<String>,

    /// A word to find the calls by; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,

    /// A value for {{NAME}} in the prompt; may be repeated
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<String>,

    /// Randomness, 0 to 2
    #[arg(long, value_name = "NUMBER")]
    pub(crate) temperature: Option<f64>,

    /// Nucleus sampling mass, 0 to 1
    #[arg(long, value_name = "NUMBER")]
    pub(crate) top_p: Option<f64>,

    /// Most tokens of the answer
    #[arg(long, value_name = "COUNT")]
    pub(crate) max_tokens: Option<u32>,

    /// A text at which the model stops; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub(crate) stop: Vec<String>,

    /// Seed for repeatable answers, where the model has one
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) seed: Option<i64>,

    /// How long a reasoning model may think
    #[arg(long, value_name = "EFFORT")]
    pub(crate) effort: Option<Effort>,

    /// Write JSON, one object a line; of a call each event, its `type` the event's name
    #[arg(long)]
    pub(crate) json: bool,

    /// Say on standard error what is retried and how the calls ended, also without a terminal
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Effort {
    Minimal,
    Low,
    Medium,
    High,
}

impl From<Effort> for ReasoningEffort {
    fn from(effort: Effort) -> Self {
        match effort {
            Effort::Minimal => Self::Minimal,
            Effort::Low => Self::Low,
            Effort::Medium => Self::Medium,
            Effort::High => Self::High,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The user interface for a browser on this machine, instead of the gateway
    #[arg(long)]
    pub(crate) dashboard: bool,

    /// The dashboard's port on 127.0.0.1; 0 takes a free one [default: 4140, or a free one if that is
    /// taken]
    #[arg(long, value_name = "PORT", requires = "dashboard")]
    pub(crate) port: Option<u16>,

    /// The gateway's address and port; port 0 takes a free one [default: as configured, else
    /// 127.0.0.1:4141]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "dashboard")]
    pub(crate) address: Option<std::net::SocketAddr>,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Models {
    #[command(subcommand)]
    pub(crate) command: Option<ModelsCommand>,

    #[command(flatten)]
    pub(crate) list: ListModels,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// List the models that can be asked; the same as without `list`
    List(ListModels),
}

#[derive(Debug, Args)]
pub(crate) struct ListModels {
    /// Only models with these letters in their name
    #[arg(value_name = "SEARCH")]
    pub(crate) search: Option<String>,

    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Routes {
    #[command(subcommand)]
    pub(crate) command: Option<RoutesCommand>,

    #[command(flatten)]
    pub(crate) list: ListRoutes,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RoutesCommand {
    /// List routes with their targets; the same as without `list`
    ///
    /// A route's name is asked in place of a model. With `sim:` before it, simulated twins of its targets
    /// answer, so that it can be tried without a key.
    List(ListRoutes),
    /// Show one route step by step, with what a call of it costs and takes
    Show(ShowRoute),
    /// Say why a prompt would take its route and model, without asking it
    Explain {
        /// The prompt's text
        #[arg(value_name = "TEXT")]
        text: String,
        /// A route or a model to explain instead of the choice that `auto` makes
        #[arg(short, long, value_name = "MODEL", default_value = "auto")]
        model: String,
        /// Also what the decision looked at and each rule that did not hold; as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Hold a rule against a prompt, part by part
    Test {
        /// The rule, as `when` has it
        #[arg(value_name = "RULE")]
        rule: String,
        /// The prompt's text
        #[arg(value_name = "TEXT", default_value = "")]
        text: String,
    },
    /// Replay past calls through a route or its draft: cost, latency and failures against what happened
    ///
    /// Only shapes and outcomes of the history are read, on this machine; nothing is sent and nothing paid. Every
    /// figure has its 95 % interval, and what the data do not bear is said.
    Whatif(crate::routes::whatif::WhatIfArguments),
    /// Say what is wrong with routes, or keeps them from being used as they are written
    Check {
        /// Routes to check; all of them without a name
        #[arg(value_name = "ROUTE")]
        names: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ShowRoute {
    #[arg(value_name = "ROUTE")]
    pub(crate) name: String,

    /// As it stands, or would stand, in the configuration file
    #[arg(long)]
    pub(crate) toml: bool,

    /// As one JSON object
    #[arg(long, conflicts_with = "toml")]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Write where the file is
    Path,
    /// Say everything that is wrong with a file; exit code 3 if anything is
    Check {
        /// Another file than the active one
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Write the file's shape as JSON Schema, for completion in editors
    ///
    /// Save it beside the file as config.schema.json, and begin the file with
    /// `#:schema ./config.schema.json`.
    Schema,
    /// List the versions that were active, newest first
    Versions {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Write the text of a version
    Show {
        #[arg(value_name = "VERSION")]
        version: u32,
    },
    /// Make a version active again, also over a broken file
    Restore {
        #[arg(value_name = "VERSION")]
        version: u32,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ListRoutes {
    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The route's name; `switchboard-cli routes` lists them
    #[arg(value_name = "ROUTE")]
    pub(crate) route: String,

    /// The gateway it is for
    #[arg(long, value_name = "GATEWAY")]
    pub(crate) to: ExportGateway,

    /// Write to this file, or into this folder under the files' own names; what the export has besides its
    /// main file goes beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Write over files that are there
    #[arg(long, requires = "out")]
    pub(crate) force: bool,

    /// Files and losses as one JSON object
    #[arg(long, conflicts_with = "out")]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file; `-` reads it from standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Whose configuration it is [default: found out from the text]
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) from: Option<ImportFrom>,

    /// Add it to the configuration file
    #[arg(long)]
    pub(crate) apply: bool,

    /// Put keys that stand in the text into the key store; otherwise they are left out
    #[arg(long, requires = "apply")]
    pub(crate) store_keys: bool,

    /// What would be added or was added as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFrom {
    Litellm,
    Openrouter,
    Portkey,
    Environment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportGateway {
    Litellm,
    Portkey,
    Envoy,
    Bifrost,
    Tensorzero,
    Openrouter,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Budgets {
    #[command(subcommand)]
    pub(crate) command: Option<BudgetsCommand>,

    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BudgetsCommand {
    /// Show what is spent of budgets; the same as without `list`
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Spend {
    /// Sum all calls anew first; for sums that cannot be read
    #[arg(long)]
    pub(crate) rebuild: bool,

    /// What a row stands for
    #[arg(long, value_name = "WHAT", default_value = "model")]
    pub(crate) by: SpendKind,

    /// Today and the days before, so many together, at most 400
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=400),
        conflicts_with_all = ["range", "from", "to"])]
    pub(crate) days: Option<u16>,

    /// A range by its name [default: 30d]
    #[arg(long, value_name = "RANGE", conflicts_with_all = ["from", "to"])]
    pub(crate) range: Option<SpendTime>,

    /// The first day, as 2026-11-01, or a time, as 2026-11-01T09:00:00+01:00
    #[arg(long, value_name = "DATE", requires = "to")]
    pub(crate) from: Option<String>,

    /// The last day, which is in the report, or the time at which it ends
    #[arg(long, value_name = "DATE", requires = "from")]
    pub(crate) to: Option<String>,

    /// Only calls of this project; an empty name: calls without one
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Option<String>,

    /// Only simulated calls, instead of only real ones
    #[arg(long)]
    pub(crate) simulated: bool,

    /// The whole report as one JSON object; money in pico-dollars
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,

    /// The table as CSV, money in USD
    #[arg(long)]
    pub(crate) csv: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpendKind {
    Model,
    Provider,
    Route,
    Project,
    Caller,
    Prompt,
    Tag,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpendTime {
    Today,
    /// This hour and the 23 before
    #[value(name = "24h")]
    Hours24,
    /// Today and the 6 days before
    #[value(name = "7d")]
    Days7,
    /// Today and the 29 days before
    #[value(name = "30d")]
    Days30,
    /// From the first of this month
    Month,
}

#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key and write it to standard output, this once
    Create {
        /// What it is for; shown in history beside its calls
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// List keys, without the keys
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Make a key invalid for ever; a running gateway refuses it at once
    Revoke {
        /// The key's id, or its name
        #[arg(value_name = "ID")]
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Prices {
    /// List the models of the price book with these letters in their name
    Search(PricesSearch),
    /// Show every price of a model: by date, hour, service tier and length of the prompt
    Show(PricesShow),
    /// Set what a model costs, in place of what the price book says
    Set(PricesSet),
    /// Take a price of your own back
    Remove(PricesRemove),
    /// Take a price file in place of the price book; without FILE, the program's own again
    ///
    /// A broken or shrunken file changes nothing, and every problem of it is told.
    Update(PricesUpdate),
    /// List models that go and prices that change within 180 days
    Notices(PricesNotices),
}

#[derive(Debug, Args)]
pub(crate) struct PricesSet {
    /// The model of a provider that is set up
    #[arg(value_name = "PROVIDER/MODEL")]
    pub(crate) model: String,

    /// USD per million input tokens, for example 2.50
    #[arg(long, value_name = "USD", allow_hyphen_values = true)]
    pub(crate) input: String,

    /// USD per million output tokens
    #[arg(long, value_name = "USD", allow_hyphen_values = true)]
    pub(crate) output: String,

    /// USD per million tokens read from the prompt cache [default: as other input]
    #[arg(long, value_name = "USD", allow_hyphen_values = true)]
    pub(crate) cache_read: Option<String>,

    /// USD per million tokens written to the prompt cache [default: as other input]
    #[arg(long, value_name = "USD", allow_hyphen_values = true)]
    pub(crate) cache_creation: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PricesRemove {
    /// The model of a provider that is set up
    #[arg(value_name = "PROVIDER/MODEL")]
    pub(crate) model: String,
}

#[derive(Debug, Args)]
pub(crate) struct PricesUpdate {
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct PricesNotices {
    /// Also of models that none of your providers offers
    #[arg(long)]
    pub(crate) all: bool,

    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PricesSearch {
    /// Letters of provider/model
    #[arg(value_name = "TEXT")]
    pub(crate) text: String,

    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PricesShow {
    /// The model, by any name that a request may carry
    #[arg(value_name = "PROVIDER/MODEL")]
    pub(crate) model: String,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
