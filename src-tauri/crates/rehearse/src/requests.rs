//! Requests that stand for the shape of past ones: as long, and asking for as much. Their text is filler.

use crate::setup::Shape;
use std::collections::HashMap;
use std::sync::Arc;
use switchboard_engine::call::{
    Message, ModelRequest, Params, Part, ResponseFormat, Role, Tool, ToolChoice,
};
use switchboard_engine::plan::Target;
use switchboard_engine::provider::check_model;

/// Characters of filler a token.
const CHARS: u64 = 4;
/// Longest filler, in tokens: what is longer costs as much more on every target.
const LONGEST: u64 = 1 << 17;

/// Requests by their shape, each made once.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    max_tokens: Option<u32>,
    made: HashMap<(u64, bool, bool, bool), Arc<ModelRequest>>,
}

impl Requests {
    pub(crate) fn new(max_tokens: Option<u32>) -> Self {
        Self {
            max_tokens,
            made: HashMap::new(),
        }
    }

    /// Returns a request of a shape; lengths are rounded up to a power of two.
    pub(crate) fn like(&mut self, shape: &Shape) -> Arc<ModelRequest> {
        let tokens = shape.input_tokens.clamp(1, LONGEST).next_power_of_two();
        let key = (tokens, shape.images, shape.tools, shape.json_schema);
        let made = self.made.entry(key).or_insert_with(|| {
            Arc::new(request(
                tokens,
                (shape.images, shape.tools, shape.json_schema),
                self.max_tokens,
            ))
        });
        Arc::clone(made)
    }

    /// Returns whether a target can take a request of so many tokens, for all that is known.
    pub(crate) fn fits(target: &Target, request: &ModelRequest, input_tokens: u64) -> bool {
        let can = &target.capabilities;
        let window = can.context_window.unwrap_or(u64::MAX);
        input_tokens <= window && check_model(&target.model, request, can).is_ok()
    }
}

fn request(
    tokens: u64,
    (images, tools, json_schema): (bool, bool, bool),
    max_tokens: Option<u32>,
) -> ModelRequest {
    let length = usize::try_from(tokens * CHARS).unwrap_or_default();
    let mut parts = vec![Part::Text {
        text: "a".repeat(length),
    }];
    if images {
        parts.push(Part::Image {
            media_type: "image/png".to_owned(),
            data: String::new(),
        });
    }
    let tool = || Tool {
        name: "tool".to_owned(),
        description: String::new(),
        parameters: serde_json::json!({"type": "object"}),
    };
    ModelRequest {
        model: String::new(),
        messages: vec![Message {
            role: Role::User,
            parts,
        }],
        tools: tools.then(tool).into_iter().collect(),
        tool_choice: ToolChoice::Auto,
        response_format: match json_schema {
            true => ResponseFormat::JsonSchema {
                name: "answer".to_owned(),
                schema: serde_json::json!({"type": "object"}),
            },
            false => ResponseFormat::Text,
        },
        params: Params {
            max_tokens,
            ..Params::default()
        },
        raw: None,
    }
}
