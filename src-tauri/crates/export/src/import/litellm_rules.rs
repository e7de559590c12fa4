//! Where failures of LiteLLM's model groups go.

use super::value::Node;
use serde_json::Value;
use std::collections::BTreeMap;

/// Where failures of a group go.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) general: BTreeMap<String, Vec<String>>,
    default: Vec<String>,
    pub(super) too_long: BTreeMap<String, Vec<String>>,
    pub(super) filtered: BTreeMap<String, Vec<String>>,
}

impl Rules {
    pub(super) fn read(settings: &[&Node<'_>]) -> Self {
        let mut rules = Self::default();
        for table in settings {
            for (name, rule) in [
                ("fallbacks", &mut rules.general),
                ("context_window_fallbacks", &mut rules.too_long),
                ("content_policy_fallbacks", &mut rules.filtered),
            ] {
                // A list of maps, each with one key as a rule.
                for entry in table.tables(name) {
                    for (group, to) in entry.map {
                        rule.entry(group.clone()).or_insert_with(|| texts(to));
                    }
                }
            }
            if rules.default.is_empty() {
                rules.default = table
                    .get("default_fallbacks")
                    .map(texts)
                    .unwrap_or_default();
            }
        }
        rules
    }

    pub(super) fn fallbacks(&self, group: &str) -> Vec<String> {
        let own = self.general.get(group).or_else(|| self.general.get("*"));
        let names = own.unwrap_or(&self.default);
        names
            .iter()
            .filter(|name| *name != group)
            .cloned()
            .collect()
    }

    /// Returns whether a group is where failures of another go.
    pub(super) fn names(&self, group: &str) -> bool {
        let rules = [&self.general, &self.too_long, &self.filtered];
        let mut targets = rules.into_iter().flat_map(BTreeMap::values).flatten();
        targets.any(|name| name == group)
    }
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    let texts = items.filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}
