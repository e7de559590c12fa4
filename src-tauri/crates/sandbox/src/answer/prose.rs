//! Markdown that reads like an answer: sentences and blocks drawn from a seed around a topic.
//!
//! It has the shape of an answer and no knowledge: nothing here is meant to be true.

use super::pieces::count;
use super::topic::{Topic, Wants};
use crate::script::Style;
use fastrand::Rng;

/// Writes answers about one topic.
pub(crate) struct Writer<'a> {
    topic: &'a Topic,
    rng: &'a mut Rng,
    style: Style,
    /// Headings used, so that none comes twice in a row of sections.
    headings: usize,
    last_sentence: usize,
    last_noun: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(topic: &'a Topic, style: Style, rng: &'a mut Rng) -> Self {
        let headings = rng.usize(..HEADINGS.len());
        Self {
            topic,
            rng,
            style,
            headings,
            last_sentence: usize::MAX,
            last_noun: usize::MAX,
        }
    }

    /// Writes an answer of about `tokens` tokens that ends with a full sentence.
    pub(crate) fn answer(&mut self, tokens: u64) -> String {
        let mut out = String::new();
        if self.topic.wants == Wants::Greeting && self.style == Style::Auto {
            out.push_str(self.pick(GREETINGS));
            if tokens < 400 {
                return out;
            }
            out.push_str("\n\n");
        } else {
            out.push_str(&self.opening());
        }
        if matches!(self.style, Style::Brief | Style::Prose) || tokens < 90 {
            self.brief(&mut out, tokens);
        } else {
            self.sections(&mut out, tokens);
        }
        out
    }

    /// Writes reasoning of about `tokens` tokens: plain sentences, no markdown.
    pub(crate) fn reasoning(&mut self, tokens: u64) -> String {
        let opening = self.pick(THOUGHT_OPENINGS);
        let mut out = self.fill(opening);
        self.last_sentence = self.rng.usize(..THOUGHTS.len());
        let mut sentences = 1;
        while count(&out) < tokens {
            let separator = if sentences % 4 == 0 { "\n\n" } else { " " };
            let thought = self.thought();
            out.push_str(separator);
            out.push_str(&thought);
            sentences += 1;
        }
        out
    }

    fn brief(&mut self, out: &mut String, tokens: u64) {
        let mut sentences = 1;
        let mut listed = self.style == Style::Prose || tokens < 100;
        while count(out) < tokens {
            if !listed && count(out) * 2 > tokens {
                out.push_str("\n\n");
                let bullets = self.bullets(3);
                out.push_str(&bullets);
                out.push('\n');
                listed = true;
                sentences = 0;
                continue;
            }
            out.push_str(match sentences {
                0 => "\n",
                4 | 8 | 12 | 16 | 20 => "\n\n",
                _ if sentences % 4 == 0 => "\n\n",
                _ => " ",
            });
            let sentence = self.sentence();
            out.push_str(&sentence);
            sentences += 1;
        }
    }

    fn sections(&mut self, out: &mut String, tokens: u64) {
        let mut section = 0;
        while count(out) + 70 < tokens {
            out.push_str("\n\n");
            let heading = self.heading();
            out.push_str(&heading);
            out.push_str("\n\n");
            let block = self.block(section);
            out.push_str(&block);
            section += 1;
        }
        out.push_str("\n\n");
        let closing = self.pick(CLOSINGS);
        let closing = self.fill(closing);
        out.push_str(&closing);
        while count(out) < tokens {
            out.push(' ');
            let sentence = self.sentence();
            out.push_str(&sentence);
        }
    }

    fn block(&mut self, section: usize) -> String {
        let lead = match (self.style, self.topic.wants) {
            (Style::Code, _) | (Style::Auto, Wants::Code) => 2,
            (Style::Table, _) | (Style::Auto, Wants::Comparison) => 3,
            (_, Wants::Steps) => 1,
            _ => 0,
        };
        let block = match (section + lead) % 5 {
            2 if !self.topic.technical && self.style != Style::Code => 4,
            block => block,
        };
        match block {
            0 => self.sentence() + " " + &self.sentence() + "\n\n" + &self.bullets(4),
            1 => self.sentence() + "\n\n" + &self.steps(4),
            2 => self.sentence() + "\n\n" + &self.code() + "\n\n" + &self.sentence(),
            3 => self.sentence() + "\n\n" + &self.table() + "\n\n" + &self.sentence(),
            _ => {
                let quote = self.sentence();
                self.sentence() + " " + &self.sentence() + "\n\n> " + &quote
            }
        }
    }

    fn opening(&mut self) -> String {
        let bank = match self.topic.wants {
            Wants::Code => CODE_OPENINGS,
            Wants::Comparison => COMPARISON_OPENINGS,
            Wants::Steps => STEPS_OPENINGS,
            Wants::Greeting | Wants::Explanation => OPENINGS,
        };
        let opening = self.pick(bank);
        self.fill(opening)
    }

    fn heading(&mut self) -> String {
        self.headings += 1;
        let heading = HEADINGS[self.headings % HEADINGS.len()];
        format!("## {}", self.fill(heading))
    }

    fn sentence(&mut self) -> String {
        let mut at = self.rng.usize(..SENTENCES.len());
        if at == self.last_sentence {
            at = (at + 1) % SENTENCES.len();
        }
        self.last_sentence = at;
        self.fill(SENTENCES[at])
    }

    fn thought(&mut self) -> String {
        // In turn, from a random start: a train of thought does not repeat itself at once.
        self.last_sentence = self.last_sentence.wrapping_add(1) % THOUGHTS.len();
        self.fill(THOUGHTS[self.last_sentence])
    }

    fn bullets(&mut self, most: usize) -> String {
        let mut lines = Vec::new();
        let start = self.rng.usize(..LEADS.len());
        for at in 0..most {
            let lead = LEADS[(start + at) % LEADS.len()];
            let rest = self.pick(POINTS);
            lines.push(format!("- **{}:** {}", lead, self.fill(rest)));
        }
        lines.join("\n")
    }

    fn steps(&mut self, most: usize) -> String {
        let start = self.rng.usize(..STEPS.len());
        (0..most)
            .map(|at| {
                format!(
                    "{}. {}",
                    at + 1,
                    self.fill(STEPS[(start + at) % STEPS.len()])
                )
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn table(&mut self) -> String {
        let first = self.word();
        let mut second = self.word();
        if second == first {
            second = "Alternative".to_owned();
        }
        let mut rows = vec![
            format!("| Aspect | {first} | {second} |"),
            "| --- | --- | ---: |".to_owned(),
        ];
        let start = self.rng.usize(..ASPECTS.len());
        for at in 0..4 {
            let aspect = ASPECTS[(start + at) % ASPECTS.len()];
            let value = self.pick(VALUES);
            let number = self.rng.u32(2..400);
            let unit = self.pick(UNITS);
            rows.push(format!("| {aspect} | {value} | {number} {unit} |"));
        }
        rows.join("\n")
    }

    fn code(&mut self) -> String {
        let name = identifier(&self.topic.phrase);
        let item = identifier(&self.word());
        let number = self.rng.u32(2..60).to_string();
        let template = CODE
            .iter()
            .find(|(language, _)| *language == self.topic.language)
            .map_or("", |(_, template)| *template);
        let body = template
            .replace("NAME", &name)
            .replace("ITEM", &item)
            .replace("NUMBER", &number);
        format!("```{}\n{body}\n```", self.topic.language)
    }

    /// Returns a noun other than the one before.
    fn noun(&mut self) -> &'static str {
        let mut at = self.rng.usize(..NOUNS.len());
        if at == self.last_noun {
            at = (at + 1) % NOUNS.len();
        }
        self.last_noun = at;
        NOUNS[at]
    }

    fn word(&mut self) -> String {
        self.rng
            .choice(&self.topic.words)
            .cloned()
            .unwrap_or_default()
    }

    fn pick(&mut self, bank: &[&'static str]) -> &'static str {
        self.rng.choice(bank).copied().unwrap_or_default()
    }

    /// Fills `{topic}`, `{word}`, `{verb}`, `{verbs}`, `{noun}`, `{quality}`, `{tail}` and `{n}`.
    fn fill(&mut self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 40);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}').map(|close| open + close) else {
                break;
            };
            out.push_str(&rest[..open]);
            let filled = match &rest[open + 1..close] {
                "topic" => self.topic.phrase.clone(),
                "word" => self.word(),
                "verb" => self.pick(VERBS).to_owned(),
                "verbs" => self.pick(VERBS_THIRD).to_owned(),
                "noun" => self.noun().to_owned(),
                "quality" => self.pick(QUALITIES).to_owned(),
                "tail" => self.pick(TAILS).to_owned(),
                "n" => self.rng.u32(2..9).to_string(),
                _ => String::new(),
            };
            out.push_str(&filled);
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        out
    }
}

