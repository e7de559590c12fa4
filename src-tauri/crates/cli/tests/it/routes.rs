//! `routes`, and routes in place of models.

use crate::program::Home;

#[test]
fn routes_are_listed_with_their_targets_and_what_keeps_them() {
    let home = Home::new();
    home.write(
        "data/config.toml",
        "[routes.mine]\nabout = \"My own\"\ntargets = [\"sandbox/swift\", \"openai/x\"]\n",
    );
    let ran = home.run(&["routes", "list"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out
            .starts_with("mine  My own · from your configuration\n  1. sandbox/swift\n")
    );
    assert!(
        ran.out.contains("2. openai/x  OpenAI is not set up"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("translation  Translates a text · 2000 tokens · 30 s\n")
    );
    assert_eq!(home.run(&["routes"]).out, ran.out, "`list` may be left out");

    let routes = home.run(&["routes", "list", "--json"]).events();
    assert_eq!((routes.len(), &routes[0]["source"]), (10, &"config".into()));
    assert_eq!(routes[1]["source"], "built-in");
    assert_eq!(routes[0]["targets"][1]["ready"], false);
}

#[test]
fn a_route_is_asked_in_place_of_a_model() {
    let home = Home::new();
    home.write(
        "data/config.toml",
        "[routes.mine]\ntargets = [\"openai/x\", \"sandbox/swift?say=Blue\"]\n",
    );
    let ran = home.run(&["call", "Why?", "--model", "mine"]);
    assert_eq!((ran.code, ran.out.trim()), (0, "Blue"), "{}", ran.err);
    let twins = home.run(&["call", "Why?", "--model", "sim:translation"]);
    assert_eq!(twins.code, 0, "{}", twins.err);
    assert!(!twins.out.trim().is_empty());
    let keyless = home.run(&["call", "Why?", "--model", "translation"]);
    assert_eq!(keyless.code, 4, "{}", keyless.err);
    assert!(
        keyless.err.contains("DeepSeek is not set up"),
        "{}",
        keyless.err
    );
}

#[test]
fn a_slip_in_a_route_is_told_with_its_line_and_stops_calls() {
    let home = Home::new();
    home.write(
        "data/config.toml",
        "[routes.mine]\ntargets = [\"opnai/x\"]\n",
    );
    let ran = home.run(&["routes", "list"]);
    assert_eq!(ran.code, 0, "the built-in ones are there: {}", ran.err);
    assert!(
        ran.err.contains("config.toml:2:12") && !ran.out.contains("mine"),
        "{}",
        ran.err
    );
    let ran = home.run(&["call", "Why?", "--model", "mine"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("did you mean `openai`?"), "{}", ran.err);
}

#[test]
fn a_route_is_shown_step_by_step_and_as_it_stands_in_the_file() {
    let home = Home::new();
    let text = "[routes.mine]\nabout = \"My own\"\n\n[[routes.mine.steps]]\ntargets = [\"sandbox/swift\"]\n\
                first_token = \"9s\"\nretries = 3\n\n[[routes.mine.steps]]\ntargets = [\"openai/x\"]\n";
    home.write("data/config.toml", text);
    let ran = home.run(&["routes", "show", "mine"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.starts_with("mine  My own\n  1. sandbox/swift\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("first token 9 s · total 60 s · retries 3\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("worst: price unknown"), "{}", ran.out);
    assert_eq!(
        home.run(&["routes", "show", "mine", "--toml"]).out.trim(),
        text.trim()
    );
    let checked = home.run(&["routes", "check", "mine"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert!(
        checked
            .out
            .contains("note: mine: `steps[1].options[0].model`: OpenAI is not set up"),
        "{}",
        checked.out
    );
    let wrong = home.run(&["routes", "show", "mien"]);
    assert_eq!(
        (wrong.code, wrong.err.contains("did you mean `mine`?")),
        (2, true),
        "{}",
        wrong.err
    );
}

#[test]
fn the_configuration_is_checked_whole_and_an_old_version_brought_back_over_a_broken_one() {
    let home = Home::new();
    let good = "[routes.mine]\ntargets = [\"sandbox/swift\"]\n";
    home.write("data/config.toml", good);
    assert_eq!(home.run(&["config", "check"]).code, 0);
    let schema = home.run(&["config", "schema"]).out;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["properties"]["routes"]["type"], "object");
    home.write(
        "data/config.toml",
        "[routes.mine]\ntargets = 3\n[settings]\nretires = 2\n",
    );
    let ran = home.run(&["config", "check"]);
    assert_eq!(ran.code, 3);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.out);
    assert!(
        lines[0].starts_with("line 2, column 11: `routes.mine.targets`"),
        "{}",
        ran.out
    );
    assert!(lines[1].ends_with("did you mean `retries`?"), "{}", ran.out);
    let versions = home.run(&["config", "versions", "--json"]).events();
    assert_eq!(
        (versions.len(), &versions[0]["origin"]),
        (1, &"file".into())
    );
    assert_eq!(home.run(&["config", "show", "1"]).out, good);
    let restored = home.run(&["config", "restore", "1"]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    let path = home.run(&["config", "path"]).out;
    assert_eq!(std::fs::read_to_string(path.trim()).unwrap(), good);
    assert_eq!(home.run(&["config", "check"]).code, 0);
}

#[test]
fn the_choice_of_a_route_is_explained_and_a_rule_tested_before_anything_is_asked() {
    let home = Home::new();
    home.write(
        "data/config.toml",
        "[routes.german]\nwhen = 'language == \"de\"'\ntargets = [\"sandbox/swift?say=Blau\"]\n",
    );
    let german = "Wie lange dauert es, bis die Rechnung bezahlt ist?";
    let told = home.run(&["routes", "explain", german]);
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(
        told.out
            .contains("the rule of german held: language is German"),
        "{}",
        told.out
    );
    assert!(told.out.contains("→ sandbox/swift"), "{}", told.out);
    let asked = home.run(&["call", "--model", "auto", german]);
    assert_eq!((asked.code, asked.out.trim()), (0, "Blau"), "{}", asked.err);
    let held = home.run(&[
        "routes",
        "test",
        "language == \"de\" and has_images",
        german,
    ]);
    assert_eq!(held.code, 1);
    assert!(
        held.out.contains("  yes language is German"),
        "{}",
        held.out
    );
    let wrong = home.run(&["routes", "test", "langage == \"de\"", german]);
    assert_eq!(
        (wrong.code, wrong.err.contains("`language`")),
        (2, true),
        "{}",
        wrong.err
    );
}
