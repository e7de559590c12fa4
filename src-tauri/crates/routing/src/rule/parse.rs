//! The parser. It also knows what may stand at any place, which completion asks it for.

use super::ast::{Expr, Order, Test};
use super::error::RuleError;
use super::field::{Field, FieldKind, nearest};
use super::limits;
use super::number::Number;
use super::pattern::{Case, How, Pattern};
use super::token::{Kind, Token, tokens};

/// Why parsing stopped.
pub(super) enum Stop {
    Error(RuleError),
    /// At the cursor, where this may stand.
    Wants(Wants),
}

/// What may stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// A field, `not`, or a bracket.
    Operand,
    Operator(Field),
    /// What follows `not` after a field.
    Negated(Field),
    /// `in`, after quoted text.
    In,
    /// A set, after `"x" in`.
    Set,
    Value(Field),
    /// A list of the field's values.
    List(Field),
    /// What separates the ends of `between`.
    And,
    /// `known` or `unknown`.
    Known,
    /// `and`, `or`, and the bracket that is open.
    Connective {
        bracket: bool,
    },
    /// `,` or `]`.
    Comma,
    /// The user's own words.
    Nothing,
}

impl From<RuleError> for Stop {
    fn from(error: RuleError) -> Self {
        Self::Error(error)
    }
}

type Parsed<T> = Result<T, Stop>;

pub(super) fn parse(text: &str) -> Result<Expr, RuleError> {
    let (tokens, fault) = tokens(text);
    if let Some(fault) = fault {
        // A fault of the tokens before it comes first.
        return Err(match run(&tokens, text.len()) {
            Err(Stop::Error(error)) if (error.end as usize) < fault.error.start as usize => error,
            _ => fault.error,
        });
    }
    run(&tokens, text.len()).map_err(|stop| match stop {
        Stop::Error(error) => error,
        Stop::Wants(_) => RuleError::new(0, text.len(), "the rule is not complete"),
    })
}

