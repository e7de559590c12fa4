//! `import`: another program's configuration, shown and added.

use crate::program::Home;

const LITELLM: &str = "\
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-6.1-sol, api_key: sk-proj-0123456789abcdefghij }
  - model_name: chat-fb1
    litellm_params: { model: anthropic/claude-sonnet-5-5, api_key: os.environ/ANTHROPIC_API_KEY }
router_settings:
  fallbacks: [{ chat: [chat-fb1] }]
general_settings: { master_key: sk-1234 }
";

#[test]
fn an_import_is_shown_first_and_added_when_asked_with_comments_kept() {
    let home = Home::new();
    home.write(
        "data/config.toml",
        "# mine\n[settings]\nretries = 1 # few\n",
    );
    let file = home.write("config.yaml", LITELLM);
    let ran = home.run(&["import", &file]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("[routes.chat]\n[[routes.chat.steps]]\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.err
            .contains("general_settings: there is no such setting here"),
        "{}",
        ran.err
    );
    assert!(
        ran.err
            .contains("the key default of openai stands in the text"),
        "{}",
        ran.err
    );
    let config = home.path().join("data/config.toml");
    assert!(!std::fs::read_to_string(&config).unwrap().contains("routes"));

    let ran = home.run(&["import", &file, "--apply", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.events()[0]["routes"][0], "chat");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(
        text.starts_with("# mine\n[settings]\nretries = 1 # few\n"),
        "{text}"
    );
    assert!(!text.contains("0123456789"), "{text}");
    let routes = home.run(&["routes"]);
    assert!(
        routes
            .out
            .starts_with("chat  from your configuration\n  1. openai/gpt-6.1-sol"),
        "{}",
        routes.out
    );

    // And out again, to another gateway.
    let ran = home.run(&["export", "chat", "--to", "portkey"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn an_environment_gives_providers_without_their_keys() {
    let home = Home::new();
    let file = home.write(
        ".env",
        "export OPENAI_API_KEY=sk-proj-0123456789abcdefghij\nOTHER=1\n",
    );
    let ran = home.run(&["import", &file, "--apply"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = std::fs::read_to_string(home.path().join("data/config.toml")).unwrap();
    assert!(
        text.contains("[providers.openai]\npreset = \"openai\"\n"),
        "{text}"
    );
    assert!(!text.contains("0123456789"), "{text}");
}

#[test]
fn what_is_no_configuration_is_told_with_its_line_and_without_its_text() {
    let home = Home::new();
    let file = home.write(
        "broken.yaml",
        "model_list:\n- a: [sk-0123456789abcdef\nb: }\n",
    );
    let ran = home.run(&["import", &file]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("broken.yaml:") && !ran.err.contains("0123456789"),
        "{}",
        ran.err
    );
    let file = home.write("other.json", "{\"a\": 1}");
    let ran = home.run(&["import", &file]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("no LiteLLM, Portkey or OpenRouter configuration"),
        "{}",
        ran.err
    );
}
