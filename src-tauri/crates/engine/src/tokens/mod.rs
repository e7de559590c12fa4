//! About how many tokens texts and requests have, before a provider has counted them.
//!
//! Cheap enough for every request (some 4 ns a byte, nothing allocated for text) and total: a text of any length and script
//! has an estimate. Counts by a real tokenizer are the application's work; they check these estimates in tests.

mod features;
mod image_size;
mod images;
mod weights;

pub use weights::Family;

use crate::call::{ModelRequest, Part, ResponseFormat};
use features::Features;
use std::borrow::Cow;

/// A longer text is read in slices, in bytes.
const READ_WHOLE: usize = 256 * 1024;
const SLICES: usize = 32;
const SLICE: usize = READ_WHOLE / SLICES;

/// Tokens that an estimate may be above the truth: 1 in 3. What is judged "too long for certain" allows for it.
pub(crate) const SURE_SHARE: (u64, u64) = (2, 3);

/// Returns about how many tokens a text has at a model; 0 only for an empty one.
pub fn estimate_text_tokens(text: &str, model: &str) -> u64 {
    let mut tally = Tally::default();
    tally.add_whole(text);
    tally.tokens(model)
}

/// Returns about how many tokens a request sends to the model it names: texts, tools, images and what the provider puts
/// around them.
pub fn estimate_input_tokens(request: &ModelRequest) -> u64 {
    Input::of(request).tokens(&request.model)
}

/// Returns the texts that a request sends: messages, tool calls, tools, the schema.
pub fn texts(request: &ModelRequest) -> impl Iterator<Item = Cow<'_, str>> {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    let said = parts.flat_map(|part| match part {
        Part::Text { text } | Part::ToolResult { text, .. } => [Some(text.as_str()), None],
        Part::ToolCall {
            name, arguments, ..
        } => [Some(name.as_str()), Some(arguments.as_str())],
        Part::Image { .. } => [None, None],
    });
    let said = said.flatten().map(Cow::Borrowed);
    let tools = request.tools.iter().flat_map(|tool| {
        [
            Cow::Borrowed(tool.name.as_str()),
            Cow::Borrowed(tool.description.as_str()),
            Cow::Owned(tool.parameters.to_string()),
        ]
    });
    let schema = match &request.response_format {
        ResponseFormat::Text => None,
        ResponseFormat::JsonSchema { name, schema } => {
            Some([Cow::Borrowed(name.as_str()), Cow::Owned(schema.to_string())])
        }
    };
    said.chain(tools).chain(schema.into_iter().flatten())
}

/// A text as it comes in, piece by piece.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    features: Features,
}

impl Tally {
    /// Counts the next piece; how a text is cut makes no difference.
    pub fn add(&mut self, text: &str) {
        self.features.add(text);
    }

    /// Counts a text of its own, a long one in slices.
    pub fn add_whole(&mut self, text: &str) {
        self.features.separate();
        if text.len() <= READ_WHOLE {
            self.features.add(text);
            return;
        }
        let mut sample = Features::default();
        let mut read = 0;
        for index in 0..SLICES {
            let from = text.floor_char_boundary((text.len() - SLICE) / (SLICES - 1) * index);
            let to = text.floor_char_boundary(from + SLICE);
            let slice = text.get(from..to).unwrap_or_default();
            sample.separate();
            sample.add(slice);
            read += slice.len();
        }
        self.features.add_scaled(&sample, text.len(), read);
    }

    /// Returns about how many tokens that is at a model.
    pub fn tokens(&self, model: &str) -> u64 {
        Family::of(model).tokens(&self.features)
    }
}

/// What a request sends, measured once for all models it may go to.
#[derive(Debug, Clone, Default)]
pub struct Input {
    texts: Tally,
    messages: u64,
    tools: u64,
    /// Width and height in pixels; `None`: not known.
    images: Vec<Option<(u32, u32)>>,
}

impl Input {
    /// Measures a request.
    pub fn of(request: &ModelRequest) -> Self {
        let mut input = Self {
            messages: request.messages.len() as u64,
            tools: request.tools.len() as u64,
            ..Self::default()
        };
        for text in texts(request) {
            input.texts.add_whole(&text);
        }
        for part in request.messages.iter().flat_map(|message| &message.parts) {
            if let Part::Image { data, .. } = part {
                input.images.push(image_size::of_base64(data));
            }
        }
        input
    }

    /// Returns about how many tokens that is at a model.
    pub fn tokens(&self, model: &str) -> u64 {
        let family = Family::of(model);
        let texts = family.tokens(&self.texts.features);
        texts.saturating_add(self.around_in(family, model))
    }

    /// Returns the tokens that are not text: images, and what the provider puts around messages and tools.
    pub fn around(&self, model: &str) -> u64 {
        self.around_in(Family::of(model), model)
    }

    fn around_in(&self, family: Family, model: &str) -> u64 {
        let images = self
            .images
            .iter()
            .map(|size| images::tokens(family, model, *size))
            .fold(0, u64::saturating_add);
        overhead(family, self.messages, self.tools).saturating_add(images)
    }
}

