//! From what a caller asked for to the facts that routing looks at.

use crate::{App, Caller};
use switchboard_engine::call::{Message, ModelRequest, Part, ResponseFormat, Role};
use switchboard_engine::policy::budget::Labels;
use switchboard_engine::tokens::estimate_input_tokens;
use switchboard_routing::{Facts, InputText, Language, LocalTime, Weekday};

/// The program as the callers of its own API name it.
const GATEWAY: &str = "gateway";
/// Callers that are programs of ours; every other is a gateway key.
const PROGRAMS: [&str; 3] = ["window", "cli", GATEWAY];

/// A request before its model is chosen.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `auto`, a route or a model; `sim:` before it asks for simulated twins.
    pub model: &'a str,
    pub request: &'a ModelRequest,
    /// Which of our programs it came to.
    pub program: Caller,
    /// The gateway key's name; `None`: the program's own.
    pub caller: Option<&'a str>,
    pub project: Option<&'a str>,
    pub tags: &'a [String],
    /// Title of the saved prompt it was made from.
    pub prompt: Option<&'a str>,
    /// What weighted options stay the same for; `None`: the conversation, told by its beginning.
    pub sticky: Option<&'a str>,
}

impl Asked<'_> {
    /// Returns what weighted options stay the same for: the caller, and what the caller says, or where the
    /// conversation begins. Later turns of a conversation begin alike.
    pub(crate) fn sticky_key(&self, app: &App) -> String {
        let caller = self.caller.unwrap_or(app.caller().name());
        match self.sticky {
            Some(sticky) => format!("{caller}\n{sticky}"),
            None => {
                let messages = &self.request.messages;
                let first = messages
                    .iter()
                    .position(|message| message.role == Role::User);
                let begin = messages.iter().take(first.map_or(1, |first| first + 1));
                let begin: Vec<String> = begin.map(Message::joined_text).collect();
                format!("{caller}\n{}", begin.join("\n"))
            }
        }
    }

    /// Gathers everything a rule may ask for.
    pub(crate) fn facts(&self, app: &App) -> Facts {
        let request = self.request;
        let texts = |wanted: Role| {
            let of = request
                .messages
                .iter()
                .filter(|message| message.role == wanted);
            of.map(Message::joined_text).collect::<Vec<_>>().join("\n")
        };
        let (system, text) = (texts(Role::System), texts(Role::User));
        let chars = request.input_chars();
        let images = request
            .messages
            .iter()
            .flat_map(|message| &message.parts)
            .filter(|part| matches!(part, Part::Image { .. }))
            .count();
        let streaming = request
            .raw
            .as_ref()
            .is_some_and(|raw| raw.body.get("stream").is_some_and(|on| on == true));
        Facts {
            task: None,
            tags: self.tags.to_vec(),
            language: Language::detect(&text),
            complexity: None,
            input_chars: chars,
            input_tokens: estimate_input_tokens(request),
            images: u32::try_from(images).unwrap_or(u32::MAX),
            tools: request.tools.iter().map(|tool| tool.name.clone()).collect(),
            json_schema: request.response_format != ResponseFormat::Text,
            streaming,
            caller: Some(self.caller.unwrap_or(app.caller().name()).to_owned()),
            project: self.project.map(str::to_owned),
            prompt: self.prompt.map(str::to_owned),
            local_time: Some(local_time()),
            budget_used: budget_used(app, self.caller, self.project),
            system: InputText::new(&system),
            text: InputText::new(&text),
        }
    }
}

/// Returns how much is used of the budget that a call falls under before its route and model are known: everybody's, its
/// project's, its caller's. `caller`: a gateway key's name, or the program's own; `None`: this program.
pub(crate) fn budget_used(app: &App, caller: Option<&str>, project: Option<&str>) -> Option<f64> {
    let own = app.caller().name();
    let program = caller.filter(|name| PROGRAMS.contains(name));
    let key = caller.filter(|name| !PROGRAMS.contains(name));
    let labels = Labels {
        project: project.map(Into::into),
        route: None,
        caller: program
            .unwrap_or(if key.is_some() { GATEWAY } else { own })
            .into(),
        key: key.map(Into::into),
        provider: "".into(),
        model: "".into(),
    };
    app.money().purse().used_share(&labels)
}

/// Returns the time on the user's wall.
pub(crate) fn local_time() -> LocalTime {
    local_time_of(jiff::ZonedDateTime::now().datetime())
}

