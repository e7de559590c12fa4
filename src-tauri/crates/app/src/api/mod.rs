//! The API table: every use-case once, with its name, parameters and result. Both hosts and the
//! TypeScript types come from it.

mod budget_types;
mod call_types;
mod config_types;
mod experiment_types;
mod export_types;
mod gateway_types;
mod price_types;
mod prompt_types;
mod provider_types;
mod rehearse_types;
mod route_edit_types;
mod routes_types;
mod routing_types;
mod spend_chart_types;
mod spend_types;
mod token_types;
pub mod types;
mod typescript;
mod whatif_types;

pub use typescript::types_ts;

use crate::App;
use serde::de::DeserializeOwned;
use serde_json::Value;
use types::*;

/// A method's place in the TypeScript interface.
#[derive(Debug, Clone)]
pub struct MethodType {
    pub name: &'static str,
    pub doc: &'static str,
    pub params: String,
    pub result: String,
}

macro_rules! api {
    ($( #[doc = $doc:literal] $name:literal => $handler:path, $params:ty, $result:ty; )*) => {
        /// Runs the method `name`.
        ///
        /// # Errors
        /// `UnknownMethod`, `InvalidParams` naming the field, or what the method itself reports.
        pub async fn dispatch(app: &App, name: &str, params: Value) -> Result<Value, ApiError> {
            match name {
                $( $name => {
                    let params: $params = parse(name, params)?;
                    let result: $result = $handler(app, params).await?;
                    serialize(&result)
                } )*
                _ => Err(unknown_method(name)),
            }
        }

        /// Returns every method with its TypeScript types.
        pub fn methods(config: &ts_rs::Config) -> Vec<MethodType> {
            vec![ $( MethodType {
                name: $name,
                doc: $doc,
                params: <$params as ts_rs::TS>::name(config),
                result: <$result as ts_rs::TS>::name(config),
            } ),* ]
        }

        /// Visits every type that the methods mention.
        pub fn visit_types(visitor: &mut impl ts_rs::TypeVisitor) {
            $( visitor.visit::<$params>(); visitor.visit::<$result>(); )*
        }
    };
}

api! {
    #[doc = "What the shell shows about the program."]
    "app.info" => crate::info::app_info, Empty, AppInfo;
    #[doc = "State the UI kept at the last launch."]
    "ui_state.get" => crate::info::ui_state, Empty, UiState;
    #[doc = "Keeps one value of UI state."]
    "ui_state.set" => crate::info::set_ui_state, SetUiState, Empty;

    #[doc = "Providers as configured, the simulator first."]
    "providers.list" => crate::providers::list, Empty, Vec<ProviderInfo>;
    #[doc = "Providers that can be added."]
    "providers.presets" => crate::providers::presets, Empty, Vec<Preset>;
    #[doc = "Adds or changes a provider in the configuration file."]
    "providers.save" => crate::providers::save, SaveProvider, ProviderInfo;
    #[doc = "Takes a provider out of the configuration file. Its keys stay until deleted."]
    "providers.delete" => crate::providers::delete, ProviderId, Empty;
    #[doc = "Shows where calls to a base URL would go."]
    "providers.preview_url" => crate::providers::preview_url, PreviewUrl, UrlPreview;
    #[doc = "Tries the connection by listing models, over the same path as calls."]
    "providers.test" => crate::providers::test, ProviderId, ProviderTest;
    #[doc = "Looks for model servers on this machine and adds those that answer."]
    "providers.find_local" => crate::providers::find_local, Empty, Vec<ProviderInfo>;
    #[doc = "Models that can be picked, configured and detected."]
    "models.list" => crate::providers::models, Empty, Vec<ModelInfo>;

    #[doc = "How many tokens a prompt has at some models before it is sent, and what they cost."]
    "tokens.count" => crate::tokens::count, CountTokens, Vec<TokenCount>;

    #[doc = "Routes: named chains of targets, those of the configuration file first."]
    "routes.list" => crate::routes::list, Empty, Vec<Route>;
    #[doc = "A route's whole form, as it is active."]
    "routes.get" => crate::routes::form, RouteName, RouteForm;
    #[doc = "What is wrong with a form, and what a call of it would cost and take."]
    "routes.check" => crate::routes::check_form, CheckRoute, RouteCheck;
    #[doc = "What changes would make of the configuration file."]
    "routes.diff" => crate::routes::diff, RouteEdits, RouteDiff;
    #[doc = "Makes changes active: writes the configuration file and keeps its version."]
    "routes.activate" => crate::routes::activate, RouteEdits, ConfigVersion;
    #[doc = "Takes a route out of the configuration file. A built-in one of its name comes back."]
    "routes.remove" => crate::routes::remove, RouteName, ConfigVersion;
    #[doc = "Gives a route another name."]
    "routes.rename" => crate::routes::rename, RenameRoute, ConfigVersion;
    #[doc = "Copies a route under another name."]
    "routes.duplicate" => crate::routes::duplicate, RenameRoute, ConfigVersion;

    #[doc = "Why a request would take its route and model, without making it."]
    "routes.explain" => crate::routes::of_request, ExplainRequest, RouteExplanation;
    #[doc = "What a route's variants did, and whether the data can tell them apart."]
    "routes.experiment" => crate::routes::experiment, AskExperiment, Experiment;
    #[doc = "Holds a rule against a request, part by part."]
    "routes.test_rule" => crate::routes::test_rule, TestRule, RuleTest;
    #[doc = "What can be written at a place of a rule."]
    "routes.complete_rule" => crate::routes::complete_rule, CompleteRule, Vec<Completion>;

    #[doc = "Versions of the configuration file, newest first."]
    "config.versions" => crate::config::versions::list, Empty, Vec<ConfigVersion>;
    #[doc = "A version's text, and what sets it apart from the active one."]
    "config.version" => crate::config::versions::get, ConfigVersionId, ConfigVersionText;
    #[doc = "Makes an old version of the configuration file active again."]
    "config.restore" => crate::config::versions::restore, ConfigVersionId, ConfigVersion;
    #[doc = "Puts the active configuration in the place of a broken file, which is kept beside it."]
    "config.put_back" => crate::config::versions::put_back, Empty, ConfigPutBack;

    #[doc = "A route in the own form of a gateway for production."]
    "export.preview" => crate::export::preview, PreviewExport, ExportPreview;
    #[doc = "What another program's configuration would add to the file."]
    "import.preview" => crate::import::preview, PreviewImport, ImportPreview;
    #[doc = "Adds what another program's configuration holds to the file."]
    "import.apply" => crate::import::apply, ApplyImport, ImportDone;

    #[doc = "The gateway as it is now, with its keys."]
    "gateway.status" => crate::gateway::status, Empty, GatewayStatus;
    #[doc = "Starts the gateway, or moves it to another port."]
    "gateway.start" => crate::gateway::start, StartGateway, GatewayStatus;
    #[doc = "Stops the gateway and the calls it runs."]
    "gateway.stop" => crate::gateway::stop, Empty, GatewayStatus;
    #[doc = "Makes a gateway key invalid for ever, at once."]
    "gateway.keys.revoke" => crate::gateway::revoke_key, GatewayKeyId, GatewayKey;

    #[doc = "How every budget stands."]
    "budgets.list" => crate::budgets::list, Empty, BudgetList;
    #[doc = "Writes a budget into the configuration file."]
    "budgets.set" => crate::budgets::set, SetBudget, BudgetList;
    #[doc = "Takes a budget out of the configuration file."]
    "budgets.remove" => crate::budgets::remove, BudgetName, BudgetList;
    #[doc = "Raises a budget until it resets; the configuration file stays as it is."]
    "budgets.raise" => crate::budgets::raise, RaiseBudget, BudgetList;
    #[doc = "Alerts about spending, newest first."]
    "alerts.list" => crate::alerts::list, Empty, AlertList;
    #[doc = "Marks one alert, or all, as seen."]
    "alerts.dismiss" => crate::alerts::dismiss, DismissAlerts, AlertList;
    #[doc = "Keeps a budget's alerts quiet until it resets, or takes that back."]
    "alerts.mute" => crate::alerts::mute, MuteAlerts, BudgetList;
    #[doc = "Which alerts there are, and where they go."]
    "alerts.settings" => crate::alerts::settings, Empty, AlertSettings;
    #[doc = "Changes which alerts there are."]
    "alerts.set" => crate::alerts::set, SetAlerts, AlertSettings;
    #[doc = "Keeps the address of the webhook in the OS key store, or forgets it."]
    "alerts.set_webhook" => crate::alerts::set_webhook, SetWebhook, AlertSettings;
    #[doc = "Shows a notification and sends a message to the webhook, as a test."]
    "alerts.test" => crate::alerts::test, Empty, AlertSettings;
    #[doc = "Callers whose calls are refused."]
    "callers.stopped" => crate::alerts::stopped, Empty, Vec<StoppedCaller>;
    #[doc = "Refuses a caller's calls until it is let go on."]
    "callers.stop" => crate::alerts::stop_caller, CallerRef, Vec<StoppedCaller>;
    #[doc = "Lets a stopped caller go on."]
    "callers.resume" => crate::alerts::resume_caller, CallerRef, Vec<StoppedCaller>;

    #[doc = "The state of the OS key store, asked anew."]
    "keys.state" => crate::secrets::state, Empty, KeychainState;
    #[doc = "Removes a credential."]
    "keys.delete" => crate::secrets::delete, KeyRef, Empty;
    #[doc = "Chooses the credential that a provider's calls use."]
    "keys.activate" => crate::secrets::activate, KeyRef, Empty;
    #[doc = "Looks for known key variables in the environment."]
    "keys.scan_env" => crate::secrets::scan_env, Empty, KeyScan;
    #[doc = "Imports what a scan found."]
    "keys.import" => crate::secrets::import, ImportKeys, Vec<ProviderInfo>;

    #[doc = "Prompts, last changed first."]
    "prompts.list" => crate::prompts::list, PromptQuery, Vec<PromptSummary>;
    #[doc = "A prompt with its draft."]
    "prompts.get" => crate::prompts::get, PromptId, Prompt;
    #[doc = "Makes a prompt."]
    "prompts.create" => crate::prompts::create, NewPrompt, Prompt;
    #[doc = "Keeps the draft. Called within 300 ms of a change."]
    "prompts.save_draft" => crate::prompts::save_draft, SaveDraft, Prompt;
    #[doc = "Saves the draft as a new version, if it differs from the latest."]
    "prompts.save_version" => crate::prompts::save_version, PromptId, Prompt;
    #[doc = "A prompt's versions, newest first."]
    "prompts.versions" => crate::prompts::versions, PromptId, Vec<PromptVersion>;
    #[doc = "Makes an old version the draft."]
    "prompts.restore" => crate::prompts::restore, RestoreVersion, Prompt;
    #[doc = "Copies a prompt."]
    "prompts.duplicate" => crate::prompts::duplicate, PromptId, Prompt;
    #[doc = "Hides a prompt; its calls stay."]
    "prompts.delete" => crate::prompts::delete, PromptId, Empty;
    #[doc = "Brings a deleted prompt back."]
    "prompts.undelete" => crate::prompts::undelete, PromptId, Prompt;

    #[doc = "Runs columns of a prompt; what happens arrives on the live channel."]
    "calls.start" => crate::calls::start, StartRun, StartedRun;
    #[doc = "Stops a call. Stopping one that has ended is no error."]
    "calls.stop" => crate::calls::stop, CallRef, Empty;
    #[doc = "Stops every running call."]
    "calls.stop_all" => crate::calls::stop_all, Empty, Empty;
    #[doc = "Recorded calls, newest first."]
    "calls.list" => crate::calls::list, CallQuery, CallPage;
    #[doc = "A call with everything recorded about it, running or not."]
    "calls.get" => crate::calls::get, CallRef, CallDetail;
    #[doc = "The calls of a prompt's latest comparison; empty if it was never run."]
    "calls.latest_of_prompt" => crate::calls::latest_of_prompt, PromptId, Vec<CallDetail>;
    #[doc = "Why a call took its model: in one sentence, and as the path it took."]
    "calls.explain" => crate::routes::of_call, ExplainCall, RouteExplanation;
    #[doc = "Rates an answer."]
    "calls.rate" => crate::calls::rate, RateCall, Empty;
    #[doc = "Records a blind vote and returns the prompt's record."]
    "votes.cast" => crate::calls::cast_vote, CastVote, VoteRecord;
    #[doc = "How models did in a prompt's blind votes."]
    "votes.record" => crate::calls::vote_record, PromptId, VoteRecord;

    #[doc = "What a rehearsal of a route would run on."]
    "rehearse.preview" => crate::rehearse::preview, PreviewRehearsal, RehearsalPreview;
    #[doc = "Says what a fault line means, as it is being typed."]
    "rehearse.parse_fault" => crate::rehearse::parse_fault, ParseFault, ParsedFault;
    #[doc = "Rehearses a route in virtual time; how far it is arrives on the live channel."]
    "rehearse.start" => crate::rehearse::start, StartRehearsal, RehearsalProgress;
    #[doc = "How far the running or last rehearsal is."]
    "rehearse.progress" => crate::rehearse::progress, Empty, RehearsalProgress;
    #[doc = "Stops the running rehearsal. Stopping none is no error."]
    "rehearse.stop" => crate::rehearse::stop, Empty, Empty;
    #[doc = "What the last finished rehearsal found."]
    "rehearse.report" => crate::rehearse::report, Empty, RehearsalReport;
    #[doc = "The last finished rehearsal's chart: calls over time by answering model, faults shaded."]
    "rehearse.chart" => crate::rehearse::chart, ChartRehearsal, RehearsalChart;

    #[doc = "Replays past calls through a route or its draft; how far it is arrives on the live channel."]
    "what_if.start" => crate::rehearse::whatif::start, StartWhatIf, RehearsalProgress;
    #[doc = "How far the running or last replay is."]
    "what_if.progress" => crate::rehearse::whatif::progress, Empty, RehearsalProgress;
    #[doc = "Stops the running replay. Stopping none is no error."]
    "what_if.stop" => crate::rehearse::whatif::stop, Empty, Empty;
    #[doc = "What the last finished replay found."]
    "what_if.report" => crate::rehearse::whatif::report, Empty, WhatIfReport;

    #[doc = "What calls cost, how long they took and how often they failed, over a range of time."]
    "spend.report" => crate::spend::report, SpendQuery, SpendReport;
    #[doc = "Sums what calls cost anew from the calls; for sums that cannot be read."]
    "spend.rebuild" => crate::spend::rebuild, Empty, SpendRebuilt;
    #[doc = "What was spent today."]
    "spend.today" => crate::spend::today, Empty, SpendToday;
    #[doc = "A report as the text of a file."]
    "spend.export" => crate::spend::export, ExportSpend, SpendFile;
    #[doc = "The chart as a file."]
    "spend.picture" => crate::spend_chart::picture, DrawSpend, SpendPicture;

    #[doc = "Models with their prices of today, by letters of their names."]
    "prices.search" => crate::prices::search, PriceQuery, PriceMatches;
    #[doc = "Every price of a model: by tier, date, hours and length, with source and conflicts."]
    "prices.show" => crate::prices::show, PriceRef, PriceSheet;
    #[doc = "Sets a price of the user's own in the configuration file."]
    "prices.set" => crate::prices::set, OwnPrice, OwnPrice;
    #[doc = "Takes a price of the user's own back."]
    "prices.remove" => crate::prices::remove, PriceRef, Empty;
    #[doc = "Takes a price file in place of the book that counts. A broken or shrunken one changes nothing."]
    "prices.update" => crate::prices::update, UpdatePrices, PriceUpdate;
    #[doc = "Lets the price book that comes with the program count again."]
    "prices.use_bundled" => crate::prices::use_bundled, Empty, PriceBook;
    #[doc = "Models that go, and prices that change."]
    "prices.notices" => crate::prices::notices, PriceNoticesQuery, Vec<PriceNotice>;

    #[doc = "Compares two texts."]
    "diff.texts" => crate::diff::texts, DiffTexts, Diff;
}

fn parse<T: DeserializeOwned>(name: &str, params: Value) -> Result<T, ApiError> {
    let params = if params.is_null() {
        Value::Object(Default::default())
    } else {
        params
    };
    serde_json::from_value(params).map_err(|error| ApiError {
        code: ErrorCode::InvalidParams,
        message: format!("the parameters of `{name}` do not fit: {error}"),
        hint: None,
        field: None,
    })
}

fn serialize<T: serde::Serialize>(result: &T) -> Result<Value, ApiError> {
    serde_json::to_value(result).map_err(|error| ApiError {
        code: ErrorCode::Internal,
        message: format!("the result could not be written: {error}"),
        hint: None,
        field: None,
    })
}

fn unknown_method(name: &str) -> ApiError {
    ApiError {
        code: ErrorCode::UnknownMethod,
        message: format!("there is no method `{name}`"),
        hint: None,
        field: None,
    }
}
