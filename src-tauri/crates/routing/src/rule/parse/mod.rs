//! The parser. It also knows what may stand at any place, which completion asks it for.

mod condition;
mod faults;

use super::ast::{Expr, Test};
use super::error::RuleError;
use super::field::{Field, FieldKind};
use super::limits;
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
}

fn sensed(test: Test, negated: bool) -> Expr {
    let test = Expr::Test(test);
    if negated { test.not() } else { test }
}
