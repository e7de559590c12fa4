//! Whose tokens are counted, and what each feature of a text is worth there, in thousandths of a token.
//!
//! The tables of published tokenizers are least-squares fits of [`Features`] to what those tokenizers counted on some
//! 1,500 texts of 4,000 characters: translated messages and manual pages in 40 languages, source code in ten, JSON,
//! tables of figures, emoji. On texts that took no part, half of the estimates were off by less than 5 to 7 %, nine of
//! ten by less than 15 to 28 % (more for alphabets that a vocabulary hardly knows). Where the texts had too few signs
//! beyond ASCII to tell, those are worth 0.3. `tests/it/tokens.rs` holds the error against the tokenizers themselves.

use super::features::{FEATURES, Feature, Features};

/// Models that split text alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// OpenAI's `o200k_base`: GPT-4o and all that came later.
    O200k,
    /// OpenAI's `cl100k_base`: GPT-4, GPT-3.5, embeddings.
    Cl100k,
    /// Llama 3 and 4.
    Llama,
    DeepSeek,
    Qwen,
    /// Mistral's Tekken.
    Mistral,
    Kimi,
    Glm,
    /// Claude up to 4.6.
    Claude,
    /// Claude from 4.7.
    Claude47,
    Gemini,
    /// Nothing is known of its tokenizer.
    Other,
}

impl Family {
    /// Returns the family of a model by its name; what stands before the last `/` is not looked at.
    pub fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("ft:").unwrap_or(&name);
        let has = |part: &str| name.contains(part);
        if has("claude") {
            return claude(name);
        }
        if has("gemini") || has("gemma") {
            return Self::Gemini;
        }
        if has("deepseek") {
            return Self::DeepSeek;
        }
        if has("qwen") || has("qwq") {
            return Self::Qwen;
        }
        if [
            "mistral",
            "mixtral",
            "codestral",
            "ministral",
            "magistral",
            "devstral",
            "pixtral",
        ]
        .into_iter()
        .any(has)
        {
            return Self::Mistral;
        }
        if has("llama") {
            return Self::Llama;
        }
        if has("kimi") || has("moonshot") {
            return Self::Kimi;
        }
        if has("glm-") || has("glm4") {
            return Self::Glm;
        }
        let old = [
            "gpt-4-",
            "gpt-3.5",
            "gpt-35",
            "text-embedding",
            "davinci-002",
            "babbage-002",
        ];
        if old.into_iter().any(has) || name == "gpt-4" {
            return Self::Cl100k;
        }
        let begins = |part: &str| name.starts_with(part);
        if has("gpt-") || has("chatgpt") || ["o1", "o3", "o4"].into_iter().any(begins) {
            return Self::O200k;
        }
        Self::Other
    }

    /// Returns where the figures are from, for people.
    pub fn about(self) -> &'static str {
        match self {
            Self::O200k => "estimated; fitted to OpenAI's o200k_base",
            Self::Cl100k => "estimated; fitted to OpenAI's cl100k_base",
            Self::Llama => "estimated; fitted to Llama 3's tokenizer",
            Self::DeepSeek => "estimated; fitted to DeepSeek V3's tokenizer",
            Self::Qwen => "estimated; fitted to Qwen 2.5's tokenizer",
            Self::Mistral => "estimated; fitted to Mistral's Tekken",
            Self::Kimi => "estimated; fitted to Kimi K2's tokenizer",
            Self::Glm => "estimated; fitted to GLM 4.5's tokenizer",
            Self::Claude => "estimated; Anthropic publishes a tokenizer for Claude 2 only",
            Self::Claude47 => {
                "estimated; from the tokenizer of Claude 2 and measured counts of Claude 4.7"
            }
            Self::Gemini => "estimated; Google says about 4 characters a token",
            Self::Other => "estimated; the model's tokenizer is not known",
        }
    }

    /// Returns the estimate for a text with these features, in tokens; at least 1 unless it is empty.
    pub(crate) fn tokens(self, features: &Features) -> u64 {
        let milli = features
            .counts()
            .iter()
            .zip(self.weights())
            .fold(0_u64, |sum, (count, weight)| {
                sum.saturating_add(count.saturating_mul(u64::from(*weight)))
            });
        let tokens = milli.saturating_add(500) / 1000;
        tokens.max(u64::from(!features.is_empty()))
    }

    const fn weights(self) -> &'static [u32; FEATURES] {
        match self {
            Self::O200k => &O200K,
            Self::Cl100k => &CL100K,
            Self::Llama => &LLAMA,
            Self::DeepSeek => &DEEPSEEK,
            Self::Qwen => &QWEN,
            Self::Mistral => &MISTRAL,
            Self::Kimi => &KIMI,
            Self::Glm => &GLM,
            Self::Claude => &CLAUDE,
            Self::Claude47 => &CLAUDE_47,
            Self::Gemini | Self::Other => &GEMINI,
        }
    }
}

/// Tells Claude's versions apart: `claude-opus-4-7`, `claude-sonnet-4.6`, `claude-3-5-haiku-20241022`.
fn claude(name: &str) -> Family {
    let mut numbers = name
        .split(|character: char| !character.is_ascii_digit())
        .filter(|part| (1..=2).contains(&part.len()))
        .filter_map(|part| part.parse::<u32>().ok());
    let (major, minor) = (numbers.next(), numbers.next().unwrap_or(0));
    match major {
        Some(major) if (major, minor) < (4, 7) => Family::Claude,
        // A name without a version is an alias of the newest.
        Some(_) | None => Family::Claude47,
    }
}

