//! What a model's name asks of the simulator: `steady?ttft=300&tps=80&fault=429-once`.

use crate::catalog;
use crate::fault::Fault;
use std::time::Duration;

/// Most tokens that `tokens` and `reasoning` take.
pub const MAX_TOKENS: u32 = 100_000;
/// Longest delay that `ttft`, `headers` and `wait` take, in milliseconds.
pub const MAX_DELAY_MS: u64 = 3_600_000;

/// How the answer is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Whatever the question seems to ask for.
    Auto,
    /// Paragraphs and at most a short list.
    Brief,
    /// Paragraphs only.
    Prose,
    /// With a code block.
    Code,
    /// With a table.
    Table,
}

/// A behaviour, ready to be played.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// The model's name without its options.
    pub name: String,
    /// From request to response headers.
    pub headers: Duration,
    /// From request to the first token.
    pub ttft: Duration,
    /// Tokens a second; `None`: as fast as they can be written.
    pub tps: Option<f64>,
    /// Length of the answer in tokens, reached to the next full sentence.
    pub tokens: u32,
    /// Tokens of reasoning before the answer.
    pub reasoning: u32,
    /// Chooses among answers; the same seed and request give the same bytes.
    pub seed: u64,
    pub style: Style,
    /// Answer in JSON even if the request does not ask for it.
    pub json: bool,
    /// How many of the offered tools to call.
    pub tools: u32,
    /// Answer with the last user message.
    pub echo: bool,
    /// Answer with this text.
    pub say: Option<String>,
    /// End the answer as if the token limit were reached.
    pub finish_length: bool,
    /// Input tokens to report as served from the prompt cache, at most the input's own.
    pub cached: u64,
    pub fault: Option<Fault>,
    /// `None`: the fault always happens. Else it happens this many times, then not (see [`crate::once`]).
    pub times: Option<u32>,
    /// Answer tokens before a fault in the middle; `None`: a third of the answer.
    pub after: Option<u32>,
    /// How long slow faults take.
    pub wait: Duration,
    /// What `retry-after` says.
    pub hint: Duration,
    /// Size of the huge chunk in KiB.
    pub size_kib: u32,
    /// Request parameters that are refused with 400, by their name on the wire.
    pub reject: Vec<String>,
}

/// Why a model's name is not a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    #[error("there is no simulated model `{0}`")]
    UnknownModel(String),
    #[error("the option `{key}` of a simulated model {why}")]
    Option { key: String, why: String },
}

/// The options of the suffix, for messages and documentation.
pub const OPTIONS: &str = "headers, ttft, tps, tokens, reasoning, seed, style, json, tools, echo, \
     say, finish, cached, fault, times, after, wait, hint, size, reject, of";

impl Script {
    /// Reads a model's name: a ready-made name, then `?` and options joined by `&`.
    ///
    /// A leading `sandbox/` is accepted, and option values may be percent-encoded.
    ///
    /// # Errors
    /// `UnknownModel` for a name that is not ready-made; `Option` naming the option at fault.
    pub fn parse(model: &str) -> Result<Self, ScriptError> {
        let model = model.strip_prefix("sandbox/").unwrap_or(model);
        let (name, suffix) = model.split_once('?').unwrap_or((model, ""));
        let Some(ready) = catalog::find(name) else {
            return Err(ScriptError::UnknownModel(name.chars().take(80).collect()));
        };
        let mut script = Self {
            name: name.to_owned(),
            headers: Duration::ZERO,
            ttft: Duration::from_millis(300),
            tps: Some(80.0),
            tokens: 240,
            reasoning: 0,
            seed: 0,
            style: Style::Auto,
            json: false,
            tools: 0,
            echo: false,
            say: None,
            finish_length: false,
            cached: 0,
            fault: None,
            times: None,
            after: None,
            wait: Duration::from_secs(45),
            hint: Duration::from_millis(800),
            size_kib: 8 * 1024,
            reject: Vec::new(),
        };
        script.apply(ready.script)?;
        script.apply(suffix)?;
        Ok(script)
    }

