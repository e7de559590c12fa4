//! How many tokens a prompt has before it is sent: by the model's own tokenizer where it is public, else estimated.

mod worker;

use crate::App;
use crate::api::types::{ApiError, CountTokens, ErrorCode, TokenCount};
use crate::plans::{self, Wanted};
use crate::variables;
use std::collections::BTreeMap;
use std::sync::Arc;
use switchboard_engine::call::{ModelRequest, ToolChoice};
use switchboard_engine::plan::{Candidate, Target};
use switchboard_engine::tokens::{Family, Input, texts};
use switchboard_engine::usage::Usage;

/// Most models of one question.
const MOST_MODELS: usize = 32;

/// Returns the prompt's tokens at every model, in the order in which they were asked.
///
/// # Errors
/// `InvalidParams` if there are too many models.
pub(crate) async fn count(app: &App, asked: CountTokens) -> Result<Vec<TokenCount>, ApiError> {
    if asked.models.len() > MOST_MODELS {
        let message = format!("`models` has more than {MOST_MODELS} names");
        return Err(ApiError::new(ErrorCode::InvalidParams, message).with_field("models"));
    }
    let request = ModelRequest {
        model: String::new(),
        messages: variables::fill_known(&asked.messages, &asked.variables),
        tools: asked.tools,
        tool_choice: ToolChoice::default(),
        response_format: asked.response_format,
        params: Default::default(),
        raw: None,
    };
    let input = Input::of(&request);
    let whole: Arc<Vec<String>> = Arc::new(texts(&request).map(String::from).collect());
    // Several models share a tokenizer: it counts once.
    let mut counted: BTreeMap<&'static str, Option<u64>> = BTreeMap::new();
    let mut counts = Vec::with_capacity(asked.models.len());
    for model in asked.models {
        let target = first_target(app, &model, &request).await;
        let name = target
            .as_ref()
            .map_or(model.as_str(), |target| target.model.as_str());
        let family = Family::of(name);
        let by_tokenizer = match encoding(family) {
            None => None,
            Some(encoding) => {
                let of_texts = match counted.get(encoding) {
                    Some(tokens) => *tokens,
                    None => {
                        let tokens = worker::count(encoding, Arc::clone(&whole), name).await;
                        counted.insert(encoding, tokens);
                        tokens
                    }
                };
                of_texts.map(|tokens| (tokens.saturating_add(input.around(name)), encoding))
            }
        };
        let (tokens, about) = match by_tokenizer {
            Some((tokens, encoding)) => (tokens, format!("counted with {encoding}")),
            None => (input.tokens(name), family.about().to_owned()),
        };
        counts.push(TokenCount {
            tokens,
            counted: by_tokenizer.is_some(),
            about,
            cost: target.as_ref().and_then(|target| {
                target.cost_now(&Usage {
                    input_uncached_tokens: tokens,
                    ..Usage::default()
                })
            }),
            context_window: target
                .as_ref()
                .and_then(|target| target.capabilities.context_window),
            target: target.map(|target| format!("{}/{}", target.provider, target.model)),
            model,
        });
    }
    Ok(counts)
}

/// Returns the target that a call of this name would ask first; no key is needed.
async fn first_target(app: &App, model: &str, request: &ModelRequest) -> Option<Target> {
    let wanted = Wanted {
        model,
        fallbacks: &[],
        recovery: None,
        deadline: None,
        request,
        sticky: "",
    };
    let plan = plans::rehearsal_plan(app, &wanted).await;
    plan.candidates
        .into_iter()
        .find_map(|candidate| match candidate {
            Candidate::Ready(target) => Some(target),
            Candidate::Unusable { .. } => None,
        })
}

/// Returns the tokenizer of a family; `None`: it is not public, or its licence asks for more than attribution.
fn encoding(family: Family) -> Option<&'static str> {
    match family {
        Family::O200k => Some("o200k_base"),
        Family::Cl100k => Some("cl100k_base"),
        Family::Qwen => Some("qwen2"),
        Family::Mistral => Some("mistral_v3"),
        Family::Llama
        | Family::DeepSeek
        | Family::Kimi
        | Family::Glm
        | Family::Claude
        | Family::Claude47
        | Family::Gemini
        | Family::Other => None,
    }
}
