//! Which names mean a model: conditions on the name a request carries.

/// One condition on a lower-case name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// `=text`
    Is(Box<str>),
    /// `^text`
    Starts(Box<str>),
    /// `$text`
    Ends(Box<str>),
    /// `*text`
    Contains(Box<str>),
    /// `!word`: no part of the name between hyphens, but the first, is the word.
    Lacks(Box<str>),
    /// `~shape|~shape`: the whole name, `#` for a digit.
    Shaped(Vec<Box<str>>),
    /// `^~shape|^~shape`: how the name begins.
    StartsShaped(Vec<Box<str>>),
}

/// Conditions that must all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule(Vec<Test>);

impl Rule {
    /// Reads conditions set apart by spaces.
    ///
    /// # Errors
    /// One clause that says what does not fit.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let tests: Result<Vec<Test>, _> = text.split(' ').map(parse_test).collect();
        Ok(Self(tests?))
    }

    /// Returns whether a lower-case name fits.
    pub fn fits(&self, name: &str) -> bool {
        self.0.iter().all(|test| test.holds(name))
    }
}

fn parse_test(text: &str) -> Result<Test, &'static str> {
    let shapes = |sign: &str| -> Result<Vec<Box<str>>, &'static str> {
        text.split('|')
            .map(|shape| {
                let shape = shape.strip_prefix(sign).filter(|shape| !shape.is_empty());
                shape
                    .map(Box::from)
                    .ok_or("every choice of a rule begins with the same sign")
            })
            .collect()
    };
    if text.starts_with("^~") {
        return Ok(Test::StartsShaped(shapes("^~")?));
    }
    let mut chars = text.chars();
    let sign = chars.next();
    let rest = chars.as_str();
    if rest.is_empty() {
        return Err("a rule is a sign and a text, like ^gpt-5");
    }
    match sign {
        Some('=') => Ok(Test::Is(rest.into())),
        Some('^') => Ok(Test::Starts(rest.into())),
        Some('$') => Ok(Test::Ends(rest.into())),
        Some('*') => Ok(Test::Contains(rest.into())),
        Some('!') => Ok(Test::Lacks(rest.into())),
        Some('~') => Ok(Test::Shaped(shapes("~")?)),
        _ => Err("a rule begins with one of = ^ $ * ! ~"),
    }
}

impl Test {
    fn holds(&self, name: &str) -> bool {
        match self {
            Self::Is(text) => name == &**text,
            Self::Starts(text) => name.starts_with(&**text),
            Self::Ends(text) => name.ends_with(&**text),
            Self::Contains(text) => name.contains(&**text),
            Self::Lacks(word) => !name.split('-').skip(1).any(|part| part == &**word),
            Self::Shaped(shapes) => shapes
                .iter()
                .any(|shape| shape.len() == name.len() && begins_like(shape, name)),
            Self::StartsShaped(shapes) => shapes.iter().any(|shape| begins_like(shape, name)),
        }
    }
}

/// Returns whether a name begins with a shape.
fn begins_like(shape: &str, name: &str) -> bool {
    shape.len() <= name.len()
        && shape.bytes().zip(name.bytes()).all(|(want, have)| {
            if want == b'#' {
                have.is_ascii_digit()
            } else {
                want == have
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fits(rule: &str, name: &str) -> bool {
        Rule::parse(rule).unwrap().fits(name)
    }

    #[test]
    fn each_sign_means_what_it_says() {
        for (rule, yes, no) in [
            ("=gpt-5", "gpt-5", "gpt-5-mini"),
            ("^gpt-5", "gpt-5-mini", "a-gpt-5"),
            ("$-latest", "gpt-latest", "gpt-latest-1"),
            ("*claude", "us.claude-4", "clade"),
            ("~gpt-5-####-##-##", "gpt-5-2026-01-02", "gpt-5-2026-01-0x"),
            ("~gpt-5-##", "gpt-5-20", "gpt-5-201"),
            ("~a-#|~b-#", "b-1", "c-1"),
            ("^~gemini-3.5-#", "gemini-3.5-1-preview", "gemini-3.5-x"),
            ("^gemini !tts", "gemini-2", "gemini-2-tts"),
            ("!tts", "tts-1", "x-tts-1"),
        ] {
            assert!(fits(rule, yes), "{rule} {yes}");
            assert!(!fits(rule, no), "{rule} {no}");
        }
    }

    #[test]
    fn a_rule_without_sign_or_text_is_refused() {
        for text in ["", "gpt", "=", "^~", "~a|b", "^a  ^b"] {
            assert!(Rule::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,30}", name in ".{0,30}") {
            if let Ok(rule) = Rule::parse(&text) {
                rule.fits(&name);
            }
        }
    }
}
