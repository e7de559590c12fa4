//! Providers that the window adds, changes and removes: edits of the configuration file.

use crate::api::types::{
    ApiError, ErrorCode, Preset, PreviewUrl, ProviderInfo, SaveProvider, UrlPreview,
};
use crate::config::{put_provider, remove_provider};
use crate::providers::{MODEL, Providers};
use switchboard_engine::config::{
    self, check_base_url, check_id, check_model_name, preset, presets,
};
use switchboard_engine::provider::{AuthStyle, Endpoint, Wire, provider as codec};
use switchboard_engine::transport::http_client::is_loopback;
use toml_edit::{Array, Item, Table, TableLike, Value, value};

/// Returns the providers that can be added.
pub(super) fn preset_list() -> Vec<Preset> {
    let shown = |preset: &config::Preset| Preset {
        id: preset.id.to_owned(),
        label: preset.label.to_owned(),
        wire: preset.wire,
        base_url: preset.base_url.to_owned(),
        needs_key: preset.needs_key,
        local: preset.local,
        env: preset.env.first().map(|name| (*name).to_owned()),
        key_url: preset.key_url.map(str::to_owned),
        models: preset
            .models
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        note: preset.note.map(str::to_owned),
    };
    presets().iter().map(shown).collect()
}

impl Providers {
    /// Adds or changes a provider. Fields of the file that the request does not have stay.
    ///
    /// # Errors
    /// `InvalidParams` with the request's field, or what editing the file reports.
    pub async fn save(&self, request: SaveProvider) -> Result<ProviderInfo, ApiError> {
        check(&request)?;
        let id = request.id.clone();
        let edit = {
            let id = id.clone();
            move |document: &mut toml_edit::DocumentMut| {
                write(put_provider(document, &id)?, &request);
                Ok(())
            }
        };
        self.inner
            .config
            .edit(edit)
            .await
            .map_err(|error| at_field(error, &id))?;
        self.inner.health.forget(&id);
        self.detected().remove(&id);
        self.one(&id).await
    }

    /// Takes a provider out of the file. Its keys stay in the key store until they are deleted.
    ///
    /// # Errors
    /// `NotFound`, or what editing the file reports.
    pub async fn delete(&self, id: &str) -> Result<(), ApiError> {
        self.configured(id)?;
        let name = id.to_owned();
        let edit = move |document: &mut toml_edit::DocumentMut| {
            remove_provider(document, &name);
            Ok(())
        };
        self.inner.config.edit(edit).await?;
        self.inner.health.forget(id);
        self.detected().remove(id);
        Ok(())
    }
}

/// Shows where calls to a base URL would go, by the same builder as calls.
pub(super) fn preview(request: &PreviewUrl) -> Result<UrlPreview, ApiError> {
    let base_url = check_base_url(&request.base_url).map_err(|why| invalid("base_url", why))?;
    let typed = base_url.clone();
    let endpoint = Endpoint {
        wire: request.wire,
        base_url,
        auth: AuthStyle::Native,
        headers: Vec::new(),
    };
    let built = codec(request.wire).request_url(&endpoint, MODEL);
    let mut notes = Vec::new();
    let version = if request.wire == Wire::Gemini {
        "v1beta"
    } else {
        "v1"
    };
    let has = |url: &url::Url, part: &str| {
        url.path_segments()
            .is_some_and(|mut parts| parts.any(|one| one == part))
    };
    let tails = ["completions", "responses", "messages", "models"];
    let last = |url: &url::Url| {
        url.path_segments()
            .and_then(|mut parts| parts.rfind(|part| !part.is_empty()).map(str::to_owned))
    };
    let pasted = last(&typed).is_some_and(|part| {
        tails.contains(&part.as_str()) || part.contains(":streamGenerateContent")
    });
    if pasted {
        notes.push("the end of the address was taken for the path of a call".to_owned());
    }
    if has(&built, version) && !has(&typed, version) {
        notes.push(format!("`/{version}` is added"));
    }
    if typed.scheme() == "http" && !is_loopback(&typed) {
        notes.push("http is not encrypted: key and prompts can be read on the way".to_owned());
    }
    Ok(UrlPreview {
        request_url: built.as_str().replace(&format!("{MODEL}:"), "{model}:"),
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    })
}

