//! Makes a prompt of the command line: text or standard input, files, variables, parameters.

use crate::arguments::Prompt;
use crate::exit::{Exit, Stop};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Read};
use std::path::Path;
use switchboard_app::api::types::{Column, PromptBody};
use switchboard_engine::call::{Message, Params, Part, ResponseFormat, Role};

/// Largest prompt read from standard input, in bytes.
const TEXT_LIMIT: u64 = 16 * 1024 * 1024;
/// Largest image, in bytes: what most providers take.
const IMAGE_LIMIT: u64 = 20 * 1024 * 1024;
/// Largest schema, in bytes.
const SCHEMA_LIMIT: u64 = 1024 * 1024;

/// Builds the prompt that is run on `columns`.
pub(crate) fn body(prompt: &Prompt, columns: Vec<Column>) -> Result<PromptBody, Stop> {
    let mut messages = Vec::new();
    if let Some(system) = &prompt.system {
        messages.push(Message::text(Role::System, system));
    }
    let mut parts = vec![Part::Text {
        text: text(prompt)?,
    }];
    for file in &prompt.image {
        parts.push(image(file)?);
    }
    messages.push(Message {
        role: Role::User,
        parts,
    });
    Ok(PromptBody {
        messages,
        variables: variables(&prompt.variables)?,
        tools: Vec::new(),
        response_format: match &prompt.schema {
            Some(file) => schema(file)?,
            None => ResponseFormat::Text,
        },
        params: params(prompt)?,
        columns,
    })
}

fn text(prompt: &Prompt) -> Result<String, Stop> {
    match prompt.text.as_deref() {
        Some("-") => read_stdin(),
        Some(text) => Ok(text.to_owned()),
        None if !std::io::stdin().is_terminal() => read_stdin(),
        None => Err(Stop::new(Exit::Usage, "there is no prompt")
            .hint("write it after the command, or pipe it in")),
    }
}

fn read_stdin() -> Result<String, Stop> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(TEXT_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            Stop::new(
                Exit::Usage,
                format!("standard input cannot be read: {error}"),
            )
        })?;
    if bytes.len() as u64 > TEXT_LIMIT {
        return Err(Stop::new(
            Exit::Usage,
            "the prompt on standard input is larger than 16 MB",
        ));
    }
    String::from_utf8(bytes).map_err(|_| {
        Stop::new(
            Exit::Usage,
            "the prompt on standard input is not UTF-8 text",
        )
    })
}

/// Reads a file that the option `option` names.
fn read_file(option: &str, file: &Path, limit: u64) -> Result<Vec<u8>, Stop> {
    let failed =
        |why: String| Stop::new(Exit::Usage, format!("{option} {}: {why}", file.display()));
    let opened =
        std::fs::File::open(file).map_err(|error| failed(format!("cannot be read: {error}")))?;
    let mut bytes = Vec::new();
    opened
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(failed(format!("is larger than {} MB", limit / 1024 / 1024)));
    }
    Ok(bytes)
}

fn image(file: &Path) -> Result<Part, Stop> {
    let bytes = read_file("--image", file, IMAGE_LIMIT)?;
    let media_type = media_type(&bytes).ok_or_else(|| {
        Stop::new(
            Exit::Usage,
            format!("--image {}: is no PNG, JPEG, GIF or WebP", file.display()),
        )
        .hint("convert it first; models take these four")
    })?;
    Ok(Part::Image {
        media_type: media_type.to_owned(),
        data: STANDARD.encode(&bytes),
    })
}

/// Recognises an image by its first bytes; names lie.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

fn schema(file: &Path) -> Result<ResponseFormat, Stop> {
    let bytes = read_file("--schema", file, SCHEMA_LIMIT)?;
    let schema: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| {
        Stop::new(
            Exit::Usage,
            format!("--schema {}: is not JSON: {error}", file.display()),
        )
    })?;
    if !schema.is_object() {
        let message = format!(
            "--schema {}: is not a JSON Schema (no object)",
            file.display()
        );
        return Err(Stop::new(Exit::Usage, message));
    }
    // Providers take letters, digits, `_` and `-`, at most 64.
    let name: String = file
        .file_stem()
        .map(|stem| stem.to_string_lossy())
        .unwrap_or_default()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .take(64)
        .collect();
    let name = if name.is_empty() {
        "answer".to_owned()
    } else {
        name
    };
    Ok(ResponseFormat::JsonSchema { name, schema })
}

fn variables(pairs: &[String]) -> Result<BTreeMap<String, String>, Stop> {
    pairs
        .iter()
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok((name.trim().to_owned(), value.to_owned()))
            }
            _ => Err(Stop::new(
                Exit::Usage,
                format!("--var {pair}: is not NAME=VALUE"),
            )),
        })
        .collect()
}

fn params(prompt: &Prompt) -> Result<Params, Stop> {
    let between = |name: &str, value: Option<f64>, most: f64| match value {
        Some(value) if !(0.0..=most).contains(&value) => Err(Stop::new(
            Exit::Usage,
            format!("{name} {value}: must be from 0 to {most}"),
        )),
        value => Ok(value),
    };
    if prompt.max_tokens == Some(0) {
        return Err(Stop::new(Exit::Usage, "--max-tokens 0: must be at least 1"));
    }
    Ok(Params {
        temperature: between("--temperature", prompt.temperature, 2.0)?,
        top_p: between("--top-p", prompt.top_p, 1.0)?,
        max_tokens: prompt.max_tokens,
        stop: (!prompt.stop.is_empty()).then(|| prompt.stop.clone()),
        seed: prompt.seed,
        reasoning_effort: prompt.effort.map(Into::into),
    })
}
