//! Which path is which wire format.

use crate::script::percent_decode;
use crate::wire::Wire;
use http::{HeaderMap, Method};

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// The page that says what this is.
    Home,
    Models(Wire),
    Model(Wire, String),
    /// `model` and `stream` come from the path where the format puts them there.
    Call {
        wire: Wire,
        model: Option<String>,
        stream: bool,
    },
    /// Vectors; `model` comes from the path where the format puts it there.
    Embed {
        wire: Wire,
        model: Option<String>,
    },
    /// Nothing is there; the error is told in the format that the request looks like.
    NoPath(Wire),
}

impl Route {
    pub(crate) fn wire(&self) -> Option<Wire> {
        match self {
            Route::Home => None,
            Route::Models(wire) | Route::Model(wire, _) | Route::NoPath(wire) => Some(*wire),
            Route::Call { wire, .. } | Route::Embed { wire, .. } => Some(*wire),
        }
    }
}

/// Finds what a request is for.
pub(crate) fn route(method: &Method, path: &str, query: &str, headers: &HeaderMap) -> Route {
    let looks = looks_like(path, query, headers);
    let call = |wire| Route::Call {
        wire,
        model: None,
        stream: false,
    };
    match (method.as_str(), path) {
        ("GET" | "HEAD", "/") => return Route::Home,
        ("POST", "/v1/chat/completions") => return call(Wire::OpenaiChat),
        ("POST", "/v1/responses") => return call(Wire::OpenaiResponses),
        ("POST", "/v1/messages") => return call(Wire::Anthropic),
        ("POST", "/v1/embeddings") => {
            return Route::Embed {
                wire: Wire::OpenaiChat,
                model: None,
            };
        }
        ("GET", "/v1/models" | "/v1beta/models") => return Route::Models(looks),
        _ => {}
    }
    let below = path
        .strip_prefix("/v1beta/models/")
        .or_else(|| path.strip_prefix("/v1/models/"));
    let Some(rest) = below else {
        return Route::NoPath(looks);
    };
    if method == Method::GET {
        return Route::Model(looks, percent_decode(rest));
    }
    match (method.as_str(), rest.rsplit_once(':')) {
        ("POST", Some((model, act @ ("generateContent" | "streamGenerateContent")))) => {
            Route::Call {
                wire: Wire::Gemini,
                model: Some(percent_decode(model)),
                stream: act == "streamGenerateContent",
            }
        }
        ("POST", Some((model, "batchEmbedContents"))) => Route::Embed {
            wire: Wire::Gemini,
            model: Some(percent_decode(model)),
        },
        _ => Route::NoPath(looks),
    }
}

/// Returns the wire format a request looks like by its headers and path.
fn looks_like(path: &str, query: &str, headers: &HeaderMap) -> Wire {
    let google = headers.contains_key("x-goog-api-key")
        || path.starts_with("/v1beta/")
        || query.split('&').any(|pair| pair.starts_with("key="));
    if google {
        Wire::Gemini
    } else if headers.contains_key("anthropic-version") || headers.contains_key("x-api-key") {
        Wire::Anthropic
    } else {
        Wire::OpenaiChat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_options_survive_being_part_of_a_path() {
        let path = "/v1beta/models/steady%3Fttft=10&fault=429-once:streamGenerateContent";
        assert_eq!(
            route(&Method::POST, path, "alt=sse", &HeaderMap::new()),
            Route::Call {
                wire: Wire::Gemini,
                model: Some("steady?ttft=10&fault=429-once".to_owned()),
                stream: true
            }
        );
    }

    #[test]
    fn wrong_paths_are_not_guessed_at() {
        for path in [
            "/v1/v1/chat/completions",
            "/chat/completions",
            "/v1/chat/completions/",
            "/x",
        ] {
            let found = route(&Method::POST, path, "", &HeaderMap::new());
            assert_eq!(found, Route::NoPath(Wire::OpenaiChat), "{path}");
        }
    }
}
