//! A Portkey config: strategies with targets, nested.

use super::draft::{Draft, Key, NewRoute, NewStep};
use super::litellm::{is_variable, wanted};
use super::place;
use super::value::Node;
use serde_json::Value;
use switchboard_engine::config::{check_model_name, preset};
use switchboard_engine::secret::Secret;

/// Fields of a target that are taken.
const TARGET: [&str; 11] = [
    "name",
    "strategy",
    "targets",
    "provider",
    "virtual_key",
    "api_key",
    "custom_host",
    "override_params",
    "weight",
    "request_timeout",
    "retry",
];
/// Largest weight that the configuration takes.
const WEIGHT: f64 = 1_000_000.0;
/// Deepest nesting of strategies that is followed.
const DEPTH: usize = 8;

/// What a strategy above says for the targets below.
#[derive(Debug, Clone, Default)]
struct Above<'v> {
    retries: Option<u32>,
    timeout: Option<std::time::Duration>,
    provider: Option<&'v str>,
    key: Option<&'v str>,
    model: Option<&'v str>,
}

/// Reads the config.
pub(super) fn read(value: &Value, draft: &mut Draft<'_>) {
    let Some(root) = Node::root(value) else {
        return;
    };
    let mut route = NewRoute {
        name: root.text("name").unwrap_or("portkey").to_owned(),
        ..NewRoute::default()
    };
    route.steps = steps(&root, &Above::default(), draft, &mut route.max_tokens, 0);
    draft.route(route, "targets");
}

/// Returns a node's targets as steps.
fn steps<'v>(
    node: &Node<'v>,
    above: &Above<'v>,
    draft: &mut Draft<'_>,
    tokens: &mut Option<u32>,
    depth: usize,
) -> Vec<NewStep> {
    if depth > DEPTH {
        draft
            .losses
            .dropped(node.path.clone(), "strategies are nested too deeply");
        return Vec::new();
    }
    draft.drop_all(node.others(&TARGET).into_iter().map(|name| node.at(name)));
    let above = below(node, above, draft);
    let targets = node.tables("targets");
    if targets.is_empty() {
        return target(node, &above, draft, tokens).into_iter().collect();
    }
    let strategy = node.table("strategy");
    let mode = strategy.as_ref().and_then(|table| table.text("mode"));
    if let Some(table) = &strategy {
        let others = table.others(&["mode"]);
        for name in others {
            draft.losses.dropped(
                table.at(name),
                "failures are told apart by kind here, not by code",
            );
        }
    }
    match mode {
        Some("loadbalance") => equals(node, &targets, &above, draft, tokens, depth),
        Some("single") => targets
            .first()
            .map(|one| steps(one, &above, draft, tokens, depth + 1))
            .unwrap_or_default(),
        Some("fallback") | None => targets
            .iter()
            .flat_map(|one| steps(one, &above, draft, tokens, depth + 1))
            .collect(),
        Some(_) => {
            draft.losses.approximated(
                node.at("strategy.mode"),
                "there is no such strategy here: its targets follow each other",
            );
            targets
                .iter()
                .flat_map(|one| steps(one, &above, draft, tokens, depth + 1))
                .collect()
        }
    }
}

/// Returns one step of equals.
fn equals<'v>(
    node: &Node<'v>,
    targets: &[Node<'v>],
    above: &Above<'v>,
    draft: &mut Draft<'_>,
    tokens: &mut Option<u32>,
    depth: usize,
) -> Vec<NewStep> {
    let mut all = NewStep::default();
    for one in targets {
        let found = steps(one, above, draft, tokens, depth + 1);
        let mut found = found.into_iter();
        let Some(first) = found.next() else {
            continue;
        };
        if found.next().is_some() || first.options.len() > 1 {
            draft.losses.approximated(
                one.path.clone(),
                "a strategy among equals: only its first target is taken",
            );
        }
        let scaled = weight(one.float("weight").unwrap_or(1.0), 100.0);
        all.options.extend(
            first
                .options
                .into_iter()
                .take(1)
                .map(|(target, _)| (target, scaled)),
        );
        if (all.total.is_some() && all.total != first.total)
            || (all.retries.is_some() && all.retries != first.retries)
        {
            draft.losses.approximated(
                node.path.clone(),
                "clocks and retries are a step's here: the longest and most of its targets",
            );
        }
        all.total = all.total.max(first.total);
        all.retries = all.retries.max(first.retries);
    }
    vec![all]
}

/// Returns a share as a whole weight between 1 and the most that is taken.
pub(super) fn weight(share: f64, scale: f64) -> u32 {
    let scaled = (share.max(0.0) * scale).round().clamp(1.0, WEIGHT);
    super::value::whole(scaled).unwrap_or(1)
}

