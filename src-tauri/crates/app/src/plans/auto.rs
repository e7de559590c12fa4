//! Which route a call takes: the one it names, else the first whose rule holds, else that of its kind of work,
//! else that of how demanding it is.

use super::asked::Asked;
use super::classify::{Reader, Said};
use super::light;
use super::without_twins;
use crate::App;
use crate::api::types::{RouteDecision, RoutedBy, RuleOutcome, TaskGuess};
use crate::routes::TWINS;
use switchboard_engine::config::{Config, RouteConfig};
use switchboard_routing::rule::Field;
use switchboard_routing::{Facts, InputText, Rule};

/// What a caller names for the program to choose.
pub const AUTO: &str = "auto";

/// The route of a prompt that nothing else tells about.
const STANDARD: &str = "standard";

/// Most rules that a decision keeps: the last ones, with the one that held.
const RULES_KEPT: usize = 40;

/// A request whose model or route is chosen.
#[derive(Debug, Clone)]
pub struct Routed {
    /// The model or the route's name; `sim:` before it as it was asked.
    pub model: String,
    /// What weighted options stay the same for.
    pub sticky: String,
    pub decision: RouteDecision,
}

/// Chooses the route of a call. Where `settings.classifier` names a model and a prompt's kind of work decides, that
/// model is asked, unless nothing is to be paid.
pub async fn route(app: &App, asked: &Asked<'_>) -> Routed {
    let (name, twins) = without_twins(asked.model);
    let config = app.config().current();
    if name != AUTO {
        return named(app, asked, &config, name);
    }
    let facts = asked.facts(app);
    let text = match facts.text.is_empty() {
        true => facts.system.clone(),
        false => facts.text.clone(),
    };
    let mut decision = by_facts(&config, facts.clone());
    let asks = decision.task.is_some() && !twins && !text.is_empty();
    if let Some(model) = config.settings.classifier.as_ref().filter(|_| asks)
        && let Some(class) = light::ask(app, model, asked, text.as_str()).await
    {
        let said = Said {
            class,
            by: model.clone(),
        };
        decision = decide(&config, facts, Reader::told(said));
    }
    chosen(app, asked, decision, twins)
}

/// As [`route`], by what this machine knows alone.
pub(crate) fn route_here(app: &App, asked: &Asked<'_>) -> Routed {
    let (name, twins) = without_twins(asked.model);
    let config = app.config().current();
    match name {
        AUTO => chosen(app, asked, by_facts(&config, asked.facts(app)), twins),
        _ => named(app, asked, &config, name),
    }
}

fn chosen(app: &App, asked: &Asked<'_>, mut routed: RouteDecision, twins: bool) -> Routed {
    if twins && let Some(route) = &routed.route {
        let model = format!("{TWINS}{route}");
        return Routed {
            model,
            sticky: asked.sticky_key(app),
            decision: routed,
        };
    }
    Routed {
        model: routed
            .route
            .get_or_insert_with(|| STANDARD.to_owned())
            .clone(),
        sticky: asked.sticky_key(app),
        decision: routed,
    }
}

fn named(app: &App, asked: &Asked<'_>, config: &Config, name: &str) -> Routed {
    let route = config.route(name);
    let weighs = route.is_some_and(|route| route.steps.iter().any(|step| step.options.len() > 1));
    Routed {
        model: asked.model.to_owned(),
        // Found out only where it is needed: most calls name a model.
        sticky: match weighs {
            true => asked.sticky_key(app),
            false => String::new(),
        },
        decision: RouteDecision {
            asked: name.to_owned(),
            route: route.map(|route| route.name.clone()),
            by: match route {
                Some(_) => RoutedBy::Name,
                None => RoutedBy::Model,
            },
            why: "the caller names it".to_owned(),
            rules: Vec::new(),
            task: None,
            complexity: None,
            facts: None,
            picks: Vec::new(),
        },
    }
}

