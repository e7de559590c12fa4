//! The licences and sources of everything that is built, held against `deny.toml`, so that they are
//! checked on machines without cargo-deny too.

use crate::metadata::{items, read, root, strings};
use serde_json::Value;

fn deny() -> Value {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml is there");
    toml::from_str(&text).expect("deny.toml is TOML")
}

/// Returns whether a licence expression can be met with the allowed licences alone.
///
/// `OR` needs one side, `AND` both; brackets group; `/` is an old way to write `OR`.
fn is_met(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&words, &mut at, allowed);
    met && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at, allowed);
    }
    met
}

fn both(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let met = either(words, at, allowed);
        *at += 1;
        return met;
    }
    let mut licence = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed(&licence)
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let deny = deny();
    let licences = &deny["licenses"];
    let metadata = read();
    let mut refused = Vec::new();
    for package in items(&metadata["packages"]) {
        let name = package["name"].as_str().unwrap_or_default();
        let exceptions =
            items(&licences["exceptions"]).find(|exception| exception["crate"] == name);
        let allowed = |licence: &str| {
            let excepted = exceptions.map(|exception| &exception["allow"]);
            strings(&licences["allow"])
                .chain(excepted.into_iter().flat_map(strings))
                .any(|one| one == licence)
        };
        let expression = package["license"].as_str().unwrap_or("(none)");
        if !is_met(expression, &allowed) {
            refused.push(format!("{name} {}: {expression}", package["version"]));
        }
    }
    assert!(
        refused.is_empty(),
        "not allowed by deny.toml:\n{}",
        refused.join("\n")
    );
}

#[test]
fn every_dependency_comes_from_the_registry() {
    let metadata = read();
    for package in items(&metadata["packages"]) {
        // `None`: a crate of this workspace.
        if let Some(source) = package["source"].as_str() {
            assert!(
                source.starts_with("registry+"),
                "{} comes from {source}",
                package["name"]
            );
        }
    }
}

#[test]
fn licence_expressions_are_read_as_they_are_meant() {
    let allowed =
        |licence: &str| ["MIT", "Apache-2.0 WITH LLVM-exception", "Zlib"].contains(&licence);
    for met in [
        "MIT",
        "GPL-3.0 OR MIT",
        "GPL-3.0/MIT",
        "(GPL-3.0 OR MIT) AND Zlib",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_met(met, &allowed), "{met}");
    }
    for refused in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT OR GPL-3.0) AND GPL-3.0",
        "Apache-2.0",
        "",
        "(none)",
        "MIT MIT",
    ] {
        assert!(!is_met(refused, &allowed), "{refused}");
    }
}