const O200K: [u32; FEATURES] = [
    840, 544, 471, 1240, 1524, 0, 221, 356, 351, 368, 374, 394, 1253, 729, 699, 711, 1041, 99, 892,
    467, 299, 2134, 368, 512,
];
/// The fit has 0.71 a Han character, from texts with short runs of them; prose has longer ones.
const CL100K: [u32; FEATURES] = [
    821, 398, 573, 2096, 2249, 837, 0, 636, 1477, 938, 1368, 1029, 2929, 900, 907, 1201, 936, 151,
    942, 463, 299, 2808, 221, 581,
];
const LLAMA: [u32; FEATURES] = [
    781, 333, 672, 1678, 578, 0, 0, 398, 450, 462, 680, 467, 1348, 763, 635, 833, 1149, 57, 965,
    492, 299, 2671, 64, 678,
];
const DEEPSEEK: [u32; FEATURES] = [
    812, 808, 620, 1436, 1920, 740, 547, 373, 566, 385, 545, 323, 2600, 335, 544, 701, 1310, 0,
    875, 341, 299, 2381, 358, 737,
];
const QWEN: [u32; FEATURES] = [
    780, 392, 616, 1949, 1933, 0, 0, 543, 1109, 481, 1188, 538, 2705, 424, 530, 898, 187, 1052,
    925, 465, 285, 1914, 252, 636,
];
const MISTRAL: [u32; FEATURES] = [
    833, 691, 577, 1064, 1440, 0, 0, 411, 432, 407, 504, 526, 1030, 1031, 611, 768, 308, 1017, 879,
    335, 299, 3929, 452, 727,
];
const KIMI: [u32; FEATURES] = [
    854, 383, 620, 2041, 1984, 1432, 0, 511, 694, 633, 732, 652, 2429, 440, 628, 1041, 940, 205,
    846, 504, 299, 2470, 120, 973,
];
const GLM: [u32; FEATURES] = [
    807, 293, 591, 1524, 1628, 0, 0, 413, 485, 512, 1367, 1085, 2228, 475, 645, 1048, 0, 704, 992,
    511, 299, 2825, 250, 526,
];
/// Fitted to the tokenizer that Anthropic published for Claude 2 (`@anthropic-ai/tokenizer` 0.0.4, MIT), except
/// that a Han character is worth 0.95 and not 0.57, as in prose, whose runs of them are longer.
const CLAUDE_2: [u32; FEATURES] = [
    795, 1092, 601, 2320, 2714, 2330, 0, 674, 1354, 1109, 1579, 1081, 2555, 950, 877, 1339, 1153,
    0, 820, 294, 299, 2819, 1276, 300,
];
/// Later tokenizers are not public. `count_tokens` gave 4.33 characters a token of English for Claude 4.6
/// (claudecodecamp.com, 2026-04), where the fit has 5.1: words in Latin letters are worth 1.17 of it.
const CLAUDE: [u32; FEATURES] = latin(CLAUDE_2, 117, 100);
/// Anthropic's release notes of Claude Opus 4.7 say 1.0 to 1.35 times as many tokens as before. `count_tokens` gave 3.60
/// characters a token of English (the same), and 1.24 to 1.46 times as many tokens for prose in Latin letters, 1.13 to
/// 1.33 for code, 1.06 for figures, 1.00 for other scripts (sol.ava.dev, 2026-04-17).
const CLAUDE_47: [u32; FEATURES] = latin(CLAUDE_2, 148, 110);
/// Google's guide on tokens (2026-11): a token is about 4 characters, 100 tokens are 60 to 80 English words. That is 1.15
/// of o200k_base in Latin letters. Its vocabulary of 262,144 is at least as good at other scripts, so those stay.
const GEMINI: [u32; FEATURES] = latin(O200K, 115, 115);

/// Returns a table with what is written in Latin letters at `words` percent, and signs and joined words at `code` percent.
const fn latin(mut table: [u32; FEATURES], words: u32, code: u32) -> [u32; FEATURES] {
    let mut at = 0;
    while at < FEATURES {
        if at == Feature::LatinWord as usize || at == Feature::LongTail as usize {
            table[at] = table[at] * words / 100;
        } else if at == Feature::JoinedWord as usize || at == Feature::Sign as usize {
            table[at] = table[at] * code / 100;
        }
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_name_tells_its_tokenizer() {
        for (model, family) in [
            ("gpt-4o-mini", Family::O200k),
            ("openai/gpt-5.2", Family::O200k),
            ("ft:gpt-4.1:me::1", Family::O200k),
            ("o4-mini", Family::O200k),
            ("gpt-4", Family::Cl100k),
            ("gpt-4-turbo", Family::Cl100k),
            ("text-embedding-3-small", Family::Cl100k),
            ("claude-3-5-haiku-20241022", Family::Claude),
            ("claude-sonnet-4-20250514", Family::Claude),
            ("claude-sonnet-4.6", Family::Claude),
            ("anthropic/claude-opus-4-7", Family::Claude47),
            ("claude-sonnet-5", Family::Claude47),
            ("claude-opus-latest", Family::Claude47),
            ("gemini-3-flash", Family::Gemini),
            ("deepseek-r1-distill-llama-70b", Family::DeepSeek),
            ("meta-llama/Llama-3.3-70B-Instruct", Family::Llama),
            ("qwen3:8b", Family::Qwen),
            ("codestral-latest", Family::Mistral),
            ("moonshotai/kimi-k2", Family::Kimi),
            ("glm-4.6", Family::Glm),
            ("grok-4", Family::Other),
            ("", Family::Other),
        ] {
            assert_eq!(Family::of(model), family, "{model}");
        }
    }
}