/// Makes a snake_case name of a phrase.
fn identifier(phrase: &str) -> String {
    let mut name = String::new();
    for character in phrase.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() {
            name.push(character);
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    let name = name.trim_matches('_');
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("item_{name}").trim_end_matches('_').to_owned();
    }
    name.to_owned()
}

const GREETINGS: &[&str] = &[
    "Hello! I'm a simulated model, so I answer at once and cost nothing. What would you like to try?",
    "Hi there! Nothing leaves your machine here. Ask me anything and I'll stream an answer at my own pace.",
    "Hey! Good to see you. I'm a stand-in for a real model: give me a prompt, a schema or a tool.",
];

const OPENINGS: &[&str] = &[
    "In short, **{topic}** is about {noun} and {noun}: get those two right and the rest follows.",
    "The key to **{topic}** is to see it as {noun} first and as {noun} second.",
    "Good question. **{topic}** looks like one thing, but it is really two: {noun} and {noun}.",
    "Think of **{topic}** as a small system with a clear job. It helps to take it apart.",
    "There are {n} things worth knowing about **{topic}**, and the first explains most of the others.",
];

const CODE_OPENINGS: &[&str] = &[
    "Here is a small version of **{topic}** that you can run as it stands, then the reasons behind it.",
    "For **{topic}** I would start with the plainest thing that works and keep the {noun} separate.",
    "Below is **{topic}** in a few lines; the interesting part is how it treats {word}.",
];

