use super::*;
use crate::plan::{Recovery, Tier};
use crate::price::PicoUsd;
use crate::provider::{AuthStyle, Wire};
use proptest::prelude::*;
use std::time::Duration;

fn good(text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn problems(text: &str) -> Vec<String> {
    Config::parse(text)
        .expect_err("a problem")
        .iter()
        .map(Problem::to_string)
        .collect()
}

fn problem(text: &str) -> Problem {
    let mut found = Config::parse(text).expect_err("a problem");
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn an_empty_file_is_a_whole_configuration() {
    assert_eq!(good(""), Config::default());
    assert_eq!(good("# only comments\n"), Config::default());
}

#[test]
fn a_preset_fills_in_everything_but_the_key() {
    let config = good("[providers.openai]\npreset = \"openai\"\n");
    let openai = config.provider("openai").unwrap();
    assert_eq!(openai.label, "OpenAI");
    assert_eq!(openai.endpoint.wire, Wire::OpenaiResponses);
    assert_eq!(
        openai.endpoint.base_url.as_str(),
        "https://api.openai.com/v1"
    );
    assert_eq!(openai.endpoint.auth, AuthStyle::Native);
    assert!(openai.needs_key && !openai.local && !openai.accept_invalid_tls);
    let key = SecretRef {
        name: "default".into(),
        from: SecretSource::Keychain,
    };
    assert_eq!(openai.keys, [key]);
    assert_eq!(openai.models[0].name, "gpt-6.1-terra");
    assert_eq!(openai.models[0].tier, Tier::Reasoning);
    assert!(
        openai.models[0]
            .capabilities
            .rejected_params
            .contains(&"temperature".to_owned())
    );
}

#[test]
fn every_preset_makes_a_provider() {
    for preset in presets() {
        let url = if preset.must_edit_url() {
            "base_url = \"https://h.example/v1\""
        } else {
            ""
        };
        let text = format!("[providers.x]\npreset = \"{}\"\n{url}\n", preset.id);
        let config = good(&text);
        assert_eq!(config.providers[0].label, preset.label);
        assert_eq!(config.providers[0].local, preset.local);
        assert_eq!(config.providers[0].needs_key, preset.needs_key);
        assert_eq!(config.providers[0].keys.is_empty(), !preset.needs_key);
        check_id(preset.id).unwrap();
        for model in preset.models {
            check_model_name(model).unwrap();
        }
        if let Some(url) = preset.key_url {
            assert!(url.starts_with("https://"));
        }
    }
}

#[test]
fn a_provider_can_be_written_out_in_full() {
    let config = good(
        r#"
        [providers.proxy-1]
        label = "Our proxy"
        wire = "anthropic"
        base_url = "https://llm.example.com/anthropic/"
        auth = { header = "X-Proxy-Key" }
        headers = { "X-Team" = "search", "anthropic-beta" = "a,b" }
        keys = [
          { name = "default", from = "keychain" },
          { name = "ci", from = "env:PROXY_KEY" },
        ]
        active_key = "ci"
        accept_invalid_tls = true
        models = ["plain", { name = "org/fine.1", tier = "fast", tools = false }]

        [providers.local]
        wire = "openai_chat"
        base_url = "http://localhost:9000"
        [[providers.local.models]]
        name = "a"
        context_window = 8_192
        price = { input = 0, output = "0.00", cache_read = 0.000001, cache_creation = 3.125 }
        [[providers.local.models]]
        name = "b"
        rejected_params = ["seed"]
        max_output_tokens = 100
        "#,
    );
    let proxy = &config.providers[0];
    assert_eq!(proxy.endpoint.auth, AuthStyle::Header("x-proxy-key".into()));
    assert_eq!(proxy.endpoint.headers.len(), 2);
    assert!(
        proxy
            .endpoint
            .headers
            .contains(&("x-team".into(), "search".into()))
    );
    assert!(proxy.accept_invalid_tls);
    let usable: Vec<&str> = proxy.usable_keys().map(|key| key.name.as_str()).collect();
    assert_eq!(usable, ["ci"]);
    assert_eq!(proxy.models[1].name, "org/fine.1");
    assert_eq!(proxy.models[1].tier, Tier::Fast);
    assert!(!proxy.models[1].capabilities.tools && proxy.models[1].capabilities.images);
    let local = &config.providers[1];
    assert!(local.local && !local.needs_key && local.keys.is_empty());
    assert_eq!(local.models[0].capabilities.context_window, Some(8192));
    let price = local.models[0].price.as_ref().unwrap().rows()[0].rates;
    let price = price.token_price().unwrap();
    assert_eq!((price.input, price.output), (PicoUsd(0), PicoUsd(0)));
    assert_eq!(price.cache_read, Some(PicoUsd(1)));
    assert_eq!(price.cache_creation, Some(PicoUsd(3_125_000)));
    assert_eq!(local.models[1].capabilities.rejected_params, ["seed"]);
    assert_eq!(local.models[1].price, None);
}

#[test]
fn providers_keep_the_order_of_the_file() {
    let config = good("[providers.z]\npreset=\"groq\"\n[providers.a]\npreset=\"xai\"\n");
    let ids: Vec<&str> = config
        .providers
        .iter()
        .map(|provider| provider.id.as_str())
        .collect();
    assert_eq!(ids, ["z", "a"]);
}

#[test]
fn settings_network_and_clocks_are_read() {
    let config = good(
        r#"
        [settings]
        default_models = ["openai/gpt-6.1-terra", "openrouter/a/b"]
        recovery = "fail"
        deadline = "2m"
        retries = 0
        max_attempts = 3
        backoff_cap = "20s"
        [network]
        proxy = "http://proxy.example:3128"
        extra_ca = "corp.pem"
        [timeouts.standard]
        first_token = "1.5s"
        total = "1m30s"
        "#,
    );
    assert_eq!(config.settings.default_models[1], "openrouter/a/b");
    assert_eq!(config.settings.recovery, Recovery::Fail);
    assert_eq!(config.settings.deadline, Some(Duration::from_secs(120)));
    assert_eq!(
        (config.settings.retries, config.settings.fallback_retries),
        (0, 1)
    );
    assert_eq!(config.settings.max_attempts, 3);
    assert_eq!(config.settings.backoff_cap, Duration::from_secs(20));
    assert!(matches!(&config.network.proxy, Proxy::Url(url) if url.port() == Some(3128)));
    assert_eq!(
        config.network.extra_ca,
        [std::path::PathBuf::from("corp.pem")]
    );
    let clocks = config.timeouts.of(Tier::Standard);
    assert_eq!(clocks.first_token, Duration::from_millis(1500));
    assert_eq!(clocks.total, Duration::from_secs(90));
    assert_eq!(clocks.idle, Tier::Standard.timeouts().idle);
    assert_eq!(config.timeouts.of(Tier::Fast), Tier::Fast.timeouts());
    assert_eq!(
        good("[network]\nproxy = \"none\"").network.proxy,
        Proxy::Direct
    );
}

#[test]
fn a_slip_is_met_with_the_nearest_name() {
    let found = problem("[providers.a]\npreset = \"openai\"\nbase_ulr = \"https://x\"\n");
    assert_eq!((found.line, found.column), (Some(3), Some(1)));
    assert_eq!(found.field.as_deref(), Some("providers.a.base_ulr"));
    assert_eq!(found.fix.as_deref(), Some("did you mean `base_url`?"));
    for (text, fix) in [
        ("[provider.a]", "did you mean `providers`?"),
        (
            "[providers.a]\npreset = \"antropic\"",
            "did you mean \"anthropic\"?",
        ),
        (
            "[providers.a]\nwire = \"openai-chat\"\nbase_url = \"https://x\"",
            "did you mean \"openai_chat\"?",
        ),
        (
            "[timeouts.standart]\ntotal = \"5s\"",
            "did you mean `standard`?",
        ),
        (
            "[providers.a]\npreset=\"xai\"\nactive_key = \"defualt\"",
            "did you mean \"default\"?",
        ),
        (
            "[settings]\nzzzzzzzzzz = 1",
            "known here: `backoff_cap`, `classifier`",
        ),
    ] {
        let found = problem(text);
        let shown = found.fix.clone().unwrap_or_default();
        assert!(shown.starts_with(fix), "{text}: {found:?}");
    }
}

#[test]
fn every_problem_is_reported_in_the_order_of_the_text() {
    let found = problems(
        "[settings]\nretries = -1\n[providers.a]\npreset = \"openai\"\nlabel = 3\nneeds_key = \"no\"\n",
    );
    assert_eq!(
        found,
        [
            "line 2, column 11: `settings.retries`: a number from 0 to 10 is wanted",
            "line 5, column 9: `providers.a.label`: text in quotes is wanted here, not a whole number",
            "line 6, column 13: `providers.a.needs_key`: `true` or `false` is wanted here, not text",
        ]
    );
}

#[test]
fn a_syntax_error_has_its_place() {
    let found = problem("[settings]\nretries = \n");
    assert_eq!(found.line, Some(2));
    assert!(
        found.message.starts_with("this is not TOML"),
        "{}",
        found.message
    );
    let found = problem("[providers.a]\npreset=\"xai\"\n[providers.a]\npreset=\"xai\"\n");
    assert_eq!(found.line, Some(3));
}

#[test]
fn columns_count_characters() {
    let found = problem("[providers.\"äö\"]\npreset = \"openai\"\n");
    assert_eq!((found.line, found.column), (Some(1), Some(12)));
    let found = problems("settings = { \"ä\" = 1, retries = 99 }");
    assert!(found[1].starts_with("line 1, column 33"), "{found:?}");
}

#[test]
fn what_is_missing_is_named_with_its_fix() {
    let found = problems("[providers.mine]\nlabel = \"x\"\n");
    assert_eq!(
        found,
        [
            "line 1, column 12: `providers.mine.wire`: `wire` is missing; \
             add wire = \"openai_chat\" or a preset",
            "line 1, column 12: `providers.mine.base_url`: `base_url` is missing; \
             add base_url = \"https://…/v1\"",
        ]
    );
    let found = problem("[providers.azure]\npreset = \"azure\"\n");
    assert_eq!(found.field.as_deref(), Some("providers.azure.base_url"));
    assert!(found.fix.unwrap().contains("YOUR-RESOURCE"));
    let found = problem(
        "[providers.azure]\npreset = \"azure\"\nbase_url = \"https://your-resource.openai.azure.com\"\n",
    );
    assert_eq!(found.message, "the address still holds its placeholder");
}

#[test]
fn bad_values_get_a_sentence() {
    let provider = |line: &str| format!("[providers.a]\npreset = \"openai\"\n{line}\n");
    for (text, message) in [
        (
            provider("base_url = \"api.example.com\""),
            "must begin with https://",
        ),
        (
            provider("base_url = \"ftp://x\""),
            "must begin with https://",
        ),
        (
            provider("base_url = \"https://u:p@x/\""),
            "password is never part",
        ),
        (
            provider("base_url = \"https://x/?api_key=abc\""),
            "key is never part",
        ),
        (provider("base_url = \"https://x/#a\""), "after `#`"),
        (provider("base_url = \"\""), "is wanted"),
        (
            provider("headers = { Authorization = \"Bearer x\" }"),
            "set by the program",
        ),
        (
            provider("headers = { \"a b\" = \"x\" }"),
            "not the name of an HTTP header",
        ),
        (provider("headers = { a = \"x\\ny\" }"), "one line"),
        (provider("auth = \"basic\""), "no meaning"),
        (
            provider("auth = { header = \"a b\" }"),
            "not the name of an HTTP header",
        ),
        (provider("models = [\"a\", \"a\"]"), "listed twice"),
        (provider("models = [\"a b\"]"), "no space"),
        (
            provider("models = [{ tier = \"fast\" }]"),
            "`name` is missing",
        ),
        (
            provider("models = [{ name = \"a\", rejected_params = [\"seeds\"] }]"),
            "no meaning",
        ),
        (
            provider("models = [{ name = \"a\", price = { input = 1 } }]"),
            "`input` and `output`",
        ),
        (
            provider("models = [{ name = \"a\", price = { input = -1, output = 1 } }]"),
            "negative",
        ),
        (
            provider("models = [{ name = \"a\", price = { input = 1e3, output = 1 } }]"),
            "plain decimal",
        ),
        (
            provider("models = [{ name = \"a\", price = { input = 0.1234567, output = 1 } }]"),
            "six decimals",
        ),
        (
            provider("models = [{ name = \"a\", price = { input = inf, output = 1 } }]"),
            "plain decimal",
        ),
        (
            provider("models = [{ name = \"a\", context_window = 0 }]"),
            "a number from 1",
        ),
        (
            provider(
                "keys = [{ name = \"a\", from = \"keychain\" }, { name = \"a\", from = \"keychain\" }]",
            ),
            "have this name",
        ),
        (
            provider("keys = [{ name = \"a b\", from = \"keychain\" }]"),
            "key's name",
        ),
        (
            provider("keys = [{ name = \"a\", from = \"env:a-b\" }]"),
            "not the name of a variable",
        ),
        (
            "[providers.Open-AI]\npreset = \"openai\"".into(),
            "lower-case",
        ),
        (
            "[providers.sandbox]\npreset = \"openai\"".into(),
            "simulator",
        ),
        (
            "[providers.sandbox-x]\npreset = \"openai\"".into(),
            "simulator",
        ),
        ("[timeouts.fast]\ntotal = 15".into(), "needs a unit"),
        (
            "[timeouts.fast]\ntotal = \"15 parsecs\"".into(),
            "a number with a unit",
        ),
        (
            "[timeouts.fast]\ntotal = \"25h\"".into(),
            "at most 24 hours",
        ),
        ("[timeouts.fast]\ntotal = \"0s\"".into(), "longer than zero"),
        (
            "[timeouts.fast]\ntotal = \"1s\"".into(),
            "the first token may take 5 s",
        ),
        (
            "[network]\nproxy = \"http://u:secret@p:1\"".into(),
            "never written",
        ),
        (
            "[network]\nproxy = \"nonsense\"".into(),
            "not the address of a proxy",
        ),
        (
            "[settings]\ndefault_models = [\"gpt\"]".into(),
            "by provider and model",
        ),
        (
            "[settings]\nclassifier = \"auto\"".into(),
            "by provider and model",
        ),
        ("[settings]\nbackoff_cap = \"2m\"".into(), "at most 60 s"),
        (
            "providers = 3".into(),
            "a table is wanted here, not a whole number",
        ),
    ] {
        let found = problem(&text);
        assert!(found.message.contains(message), "{text}\n{found:?}");
        assert!(found.line.is_some() && found.field.is_some(), "{found:?}");
    }
}

#[test]
fn a_price_is_exact() {
    for (text, pico) in [
        ("2.50", 2_500_000),
        ("0.000001", 1),
        ("0.1", 100_000),
        ("15", 15_000_000),
        ("0.30000000000", 300_000),
        ("1000000", 1_000_000_000_000),
    ] {
        assert_eq!(usd_per_million(text), Ok(PicoUsd(pico)), "{text}");
    }
    for text in [
        "",
        ".",
        "1.",
        ".5",
        "-1",
        "1e3",
        "0x1",
        "1 000",
        "NaN",
        "1.2.3",
        "1000000.1",
    ] {
        assert!(usd_per_million(text).is_err(), "{text}");
    }
}

#[test]
fn published_prices_are_the_presets_own_rows() {
    let usual = |preset, model| {
        let price = facts(preset, model).price?;
        let price = price.usual("2026-11-25T00:00:00Z".parse().unwrap())?;
        Some((price.input?.0, price.output?.0))
    };
    let xidao = |model| usual(Some("xidao"), model);
    assert_eq!(xidao("gpt-5-turbo"), Some((5_000_000, 15_000_000)));
    assert_eq!(xidao("gemini-2.5-flash"), Some((150_000, 600_000)));
    assert_eq!(xidao("deepseek-v4"), Some((270_000, 1_100_000)));
    assert_eq!(facts(Some("openrouter"), "claude-4-opus").price, None);
    assert_eq!(facts(None, "gpt-5-turbo").price, None);
    assert_eq!(usual(Some("ollama"), "llama3.3"), Some((0, 0)));
    assert_eq!(facts(Some("ollama"), "gpt-oss:120b-cloud").price, None);
}

#[test]
fn every_model_that_a_preset_offers_has_a_price() {
    let offered = presets().iter().filter(|preset| !preset.local);
    for preset in offered {
        for model in preset.models {
            let facts = facts(Some(preset.id), model);
            assert!(facts.price.is_some(), "{}/{model}", preset.id);
        }
    }
}

#[test]
fn rejected_parameters_are_known_by_family() {
    let rejected = |preset, model| facts(Some(preset), model).capabilities.rejected_params;
    assert!(rejected("openai", "o3-mini").contains(&"temperature".to_owned()));
    assert!(rejected("openrouter", "openai/gpt-6.1-sol").contains(&"top_p".to_owned()));
    assert!(rejected("anthropic", "claude-opus-5-5").contains(&"temperature".to_owned()));
    assert!(rejected("anthropic", "claude-haiku-4-5").is_empty());
    assert!(rejected("openai", "gpt-4.1").is_empty());
    assert!(rejected("xidao", "gpt-5-turbo").is_empty());
    assert!(rejected("xai", "grok-4.7").contains(&"stop".to_owned()));
    assert_eq!(facts(Some("ollama"), "llama3").tier, Tier::Complex);
}

#[test]
fn a_key_pasted_anywhere_is_never_repeated() {
    let key = "sk-proj-Zx81kQhT0aBcD9";
    for text in [
        format!("key = \"{key}\""),
        format!("[providers.a]\npreset = \"openai\"\nkey = \"{key}\""),
        format!("[providers.a]\npreset = \"openai\"\napi_key = \"{key}\""),
        format!("[providers.a]\npreset = \"openai\"\nkeys = \"{key}\""),
        format!("[providers.a]\npreset = \"openai\"\nkeys = [\"{key}\"]"),
        format!(
            "[providers.a]\npreset = \"openai\"\nkeys = [{{ name = \"a\", from = \"{key}\" }}]"
        ),
        format!(
            "[providers.a]\npreset = \"openai\"\nkeys = [{{ name = \"a\", from = \"env:{key}\" }}]"
        ),
        "[providers.a]\npreset = \"openai\"\nkeys = [{ name = \"a\", from = \"env:AIzaSyD_abcDEF\" }]".to_string(),
        format!("[providers.a]\npreset = \"openai\"\nactive_key = \"{key}\""),
        format!("[providers.a]\npreset = \"{key}\""),
        format!("[providers.a]\npreset = \"openai\"\nbase_url = \"https://{key}@x\""),
        format!("[providers.a]\npreset = \"openai\"\nbase_url = \"{key}\""),
        format!("[providers.a]\npreset = \"openai\"\nlabel = {key}"),
        format!("[providers.a]\npreset = \"openai\"\nwire = \"{key}\""),
        format!("[providers.a]\npreset = \"openai\"\nheaders = {{ Authorization = \"{key}\" }}"),
        format!("[network]\nproxy = \"http://u:{key}@h\""),
        key.to_string(),
        format!("\"{key}"),
    ] {
        let found = Config::parse(&text).expect_err("a problem");
        let shown = format!("{found:?} {}", problems(&text).join(" "));
        assert!(
            !shown.contains(key) && !shown.contains("AIzaSyD"),
            "{text}\n{shown}"
        );
    }
}

#[test]
fn a_pasted_key_field_says_where_keys_go() {
    let found = problem("[providers.a]\npreset = \"openai\"\napi_key = \"x\"\n");
    assert_eq!(found.message, "a key is never written in this file");
    assert!(found.fix.unwrap().contains("env:"));
}

#[test]
fn sizes_and_depths_are_bounded() {
    let found = problem(&"#".repeat(TEXT_LIMIT + 1));
    assert!(found.message.contains("bytes"));
    assert!(!problems(&format!("a = {}", "[".repeat(200_000))).is_empty());
    assert!(!problems(&format!("a = {}", "{a=".repeat(50_000))).is_empty());
    let many: String = (0..1000).map(|n| format!("x{n} = 1\n")).collect();
    assert_eq!(problems(&many).len(), 50);
    let long = "y".repeat(100_000);
    assert!(
        problems(&format!("{long} = 1"))
            .iter()
            .all(|problem| problem.len() < 1000)
    );
}

proptest! {
    #[test]
    fn parse_is_total(text in ".{0,400}") {
        let _ = Config::parse(&text);
    }

    #[test]
    fn parse_is_total_near_the_grammar(
        lines in proptest::collection::vec((0..18usize, 0..14usize), 0..14)
    ) {
        let keys = ["[providers.a]", "[settings]", "[timeouts.fast]", "[network]",
            "[[providers.a.models]]", "preset", "wire", "base_url", "keys", "models", "price",
            "auth", "headers", "name", "total", "proxy", "default_models", "label"];
        let values = ["", "= \"openai\"", "= 1", "= -1.5", "= true", "= []", "= {}", "= [{}]",
            "= \"env:A\"", "= 1979-05-27", "= [[1]]", "= { input = 1.5 }", "= nan", "= \"15s\""];
        let text: String = lines.iter().map(|(k, v)| format!("{} {}\n", keys[*k], values[*v])).collect();
        if let Err(found) = Config::parse(&text) {
            prop_assert!(!found.is_empty());
            prop_assert!(found.iter().all(|problem| problem.line.is_some()));
            prop_assert!(found.is_sorted_by_key(|problem| problem.line));
        }
    }

    #[test]
    fn a_price_survives_its_text(pico in 0..=1_000_000_000_000i64) {
        let text = usd_per_million_text(PicoUsd(pico));
        prop_assert_eq!(usd_per_million(&text), Ok(PicoUsd(pico)));
    }

    #[test]
    fn durations_are_total(text in "[0-9.a-z ]{0,12}") {
        if let Ok(duration) = parse_duration(&text) {
            prop_assert!(!duration.is_zero());
        }
    }
}
