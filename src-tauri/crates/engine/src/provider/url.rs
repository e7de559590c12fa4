//! Addresses: from a base URL as people paste it to the address a request is sent to.
//!
//! One builder for calls, previews and connection tests. It contacts nothing and checks no host name.

use super::Wire;
use ::url::Url;

/// Paths of calls and lists; whichever of them ends a pasted URL is taken off.
const TAILS: [&[&str]; 7] = [
    &["chat", "completions"],
    &["completions"],
    &["responses"],
    &["embeddings"],
    &["messages", "count_tokens"],
    &["messages"],
    &["models"],
];

/// Hosts whose OpenAI-compatible API has no version in its path (their documentation, 2026-11).
const UNVERSIONED: [&str; 3] = [
    "api.perplexity.ai",
    "models.github.ai",
    "models.inference.ai.azure.com",
];

/// Returns the address of a streaming call to `model`.
///
/// `base` may stop at the host, at the version, or be the address of a call itself; its query stays.
pub(super) fn call_url(wire: Wire, base: &Url, model: &str) -> Url {
    let mut path = api_path(wire, base);
    match wire {
        Wire::OpenaiChat => path.extend(["chat".into(), "completions".into()]),
        Wire::OpenaiResponses => path.push("responses".into()),
        Wire::Anthropic => path.push("messages".into()),
        Wire::Gemini => {
            if !model.contains('/') {
                path.push("models".into());
            }
            path.extend(
                model
                    .split('/')
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned),
            );
            if let Some(last) = path.last_mut() {
                last.push_str(":streamGenerateContent");
            }
        }
    }
    let mut url = with_path(base, &path);
    if wire == Wire::Gemini {
        url = without_alt(url);
        url.query_pairs_mut().append_pair("alt", "sse");
    }
    url
}

/// Returns the address that makes embedding vectors with `model`.
pub(super) fn embeddings_url(wire: Wire, base: &Url, model: &str) -> Url {
    if wire == Wire::Gemini {
        let mut url = call_url(wire, base, model);
        let path = url
            .path()
            .replace(":streamGenerateContent", ":batchEmbedContents");
        url.set_path(&path);
        return without_alt(url);
    }
    let mut path = api_path(wire, base);
    path.push("embeddings".into());
    with_path(base, &path)
}

/// Returns the address that counts the tokens of a request to `model`.
pub(super) fn count_url(wire: Wire, base: &Url, model: &str) -> Url {
    let mut url = call_url(wire, base, model);
    if wire == Wire::Gemini {
        let path = url.path().replace(":streamGenerateContent", ":countTokens");
        url.set_path(&path);
        return without_alt(url);
    }
    let path = format!("{}/count_tokens", url.path());
    url.set_path(&path);
    url
}

/// Returns a Gemini address without the switch between its stream formats.
fn without_alt(mut url: Url) -> Url {
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != "alt")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    if !others.is_empty() {
        url.query_pairs_mut().extend_pairs(others);
    }
    url
}

/// Returns the address that lists the provider's models.
pub(super) fn models_url(wire: Wire, base: &Url) -> Url {
    let mut path = api_path(wire, base);
    // Azure's older form names one deployment; the list stands above it.
    if let Some(at) = path.iter().position(|part| part == "deployments") {
        path.truncate(at);
    }
    if path.last().is_none_or(|last| last != "models") {
        path.push("models".into());
    }
    let url = with_path(base, &path);
    match wire {
        Wire::Gemini => without_alt(url),
        Wire::OpenaiChat | Wire::OpenaiResponses | Wire::Anthropic => url,
    }
}

/// Returns the segments up to and including the version, without the path of a call.
fn api_path(wire: Wire, base: &Url) -> Vec<String> {
    let host = base.host_str().unwrap_or_default();
    let mut path: Vec<String> = base
        .path_segments()
        .map(|parts| parts.filter(|part| !part.is_empty()).map(decoded).collect())
        .unwrap_or_default();
    let pasted_whole = take_tail(&mut path, host);
    path.dedup_by(|next, before| next == before && is_version(next));
    if wire == Wire::Gemini
        && let Some(at) = path
            .iter()
            .position(|part| part == "models" || part == "tunedModels")
    {
        path.truncate(at);
    }
    if path.iter().any(|part| is_version(part)) {
        return path;
    }
    let is_azure = host.ends_with(".openai.azure.com");
    if is_azure && path.is_empty() {
        path.push("openai".into());
    }
    // Ollama's own API stands at /api, its OpenAI-compatible one at /v1.
    if base.port() == Some(11434) && path == ["api"] {
        path.clear();
    }
    let unversioned = pasted_whole
        || path.iter().any(|part| part == "deployments")
        || (host.ends_with(".services.ai.azure.com") && path == ["models"])
        || (wire == Wire::OpenaiChat && UNVERSIONED.contains(&host));
    if !unversioned {
        path.push(if wire == Wire::Gemini { "v1beta" } else { "v1" }.into());
    }
    path
}

/// Takes the path of a call off the end; returns whether it was that of a call (not of a list), so that
/// what stands before it is known to be complete.
fn take_tail(path: &mut Vec<String>, host: &str) -> bool {
    if let Some(last) = path.last()
        && let Some((_, verb)) = last.rsplit_once(':')
        && matches!(
            verb,
            "streamGenerateContent" | "generateContent" | "countTokens"
        )
    {
        let at = path
            .iter()
            .rposition(|part| part == "models" || part == "tunedModels");
        path.truncate(at.unwrap_or(path.len() - 1));
        return true;
    }
    for tail in TAILS {
        if !path.ends_with_parts(tail) {
            continue;
        }
        let is_list = tail == ["models"];
        if is_list && host.ends_with(".services.ai.azure.com") && path.len() == 1 {
            return false;
        }
        path.truncate(path.len() - tail.len());
        return !is_list;
    }
    false
}

trait EndsWithParts {
    fn ends_with_parts(&self, tail: &[&str]) -> bool;
}

impl EndsWithParts for Vec<String> {
    fn ends_with_parts(&self, tail: &[&str]) -> bool {
        self.len() >= tail.len() && self[self.len() - tail.len()..].iter().eq(tail.iter())
    }
}

/// Returns whether a path segment is an API version: `v1`, `v4`, `v1beta`, `v1alpha2`.
fn is_version(part: &str) -> bool {
    let Some(rest) = part.strip_prefix('v') else {
        return false;
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() == part.len() - 1 {
        return false;
    }
    let tail = rest
        .strip_prefix("beta")
        .or_else(|| rest.strip_prefix("alpha"))
        .unwrap_or(rest);
    tail.chars().all(|c| c.is_ascii_digit())
}

/// Returns the segment without percent escapes, or as it is if they are not UTF-8.
fn decoded(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| part.get(at + 1..at + 3))
            .flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| part.to_owned())
}

fn with_path(base: &Url, path: &[String]) -> Url {
    let mut url = base.clone();
    url.set_fragment(None);
    if let Ok(mut parts) = url.path_segments_mut() {
        parts.clear().extend(path);
    }
    url
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
