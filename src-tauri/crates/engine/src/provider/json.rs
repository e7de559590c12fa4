//! Forgiving pieces for typed JSON decoding: providers do not keep to their own schemas.
//!
//! A field of an unexpected type reads as absent instead of failing the whole chunk.

use crate::error::{CallError, ErrorKind};
use crate::price::{PicoUsd, ServiceTier};
use crate::provider::Delta;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A string borrowed from the input where it has no escapes; absent for anything that is no string.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Str<'a>(pub(crate) Option<Cow<'a, str>>);

impl<'a> Str<'a> {
    /// Returns the text, or `None` if it is absent or empty.
    pub(crate) fn filled(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// Returns the owned text, or `None` if it is absent or empty.
    pub(crate) fn into_filled(self) -> Option<String> {
        self.0.filter(|text| !text.is_empty()).map(Cow::into_owned)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrVisitor)
    }
}

struct StrVisitor;

impl<'de> Visitor<'de> for StrVisitor {
    type Value = Str<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Str(Some(Cow::Borrowed(text))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Str(Some(Cow::Owned(text.to_owned()))))
    }
    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Str(Some(Cow::Owned(text))))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Str(None))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Str(None))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Str(None))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Str(None))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Str(None))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Str(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Str(None))
    }
}

/// A count of something: fractions lose their fraction, digits in quotes count; anything else is absent. A
/// negative number is one that cannot be: [`Count::is_absurd`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) Option<u64>);

impl Count {
    /// What stands for a number that cannot be.
    const ABSURD: Self = Self(Some(u64::MAX));

    /// Returns the number, 0 if absent or absurd.
    pub(crate) fn or_zero(self) -> u64 {
        match self {
            Self::ABSURD => 0,
            Self(number) => number.unwrap_or(0),
        }
    }

    /// Returns whether the number cannot be: it is negative.
    pub(crate) fn is_absurd(self) -> bool {
        self == Self::ABSURD
    }

    /// Returns the larger of two numbers, or the one that is there.
    #[must_use]
    pub(crate) fn most(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// Returns this number if it is there, else `other`.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl<'de> Visitor<'de> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_u64<E>(self, number: u64) -> Result<Count, E> {
        Ok(Count(Some(number)))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Count, E> {
        Ok(u64::try_from(number).map_or(Count::ABSURD, |number| Count(Some(number))))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Count, E> {
        if number < 0.0 {
            return Ok(Count::ABSURD);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates"
        )]
        Ok(Count((!number.is_nan()).then_some(number as u64)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Count, E> {
        let text = text.trim();
        let negative = text.parse::<f64>().is_ok_and(|number| number < 0.0);
        Ok(if negative {
            Count::ABSURD
        } else {
            Count(text.parse().ok())
        })
    }
    fn visit_unit<E>(self) -> Result<Count, E> {
        Ok(Count(None))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Count, E> {
        Ok(Count(None))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Count, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Count(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Count, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Count(None))
    }
}

/// The service tier of a reply so far, from the words of its events.
#[derive(Debug, Default)]
pub(crate) struct Served(ServiceTier);

impl Served {
    /// Takes the word of one event in; tells a change. Words that name no tier with a price change nothing.
    pub(crate) fn hear(&mut self, word: &Str<'_>) -> Option<Delta> {
        const WORDS: [(&str, ServiceTier); 7] = [
            ("default", ServiceTier::Standard),
            ("standard", ServiceTier::Standard),
            ("auto", ServiceTier::Standard),
            ("batch", ServiceTier::Batch),
            ("flex", ServiceTier::Flex),
            ("priority", ServiceTier::Priority),
            ("fast", ServiceTier::Fast),
        ];
        let word = word.filled()?;
        let known = WORDS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word));
        let (_, tier) = known.filter(|(_, tier)| *tier != self.0)?;
        self.0 = *tier;
        Some(Delta::ServiceTier(*tier))
    }
}

/// An amount in US dollars that a provider charges, from 0 to a million; anything else is absent.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dollars(pub(crate) Option<PicoUsd>);

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Value::deserialize(deserializer)?.as_f64();
        let believed = number.filter(|number| (0.0..=1e6).contains(number));
        #[expect(clippy::cast_possible_truncation, reason = "at most 10^18, which fits")]
        Ok(Self(
            believed.map(|usd| PicoUsd((usd * 1e12).round() as i64)),
        ))
    }
}

/// Reads every JSON value of one event's data and gives each to `each`: some servers put several objects
/// into one data line, some a whole array.
///
/// # Errors
/// `Malformed` or `NotAnApi` if the data is not JSON of the right shape, and whatever `each` returns.
pub(crate) fn each_value<'a, T: Deserialize<'a>>(
    data: &'a str,
    mut each: impl FnMut(T) -> Result<(), CallError>,
) -> Result<(), CallError> {
    if data.trim_start().starts_with('[') {
        let values: Vec<T> =
            serde_json::from_str(data).map_err(|_| not_the_format(data.as_bytes()))?;
        return values.into_iter().try_for_each(each);
    }
    let mut values = serde_json::Deserializer::from_str(data).into_iter::<T>();
    loop {
        match values.next() {
            Some(Ok(value)) => each(value)?,
            Some(Err(_)) => return Err(not_the_format(data.as_bytes())),
            None => return Ok(()),
        }
    }
}

/// Returns the error for bytes that are not the wire format's: `NotAnApi` for a web page, else
/// `Malformed`.
pub(crate) fn not_the_format(bytes: &[u8]) -> CallError {
    if looks_like_a_page(bytes) {
        return not_an_api().with_detail(bytes);
    }
    CallError::new(
        ErrorKind::Malformed,
        "the provider's reply is not in the format of this API",
    )
    .with_detail(bytes)
}

/// Returns the error for an address that serves web pages.
pub(crate) fn not_an_api() -> CallError {
    CallError::new(
        ErrorKind::NotAnApi,
        "the address answers with a web page, not with this API",
    )
}

/// Returns whether the bytes begin like HTML or XML.
pub(crate) fn looks_like_a_page(bytes: &[u8]) -> bool {
    let text = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(bytes)
        .trim_ascii_start();
    text.first() == Some(&b'<')
        && text
            .get(1)
            .is_some_and(|next| next.is_ascii_alphabetic() || b"!?".contains(next))
}

/// Returns the text of tool arguments, whether they came as a string or as an object.
pub(crate) fn text_or_raw(raw: &RawValue) -> String {
    let text = raw.get();
    match serde_json::from_str::<Str<'_>>(text) {
        Ok(Str(Some(string))) => string.into_owned(),
        _ if text == "null" => String::new(),
        _ => text.to_owned(),
    }
}

/// Returns whether an `error` field reports one: some servers send it empty with every chunk.
pub(crate) fn says_something(error: &RawValue) -> bool {
    !matches!(error.get(), "null" | "\"\"" | "{}" | "false" | "0" | "[]")
}
