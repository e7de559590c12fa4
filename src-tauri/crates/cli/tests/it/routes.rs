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
