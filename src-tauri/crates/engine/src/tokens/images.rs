//! How many tokens an image is, by the rules that providers publish (seen 2026-11).

use super::weights::Family;

/// Taken where the size or the rule is not known: Claude's most up to 4.6, and more than most images cost elsewhere.
const UNKNOWN: u64 = 1600;

/// Returns an image's tokens. `size`: width and height in pixels.
pub(super) fn tokens(family: Family, model: &str, size: Option<(u32, u32)>) -> u64 {
    let Some((width, height)) = size else {
        return UNKNOWN;
    };
    let (width, height) = (f64::from(width), f64::from(height));
    let tokens = match family {
        Family::O200k | Family::Cl100k => openai(model, width, height),
        // Vision guide of Anthropic: width × height / 750 once the image is no longer than 1,568 pixels, at most about
        // 1,600 tokens; from Opus 4.7 no longer than 2,576 pixels, at most 4,784.
        Family::Claude => claude(width, height, 1568.0, 1600.0),
        Family::Claude47 => claude(width, height, 2576.0, 4784.0),
        Family::Gemini => gemini(model, width, height),
        // Qwen's and Mistral's model cards: a token for 28 × 28 pixels. Others are taken to be like them.
        _ => (width * height / 784.0).clamp(4.0, 4096.0),
    };
    // Never negative and never above some ten thousand.
    tokens.ceil() as u64
}

fn claude(width: f64, height: f64, longest: f64, most: f64) -> f64 {
    let shrunk = (longest / width.max(height)).min(1.0);
    (width * height * shrunk * shrunk / 750.0).min(most)
}

/// Guide on media resolution of the Gemini API: from Gemini 3 an image is 1,120 tokens unless asked otherwise; before, 258
/// if both sides are at most 384 pixels, else 258 for each tile of 768 × 768.
fn gemini(model: &str, width: f64, height: f64) -> f64 {
    let version = model
        .split("gemini-")
        .nth(1)
        .and_then(|rest| rest.split(['.', '-']).next())
        .and_then(|major| major.parse::<u32>().ok());
    match version {
        Some(major) if major >= 3 => 1120.0,
        _ if width <= 384.0 && height <= 384.0 => 258.0,
        _ => 258.0 * ((width / 768.0).ceil() * (height / 768.0).ceil()).min(64.0),
    }
}

/// Images and vision guide of OpenAI, detail `high`: tiles of 512 pixels after the image was brought into 2,048 × 2,048 and
/// its shorter side to 768; for small models patches of 32 pixels, at most 1,536, times a factor.
///
/// GPT-5.5 and GPT-6 are not checked against a page of OpenAI's (none was found, 2026-11): patches times 1.2, as others
/// measured with the default detail (data set `JOHNISKING/image-token-cost` at Hugging Face: 1,229 tokens for 1024 × 1024,
/// 14,364 for 4032 × 3024). The most of 12,000 patches is a guess that covers those.
fn openai(model: &str, width: f64, height: f64) -> f64 {
    let has = |part: &str| model.contains(part);
    let small = |nano: f64, mini: f64| if has("nano") { nano } else { mini };
    if has("4o-mini") {
        return tiles(width, height, 2833.0, 5667.0);
    }
    if has("o4-mini") {
        return patches(width, height, 1536.0) * 1.72;
    }
    if has("mini") || has("nano") {
        return patches(width, height, 1536.0) * small(2.46, 1.62);
    }
    if has("gpt-6") || has("gpt-5.5") {
        return patches(width, height, 12_000.0) * 1.2;
    }
    if has("gpt-5") {
        return tiles(width, height, 70.0, 140.0);
    }
    if has("o1") || has("o3") {
        return tiles(width, height, 75.0, 150.0);
    }
    tiles(width, height, 85.0, 170.0)
}

fn tiles(width: f64, height: f64, base: f64, tile: f64) -> f64 {
    let inside = (2048.0 / width.max(height)).min(1.0);
    let shorter = (768.0 / (width.min(height) * inside)).min(1.0);
    let scale = inside * shorter;
    // A hair less than a tile too many is rounding.
    let count = |side: f64| (side * scale / 512.0 - 1e-9).ceil().max(1.0);
    base + tile * count(width) * count(height)
}

fn patches(width: f64, height: f64, most: f64) -> f64 {
    ((width / 32.0).ceil() * (height / 32.0).ceil()).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(model: &str, width: u32, height: u32) -> u64 {
        tokens(Family::of(model), model, Some((width, height)))
    }

    #[test]
    fn images_cost_what_the_providers_examples_say() {
        // OpenAI's guide.
        assert_eq!(of("gpt-4o", 1024, 1024), 765);
        assert_eq!(of("gpt-4o", 2048, 4096), 1105);
        assert_eq!(of("gpt-5.2", 1024, 1024), 70 + 4 * 140);
        assert_eq!(of("gpt-4.1-mini", 1024, 1024), 1659);
        // Measured by others.
        for (width, height, tokens) in [
            (256, 256, 77),
            (1024, 1024, 1229),
            (1920, 1080, 2448),
            (3840, 2160, 9792),
            (4032, 3024, 14_364),
        ] {
            assert_eq!(of("gpt-6.1-sol", width, height), tokens);
        }
        // Anthropic's guide.
        assert_eq!(of("claude-sonnet-4-5", 200, 200), 54);
        assert_eq!(of("claude-sonnet-4-5", 1000, 1000), 1334);
        assert_eq!(of("claude-sonnet-4-5", 9000, 9000), 1600);
        // Google's guide.
        assert_eq!(of("gemini-2.5-flash", 300, 300), 258);
        assert_eq!(of("gemini-2.5-flash", 960, 540), 516);
        assert_eq!(of("gemini-3-flash", 300, 300), 1120);
    }

    #[test]
    fn an_image_of_any_size_has_a_bounded_number_of_tokens() {
        for model in [
            "gpt-4o",
            "gpt-4o-mini",
            "claude-opus-4-7",
            "gemini-2.0-pro",
            "qwen3-vl",
            "x",
        ] {
            for (width, height) in [(1, 1), (1, u32::MAX), (u32::MAX, u32::MAX)] {
                let tokens = of(model, width, height);
                assert!(
                    (1..=60_000).contains(&tokens),
                    "{model} {width}x{height}: {tokens}"
                );
            }
            assert_eq!(tokens(Family::of(model), model, None), UNKNOWN);
        }
    }
}
