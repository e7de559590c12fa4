//! `export`: a route in the own form of a gateway.

use crate::program::Home;

#[test]
fn a_route_goes_to_standard_output_and_its_losses_to_standard_error() {
    let home = Home::new();
    let ran = home.run(&["export", "standard", "--to", "litellm"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.starts_with("# LiteLLM: route \"standard\"\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("api_key: os.environ/OPENAI_API_KEY"),
        "{}",
        ran.out
    );
    assert!(
        ran.err.contains("dropped      steps[*].clocks.idle: "),
        "{}",
        ran.err
    );

    let json = home
        .run(&["export", "standard", "--to", "openrouter", "--json"])
        .events();
    assert_eq!(json[0]["files"][0]["language"], "json");
    assert_eq!(json[0]["losses"][0]["severity"], "dropped");
}

#[test]
fn files_are_written_beside_each_other_and_never_over_others_unasked() {
    let home = Home::new();
    home.write("out/portkey.oss.template.json", "mine");
    let folder = home.path().join("out");
    let folder = folder.to_str().unwrap();
    let export = ["export", "simple", "--to", "portkey", "--out", folder];
    let ran = home.run(&export);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("is there already"), "{}", ran.err);
    assert!(
        !home.path().join("out/portkey.config.json").exists(),
        "nothing is written by halves"
    );

    let ran = home.run(&[&export[..], &["--force"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = std::fs::read_to_string(home.path().join("out/portkey.oss.template.json")).unwrap();
    assert!(text.contains("${DEEPSEEK_API_KEY}"), "{text}");
}

#[test]
fn a_name_that_is_no_route_is_told_with_the_nearest() {
    let ran = Home::new().run(&["export", "standart", "--to", "envoy"]);
    assert_ne!(ran.code, 0);
    assert!(
        ran.err.contains("there is no route `standart`"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("did you mean `standard`?"), "{}", ran.err);
}