/// Returns a moment as routing sees it.
pub(crate) fn local_time_of(now: jiff::civil::DateTime) -> LocalTime {
    let weekday = match now.weekday() {
        jiff::civil::Weekday::Monday => Weekday::Mon,
        jiff::civil::Weekday::Tuesday => Weekday::Tue,
        jiff::civil::Weekday::Wednesday => Weekday::Wed,
        jiff::civil::Weekday::Thursday => Weekday::Thu,
        jiff::civil::Weekday::Friday => Weekday::Fri,
        jiff::civil::Weekday::Saturday => Weekday::Sat,
        jiff::civil::Weekday::Sunday => Weekday::Sun,
    };
    LocalTime {
        weekday,
        hour: u8::try_from(now.hour()).unwrap_or_default(),
        minute: u8::try_from(now.minute()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::budget_used;
    use crate::api::types::ExplainRequest;
    use crate::host::fake::FakeHost;
    use crate::{App, Caller, Options};
    use std::sync::Arc;
    use switchboard_engine::policy::budget::Labels;
    use switchboard_engine::price::PicoUsd;
    use switchboard_engine::redact::Redactor;

    const FILE: &str = "[budgets.all]\nlimit = 10\nwindow = \"month\"\n\
                        [budgets.alpha]\nlimit = 4\nwindow = \"day\"\nproject = \"alpha\"\n\
                        [budgets.nightly]\nlimit = 2\nwindow = \"day\"\nkey = \"nightly\"\n\
                        [routes.thrifty]\nwhen = \"budget_used >= 80%\"\ntargets = [\"sandbox/swift\"]\n";

    async fn app(text: &str) -> (App, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        let app = App::open(Options {
            data_dir: folder.path().to_path_buf(),
            config_path: folder.path().join("config.toml"),
            caller: Caller::Cli,
            host: Arc::new(FakeHost::default()),
            redactor: Arc::new(Redactor::default()),
        })
        .await
        .unwrap();
        (app, folder)
    }

    fn spend(app: &App, project: Option<&str>, key: Option<&str>, usd: i64) {
        let labels = Labels {
            project: project.map(Into::into),
            route: None,
            caller: "gateway".into(),
            key: key.map(Into::into),
            provider: "openai".into(),
            model: "gpt".into(),
        };
        let amount = PicoUsd(usd * 1_000_000_000_000);
        let book = |ledger: &mut switchboard_engine::policy::ledger::Ledger, now| {
            ledger.add_spent(&labels, amount, now);
        };
        app.money().purse().with_ledger(book);
    }

    async fn goes_to(app: &App, project: Option<&str>) -> Option<String> {
        let mut request = ExplainRequest {
            model: "auto".to_owned(),
            prompt: Some("Hello".to_owned()),
            ..ExplainRequest::default()
        };
        if let Some(project) = project {
            let facts = switchboard_routing::Facts {
                project: Some(project.to_owned()),
                ..switchboard_routing::Facts::default()
            };
            request.facts = Some(facts);
        }
        let explained = crate::routes::of_request(app, request).await.unwrap();
        explained.decision.and_then(|decision| decision.route)
    }

    #[tokio::test]
    async fn the_budget_that_is_used_most_is_what_rules_see_and_none_is_missing() {
        let (app, _folder) = app(FILE).await;
        assert_eq!(budget_used(&app, None, None), Some(0.0));
        spend(&app, Some("alpha"), None, 3);
        assert_eq!(budget_used(&app, None, None), Some(0.3));
        assert_eq!(budget_used(&app, None, Some("alpha")), Some(0.75));
        assert_ne!(
            goes_to(&app, Some("alpha")).await.as_deref(),
            Some("thrifty")
        );
        spend(&app, Some("alpha"), Some("nightly"), 1);
        assert_eq!(budget_used(&app, None, Some("alpha")), Some(1.0));
        assert_eq!(budget_used(&app, Some("nightly"), None), Some(0.5));
        assert_eq!(
            goes_to(&app, Some("alpha")).await.as_deref(),
            Some("thrifty")
        );
        assert_ne!(goes_to(&app, None).await.as_deref(), Some("thrifty"));
        app.shutdown().await;
    }

    #[tokio::test]
    async fn without_a_budget_nothing_is_known_and_no_rule_on_it_holds() {
        let text =
            "[routes.thrifty]\nwhen = \"budget_used < 80%\"\ntargets = [\"sandbox/swift\"]\n";
        let (app, _folder) = app(text).await;
        assert_eq!(budget_used(&app, None, None), None);
        assert_ne!(goes_to(&app, None).await.as_deref(), Some("thrifty"));
        app.shutdown().await;
    }
}
