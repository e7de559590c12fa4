//! The schema against the program's own reader: what one takes, the other takes.

use super::*;
use crate::api::types::{OptionDraft, RouteDraft, RoutePick, StepDraft};
use crate::config::FIRST_FILE;
use crate::routes::as_toml;
use proptest::prelude::*;
use switchboard_engine::config::Config;

/// Holds a value against the words of draft 7 that the schema uses; returns the first path that does not fit.
fn misfit(schema: &Value, value: &Value, path: &str) -> Option<String> {
    let no = || Some(path.to_owned());
    if let Some(kind) = schema["type"].as_str() {
        let fits = match kind {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            other => panic!("the test does not know the type {other}"),
        };
        if !fits {
            return no();
        }
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return no();
    }
    if let Some(number) = value.as_f64() {
        let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            return no();
        }
    }
    if let Some(array) = value.as_array() {
        let length = array.len() as u64;
        if schema["minItems"]
            .as_u64()
            .is_some_and(|least| length < least)
            || schema["maxItems"]
                .as_u64()
                .is_some_and(|most| length > most)
        {
            return no();
        }
        for (index, item) in array.iter().enumerate() {
            if let Some(found) = misfit(&schema["items"], item, &format!("{path}[{index}]")) {
                return Some(found);
            }
        }
    }
    if let Some(object) = value.as_object() {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !object.contains_key(required.as_str().unwrap()) {
                return no();
            }
        }
        for (key, item) in object {
            let path = format!("{path}.{key}");
            let known = &schema["properties"][key];
            let schema = if known.is_null() {
                &schema["additionalProperties"]
            } else {
                known
            };
            if *schema == json!(false) {
                return Some(path);
            }
            if let Some(found) = misfit(schema, item, &path) {
                return Some(found);
            }
        }
    }
    if let Some(any) = schema["anyOf"].as_array()
        && any.iter().all(|one| misfit(one, value, path).is_some())
    {
        return no();
    }
    None
}

fn holds(text: &str) -> Option<String> {
    let table: toml_edit::DocumentMut = text.parse().unwrap();
    let value: Value = value_of(table.as_item());
    misfit(&schema(), &value, "")
}

fn value_of(item: &toml_edit::Item) -> Value {
    use toml_edit::{Item, Value as Toml};
    fn of(value: &Toml) -> Value {
        match value {
            Toml::String(text) => text.value().as_str().into(),
            Toml::Integer(number) => (*number.value()).into(),
            Toml::Float(number) => (*number.value()).into(),
            Toml::Boolean(on) => (*on.value()).into(),
            Toml::Datetime(time) => time.value().to_string().into(),
            Toml::Array(array) => array.iter().map(of).collect(),
            Toml::InlineTable(table) => {
                let entries = table.iter().map(|(key, value)| (key.to_owned(), of(value)));
                Value::Object(entries.collect())
            }
        }
    }
    match item {
        Item::None => Value::Null,
        Item::Value(value) => of(value),
        Item::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, item)| (key.to_owned(), value_of(item)));
            Value::Object(entries.collect())
        }
        Item::ArrayOfTables(tables) => tables
            .iter()
            .map(|table| value_of(&Item::Table(table.clone())))
            .collect(),
    }
}

#[test]
fn the_explained_examples_fit_the_schema() {
    let example = |line: &&str| line.starts_with('#') && !line.starts_with("# ") && *line != "#";
    let lines = FIRST_FILE.lines().filter(example);
    let text: String = lines.map(|line| format!("{}\n", &line[1..])).collect();
    assert!(Config::parse(&text).is_ok());
    assert_eq!(holds(&text), None);
}

#[test]
fn slips_do_not_fit_the_schema() {
    for (text, path) in [
        ("[routs.x]\ntargets = [\"local\"]\n", ".routs"),
        ("[routes.x]\ntargts = [\"local\"]\n", ".routes.x.targts"),
        ("[routes.x]\nabout = \"x\"\n", ".routes.x"),
        (
            "[routes.x]\ntargets = [\"local\"]\nstop_on = [\"cancelled\"]\n",
            ".routes.x.stop_on[0]",
        ),
        (
            "[[routes.x.steps]]\ntargets = [\"local\"]\nretries = 11\n",
            ".routes.x.steps[0].retries",
        ),
        (
            "[[routes.x.steps]]\noptions = [{ weight = 1 }]\n",
            ".routes.x.steps[0].options[0]",
        ),
    ] {
        assert_eq!(holds(text).as_deref(), Some(path), "{text}");
    }
}

