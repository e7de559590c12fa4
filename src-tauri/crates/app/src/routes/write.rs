//! From a form to the configuration file. Fields that say what they said before stay as they are written,
//! with their comments; so do tables of steps that only changed their place.

use super::draft::{pick_of, task_of};
use crate::api::types::*;
use crate::config::tables;
use switchboard_engine::config::{Pick, cause_name, parse_duration};
use switchboard_engine::error::ErrorKind;
use switchboard_engine::plan::Recovery;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// The group of routes in the file.
pub(super) const ROUTES: &str = "routes";

/// How the steps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// As short as the form allows.
    Shortest,
    /// Every step with its options, so that a problem's path names them.
    Whole,
}

/// Writes a form into the file. `original` is the name it has there; `None`: it is not there yet.
///
/// # Errors
/// `Conflict` if the name belongs to another route of the file, `Config` if `routes` is no table.
pub(super) fn write(
    document: &mut DocumentMut,
    original: Option<&str>,
    draft: &RouteDraft,
    shape: Shape,
) -> Result<(), ApiError> {
    let name = draft.name.as_str();
    if original != Some(name) {
        if tables::get(document, ROUTES, name).is_some() {
            let message = format!("there is a route `{}` in the file already", clipped(name));
            let error = ApiError::new(ErrorCode::Conflict, message).with_field("name");
            return Err(error.with_hint("choose another name"));
        }
        if let Some(original) = original {
            tables::rename(document, ROUTES, original, name);
        }
    }
    let table = tables::put(document, ROUTES, name)?;
    fields(table, draft);
    steps(table, draft, shape);
    lists(table, draft);
    Ok(())
}

/// Returns a form as it would stand alone in the file.
///
/// # Errors
/// None for a form that [`write`] can take.
pub fn as_toml(draft: &RouteDraft) -> Result<String, ApiError> {
    let mut document = DocumentMut::new();
    write(&mut document, None, draft, Shape::Shortest)?;
    Ok(document.to_string().trim_start().to_owned())
}

fn fields(table: &mut dyn TableLike, draft: &RouteDraft) {
    let about = draft.about.trim();
    set(table, "about", text((!about.is_empty()).then_some(about)));
    set(table, "when", text(draft.when.as_deref()));
    let priority = (draft.priority > 0).then(|| number(draft.priority));
    set(table, "priority", priority);
}

/// Fields that stand after the targets.
fn lists(table: &mut dyn TableLike, draft: &RouteDraft) {
    set_list(table, "context_too_long", &draft.lists.context_too_long);
    set_list(table, "content_filter", &draft.lists.content_filter);
    set_list(table, "auth", &draft.lists.auth);
    set_list(table, "fall_back_on", &causes(&draft.fall_back_on));
    set_list(table, "stop_on", &causes(&draft.stop_on));
    let recovery = draft.recovery.map(|recovery| match recovery {
        Recovery::Continue => "continue",
        Recovery::Restart => "restart",
        Recovery::Fail => "fail",
    });
    set(table, "recovery", text(recovery));
    set_clock(table, "deadline", draft.deadline_ms);
    set(table, "tier", text(draft.tier.map(|tier| tier.name())));
    set(table, "max_tokens", draft.max_tokens.map(number));
    hedge(table, draft.hedge_after_ms);
    set(table, "fallback_text", text(draft.fallback_text.as_deref()));
    let task = draft.task.map(|task| task_of(task).name());
    set(table, "task", text(task));
}

/// A cause that no route can rule on is written by its own name, for the reader to say so.
fn causes(kinds: &[ErrorKind]) -> Vec<String> {
    let name = |kind: &ErrorKind| match cause_name(*kind) {
        Some(name) => name.to_owned(),
        None => serde_json::to_value(kind)
            .ok()
            .and_then(|name| name.as_str().map(str::to_owned))
            .unwrap_or_default(),
    };
    kinds.iter().map(name).collect()
}

/// `true` in the file stands for a wait of two seconds.
fn hedge(table: &mut dyn TableLike, after_ms: Option<u64>) {
    let is_default = table.get("hedge").and_then(Item::as_bool) == Some(true);
    if !(is_default && after_ms == Some(2000)) {
        set_clock(table, "hedge", after_ms);
    }
}