    fn apply(&mut self, options: &str) -> Result<(), ScriptError> {
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=').unwrap_or((option, ""));
            self.set(key, &percent_decode(value))
                .map_err(|why| ScriptError::Option {
                    key: key.chars().take(40).collect(),
                    why,
                })?;
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "headers" => self.headers = millis(value)?,
            "ttft" => self.ttft = millis(value)?,
            "wait" => self.wait = millis(value)?,
            "hint" => self.hint = millis(value)?,
            "tps" => self.tps = speed(value)?,
            "tokens" => self.tokens = number(value, MAX_TOKENS)?,
            "reasoning" => self.reasoning = number(value, MAX_TOKENS)?,
            "after" => self.after = Some(number(value, MAX_TOKENS)?),
            "tools" => self.tools = number(value, 16)?,
            "times" => self.times = Some(number(value, 1000)?),
            "size" => self.size_kib = number(value, 64 * 1024)?,
            "seed" => {
                self.seed = value
                    .parse()
                    .map_err(|_| "must be a whole number".to_owned())?;
            }
            "cached" => {
                self.cached = value
                    .parse()
                    .map_err(|_| "must be a whole number".to_owned())?;
            }
            "json" => self.json = flag(value)?,
            "echo" => self.echo = flag(value)?,
            "say" => self.say = Some(value.to_owned()),
            // Says whose twin the model is; plays no part.
            "of" if value.len() <= 100 => {}
            "of" => return Err("must be at most 100 characters long".to_owned()),
            "reject" => self.reject = value.split(',').map(str::to_owned).collect(),
            "style" => self.style = style(value)?,
            "finish" => {
                self.finish_length = match value {
                    "length" => true,
                    "stop" => false,
                    _ => return Err("must be `stop` or `length`".to_owned()),
                };
            }
            "fault" => self.set_fault(value)?,
            _ => return Err(format!("is unknown; there are: {OPTIONS}")),
        }
        Ok(())
    }

    fn set_fault(&mut self, value: &str) -> Result<(), String> {
        if value == "none" {
            (self.fault, self.times) = (None, None);
            return Ok(());
        }
        let (name, times) = match (value.strip_suffix("-once"), value.strip_suffix("-twice")) {
            (Some(name), _) => (name, Some(1)),
            (None, Some(name)) => (name, Some(2)),
            (None, None) => (value, None),
        };
        let Some(fault) = Fault::from_name(name) else {
            let names: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
            return Err(format!(
                "names no fault; there are: none, {} (each also with `-once` or `-twice`)",
                names.join(", ")
            ));
        };
        (self.fault, self.times) = (Some(fault), times);
        Ok(())
    }
}

fn millis(value: &str) -> Result<Duration, String> {
    match value.parse::<u64>() {
        Ok(ms) if ms <= MAX_DELAY_MS => Ok(Duration::from_millis(ms)),
        _ => Err(format!("must be milliseconds from 0 to {MAX_DELAY_MS}")),
    }
}

fn number(value: &str, most: u32) -> Result<u32, String> {
    match value.parse::<u32>() {
        Ok(number) if number <= most => Ok(number),
        _ => Err(format!("must be a whole number from 0 to {most}")),
    }
}

fn speed(value: &str) -> Result<Option<f64>, String> {
    if value == "max" {
        return Ok(None);
    }
    match value.parse::<f64>() {
        Ok(tps) if (0.01..=1e6).contains(&tps) => Ok(Some(tps)),
        _ => Err("must be tokens a second from 0.01 to 1000000, or `max`".to_owned()),
    }
}

fn flag(value: &str) -> Result<bool, String> {
    match value {
        "" | "on" | "1" | "true" => Ok(true),
        "off" | "0" | "false" => Ok(false),
        _ => Err("must be `on` or `off`".to_owned()),
    }
}

fn style(value: &str) -> Result<Style, String> {
    match value {
        "auto" => Ok(Style::Auto),
        "brief" => Ok(Style::Brief),
        "prose" => Ok(Style::Prose),
        "code" => Ok(Style::Code),
        "table" => Ok(Style::Table),
        _ => Err("must be `auto`, `brief`, `prose`, `code` or `table`".to_owned()),
    }
}

/// Decodes `%XX`; what is not an escape stays. Bytes that are not UTF-8 are replaced.
pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(byte) = escape {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert_eq, proptest};

    #[test]
    fn a_suffix_overrides_the_ready_made_options() {
        let script =
            Script::parse("steady?ttft=300&tps=80&tokens=600&seed=7&fault=429-once").unwrap();
        assert_eq!(script.ttft, Duration::from_millis(300));
        assert_eq!(script.tps, Some(80.0));
        assert_eq!((script.tokens, script.seed), (600, 7));
        assert_eq!(
            (script.fault, script.times),
            (Some(Fault::RateLimited), Some(1))
        );
        assert_eq!(Script::parse("flaky-429?fault=none").unwrap().fault, None);
        assert_eq!(Script::parse("sandbox/swift").unwrap().name, "swift");
    }

    #[test]
    fn every_fault_is_found_by_its_name_alone_and_counted() {
        for fault in Fault::ALL {
            let script = Script::parse(&format!("swift?fault={}", fault.name())).unwrap();
            assert_eq!((script.fault, script.times), (Some(*fault), None));
            let script = Script::parse(&format!("swift?fault={}-twice", fault.name())).unwrap();
            assert_eq!((script.fault, script.times), (Some(*fault), Some(2)));
        }
    }

    #[test]
    fn a_wrong_option_is_named_with_what_it_takes() {
        let said = |model| Script::parse(model).unwrap_err().to_string();
        assert_eq!(said("gpt-9"), "there is no simulated model `gpt-9`");
        assert_eq!(
            said("swift?ttft=soon"),
            "the option `ttft` of a simulated model must be milliseconds from 0 to 3600000"
        );
        assert!(said("swift?speed=3").contains("`speed`"));
        assert!(said("swift?fault=gremlins").contains("429-daily"));
        assert!(said("swift?tps=0").contains("`max`"));
    }

    proptest! {
        #[test]
        fn any_name_gives_a_script_or_a_sentence(text in ".{0,60}", option in "[a-z]{2,9}=[0-9a-z%&=]{0,9}") {
            let _ = Script::parse(&text);
            let _ = Script::parse(&format!("swift?{option}"));
        }

        #[test]
        fn decoding_undoes_encoding(text in ".{0,40}") {
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(percent_decode(&encoded), text);
        }
    }
}