fn check(request: &SaveProvider) -> Result<(), ApiError> {
    check_id(&request.id).map_err(|why| invalid("id", why))?;
    check_base_url(&request.base_url).map_err(|why| invalid("base_url", why))?;
    for model in request.models.iter().flatten() {
        check_model_name(model).map_err(|why| invalid("models", why))?;
    }
    Ok(())
}

/// Writes what differs from the preset, and whatever the file says already.
fn write(table: &mut dyn TableLike, request: &SaveProvider) {
    let base = request.preset.as_deref().and_then(preset);
    if let Some(name) = &request.preset {
        table.insert("preset", value(name.as_str()));
    }
    let label = request.label.trim();
    let label = if label.is_empty() {
        request.id.as_str()
    } else {
        label
    };
    put(table, "label", label, base.map(|base| base.label));
    put(
        table,
        "wire",
        wire_name(request.wire),
        base.map(|base| wire_name(base.wire)),
    );
    put(
        table,
        "base_url",
        request.base_url.trim(),
        base.map(|base| base.base_url),
    );
    let usual = base.map_or_else(
        || check_base_url(&request.base_url).is_ok_and(|url| !is_loopback(&url)),
        |base| base.needs_key,
    );
    if table.contains_key("needs_key") || request.needs_key != usual {
        table.insert("needs_key", value(request.needs_key));
    }
    if let Some(names) = &request.models {
        let usual = base.map(|base| base.models).unwrap_or_default();
        if table.contains_key("models") || names != usual {
            write_models(table, names);
        }
    }
}

fn put(table: &mut dyn TableLike, key: &str, text: &str, usual: Option<&str>) {
    let written = table.get(key).and_then(Item::as_str);
    if written != Some(text) && (written.is_some() || usual != Some(text)) {
        table.insert(key, value(text));
    }
}

/// Lists exactly these models; what the file says about those that stay is kept.
fn write_models(table: &mut dyn TableLike, names: &[String]) {
    if let Some(models) = table
        .get_mut("models")
        .and_then(Item::as_array_of_tables_mut)
    {
        let name_of = |table: &Table| Some(table.get("name")?.as_str()?.to_owned());
        models.retain(|one| name_of(one).is_some_and(|name| names.contains(&name)));
        let kept: Vec<String> = models.iter().filter_map(name_of).collect();
        for name in names.iter().filter(|name| !kept.contains(name)) {
            let mut one = Table::new();
            one.insert("name", value(name.as_str()));
            models.push(one);
        }
        if !models.is_empty() {
            return;
        }
    }
    let name_of = |one: &Value| match one {
        Value::String(name) => Some(name.value().clone()),
        Value::InlineTable(table) => Some(table.get("name")?.as_str()?.to_owned()),
        _ => None,
    };
    if let Some(models) = table.get_mut("models").and_then(Item::as_array_mut) {
        models.retain(|one| name_of(one).is_some_and(|name| names.contains(&name)));
        let kept: Vec<String> = models.iter().filter_map(name_of).collect();
        for name in names.iter().filter(|name| !kept.contains(name)) {
            models.push(name.as_str());
        }
        return;
    }
    table.insert(
        "models",
        value(names.iter().map(String::as_str).collect::<Array>()),
    );
}

fn wire_name(wire: Wire) -> &'static str {
    match wire {
        Wire::OpenaiChat => "openai_chat",
        Wire::OpenaiResponses => "openai_responses",
        Wire::Anthropic => "anthropic",
        Wire::Gemini => "gemini",
    }
}

/// A problem of the file becomes one of the request's field.
fn at_field(mut error: ApiError, id: &str) -> ApiError {
    let prefix = format!("providers.{id}.");
    if let Some(field) = error
        .field
        .as_ref()
        .and_then(|field| field.strip_prefix(&prefix))
    {
        error.field = Some(field.to_owned());
    }
    error
}

fn invalid(field: &str, message: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidParams, message).with_field(field)
}
