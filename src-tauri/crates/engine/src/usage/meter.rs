//! What an attempt has used so far: what the provider has reported, and an estimate of what it has not.

use super::Usage;
use crate::tokens::Tally;

/// Measures one attempt while its answer comes in. It may be read at any time: an answer can be cut anywhere.
///
/// Providers report at the end, with every chunk, or the input first and the output last. So what came after the last
/// report is estimated on top of it, and nothing that was reported is ever lost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meter {
    /// `None`: nothing that can be believed was reported.
    reported: Option<Usage>,
    /// Answer text, and names and arguments of tool calls.
    visible: Tally,
    reasoning: Tally,
    /// `visible` and `reasoning` as far as the last report covers them.
    covered: (Tally, Tally),
    has_content: bool,
    /// Content came after the last report.
    has_more: bool,
    /// The provider said that the answer is over.
    is_ended: bool,
    /// The answer is no text.
    is_vectors: bool,
}

impl Meter {
    /// Measures an answer of embeddings: it has no output tokens.
    pub fn of_vectors() -> Self {
        Self {
            is_vectors: true,
            ..Self::default()
        }
    }

    /// Takes in a piece of answer text.
    pub fn text(&mut self, text: &str) {
        self.visible.add(text);
        self.came(text);
    }

    /// Takes in a piece of reasoning.
    pub fn reasoning(&mut self, text: &str) {
        self.reasoning.add(text);
        self.came(text);
    }

    /// Takes in a piece of a tool call.
    pub fn tool_call(&mut self, name: Option<&str>, arguments: &str) {
        for text in [name.unwrap_or_default(), arguments] {
            self.text(text);
        }
    }

    fn came(&mut self, text: &str) {
        if !text.is_empty() {
            (self.has_content, self.has_more) = (true, true);
        }
    }

    /// Takes in a report, and returns the usage that is reported now: counts are totals so far, so fewer tokens than
    /// before are a mistake of the provider's.
    pub fn report(&mut self, usage: Usage) -> Usage {
        let said = usage.output_tokens();
        let usage = self.reported.map_or(usage, |before| larger(before, usage));
        self.reported = Some(usage);
        // A report of the input alone covers no output.
        if said > 0 && said == usage.output_tokens() {
            self.covered = (self.visible, self.reasoning);
            self.has_more = false;
        }
        usage
    }

    /// Notes that the provider said the answer is over, well or not: what it reported is its last word.
    pub fn end(&mut self) {
        self.is_ended = true;
    }

    /// Returns what was reported; `None`: nothing yet.
    pub fn reported(&self) -> Option<Usage> {
        self.reported
    }

    /// Returns whether anything came, or was reported.
    pub fn is_empty(&self) -> bool {
        self.reported.is_none() && !self.has_content
    }

    /// Returns the usage, marked as an estimate unless the provider's last word covers all of it. `input_tokens`: an
    /// estimate of what was sent.
    pub fn usage(&self, model: &str, input_tokens: u64) -> Usage {
        let more = |all: &Tally, covered: &Tally| {
            let tokens = all.tokens(model);
            tokens.saturating_sub(covered.tokens(model))
        };
        let (visible, reasoning) = if self.is_vectors || !self.has_more {
            (0, 0)
        } else {
            (
                more(&self.visible, &self.covered.0),
                more(&self.reasoning, &self.covered.1),
            )
        };
        let reported = self.reported.unwrap_or_default();
        let lacks_input = reported.input_tokens() == 0 && input_tokens > 0;
        let is_whole = self.is_vectors || (self.is_ended && !self.has_more);
        let mut usage = Usage {
            output_visible_tokens: reported.output_visible_tokens.saturating_add(visible),
            reasoning_output_tokens: reported.reasoning_output_tokens.saturating_add(reasoning),
            estimated: reported.estimated || self.reported.is_none() || lacks_input || !is_whole,
            ..reported
        };
        if lacks_input {
            usage.input_uncached_tokens = input_tokens;
        }
        usage
    }
}

