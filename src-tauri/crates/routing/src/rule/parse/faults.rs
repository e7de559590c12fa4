//! Errors that say what was probably meant.

use super::super::error::RuleError;
use super::super::field::{Field, nearest};
use super::super::name::quoted;
use super::super::token::Kind;
use super::Parser;

impl Parser<'_> {
    pub(super) fn unknown_field(&self, word: &str) -> RuleError {
        let error = self.wrong(format!("there is no field `{word}`"));
        if let Some(word) = ["and", "or", "not", "true", "false"]
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(word))
        {
            return error.meant(word);
        }
        match Field::meant_by(word) {
            Some(field) => error.meant(field.name()),
            None => error.fix(format!("the fields are {}", names(Field::ALL))),
        }
    }

    pub(super) fn no_choice(
        &self,
        field: Field,
        value: &str,
        values: &[(&'static str, &'static str)],
    ) -> RuleError {
        let error = self.wrong(format!(
            "{} is no value of `{}`",
            quoted(value),
            field.name()
        ));
        let lower = value.to_lowercase();
        let meant = values
            .iter()
            .find(|(name, words)| *name == lower || words.to_lowercase() == lower)
            .map(|(name, _)| *name)
            .or_else(|| nearest(&lower, values.iter().map(|(name, _)| *name), |name| name));
        match meant {
            Some(name) => error.meant(quoted(name)),
            None => {
                let all: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
                error.fix(format!("it is one of {}", all.join(", ")))
            }
        }
    }

    /// An error where quoted text is missing.
    pub(super) fn unquoted(&self, what: &str) -> RuleError {
        match self.peek() {
            Some(Kind::Word(word)) => self
                .wrong(format!("{what} stands in quotes"))
                .replace(quoted(word)),
            Some(Kind::Sign("[")) => self
                .wrong(format!("{what} is expected here, not a list"))
                .fix("use `in` with a list"),
            _ => self
                .wrong(format!("{what} in quotes is expected here"))
                .fix("write it like `\"name\"`"),
        }
    }

    /// An error where the field's operator is missing or another stands.
    pub(super) fn operator(&self, field: Field) -> RuleError {
        let name = field.name();
        let operators = field.operators().join("`, `");
        let written = match self.peek() {
            Some(Kind::Word(word)) => Some(word.as_str()),
            Some(Kind::Sign(sign @ ("==" | "!=" | "<" | "<=" | ">" | ">="))) => Some(*sign),
            _ => None,
        };
        let error = match written {
            Some(word) if word != "and" && word != "or" => {
                self.wrong(format!("`{name}` cannot be asked with `{word}`"))
            }
            _ => self.wrong(format!("`{name}` needs an operator")),
        };
        let meant = written.and_then(|word| {
            let plain = word.to_lowercase().replace('_', "");
            match plain.as_str() {
                "equals" | "eq" => Some("=="),
                "includes" | "include" | "has" | "like" | "contain" => Some("contains"),
                "beginswith" | "starts" | "begins" => Some("startswith"),
                "ends" => Some("endswith"),
                "regex" | "match" | "regexp" => Some("matches"),
                _ => nearest(&plain, field.operators().iter().copied(), |operator| {
                    operator
                }),
            }
            .filter(|operator| field.operators().contains(operator))
        });
        match meant {
            Some(operator) => error.meant(operator),
            None => error.fix(format!("it takes `{operators}`")),
        }
    }
}

fn names(fields: impl IntoIterator<Item = Field>) -> String {
    let names: Vec<&str> = fields.into_iter().map(Field::name).collect();
    names.join(", ")
}