#[test]
fn every_field_of_the_schema_is_one_that_the_reader_knows() {
    let schema = schema();
    let route = &schema["properties"]["routes"]["additionalProperties"];
    let fields = |of: &Value| -> Vec<String> {
        of["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    let unknown = |text: String| {
        let problems = Config::parse(&text).err().unwrap_or_default();
        problems
            .into_iter()
            .any(|problem| problem.message == "there is no such field")
    };
    for field in fields(route) {
        assert!(!unknown(format!("[routes.x]\n{field} = 1\n")), "{field}");
    }
    for field in fields(&route["properties"]["steps"]["items"]) {
        assert!(
            !unknown(format!("[[routes.x.steps]]\n{field} = 1\n")),
            "{field}"
        );
    }
    for group in ["settings", "network", "gateway"] {
        for field in fields(&schema["properties"][group]) {
            assert!(
                !unknown(format!("[{group}]\n{field} = 1\n")),
                "{group}.{field}"
            );
        }
    }
    for field in fields(&schema["properties"]["providers"]["additionalProperties"]) {
        assert!(!unknown(format!("[providers.x]\n{field} = 1\n")), "{field}");
    }
}

/// A line of a table, or none: the field with one of the values.
fn line(field: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = String> {
    let value = proptest::option::weighted(0.6, proptest::sample::select(values));
    value.prop_map(move |value| value.map_or(String::new(), |value| format!("{field} = {value}\n")))
}

const AMOUNTS: &[&str] = &["\"10.00\"", "5", "0", "2.5", "-1", "true", "2000000", "[]"];

fn money() -> impl Strategy<Value = String> {
    let budget = (
        line("limit", AMOUNTS),
        line(
            "window",
            &["\"day\"", "\"call\"", "\"hour\"", "\"year\"", "1"],
        ),
        prop_oneof![
            line("project", &["\"*\"", "\"support\"", "3"]),
            line("key", &["\"*\"", "\"ci\""]),
            line("caller", &["\"*\"", "\"cli\"", "\"me\""]),
            line("model", &["\"gpt\"", "false"]),
        ],
        line("degrade_to", &["\"none\"", "\"cheapest\"", "1"]),
        line("block", &["true", "false", "\"yes\""]),
        proptest::option::weighted(0.1, Just("limits = 3\n".to_owned())),
    );
    let alerts = (
        line("enabled", &["true", "false", "0"]),
        line("hour", AMOUNTS),
        line("day", &["false", "\"80\"", "true"]),
        line("ladder", &["[]", "[\"10\", 20]", "[true]", "5"]),
        line("webhook", &["\"keychain\"", "\"env:HOOK\"", "7"]),
    );
    let settings = (
        line("zone", &["\"Europe/Berlin\"", "1"]),
        line("week_start", &["\"sunday\"", "\"sun\""]),
        line("unknown_price", &["\"free\"", "\"guess\""]),
    );
    (settings, budget, alerts).prop_map(|(s, b, a)| {
        let budget = format!(
            "{}{}{}{}{}{}",
            b.0,
            b.1,
            b.2,
            b.3,
            b.4,
            b.5.unwrap_or_default()
        );
        format!(
            "[budgets]\n{}{}{}[budgets.x]\n{budget}[alerts]\n{}{}{}{}{}",
            s.0, s.1, s.2, a.0, a.1, a.2, a.3, a.4
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn money_in_the_file_fits_the_schema_exactly_where_the_reader_takes_it(text in money()) {
        let read = Config::parse(&text);
        let misfit = holds(&text);
        prop_assert_eq!(read.is_ok(), misfit.is_none(), "{}\n{:?} {:?}", text, misfit, read.err());
    }
}

fn prices() -> impl Strategy<Value = String> {
    const PRICES: &[&str] = &[
        "\"2.50\"", "\"+3\"", "5", "0", "2.5", "-1", "true", "2000000", "[]", "{}",
    ];
    let price = (
        line("input", PRICES),
        line("output", PRICES),
        line("cache_read", PRICES),
        line("cache_creation", PRICES),
        proptest::option::weighted(0.1, Just("reasoning = 3\n".to_owned())),
    );
    price.prop_map(|(input, output, read, written, more)| {
        let more = more.unwrap_or_default();
        format!(
            "[providers.work]\npreset = \"openai-chat\"\n[prices.\"work/new/model\"]\n{input}{output}{read}{written}{more}"
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn prices_in_the_file_fit_the_schema_exactly_where_the_reader_takes_them(text in prices()) {
        let read = Config::parse(&text);
        let misfit = holds(&text);
        prop_assert_eq!(read.is_ok(), misfit.is_none(), "{}\n{:?} {:?}", text, misfit, read.err());
    }
}

fn step() -> impl Strategy<Value = StepDraft> {
    let models = proptest::sample::subsequence(
        vec![
            "sandbox/swift",
            "openai/gpt-6.1-sol",
            "local",
            "anthropic/claude-opus-5-5",
        ],
        1..=4,
    );
    let pick = prop_oneof![
        Just(RoutePick::Weighted),
        Just(RoutePick::Cheapest),
        Just(RoutePick::Fastest),
        Just(RoutePick::Best)
    ];
    let clock = || proptest::option::of(1_u64..90_000);
    (
        models,
        pick,
        1_u32..1000,
        clock(),
        clock(),
        proptest::option::of(0_u32..=10),
        proptest::option::of(1_u32..1000),
    )
        .prop_map(
            |(models, pick, weight, first, idle, retries, requests)| StepDraft {
                options: models
                    .into_iter()
                    .map(|model| OptionDraft {
                        model: model.to_owned(),
                        weight: if pick == RoutePick::Weighted {
                            weight
                        } else {
                            1
                        },
                    })
                    .collect(),
                pick,
                first_token_ms: first,
                idle_ms: idle,
                retries,
                requests_per_minute: requests,
                ..StepDraft::default()
            },
        )
}

fn draft() -> impl Strategy<Value = RouteDraft> {
    (
        proptest::collection::vec(step(), 1..6),
        "[ -~äß\u{1F600}]{0,60}",
        proptest::option::of("[!-~äß\n\"\\\\]{1,60}"),
        proptest::option::of(1_u64..9_000_000),
        0_u32..=1000,
    )
        .prop_map(
            |(steps, about, fallback_text, deadline_ms, priority)| RouteDraft {
                name: "any".to_owned(),
                about: about.trim().to_owned(),
                fallback_text: fallback_text.filter(|text| !text.trim().is_empty()),
                deadline_ms,
                priority,
                steps,
                ..RouteDraft::default()
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_form_is_written_as_the_reader_and_the_schema_take_it(draft in draft()) {
        let text = as_toml(&draft).unwrap();
        let config = Config::parse(&text);
        prop_assert!(config.is_ok(), "{:?}\n{text}", config.err());
        prop_assert_eq!(holds(&text), None);
        let config = config.unwrap();
        let route = config.route("any").unwrap();
        prop_assert_eq!(route.steps.len(), draft.steps.len());
        for (read, written) in route.steps.iter().zip(&draft.steps) {
            prop_assert_eq!(read.retries, written.retries);
            prop_assert_eq!(read.options.len(), written.options.len());
            let first = read.clocks.first_token.map(|clock| clock.as_millis() as u64);
            prop_assert_eq!(first, written.first_token_ms);
        }
        prop_assert_eq!(&route.fallback_text, &draft.fallback_text);
        prop_assert_eq!(route.deadline.map(|time| time.as_millis() as u64), draft.deadline_ms);
    }

    #[test]
    fn no_text_of_a_route_stops_the_reader(text in "[a-z\\[\\]\"'={}, .0-9#\n]{0,200}") {
        // Total: either a configuration, or problems with their places.
        match Config::parse(&format!("[routes.x]\n{text}")) {
            Ok(_) => {}
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    }
}