const COMPARISON_OPENINGS: &[&str] = &[
    "Both sides of **{topic}** are good choices; they differ in {noun} far more than in {noun}.",
    "For **{topic}** the honest answer is that it depends on {noun}. Side by side it is easier to see.",
    "The short comparison first: with **{topic}**, choose by {noun}, not by {noun}.",
];

const STEPS_OPENINGS: &[&str] = &[
    "You can do **{topic}** in a few steps. None of them is hard, but the order matters.",
    "The reliable way to approach **{topic}** is to start small, look at {noun}, and only then widen.",
    "Here is a plan for **{topic}** that leaves room for {noun} along the way.",
];

const CLOSINGS: &[&str] = &[
    "If you only remember one thing about {topic}, let it be the {noun}.",
    "Start there, look at what {word} does in practice, and adjust one thing at a time.",
    "That is enough to begin with {topic}; the rest is best learnt from your own data.",
    "Tell me more about your {word} and I can make this concrete.",
];

const HEADINGS: &[&str] = &[
    "The idea",
    "What matters",
    "How it fits together",
    "In practice",
    "An example",
    "What can go wrong",
    "A closer look at {word}",
    "Trade-offs",
    "Where to start",
    "Checking the result",
];

const SENTENCES: &[&str] = &[
    "With {topic}, the {noun} usually {verbs} long before the {noun} does, {tail}.",
    "Most of the work goes into {word}, because that is where {noun} becomes visible.",
    "A {quality} {noun} makes {word} easier to follow, {tail}.",
    "It pays to measure the {noun} before touching `{word}`.",
    "When {word} changes, the {noun} should {verb} as well, {tail}.",
    "Keep the {noun} {quality}: whoever reads it next will not know the history of {topic}.",
    "In small cases you will not notice, but with more than a few thousand items the {noun} starts to {verb}.",
    "There is a simple test: if the {noun} still holds after you swap {word}, the design is {quality}.",
    "People often reach for a {quality} solution here, {tail}.",
    "The part about *{word}* is easy to overlook — and it decides whether the {noun} stays {quality}.",
    "Two things {verb} together: the {noun} on one side and {word} on the other.",
    "You can leave the {noun} for later, {tail}, as long as {word} stays where it is.",
    "Nothing about {topic} forces you to choose between {noun} and {noun}.",
    "This is also why a {quality} first version is worth more than a complete one.",
    "Write down what {word} means to you; half of all disagreements about {topic} end there.",
    "If the {noun} surprises you, look at {word} first and at everything else second.",
];

