//! What the last message is about, as far as a list of stop words can tell.

/// The words of a question that an answer takes up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Topic {
    /// The phrase the answer is about.
    pub(crate) phrase: String,
    /// Other words worth repeating; never empty.
    pub(crate) words: Vec<String>,
    pub(crate) wants: Wants,
    /// Whether code would not be out of place.
    pub(crate) technical: bool,
    /// For code: the fence's language.
    pub(crate) language: &'static str,
}

/// What kind of answer the question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    Greeting,
    Code,
    Comparison,
    Steps,
    Explanation,
}

const STOP_WORDS: &str = " a about above after again all also am an and any are around as ask at be because been before \
     being below between both but by can cannot compare could create describe did difference differences do does doing don't down during each \
     every example explain few find for four from further generate get give had has have having he hello help her here hey hi \
     his how i i'd i'll i'm if in into is it it's its itself just know let let's like list make me \
     more most much must my need no nor not now of off on once one only or other our out over own \
     paragraph paragraphs please provide say same she should show simple so some step steps such suggest summarise summarize tell than thanks that \
     the their them then there these they this those three through to too translate two under \
     until up us use using very want was way we were what what's when where which while who why \
     will with word words would write yes you you're your sentence sentences briefly short between versus vs better best ";

const LANGUAGES: &[(&str, &str)] = &[
    ("rust", "rust"),
    ("python", "python"),
    ("typescript", "typescript"),
    ("javascript", "javascript"),
    ("sql", "sql"),
    ("bash", "bash"),
    ("shell", "bash"),
    ("go", "go"),
];

const TECHNICAL: &[&str] = &[
    "algorithm",
    "api",
    "app",
    "async",
    "backend",
    "browser",
    "bug",
    "cache",
    "client",
    "compiler",
    "css",
    "data",
    "database",
    "debug",
    "developer",
    "docker",
    "error",
    "events",
    "frontend",
    "git",
    "html",
    "http",
    "json",
    "kubernetes",
    "library",
    "linux",
    "loop",
    "memory",
    "network",
    "parser",
    "postgres",
    "queue",
    "request",
    "retry",
    "runtime",
    "schema",
    "server",
    "software",
    "sqlite",
    "sse",
    "stream",
    "streaming",
    "test",
    "tests",
    "thread",
    "token",
    "tokens",
    "web",
    "webhook",
];

impl Topic {
    /// Reads the topic out of a message.
    pub(crate) fn of(message: &str) -> Self {
        // A long message is about its beginning and its end.
        let text: String = if message.len() > 4000 {
            let head: String = message.chars().take(1500).collect();
            let tail: Vec<char> = message.chars().rev().take(500).collect();
            head + " " + &tail.into_iter().rev().collect::<String>()
        } else {
            message.to_owned()
        };
        let lower = text.to_lowercase();
        let tokens: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || ",;:!?()[]{}\"`*#<>|=/".contains(c))
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '#'))
            .filter(|word| !word.is_empty())
            .collect();
        let mut words: Vec<String> = Vec::new();
        for word in tokens.iter().filter(|word| is_content(word)) {
            if words.len() < 12 && !words.iter().any(|seen| seen.eq_ignore_ascii_case(word)) {
                words.push((*word).to_owned());
            }
        }
        let phrase = phrase(&tokens).unwrap_or_else(|| "your question".to_owned());
        if words.is_empty() {
            words.push("question".to_owned());
        }
        let has = |list: &[&str]| list.iter().any(|word| contains_word(&lower, word));
        let language = LANGUAGES
            .iter()
            .find(|(word, _)| contains_word(&lower, word))
            .map_or("python", |(_, language)| *language);
        let wants = if tokens.len() <= 3 && has(&["hello", "hi", "hey", "thanks"]) {
            Wants::Greeting
        } else if has(&[
            "code",
            "function",
            "script",
            "implement",
            "regex",
            "snippet",
            "program",
        ]) {
            Wants::Code
        } else if has(&[
            "compare",
            "versus",
            "vs",
            "difference",
            "differences",
            "table",
            "better",
        ]) {
            Wants::Comparison
        } else if has(&["how", "steps", "plan", "list", "guide", "checklist"]) {
            Wants::Steps
        } else {
            Wants::Explanation
        };
        let technical = wants == Wants::Code
            || LANGUAGES
                .iter()
                .any(|(word, _)| contains_word(&lower, word))
            || has(TECHNICAL);
        Self {
            phrase,
            words,
            wants,
            technical,
            language,
        }
    }
}

/// Returns the longest of the first runs of content words, at most three words.
fn phrase(tokens: &[&str]) -> Option<String> {
    let runs: Vec<&[&str]> = tokens
        .split(|word| !is_content(word))
        .filter(|run| !run.is_empty())
        .take(4)
        .map(|run| &run[..run.len().min(3)])
        .collect();
    let longest = runs.iter().map(|run| run.len()).max()?;
    let run = runs.iter().find(|run| run.len() == longest)?;
    Some(run.join(" ").chars().take(60).collect())
}

fn is_content(word: &str) -> bool {
    let length = word.chars().count();
    (2..=30).contains(&length)
        && word.chars().any(char::is_alphabetic)
        && !contains_word(STOP_WORDS, &word.to_lowercase())
}

fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '\'');
        !inside(before) && !inside(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, proptest};

    #[test]
    fn the_topic_is_what_the_question_names() {
        let topic = Topic::of("Explain how server-sent events work to a new developer.");
        assert_eq!(topic.phrase, "server-sent events work");
        assert!(topic.words.contains(&"developer".to_owned()));
        assert_eq!(
            Topic::of("Write a function in Rust that parses dates").language,
            "rust"
        );
        assert_eq!(
            Topic::of("Write a function that parses dates").wants,
            Wants::Code
        );
        assert_eq!(
            Topic::of("Compare SQLite and Postgres").wants,
            Wants::Comparison
        );
        assert_eq!(Topic::of("hello!").wants, Wants::Greeting);
        assert_eq!(Topic::of("").phrase, "your question");
    }

    proptest! {
        #[test]
        fn any_message_has_a_topic(message in "\\PC{0,300}") {
            let topic = Topic::of(&message);
            prop_assert!(!topic.phrase.is_empty() && !topic.words.is_empty());
        }
    }
}