/// Parses tokens; `end` is the length of the text.
pub(super) fn run(tokens: &[Token], end: usize) -> Parsed<Expr> {
    let mut parser = Parser {
        tokens,
        at: 0,
        end,
        depth: 0,
        brackets: 0,
        nodes: 0,
        patterns: 0,
    };
    let expr = parser.either()?;
    match parser.peek() {
        None => Ok(expr),
        Some(Kind::Cursor) => Err(Stop::Wants(Wants::Connective { bracket: false })),
        Some(Kind::Sign(")")) => Err(parser
            .wrong("this bracket was not opened")
            .fix("leave it out")
            .into()),
        Some(_) => Err(parser
            .wrong("one condition follows another")
            .fix("write `and` or `or` between them")
            .into()),
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    end: usize,
    depth: u32,
    /// Brackets that are open.
    brackets: u32,
    nodes: u32,
    patterns: u32,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Kind::Word(found)) if found == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Kind::Sign(found)) if *found == sign);
        self.at += usize::from(found);
        found
    }

    /// Stops if the user types here.
    fn offer(&self, wants: Wants) -> Parsed<()> {
        match self.peek() {
            Some(Kind::Cursor) => Err(Stop::Wants(wants)),
            _ => Ok(()),
        }
    }

    /// Returns an error at the present token, or at the end of the text.
    fn wrong(&self, message: impl Into<String>) -> RuleError {
        match self.tokens.get(self.at) {
            Some(token) => RuleError::new(token.start, token.end, message),
            None => RuleError::new(self.end, self.end, message),
        }
    }

    fn node(&mut self) -> Parsed<()> {
        self.nodes += 1;
        if self.nodes > limits::NODES {
            let message = format!("a rule has at most {} conditions", limits::NODES);
            return Err(self
                .wrong(message)
                .fix("divide it among several routes")
                .into());
        }
        Ok(())
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > limits::DEPTH {
            let message = format!("brackets and `not` nest at most {} deep", limits::DEPTH);
            return Err(self.wrong(message).fix("write it flatter").into());
        }
        Ok(())
    }

    fn either(&mut self) -> Parsed<Expr> {
        let mut parts = vec![self.both()?];
        while self.take_word("or") {
            self.node()?;
            parts.push(self.both()?);
        }
        Ok(Expr::any(parts))
    }

    fn both(&mut self) -> Parsed<Expr> {
        let mut parts = vec![self.negation()?];
        while self.take_word("and") {
            self.node()?;
            parts.push(self.negation()?);
        }
        Ok(Expr::all(parts))
    }

    fn negation(&mut self) -> Parsed<Expr> {
        if !self.take_word("not") {
            return self.operand();
        }
        self.node()?;
        self.deeper()?;
        let inner = self.negation()?;
        self.depth -= 1;
        Ok(inner.not())
    }

    fn operand(&mut self) -> Parsed<Expr> {
        self.offer(Wants::Operand)?;
        if self.take_sign("(") {
            return self.bracket();
        }
        self.node()?;
        match self.peek() {
            Some(Kind::Quoted(value)) => {
                self.at += 1;
                self.membership(value)
            }
            Some(Kind::Word(word)) => match word.as_str() {
                "true" | "always" => {
                    self.at += 1;
                    Ok(Expr::Always)
                }
                "false" | "never" => {
                    self.at += 1;
                    Ok(Expr::Never)
                }
                "and" | "or" => Err(self
                    .wrong(format!("`{word}` stands between two conditions"))
                    .fix("write a condition before it")
                    .into()),
                word => {
                    let Some(field) = Field::of(word) else {
                        return Err(self.unknown_field(word).into());
                    };
                    self.at += 1;
                    self.condition(field)
                }
            },
            None => {
                let (message, fix) = if self.at == 0 {
                    (
                        "the rule is empty",
                        "write `true` for a rule that always holds",
                    )
                } else {
                    (
                        "a condition is missing at the end",
                        "write it, or leave out the last word",
                    )
                };
                Err(self.wrong(message).fix(fix).into())
            }
            Some(_) => Err(self
                .wrong("a condition begins with a field")
                .fix("write one like `input_tokens < 1_000` or `\"pii\" in tags`")
                .into()),
        }
    }

    fn bracket(&mut self) -> Parsed<Expr> {
        self.deeper()?;
        self.brackets += 1;
        let inner = self.either()?;
        self.offer(Wants::Connective { bracket: true })?;
        if !self.take_sign(")") {
            return Err(self
                .wrong("a bracket is not closed")
                .fix("write `)`")
                .into());
        }
        self.brackets -= 1;
        self.depth -= 1;
        Ok(inner)
    }

    fn unknown_field(&self, word: &str) -> RuleError {
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

    /// `"x" in tags`, after the text.
    fn membership(&mut self, value: &str) -> Parsed<Expr> {
        self.offer(Wants::In)?;
        let negated = self.take_word("not");
        self.offer(Wants::In)?;
        if !self.take_word("in") {
            return Err(self
                .wrong("quoted text at the beginning of a condition is looked for in a set")
                .fix("write it like `\"pii\" in tags`, or put a field first")
                .into());
        }
        self.offer(Wants::Set)?;
        let field = match self.peek() {
            Some(Kind::Word(word)) => Field::of(word),
            _ => None,
        };
        match field {
            Some(field) if field.kind() == FieldKind::Set => {
                self.at += 1;
                Ok(sensed(Test::Has(field, value.to_owned()), negated))
            }
            Some(field) if field.operators().contains(&"contains") => Err(self
                .wrong(format!("`{}` is no set of names", field.name()))
                .fix(format!(
                    "write `{} contains {}`",
                    field.name(),
                    super::name::quoted(value)
                ))
                .into()),
            _ => Err(self
                .wrong("a set is expected here")
                .fix("the sets are `tags` and `tools`")
                .into()),
        }
    }

    /// What follows a field.
    fn condition(&mut self, field: Field) -> Parsed<Expr> {
        if field.kind() == FieldKind::Flag {
            return self.flag(field);
        }
        self.offer(Wants::Operator(field))?;
        if self.take_word("is") {
            return self.known(field);
        }
        let negated = self.take_word("not");
        if negated {
            self.offer(Wants::Negated(field))?;
        }
        match field.kind() {
            FieldKind::Name | FieldKind::Choice | FieldKind::Prose => self.named(field, negated),
            FieldKind::Set => {
                if !self.take_word("contains") {
                    return Err(self.operator(field).into());
                }
                let value = self.value(field)?;
                Ok(sensed(Test::Has(field, value), negated))
            }
            FieldKind::Count
            | FieldKind::Share
            | FieldKind::Hour
            | FieldKind::Clock
            | FieldKind::Flag => self.numeric(field, negated),
        }
    }

    fn flag(&self, field: Field) -> Parsed<Expr> {
        if let Some(Kind::Sign("==" | "!=")) = self.peek() {
            let name = field.name();
            return Err(self
                .wrong(format!("`{name}` stands alone"))
                .fix(format!("write `{name}` or `not {name}`"))
                .into());
        }
        Ok(Expr::Test(Test::Flag(field)))
    }

    fn known(&mut self, field: Field) -> Parsed<Expr> {
        self.offer(Wants::Known)?;
        let known = self.is_word("known");
        if !known && !self.is_word("unknown") {
            return Err(self
                .wrong("`is` is followed by `known` or `unknown`")
                .fix("use `==` to compare")
                .into());
        }
        if !field.can_be_missing() {
            return Err(self
                .wrong(format!("`{}` is never unknown", field.name()))
                .fix("leave this condition out")
                .into());
        }
        self.at += 1;
        Ok(sensed(Test::Known(field), !known))
    }

    fn named(&mut self, field: Field, negated: bool) -> Parsed<Expr> {
        let takes = |operator: &str| field.operators().contains(&operator);
        if takes("==") && !negated {
            for (sign, unequal) in [("==", false), ("!=", true)] {
                if self.take_sign(sign) {
                    let value = self.value(field)?;
                    return Ok(sensed(Test::Is(field, value), unequal));
                }
            }
        }
        if takes("in") && self.take_word("in") {
            let values = self.list(field)?;
            return Ok(sensed(Test::OneOf(field, values), negated));
        }
        let how = How::ALL
            .into_iter()
            .find(|how| takes(how.name()) && self.is_word(how.name()));
        let Some(how) = how else {
            return Err(self.operator(field).into());
        };
        self.at += 1;
        let pattern = self.pattern(field, how)?;
        Ok(sensed(Test::Like(field, pattern), negated))
    }

    fn pattern(&mut self, field: Field, how: How) -> Parsed<Pattern> {
        self.offer(if field.kind() == FieldKind::Prose {
            Wants::Nothing
        } else {
            Wants::Value(field)
        })?;
        let Some(Kind::Quoted(source)) = self.peek() else {
            return Err(self.unquoted("a text").into());
        };
        if source.is_empty() {
            return Err(self
                .wrong("an empty text is found everywhere")
                .fix("write what to look for")
                .into());
        }
        self.patterns += 1;
        if self.patterns > limits::PATTERNS {
            let message = format!("a rule has at most {} patterns", limits::PATTERNS);
            return Err(self.wrong(message).fix("join some with `|`").into());
        }
        let case = match field.kind() {
            FieldKind::Prose => Case::Ignored,
            _ => Case::Counts,
        };
        let pattern = Pattern::new(how, source, case).map_err(|reason| {
            self.wrong(format!("this is no regular expression: {reason}"))
                .fix("mend it, or use `contains` for plain text")
        })?;
        self.at += 1;
        Ok(pattern)
    }

    /// One quoted name that the field can have.
    fn value(&mut self, field: Field) -> Parsed<String> {
        self.offer(Wants::Value(field))?;
        let Some(Kind::Quoted(value)) = self.peek() else {
            return Err(self.unquoted("a name").into());
        };
        if field.kind() == FieldKind::Choice {
            let values = field.values();
            if !values.iter().any(|(name, _)| name == value) {
                return Err(self.no_choice(field, value, &values).into());
            }
        }
        self.at += 1;
        Ok(value.clone())
    }

    fn no_choice(
        &self,
        field: Field,
        value: &str,
        values: &[(&'static str, &'static str)],
    ) -> RuleError {
        let error = self.wrong(format!(
            "{} is no value of `{}`",
            super::name::quoted(value),
            field.name()
        ));
        let lower = value.to_lowercase();
        let meant = values
            .iter()
            .find(|(name, words)| *name == lower || words.to_lowercase() == lower)
            .map(|(name, _)| *name)
            .or_else(|| nearest(&lower, values.iter().map(|(name, _)| *name), |name| name));
        match meant {
            Some(name) => error.meant(super::name::quoted(name)),
            None => {
                let all: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
                error.fix(format!("it is one of {}", all.join(", ")))
            }
        }
    }

    /// An error where quoted text is missing.
    fn unquoted(&self, what: &str) -> RuleError {
        match self.peek() {
            Some(Kind::Word(word)) => self
                .wrong(format!("{what} stands in quotes"))
                .replace(super::name::quoted(word)),
            Some(Kind::Sign("[")) => self
                .wrong(format!("{what} is expected here, not a list"))
                .fix("use `in` with a list"),
            _ => self
                .wrong(format!("{what} in quotes is expected here"))
                .fix("write it like `\"name\"`"),
        }
    }

    fn list(&mut self, field: Field) -> Parsed<Vec<String>> {
        self.offer(Wants::List(field))?;
        if !self.take_sign("[") {
            let error = self.wrong("a list is expected after `in`");
            return Err(match self.peek() {
                Some(Kind::Quoted(value)) => {
                    error.replace(format!("[{}]", super::name::quoted(value)))
                }
                _ => error.fix("write it like `[\"one\", \"two\"]`"),
            }
            .into());
        }
        let mut values: Vec<String> = Vec::new();
        loop {
            if matches!(self.peek(), Some(Kind::Sign("]"))) && values.is_empty() {
                return Err(self
                    .wrong("the list is empty")
                    .fix("name one value at least")
                    .into());
            }
            if values.len() >= limits::VALUES {
                let message = format!("a list has at most {} values", limits::VALUES);
                return Err(self
                    .wrong(message)
                    .fix("use `matches` with a pattern")
                    .into());
            }
            let value = self.value(field)?;
            if values.contains(&value) {
                self.at -= 1;
                return Err(self
                    .wrong("this value is in the list already")
                    .fix("leave it out")
                    .into());
            }
            values.push(value);
            self.offer(Wants::Comma)?;
            if self.take_sign("]") {
                return Ok(values);
            }
            if !self.take_sign(",") {
                return Err(self
                    .wrong("the list is not closed")
                    .fix("write `,` or `]`")
                    .into());
            }
        }
    }

    fn numeric(&mut self, field: Field, negated: bool) -> Parsed<Expr> {
        if self.take_word("between") {
            let low_at = self.at;
            let low = self.number(field)?;
            self.offer(Wants::And)?;
            if !self.take_word("and") {
                return Err(self
                    .wrong("`between` needs a second number")
                    .fix("write it like `between 8 and 18`")
                    .into());
            }
            let high = self.number(field)?;
            if low > high && !matches!(field.kind(), FieldKind::Hour | FieldKind::Clock) {
                self.at = low_at;
                return Err(self
                    .wrong("the first number is above the second")
                    .fix("exchange them")
                    .into());
            }
            return Ok(sensed(Test::Between(field, low, high), negated));
        }
        let order = [
            ("==", Some(Order::Equal)),
            ("!=", None),
            ("<=", Some(Order::AtMost)),
            (">=", Some(Order::AtLeast)),
            ("<", Some(Order::Less)),
            (">", Some(Order::More)),
        ]
        .into_iter()
        .find(|(sign, _)| !negated && self.take_sign(sign));
        let Some((_, order)) = order else {
            return Err(self.operator(field).into());
        };
        let value = self.number(field)?;
        let test = Test::Compare(field, order.unwrap_or(Order::Equal), value);
        Ok(sensed(test, order.is_none()))
    }

    fn number(&mut self, field: Field) -> Parsed<Number> {
        self.offer(Wants::Value(field))?;
        let (kind, found) = (field.kind(), self.peek());
        let number = match (kind, found) {
            (FieldKind::Share, Some(Kind::Percent(number) | Kind::Number(number))) => *number,
            (FieldKind::Clock, Some(Kind::Clock(minutes))) => Number::whole(u64::from(*minutes)),
            (FieldKind::Count, Some(Kind::Number(number))) => *number,
            (FieldKind::Hour, Some(Kind::Number(number))) => {
                if *number > Number::whole(23) || !number.is_whole() {
                    return Err(self
                        .wrong("an hour is a whole number from 0 to 23")
                        .fix("use `time` for minutes, like `time < 08:30`")
                        .into());
                }
                *number
            }
            _ => {
                let like = match kind {
                    FieldKind::Share => "80%",
                    FieldKind::Clock => "08:30",
                    FieldKind::Hour => "18",
                    _ => "100_000",
                };
                let what = match kind {
                    FieldKind::Share => "a share",
                    FieldKind::Clock => "a time",
                    FieldKind::Hour => "an hour",
                    _ => "a number",
                };
                return Err(self
                    .wrong(format!("{what} is expected for `{}`", field.name()))
                    .fix(format!("write it like `{like}`, without quotes"))
                    .into());
            }
        };
        self.at += 1;
        Ok(number)
    }

    /// An error where the field's operator is missing or another stands.
    fn operator(&self, field: Field) -> RuleError {
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

fn sensed(test: Test, negated: bool) -> Expr {
    let test = Expr::Test(test);
    if negated { test.not() } else { test }
}

fn names(fields: impl IntoIterator<Item = Field>) -> String {
    let names: Vec<&str> = fields.into_iter().map(Field::name).collect();
    names.join(", ")
}
