//! Dependencies point one way: prices and routing, then engine, then sandbox and store, then rehearse, then app, then
//! the hosts.

use crate::metadata::{items, read};
use std::collections::{BTreeMap, BTreeSet};

/// What each crate of the workspace may depend on, tests included. The shell is `switchboard`.
const ALLOWED: &[(&str, &[&str])] = &[
    ("switchboard-prices", &[]),
    ("switchboard-charts", &[]),
    ("switchboard-routing", &[]),
    (
        "switchboard-engine",
        &["switchboard-prices", "switchboard-routing"],
    ),
    (
        "switchboard-export",
        &["switchboard-prices", "switchboard-engine"],
    ),
    ("switchboard-sandbox", &["switchboard-engine"]),
    ("switchboard-store", &["switchboard-engine"]),
    (
        "switchboard-rehearse",
        &[
            "switchboard-engine",
            "switchboard-sandbox",
            "switchboard-routing",
        ],
    ),
    (
        "switchboard-app",
        &[
            "switchboard-prices",
            "switchboard-charts",
            "switchboard-engine",
            "switchboard-export",
            "switchboard-sandbox",
            "switchboard-store",
            "switchboard-rehearse",
            "switchboard-routing",
        ],
    ),
    (
        "switchboard-host",
        &["switchboard-engine", "switchboard-app"],
    ),
    (
        "switchboard-gateway",
        // The simulator in tests only, for its journal.
        &[
            "switchboard-engine",
            "switchboard-sandbox",
            "switchboard-app",
        ],
    ),
    (
        "switchboard-cli",
        &[
            "switchboard-prices",
            "switchboard-engine",
            "switchboard-sandbox",
            "switchboard-app",
            "switchboard-host",
            "switchboard-gateway",
        ],
    ),
    (
        "switchboard",
        &[
            "switchboard-engine",
            "switchboard-app",
            "switchboard-host",
            "switchboard-gateway",
        ],
    ),
    (
        "switchboard-acceptance",
        &[
            "switchboard-engine",
            "switchboard-sandbox",
            "switchboard-store",
            "switchboard-app",
            "switchboard-host",
            "switchboard-gateway",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that only some may link, directly or not. An empty list: nobody.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("tauri", &["switchboard"]),
    (
        "keyring",
        &["switchboard-host", "switchboard-cli", "switchboard"],
    ),
    (
        "rusqlite",
        &[
            "switchboard-store",
            "switchboard-app",
            "switchboard-host",
            "switchboard-gateway",
            "switchboard-cli",
            "switchboard",
            "switchboard-acceptance",
        ],
    ),
    // One loop owns retry: `run.rs` of the engine.
    ("backoff", &[]),
    ("backon", &[]),
    ("reqwest-retry", &[]),
    ("reqwest-middleware", &[]),
    ("tokio-retry", &[]),
];

/// Direct dependencies of each crate of the workspace, by name.
fn workspace() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = read();
    let members: Vec<&str> = items(&metadata["workspace_members"])
        .filter_map(|id| id.as_str())
        .collect();
    items(&metadata["packages"])
        .filter(|package| members.contains(&package["id"].as_str().unwrap_or_default()))
        .map(|package| {
            let dependencies = items(&package["dependencies"])
                .filter_map(|dependency| dependency["name"].as_str())
                .map(str::to_owned)
                .collect();
            (
                package["name"].as_str().unwrap_or_default().to_owned(),
                dependencies,
            )
        })
        .collect()
}

#[test]
fn crates_depend_only_on_crates_below_them() {
    let workspace = workspace();
    assert_eq!(
        workspace.len(),
        ALLOWED.len(),
        "a crate is missing from ALLOWED: {:?}",
        workspace.keys()
    );
    for (name, dependencies) in &workspace {
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(known, _)| known == name)
            .expect("a crate is not in ALLOWED");
        for dependency in dependencies
            .iter()
            .filter(|dependency| workspace.contains_key(*dependency))
        {
            assert!(
                allowed.contains(&dependency.as_str()) || dependency == name,
                "{name} must not depend on {dependency}: it stands above or beside it"
            );
        }
    }
}

#[test]
fn the_window_the_key_store_and_the_database_stay_where_they_belong() {
    let metadata = read();
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in items(&metadata["resolve"]["nodes"]) {
        // Only what is linked: build and test dependencies do not ship.
        let linked = items(&node["deps"])
            .filter(|dependency| items(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()))
            .filter_map(|dependency| dependency["pkg"].as_str());
        edges.insert(node["id"].as_str().unwrap_or_default(), linked.collect());
    }
    let name_of: BTreeMap<&str, &str> = items(&metadata["packages"])
        .filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?)))
        .collect();
    for member in items(&metadata["workspace_members"]).filter_map(|id| id.as_str()) {
        let (mut reached, mut open) = (BTreeSet::new(), vec![member]);
        while let Some(id) = open.pop() {
            if reached.insert(id) {
                open.extend(edges.get(id).into_iter().flatten());
            }
        }
        let names: BTreeSet<&str> = reached
            .iter()
            .filter_map(|id| name_of.get(id).copied())
            .collect();
        let member = name_of[member];
        for (restricted, allowed) in ONLY_IN {
            assert!(
                !names.contains(restricted) || allowed.contains(&member),
                "{member} links {restricted}, which only {allowed:?} may"
            );
        }
    }
}
