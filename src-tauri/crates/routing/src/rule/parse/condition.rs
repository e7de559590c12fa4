//! What follows a field: its operator and values.

use super::super::ast::{Expr, Order, Test};
use super::super::field::{Field, FieldKind};
use super::super::limits;
use super::super::name::quoted;
use super::super::number::Number;
use super::super::pattern::{Case, How, Pattern};
use super::super::token::Kind;
use super::{Parsed, Parser, Wants, sensed};

impl Parser<'_> {
    /// What follows a field.
    pub(super) fn condition(&mut self, field: Field) -> Parsed<Expr> {
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

    fn list(&mut self, field: Field) -> Parsed<Vec<String>> {
        self.offer(Wants::List(field))?;
        if !self.take_sign("[") {
            let error = self.wrong("a list is expected after `in`");
            return Err(match self.peek() {
                Some(Kind::Quoted(value)) => error.replace(format!("[{}]", quoted(value))),
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
}