// ---------------------------------------------------------------- steps

fn steps(table: &mut dyn TableLike, draft: &RouteDraft, shape: Shape) {
    let has_steps = table.contains_key("steps");
    if shape == Shape::Shortest && !has_steps && draft.steps.iter().all(is_plain) {
        let models = draft.steps.iter().flat_map(|step| &step.options);
        let models: Vec<String> = models.map(|option| option.model.clone()).collect();
        set_list(table, "targets", &models);
        return;
    }
    table.remove("targets");
    let mut old = old_steps(table.remove("steps"));
    let mut tables = ArrayOfTables::new();
    // Tables of one place in the file are written in their order.
    let at = old.iter().filter_map(Table::position).min();
    for step in &draft.steps {
        let known = old
            .iter()
            .position(|table| models_of(table) == models(step));
        let mut table = known.map_or_else(Table::new, |index| old.remove(index));
        write_step(&mut table, step, shape);
        table.set_position(at);
        tables.push(table);
    }
    let item = if tables.is_empty() {
        Item::Value(Value::Array(Array::new()))
    } else {
        Item::ArrayOfTables(tables)
    };
    table.insert("steps", item);
}

/// Returns the tables of the steps as they were, however they were written.
fn old_steps(item: Option<Item>) -> Vec<Table> {
    match item {
        Some(Item::ArrayOfTables(tables)) => tables.into_iter().collect(),
        Some(Item::Value(Value::Array(array))) => array
            .into_iter()
            .filter_map(|value| match value {
                Value::InlineTable(table) => Some(table.into_table()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn models(step: &StepDraft) -> Vec<String> {
    step.options
        .iter()
        .map(|option| option.model.clone())
        .collect()
}

/// Returns the models that a table of a step names.
fn models_of(table: &Table) -> Vec<String> {
    let texts = |array: &Array| {
        let texts = array.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    if let Some(targets) = table.get("targets").and_then(Item::as_array) {
        return texts(targets);
    }
    let options = table.get("options").and_then(Item::as_array);
    let models = options.into_iter().flatten().filter_map(|option| {
        let model = option.as_inline_table()?.get("model")?.as_str()?;
        Some(model.to_owned())
    });
    models.collect()
}

/// Returns whether a step says nothing but its one target.
fn is_plain(step: &StepDraft) -> bool {
    let [option] = &step.options[..] else {
        return false;
    };
    *step
        == StepDraft {
            options: vec![OptionDraft {
                model: option.model.clone(),
                weight: 1,
            }],
            ..StepDraft::default()
        }
}

fn write_step(table: &mut Table, step: &StepDraft, shape: Shape) {
    let pick = pick_of(step.pick);
    let unweighted = step.options.iter().all(|option| option.weight == 1);
    let one = step.options.len() == 1;
    let short = shape == Shape::Shortest && unweighted && (one || pick != Pick::Weighted);
    if short {
        table.remove("options");
        set_list(table, "targets", &models(step));
        if step.options.is_empty() {
            table.insert("targets", Item::Value(Value::Array(Array::new())));
        }
    } else {
        table.remove("targets");
        options(table, step);
    }
    let said = pick != Pick::Weighted || (!one && table.contains_key("pick"));
    set(table, "pick", said.then(|| Value::from(pick.name())));
    set_clock(table, "first_token", step.first_token_ms);
    set_clock(table, "idle", step.idle_ms);
    set_clock(table, "total", step.total_ms);
    set(table, "retries", step.retries.map(number));
    set(
        table,
        "requests_per_minute",
        step.requests_per_minute.map(number),
    );
    set(
        table,
        "tokens_per_minute",
        step.tokens_per_minute.map(number),
    );
    set(table, "concurrency", step.concurrency.map(number));
}

fn options(table: &mut Table, step: &StepDraft) {
    let weighted = step.pick == RoutePick::Weighted;
    let wanted: Vec<(String, Option<u32>)> = step
        .options
        .iter()
        .map(|option| (option.model.clone(), weighted.then_some(option.weight)))
        .collect();
    if let Some(array) = table.get("options").and_then(Item::as_array)
        && array
            .iter()
            .map(option_of)
            .eq(wanted.iter().cloned().map(Some))
    {
        return;
    }
    let mut array = Array::new();
    for (model, weight) in &wanted {
        let mut option = InlineTable::new();
        option.insert("model", Value::from(model.as_str()));
        if let Some(weight) = weight {
            option.insert("weight", number(*weight));
        }
        option.fmt();
        let mut option = Value::InlineTable(option);
        if wanted.len() > 1 {
            option.decor_mut().set_prefix("\n  ");
        }
        array.push_formatted(option);
    }
    if wanted.len() > 1 {
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    set(table, "options", Some(Value::Array(array)));
}

fn option_of(value: &Value) -> Option<(String, Option<u32>)> {
    let table = value.as_inline_table()?;
    let model = table.get("model")?.as_str()?.to_owned();
    let weight = table.get("weight").and_then(Value::as_integer);
    Some((model, Some(u32::try_from(weight.unwrap_or(1)).ok()?)))
}

// ---------------------------------------------------------------- single fields

fn text(text: Option<&str>) -> Option<Value> {
    text.map(Value::from)
}

fn number(number: u32) -> Value {
    Value::from(i64::from(number))
}

/// Sets or takes out a field. One that says the same already stays as it is written; a new value keeps the
/// comment of the old one.
fn set(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    let Some(mut value) = value else {
        table.remove(key);
        return;
    };
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        let same = match (old, &value) {
            (Value::String(old), Value::String(new)) => old.value() == new.value(),
            (Value::Integer(old), Value::Integer(new)) => old.value() == new.value(),
            _ => false,
        };
        if same {
            return;
        }
        *value.decor_mut() = old.decor().clone();
    }
    match table.get_mut(key) {
        Some(item) => *item = Item::Value(value),
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

fn set_clock(table: &mut dyn TableLike, key: &str, ms: Option<u64>) {
    let old = table.get(key).and_then(Item::as_str);
    let old = old
        .and_then(|text| parse_duration(text).ok())
        .map(super::millis);
    if ms.is_none() || old != ms {
        set(table, key, ms.map(|ms| Value::from(duration_text(ms))));
    }
}

/// Returns a duration as people write it.
pub(super) fn duration_text(ms: u64) -> String {
    match ms {
        ms if ms >= 60_000 && ms % 60_000 == 0 => format!("{}m", ms / 60_000),
        ms if ms % 1000 == 0 => format!("{}s", ms / 1000),
        ms => format!("{ms}ms"),
    }
}

/// Sets a list of texts; empty takes it out. Texts that stay keep their comments.
fn set_list(table: &mut dyn TableLike, key: &str, wanted: &[String]) {
    if wanted.is_empty() {
        table.remove(key);
        return;
    }
    let Some(array) = table.get_mut(key).and_then(Item::as_array_mut) else {
        let array: Array = wanted.iter().map(String::as_str).collect();
        set(table, key, Some(Value::Array(array)));
        return;
    };
    if array
        .iter()
        .map(Value::as_str)
        .eq(wanted.iter().map(|text| Some(text.as_str())))
    {
        return;
    }
    let mut old: Vec<Value> = array.iter().cloned().collect();
    let lined = old.iter().any(|value| {
        let prefix = value.decor().prefix().and_then(|prefix| prefix.as_str());
        prefix.is_some_and(|prefix| prefix.contains('\n'))
    });
    array.clear();
    for text in wanted {
        let known = old.iter().position(|value| value.as_str() == Some(text));
        let known = known.map(|index| old.remove(index)).filter(|_| lined);
        let mut value = known.unwrap_or_else(|| Value::from(text.as_str()));
        if lined && value.decor().prefix().is_none() {
            value.decor_mut().set_prefix("\n  ");
        }
        array.push_formatted(value);
    }
    if !lined {
        array.fmt();
    }
}

/// What a name or path is cut to where it is repeated.
fn clipped(text: &str) -> String {
    text.chars().take(60).collect()
}