/// Decides by what is known of a request. Facts of the caller's own (task, complexity) stand before those that
/// the texts tell.
pub(crate) fn by_facts(config: &Config, facts: Facts) -> RouteDecision {
    decide(config, facts, Reader::default())
}

fn decide(config: &Config, mut facts: Facts, mut reader: Reader) -> RouteDecision {
    let rules = rules(config);
    let mut decision = RouteDecision {
        asked: AUTO.to_owned(),
        route: None,
        by: RoutedBy::Default,
        why: "nothing else told where it belongs".to_owned(),
        rules: Vec::new(),
        task: None,
        complexity: None,
        facts: None,
        picks: Vec::new(),
    };
    // The classifier is asked where a rule wants to know, or no rule held.
    let wants = |field| rules.iter().any(|(_, rule)| rule.reads(field));
    let (wants_task, wants_complexity) = (wants(Field::Task), wants(Field::Complexity));
    if wants_task {
        reader.task(&mut facts, &mut decision);
    }
    if wants_complexity {
        reader.complexity(&mut facts, &mut decision);
    }
    for (route, rule) in &rules {
        let held = rule.matches(&facts);
        decision.rules.push(RuleOutcome {
            route: route.name.clone(),
            words: rule.words(),
            held,
        });
        if held {
            decision.by = RoutedBy::Rule;
            decision.route = Some(route.name.clone());
            decision.why = rule.words();
            break;
        }
    }
    let surplus = decision.rules.len().saturating_sub(RULES_KEPT);
    decision.rules.drain(..surplus);
    if decision.route.is_none() {
        if !wants_task {
            reader.task(&mut facts, &mut decision);
        }
        by_task(config, &facts, &mut decision);
    }
    if decision.route.is_none() {
        if !wants_complexity {
            reader.complexity(&mut facts, &mut decision);
        }
        by_complexity(config, &facts, &mut decision);
    }
    facts.system = InputText::default();
    facts.text = InputText::default();
    decision.facts = Some(facts);
    decision
}

/// Returns the routes that wait for calls, in the order in which they are asked.
fn rules(config: &Config) -> Vec<(&RouteConfig, Rule)> {
    let waiting = config.all_routes().filter_map(|route| {
        // A rule that the file's reader let pass is a good one.
        Some((route, Rule::parse(route.when.as_deref()?).ok()?))
    });
    let mut rules: Vec<(&RouteConfig, Rule)> = waiting.collect();
    rules.sort_by_key(|(route, _)| std::cmp::Reverse(route.priority));
    rules
}

fn by_task(config: &Config, facts: &Facts, decision: &mut RouteDecision) {
    let Some(task) = facts.task.as_deref() else {
        return;
    };
    let of_task = |route: &&RouteConfig| route.task.is_some_and(|of| of.name() == task);
    // The route of the task's own name is its home; another of the file may stand in.
    let home = config.route(task).filter(of_task);
    let Some(route) = home.or_else(|| config.all_routes().find(of_task)) else {
        return;
    };
    decision.by = RoutedBy::Task;
    decision.route = Some(route.name.clone());
    decision.why = match &decision.task {
        Some(TaskGuess { by: Some(by), .. }) => {
            format!("{by} takes the prompt for {}", plain(task))
        }
        Some(guess) => format!(
            "the prompt reads like {} ({:.0} % sure)",
            plain(task),
            guess.certainty * 100.0
        ),
        None => format!("its task is {}", plain(task)),
    };
}

fn by_complexity(config: &Config, facts: &Facts, decision: &mut RouteDecision) {
    let name = facts
        .complexity
        .map_or(STANDARD, |complexity| complexity.name());
    let route = config.route(name).or_else(|| config.route(STANDARD));
    let Some(route) = route else { return };
    decision.route = Some(route.name.clone());
    if let Some(complexity) = facts.complexity {
        decision.by = RoutedBy::Complexity;
        decision.why = format!("the prompt looks {}", complexity.name());
    }
}

/// Returns a task's name as it is read out.
fn plain(task: &str) -> String {
    task.replace('_', " ")
}