const POINTS: &[&str] = &[
    "the {noun} has to be {quality}, {tail}.",
    "look at {word} before you look at the {noun}.",
    "about {n} in ten problems with {topic} begin here.",
    "keep it {quality}; a second {noun} is rarely needed.",
    "it should {verb} whenever {word} does.",
    "a {quality} {noun} beats a clever one.",
    "say what happens to {word} when it fails.",
];

const LEADS: &[&str] = &[
    "Scope",
    "Order",
    "Cost",
    "Naming",
    "Limits",
    "Timing",
    "Ownership",
    "Failure",
    "Feedback",
    "Defaults",
];

const STEPS: &[&str] = &[
    "Write down what {topic} must do, in one sentence.",
    "Collect {n} real examples, at least one of them awkward.",
    "Build the {quality} version first and leave the {noun} out.",
    "Compare the result with {word} and note every difference.",
    "Change one thing, run it again, and keep what helped.",
    "Put a limit on the {noun} so that it cannot grow unseen.",
    "Show it to someone who has never heard of {word}.",
    "Decide how you will notice when the {noun} starts to {verb}.",
];

const THOUGHT_OPENINGS: &[&str] = &[
    "The question is about {topic}. Let me see what is being asked before I answer.",
    "Let me think about {topic}: what would a good answer contain?",
    "Okay, {topic}. There are a few ways to read this.",
];

const THOUGHTS: &[&str] = &[
    "The mention of {word} suggests that the {noun} matters more than the {noun}.",
    "I could start with the {noun}, but that hides why {word} is there.",
    "Wait, does {word} change this? Probably not, {tail}.",
    "An example would help; something {quality} about {word}.",
    "I should be careful not to promise too much about the {noun}.",
    "So the structure is: the idea first, then {n} points, then what can go wrong.",
    "If the reader is new to {topic}, a {quality} picture is better than a complete one.",
    "Let me check that against {word}. Yes, that still holds.",
];

const NOUNS: &[&str] = &[
    "boundary",
    "order of events",
    "feedback loop",
    "naming",
    "failure case",
    "cost",
    "timing",
    "interface",
    "data",
    "default",
    "context",
    "trade-off",
    "shape of the problem",
    "limit",
    "measurement",
    "contract",
];

const VERBS: &[&str] = &[
    "change", "grow", "matter", "break", "settle", "move", "show up",
];

const VERBS_THIRD: &[&str] = &[
    "changes", "grows", "matters", "breaks", "settles", "moves", "shows up",
];

const QUALITIES: &[&str] = &[
    "small",
    "clear",
    "boring",
    "plain",
    "predictable",
    "well-named",
    "reversible",
    "careful",
];