/// Returns the later of two reports, with the earlier's input or output where that had more tokens.
fn larger(before: Usage, mut later: Usage) -> Usage {
    if before.input_tokens() > later.input_tokens() {
        later = Usage {
            output_visible_tokens: later.output_visible_tokens,
            reasoning_output_tokens: later.reasoning_output_tokens,
            ..before
        };
    }
    if before.output_tokens() > later.output_tokens() {
        later.output_visible_tokens = before.output_visible_tokens;
        later.reasoning_output_tokens = before.reasoning_output_tokens;
    }
    later.audio_tokens = later.audio_tokens.max(before.audio_tokens);
    later
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MODEL: &str = "gpt-5.2";

    fn reported(input: u64, output: u64) -> Usage {
        Usage {
            input_uncached_tokens: input,
            output_visible_tokens: output,
            ..Usage::default()
        }
    }

    #[test]
    fn a_cut_answers_reasoning_and_tool_calls_are_estimated_as_its_text_is() {
        let mut meter = Meter::default();
        assert!(meter.is_empty());
        let arguments = r#"{"city":"Reykjavik","days":3}"#;
        meter.tool_call(Some("get_weather"), &arguments[..9]);
        meter.tool_call(None, &arguments[9..]);
        let usage = meter.usage(MODEL, 7);
        // o200k_base counts 2 and 12.
        assert!(
            (10..=18).contains(&usage.output_visible_tokens),
            "{usage:?}"
        );
        assert_eq!(usage.reasoning_output_tokens, 0);
        meter.reasoning("我想一想今天的天气。");
        let usage = meter.usage(MODEL, 7);
        assert!(
            (6..=12).contains(&usage.reasoning_output_tokens),
            "{usage:?}"
        );
        assert!(usage.estimated && usage.input_tokens() == 7);
    }

    #[test]
    fn the_providers_last_word_is_exact_and_what_came_after_it_is_added() {
        let mut meter = Meter::default();
        meter.text("twelve chars");
        meter.report(reported(9, 3));
        assert!(meter.usage(MODEL, 7).estimated, "not over yet");
        meter.end();
        assert_eq!(meter.usage(MODEL, 7), reported(9, 3));
        meter.text(" and more");
        let usage = meter.usage(MODEL, 7);
        assert!(usage.estimated && usage.output_tokens() > 3, "{usage:?}");
        assert_eq!(usage.input_tokens(), 9);
    }

    #[test]
    fn a_report_without_output_or_input_is_completed_and_never_taken_for_none() {
        let mut meter = Meter::default();
        meter.text("twelve chars");
        meter.report(reported(9, 0));
        meter.end();
        let usage = meter.usage(MODEL, 7);
        assert!(usage.estimated && usage.output_tokens() == 2, "{usage:?}");
        meter.report(reported(0, 3));
        assert_eq!(meter.usage(MODEL, 7), reported(9, 3));
        let mut meter = Meter::default();
        meter.report(reported(0, 3));
        meter.end();
        let usage = meter.usage(MODEL, 7);
        assert!(usage.estimated, "{usage:?}");
        assert_eq!((usage.input_tokens(), usage.output_tokens()), (7, 3));
    }

    #[test]
    fn embeddings_have_no_output() {
        let mut meter = Meter::of_vectors();
        meter.text("2 embeddings");
        assert_eq!(meter.usage(MODEL, 7).output_tokens(), 0);
        meter.report(reported(9, 0));
        meter.end();
        assert_eq!(meter.usage(MODEL, 7), reported(9, 0));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Text(String),
        Reasoning(String),
        Report(u64, u64),
        End,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            "[a-z 日本]{0,40}".prop_map(Step::Text),
            "[a-z 日本]{0,40}".prop_map(Step::Reasoning),
            (0..500_u64, 0..500_u64).prop_map(|(input, output)| Step::Report(input, output)),
            Just(Step::End),
        ]
    }

    proptest! {
        #[test]
        fn usage_is_never_less_than_what_was_reported_and_never_zero_for_content(
            steps in prop::collection::vec(step(), 0..20), sent in 1..300_u64,
        ) {
            let mut meter = Meter::default();
            let (mut input, mut output, mut said) = (0, 0, false);
            for step in steps {
                match step {
                    Step::Text(text) => {
                        said |= !text.is_empty();
                        meter.text(&text);
                    }
                    Step::Reasoning(text) => {
                        said |= !text.is_empty();
                        meter.reasoning(&text);
                    }
                    Step::Report(more_input, more_output) => {
                        (input, output) = (more_input.max(input), more_output.max(output));
                        meter.report(reported(more_input, more_output));
                    }
                    Step::End => meter.end(),
                }
                let usage = meter.usage(MODEL, sent);
                prop_assert!(usage.input_tokens() >= input.max(1));
                prop_assert!(usage.output_tokens() >= output);
                prop_assert!(usage.output_tokens() > 0 || !said);
                prop_assert!(usage.estimated || usage == reported(input, output));
            }
        }
    }
}