/// Returns what stands around messages and tools.
fn overhead(family: Family, messages: u64, tools: u64) -> u64 {
    let (each, once) = match family {
        // Google's examples of `countTokens` count the text alone.
        Family::Gemini => (0, 0),
        // Anthropic's guide on token counting: "You are a scientist" and "Hello, Claude" are 14 tokens.
        Family::Claude | Family::Claude47 => (3, 0),
        // OpenAI's cookbook on counting tokens: 3 a message and its role, 3 before the answer. Other chat templates are
        // about the same.
        _ => (4, 3),
    };
    let (tool, tools_once) = match family {
        // Anthropic's pricing page: the instructions for tools are 346 tokens (Claude 4, choice `auto`).
        Family::Claude | Family::Claude47 => (8, 346),
        // OpenAI's cookbook: 7 before and 12 after the functions, some 3 each.
        _ => (8, 19),
    };
    let mut sum = messages.saturating_mul(each);
    if messages > 0 {
        sum = sum.saturating_add(once);
    }
    if tools > 0 {
        sum = sum.saturating_add(tools.saturating_mul(tool) + tools_once);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Message, Role, Tool};
    use proptest::prelude::*;
    use serde_json::json;

    fn request(text: &str) -> ModelRequest {
        ModelRequest {
            model: "gpt-5.2".into(),
            messages: vec![Message::text(Role::User, text)],
            tools: Vec::new(),
            tool_choice: Default::default(),
            response_format: Default::default(),
            params: Default::default(),
            raw: None,
        }
    }

    #[test]
    fn chinese_is_not_taken_for_english() {
        let chinese = "我们在车站旁边的小咖啡馆里等着，聊起了夏天。";
        let tokens = estimate_text_tokens(chinese, "gpt-5.2");
        // o200k_base counts 19; four characters a token would be 6.
        assert!((14..=24).contains(&tokens), "{tokens}");
        assert_eq!(estimate_text_tokens("", "gpt-5.2"), 0);
        assert_eq!(estimate_text_tokens("a", "gpt-5.2"), 1);
    }

    #[test]
    fn a_huge_text_is_read_in_slices_and_counted_whole() {
        let page = "The train was late again, so we waited (for 25 minutes) beside the station. 火车又晚点了。\n";
        let pages = 10_000_000 / page.len();
        let huge = page.repeat(pages);
        let started = tokio::time::Instant::now();
        let tokens = estimate_text_tokens(&huge, "gpt-5.2");
        let elapsed = started.elapsed();
        let each = estimate_text_tokens(&page.repeat(100), "gpt-5.2") as f64 / 100.0;
        let error = (tokens as f64 / (each * pages as f64) - 1.0).abs();
        assert!(error < 0.02, "{error}");
        // 10 MB of which 256 kB are read; unoptimised code is slow, a machine may be busy.
        assert!(elapsed.as_millis() < 500, "{elapsed:?}");
    }

    #[test]
    fn tools_schemas_and_images_are_counted() {
        let plain = estimate_input_tokens(&request("hello"));
        let mut more = request("hello");
        more.tools.push(Tool {
            name: "get_weather".into(),
            description: "Get the current weather in a given location".into(),
            parameters: json!({"type": "object", "properties": {"location": {"type": "string"}}}),
        });
        let tools = estimate_input_tokens(&more);
        assert!(tools > plain + 40, "{tools}");
        more.response_format = ResponseFormat::JsonSchema {
            name: "answer".into(),
            schema: json!({"type": "object", "required": ["summary"]}),
        };
        let schema = estimate_input_tokens(&more);
        assert!(schema > tools + 8, "{schema}");
        more.messages.push(Message {
            role: Role::User,
            parts: vec![Part::Image {
                media_type: "image/png".into(),
                data: "iVBORw0KGgoAAAANSUhEUgAABAAAAAQACAIAAAA=".into(),
            }],
        });
        assert_eq!(estimate_input_tokens(&more), schema + 4 + 70 + 4 * 140);
    }

    #[test]
    fn anthropics_example_of_a_tool_is_met() {
        // Guide on token counting: 403 tokens.
        let mut request = request("What's the weather like in San Francisco?");
        request.model = "claude-sonnet-4-5".into();
        request.tools.push(Tool {
            name: "get_weather".into(),
            description: "Get the current weather in a given location".into(),
            parameters: json!({"type": "object", "properties": {"location": {"type": "string",
                "description": "The city and state, e.g. San Francisco, CA"}}, "required": ["location"]}),
        });
        let tokens = estimate_input_tokens(&request);
        assert!((380..=480).contains(&tokens), "{tokens}");
    }

    proptest! {
        #[test]
        fn how_a_text_is_cut_makes_no_difference(text in any::<String>(), cuts in prop::collection::vec(0..64usize, 0..6)) {
            let mut tally = Tally::default();
            let mut rest = text.as_str();
            for cut in cuts {
                let (piece, more) = rest.split_at(rest.floor_char_boundary(cut));
                tally.add(piece);
                rest = more;
            }
            tally.add(rest);
            for model in ["gpt-5.2", "claude-opus-4-7", "qwen3", "unknown"] {
                prop_assert_eq!(tally.tokens(model), estimate_text_tokens(&text, model));
                prop_assert_eq!(tally.tokens(model) == 0, text.is_empty());
            }
        }

        #[test]
        fn more_text_is_never_fewer_tokens(one in any::<String>(), two in any::<String>()) {
            let mut tally = Tally::default();
            tally.add(&one);
            let before = tally.tokens("gpt-5.2");
            tally.add(&two);
            prop_assert!(tally.tokens("gpt-5.2") >= before);
        }
    }
}
