//! A rule as a tree. The parser builds only trees whose parts fit each other.

use super::field::Field;
use super::number::Number;
use super::pattern::Pattern;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Always,
    Never,
    /// Two parts or more, none of them an `All`.
    All(Vec<Expr>),
    /// Two parts or more, none of them an `Any`.
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Test(Test),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Flag(Field),
    Known(Field),
    Compare(Field, Order, Number),
    Between(Field, Number, Number),
    Is(Field, String),
    OneOf(Field, Vec<String>),
    Has(Field, String),
    Like(Field, Pattern),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Order {
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl Expr {
    /// Joins parts with `and`, without needless brackets.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        join(parts, Self::All, |part| match part {
            Self::All(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// Joins parts with `or`, without needless brackets.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        join(parts, Self::Any, |part| match part {
            Self::Any(inner) => Ok(inner),
            other => Err(other),
        })
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub(super) fn reads(&self, field: Field) -> bool {
        match self {
            Self::Always | Self::Never => false,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.reads(field)),
            Self::Not(inner) => inner.reads(field),
            Self::Test(test) => test.field() == field,
        }
    }
}

fn join(
    parts: Vec<Expr>,
    joined: impl Fn(Vec<Expr>) -> Expr,
    inner: impl Fn(Expr) -> Result<Vec<Expr>, Expr>,
) -> Expr {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match inner(part) {
            Ok(parts) => flat.extend(parts),
            Err(part) => flat.push(part),
        }
    }
    if flat.len() == 1
        && let Some(only) = flat.pop()
    {
        return only;
    }
    joined(flat)
}

impl Test {
    pub(super) const fn field(&self) -> Field {
        match self {
            Self::Flag(field)
            | Self::Known(field)
            | Self::Compare(field, ..)
            | Self::Between(field, ..)
            | Self::Is(field, _)
            | Self::OneOf(field, _)
            | Self::Has(field, _)
            | Self::Like(field, _) => *field,
        }
    }
}