const TAILS: &[&str] = &[
    "which is easy to miss at first",
    "and that is usually fine",
    "even when everything else stays the same",
    "so it is worth a test of its own",
    "at least until the numbers say otherwise",
    "as anyone who has debugged it at night will confirm",
    "though not always for the reason you expect",
];

const ASPECTS: &[&str] = &[
    "Effort to start",
    "Running cost",
    "Speed",
    "Memory",
    "Safety",
    "Tooling",
    "Learning curve",
    "Ease of change",
];

const VALUES: &[&str] = &[
    "low",
    "moderate",
    "high",
    "depends on size",
    "very good",
    "good enough",
];

const UNITS: &[&str] = &["ms", "MB", "lines", "hours", "requests/s"];

const CODE: &[(&str, &str)] = &[
    (
        "rust",
        "/// Returns the items whose score reaches the limit, best first.\npub fn NAME(items: &[Item], limit: u32) -> Vec<&Item> {\n    let mut kept: Vec<_> = items.iter().filter(|item| item.score >= limit).collect();\n    kept.sort_by_key(|item| std::cmp::Reverse(item.score));\n    kept\n}\n\n#[test]\nfn keeps_what_reaches_the_limit() {\n    assert_eq!(NAME(&[], NUMBER).len(), 0); // nothing in, nothing out\n}",
    ),
    (
        "python",
        "from dataclasses import dataclass\n\n\n@dataclass(frozen=True)\nclass Result:\n    name: str\n    score: float\n\n\ndef NAME(ITEM: list[str], limit: int = NUMBER) -> list[Result]:\n    \"\"\"Return the scored items, best first.\"\"\"\n    scored = [Result(name, len(name) / limit) for name in ITEM]\n    return sorted(scored, key=lambda result: result.score, reverse=True)\n\n\nif __name__ == \"__main__\":\n    for result in NAME([\"alpha\", \"be\", \"gamma\"]):\n        print(f\"{result.name:<8} {result.score:.2f}\")  # one line each",
    ),
    (
        "typescript",
        "interface Entry {\n  id: string;\n  score: number;\n}\n\n/** Returns the entries that reach the limit, best first. */\nexport function NAME(ITEM: Entry[], limit = NUMBER): Entry[] {\n  return ITEM.filter((entry) => entry.score >= limit).sort((a, b) => b.score - a.score);\n}",
    ),
    (
        "javascript",
        "// Returns the entries that reach the limit, best first.\nexport function NAME(ITEM, limit = NUMBER) {\n  return ITEM\n    .filter((entry) => entry.score >= limit)\n    .sort((a, b) => b.score - a.score);\n}\n\nconsole.log(NAME([{ id: \"a\", score: 12 }, { id: \"b\", score: 90 }]));",
    ),
    (
        "sql",
        "-- The latest NUMBER rows a day, newest first.\nSELECT date(created_at) AS day, count(*) AS ITEM\nFROM NAME\nWHERE created_at >= date('now', '-NUMBER days')\nGROUP BY day\nORDER BY day DESC\nLIMIT NUMBER;",
    ),
    (
        "bash",
        "#!/usr/bin/env bash\nset -euo pipefail\n\n# Keeps the NUMBER newest files and says what it did.\nNAME() {\n  local folder=\"${1:?which folder}\"\n  ls -t \"$folder\" | tail -n +NUMBER | while read -r ITEM; do\n    echo \"would remove $ITEM\"\n  done\n}\n\nNAME \"$@\"",
    ),
    (
        "go",
        "package main\n\nimport \"sort\"\n\ntype entry struct {\n\tName  string\n\tScore int\n}\n\n// NAME returns the entries that reach the limit, best first.\nfunc NAME(ITEM []entry, limit int) []entry {\n\tvar kept []entry\n\tfor _, e := range ITEM {\n\t\tif e.Score >= limit {\n\t\t\tkept = append(kept, e)\n\t\t}\n\t}\n\tsort.Slice(kept, func(i, j int) bool { return kept[i].Score > kept[j].Score })\n\treturn kept\n}",
    ),
];
