//! From what a caller asked for to the facts that routing looks at.

use crate::App;
use switchboard_engine::call::{Message, ModelRequest, Part, ResponseFormat, Role};
use switchboard_engine::tokens::estimate_input_tokens;
use switchboard_routing::{Facts, InputText, Language, LocalTime, Weekday};

/// A request before its model is chosen.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `auto`, a route or a model; `sim:` before it asks for simulated twins.
    pub model: &'a str,
    pub request: &'a ModelRequest,
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
            budget_used: None,
            system: InputText::new(&system),
            text: InputText::new(&text),
        }
    }
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
