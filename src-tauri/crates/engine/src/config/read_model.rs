//! Reading a provider's models, and what a model costs.

use crate::config::decimal::usd_per_million;
use crate::config::facts::{PARAMS, facts};
use crate::config::limits;
use crate::config::model::{ModelConfig, model_of};
use crate::config::names::check_model_name;
use crate::config::presets::Preset;
use crate::config::raw::{Field, Problems};
use crate::config::validate::TIERS;
use crate::price::{PicoUsd, Tariff, TokenPrice};
use std::sync::Arc;
use toml::de::DeValue;

/// Reads a provider's list of models, each a name or a table.
pub(super) fn models(
    field: &Field<'_>,
    base: Option<&'static Preset>,
    problems: &mut Problems<'_>,
) -> Vec<ModelConfig> {
    let mut result: Vec<ModelConfig> = Vec::new();
    for item in field.array(problems).unwrap_or_default() {
        let Some(model) = model(&item, base, problems) else {
            continue;
        };
        if result.iter().any(|other| other.name == model.name) {
            item.problem(problems, "this model is listed twice");
        } else {
            result.push(model);
        }
    }
    result
}

fn model(
    item: &Field<'_>,
    base: Option<&'static Preset>,
    problems: &mut Problems<'_>,
) -> Option<ModelConfig> {
    let base = base.map(|preset| preset.id);
    if !item.value.get_ref().is_table() {
        let name = item.text(problems)?;
        check_model_name(name)
            .map_err(|message| item.problem(problems, message))
            .ok()?;
        return Some(model_of(base, name));
    }
    let mut table = item.table(problems)?;
    let Some(name_field) = table.take("name") else {
        problems.add(&table.span, Some(&table.path), "`name` is missing", None);
        return None;
    };
    let name = name_field.text(problems)?;
    check_model_name(name)
        .map_err(|message| name_field.problem(problems, message))
        .ok()?;
    let mut known = facts(base, name);
    for (key, value) in [
        ("images", &mut known.capabilities.images),
        ("tools", &mut known.capabilities.tools),
        ("json_schema", &mut known.capabilities.json_schema),
        ("reasoning", &mut known.capabilities.reasoning),
        ("prefill", &mut known.capabilities.prefill),
    ] {
        if let Some(flag) = table.take(key).and_then(|field| field.boolean(problems)) {
            *value = flag;
        }
    }
    if let Some(field) = table.take("rejected_params") {
        let params = PARAMS.map(|name| (name, name));
        let items = field.array(problems).unwrap_or_default();
        let names = items
            .iter()
            .filter_map(|item| item.one_of(problems, &params));
        known.capabilities.rejected_params = names.map(str::to_owned).collect();
    }
    if let Some(field) = table.take("context_window") {
        known.capabilities.context_window = field.integer(problems, 1..=1_000_000_000);
    }
    if let Some(field) = table.take("max_output_tokens") {
        let tokens = field.integer(problems, 1..=100_000_000);
        known.capabilities.max_output_tokens = tokens.and_then(|tokens| u32::try_from(tokens).ok());
    }
    if let Some(tier) = table
        .take("tier")
        .and_then(|field| field.one_of(problems, &TIERS))
    {
        known.tier = tier;
    }
    if let Some(field) = table.take("price") {
        known.price = price(&field, problems)
            .map(|price| Arc::new(Tariff::flat(name, price, "your settings")));
    }
    let limits = limits::limits(&mut table, problems);
    table.finish(problems);
    Some(ModelConfig {
        name: name.to_owned(),
        capabilities: known.capabilities,
        tier: known.tier,
        limits,
        price: known.price,
    })
}

/// Reads what a model costs.
pub(super) fn price(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<TokenPrice> {
    let form = "write { input = 2.50, output = 10 }, in USD per million tokens";
    let mut table = field.table(problems)?;
    let (input, output) = (table.take("input"), table.take("output"));
    if input.is_none() || output.is_none() {
        field.problem_fix(problems, "a price has `input` and `output`", form);
    }
    let cache_read = table
        .take("cache_read")
        .and_then(|field| usd(&field, problems));
    let cache_creation = table
        .take("cache_creation")
        .and_then(|field| usd(&field, problems));
    table.finish(problems);
    let input = input.and_then(|field| usd(&field, problems));
    let output = output.and_then(|field| usd(&field, problems));
    Some(TokenPrice {
        input: input?,
        output: output?,
        cache_read,
        cache_creation,
    })
}

fn usd(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<PicoUsd> {
    let text = match field.value.get_ref() {
        DeValue::String(text) => text.trim().to_owned(),
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().replace('_', ""),
        DeValue::Float(float) => float.as_str().replace('_', ""),
        _ => {
            field.problem(
                problems,
                "a price is a decimal number, in USD per million tokens",
            );
            return None;
        }
    };
    let text = text.strip_prefix('+').unwrap_or(&text);
    let fix = "write for example 2.50, in USD per million tokens";
    usd_per_million(text)
        .map_err(|message| field.problem_fix(problems, message, fix))
        .ok()
}