/// Joins what a node says for those below it.
fn below<'v>(node: &Node<'v>, above: &Above<'v>, draft: &mut Draft<'_>) -> Above<'v> {
    let retry = node.table("retry");
    if let Some(retry) = &retry {
        let known = [
            "attempts",
            "use_retry_after_header",
            "use_retry_after_headers",
        ];
        for name in retry.others(&known) {
            draft.losses.dropped(
                retry.at(name),
                "failures are told apart by kind here, not by code",
            );
        }
    }
    let overridden = node.table("override_params");
    Above {
        retries: retry
            .and_then(|retry| retry.number("attempts"))
            .or(above.retries),
        timeout: node.millis("request_timeout").or(above.timeout),
        provider: node
            .text("provider")
            .or_else(|| node.text("virtual_key"))
            .or(above.provider),
        key: node.text("api_key").or(above.key),
        model: overridden
            .and_then(|table| table.text("model"))
            .or(above.model),
    }
}

/// Returns a target as a step, or `None` if it cannot be named here.
fn target(
    node: &Node<'_>,
    above: &Above<'_>,
    draft: &mut Draft<'_>,
    tokens: &mut Option<u32>,
) -> Option<NewStep> {
    let at = if node.path.is_empty() {
        "provider".to_owned()
    } else {
        node.path.clone()
    };
    if let Some(table) = node.table("override_params") {
        let known = ["model", "max_tokens", "max_completion_tokens"];
        draft.drop_all(table.others(&known).into_iter().map(|name| table.at(name)));
        let own = table
            .number("max_tokens")
            .or_else(|| table.number("max_completion_tokens"))
            .filter(|tokens| (1..=100_000_000).contains(tokens));
        if own.is_some() && tokens.is_some() && own != *tokens {
            draft.losses.approximated(
                table.at("max_tokens"),
                "most tokens are a route's here: the most of its targets",
            );
        }
        *tokens = (*tokens).max(own);
    }
    // `@slug` or `@slug/model`, as the Model Catalog names them.
    let (slug, catalog) = match above.provider.unwrap_or_default().strip_prefix('@') {
        Some(named) => match named.split_once('/') {
            Some((slug, model)) => (slug, Some(model)),
            None => (named, None),
        },
        None => (above.provider.unwrap_or_default(), None),
    };
    let named = above.model.or(catalog).unwrap_or_default();
    // A model may be named with its provider's slug, too.
    let (slug, model) = match named
        .strip_prefix('@')
        .and_then(|rest| rest.split_once('/'))
    {
        Some((slug, model)) => (slug, model),
        None => (slug, named),
    };
    if check_model_name(model).is_err() {
        draft.losses.dropped(
            at,
            "a target without a model in `override_params`: a route names its models",
        );
        return None;
    }
    let id = provider(node, slug, above, draft, &at)?;
    Some(NewStep {
        options: vec![(format!("{id}/{model}"), 1)],
        total: above.timeout,
        retries: above.retries,
        ..NewStep::default()
    })
}

fn provider(
    node: &Node<'_>,
    slug: &str,
    above: &Above<'_>,
    draft: &mut Draft<'_>,
    at: &str,
) -> Option<String> {
    // A slug that is a provider's id here means that one.
    if draft.config.provider(slug).is_some() && above.key.is_none() {
        return Some(slug.to_owned());
    }
    let guessed = place::preset_of(slug).or_else(|| {
        let mut parts = slug.split('-');
        parts.find_map(place::preset_of)
    });
    let Some(guessed) = guessed else {
        draft.losses.dropped(
            at,
            "its provider has no preset here: add one with this slug as its id, then import again",
        );
        return None;
    };
    let host = node.text("custom_host");
    let (preset_id, base) = match host {
        None if preset(guessed).is_some_and(|preset| preset.must_edit_url()) => {
            draft.losses.dropped(at, "this provider needs an address");
            return None;
        }
        None => (guessed, None),
        Some(host) => match place::at(guessed, host) {
            Some((preset, url)) => (preset, Some(url)),
            None => {
                draft
                    .losses
                    .dropped(node.at("custom_host"), "this address cannot be used");
                return None;
            }
        },
    };
    let wanted = if above.provider.is_some_and(|text| text.starts_with('@')) {
        slug.to_owned()
    } else {
        wanted(preset_id, base.as_ref())
    };
    Some(draft.provider(
        &wanted,
        preset_id,
        base,
        key(above.key),
        &node.at("api_key"),
    ))
}

/// Reads a key: a template's `${NAME}` is a variable.
fn key(text: Option<&str>) -> Key {
    let Some(text) = text else {
        return Key::Unsaid;
    };
    let inner = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    match inner {
        Some(name) if is_variable(name) => Key::Variable(name.to_owned()),
        Some(_) => Key::Unsaid,
        None if text == "not-needed" => Key::Unsaid,
        None => Key::Literal(Secret::new(text.to_owned())),
    }
}
