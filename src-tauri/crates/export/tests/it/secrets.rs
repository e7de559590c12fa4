//! No export holds a key, wherever one was configured.

use crate::world::{budgets, out, route, text};
use proptest::prelude::*;
use switchboard_engine::config::Config;
use switchboard_export::Gateway;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_secret_configured_anywhere_is_in_no_export(secret in "[A-Za-z0-9]{24,60}", place in 0_usize..4) {
        let header = if place == 0 { secret.as_str() } else { "search" };
        let query = if place == 1 { format!("?code={secret}") } else { String::new() };
        let text_of = format!(
            r#"
[providers.openai]
preset = "openai-compatible"
base_url = "https://llm.example.com/v1{query}"
headers = {{ "X-Team" = "{header}" }}

[providers.anthropic]
preset = "anthropic"

[providers.gemini]
preset = "gemini"
"#
        );
        let config = Config::parse(&text_of).unwrap();
        let mut route = route();
        if place == 2 {
            route.about = format!("uses sk-proj-{secret}");
        }
        if place == 3 {
            route.fallback_text = Some(secret.clone());
            route.when = Some(format!("tag == \"{secret}\""));
        }
        for to in Gateway::ALL {
            let mut route = route.clone();
            if to == Gateway::OpenRouter {
                // It reaches no servers of one's own.
                route.steps.remove(0);
            }
            let export = out(&config, &route, &budgets(), to);
            prop_assert!(!text(&export).contains(&secret), "{to:?}");
            prop_assert!(!format!("{:?}", export.losses).contains(&secret), "{to:?}");
        }
    }
}
