//! A text as a tree of values, within bounds.

use super::{ImportProblem, TEXT_LIMIT};
use serde_json::{Map, Value};
use std::time::Duration;

/// Deepest nesting that is read.
const DEPTH: usize = 64;
/// Most values in a text.
const NODES: usize = 100_000;

/// Reads JSON or YAML.
///
/// # Errors
/// If it is neither, too long, or nested too deeply. The text is not repeated.
pub(super) fn read(text: &str) -> Result<Value, ImportProblem> {
    if text.len() > TEXT_LIMIT {
        let message = format!("the text is longer than {TEXT_LIMIT} bytes");
        return Err(ImportProblem::whole(message));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with(['{', '[']) {
        // Bounded in depth by its reader; a template's `{{…}}` is no JSON outside of texts.
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            return object(value);
        }
    }
    let mut budget = serde_saphyr::Budget::default();
    budget.max_depth = DEPTH;
    budget.max_nodes = NODES;
    budget.max_documents = 1;
    let mut options = serde_saphyr::Options::default();
    options.budget = Some(budget);
    options.with_snippet = false;
    match serde_saphyr::from_str_with_options::<Value>(text, options) {
        Ok(value) => object(value),
        Err(error) => Err(ImportProblem {
            line: error
                .location()
                .and_then(|place| u32::try_from(place.line()).ok())
                .filter(|line| *line > 0),
            field: None,
            message: "from here on the text is neither YAML nor JSON, or is nested too deeply"
                .to_owned(),
        }),
    }
}

fn object(value: Value) -> Result<Value, ImportProblem> {
    if value.is_object() {
        Ok(value)
    } else {
        Err(ImportProblem::whole("the text is no table of settings"))
    }
}

/// A table of the text and its path.
#[derive(Debug, Clone)]
pub(super) struct Node<'v> {
    pub(super) path: String,
    pub(super) map: &'v Map<String, Value>,
}

impl<'v> Node<'v> {
    /// Returns the text as a whole.
    pub(super) fn root(value: &'v Value) -> Option<Self> {
        Some(Self {
            path: String::new(),
            map: value.as_object()?,
        })
    }

    /// Returns the path of a field.
    pub(super) fn at(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'v Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// Returns a table below.
    pub(super) fn table(&self, name: &str) -> Option<Node<'v>> {
        Some(Node {
            path: self.at(name),
            map: self.get(name)?.as_object()?,
        })
    }

    /// Returns the tables of a list below.
    pub(super) fn tables(&self, name: &str) -> Vec<Node<'v>> {
        let items = self.get(name).and_then(Value::as_array);
        let items = items.into_iter().flatten().enumerate();
        items
            .filter_map(|(at, item)| {
                Some(Node {
                    path: format!("{}[{at}]", self.at(name)),
                    map: item.as_object()?,
                })
            })
            .collect()
    }

    /// Returns a text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&'v str> {
        let text = self.get(name)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Returns a whole number, also one written as a text or with a fraction of nothing.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        let number = self.float(name)?;
        whole(number)
    }

    /// Returns a finite number, also one written as a text.
    pub(super) fn float(&self, name: &str) -> Option<f64> {
        let value = self.get(name)?;
        let number = value
            .as_f64()
            .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))?;
        number.is_finite().then_some(number)
    }

    /// Returns a span in seconds, between a millisecond and a day.
    pub(super) fn seconds(&self, name: &str) -> Option<Duration> {
        span(self.float(name)?)
    }

    /// Returns a span in milliseconds, between one and a day.
    pub(super) fn millis(&self, name: &str) -> Option<Duration> {
        span(self.float(name)? / 1000.0)
    }

    /// Returns the names of fields that are not among `known`.
    pub(super) fn others(&self, known: &[&str]) -> Vec<&'v str> {
        let names = self.map.keys().map(String::as_str);
        names.filter(|name| !known.contains(name)).collect()
    }
}

/// Returns a number without a fraction, if it fits.
pub(super) fn whole(number: f64) -> Option<u32> {
    let fits = number >= 0.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it fits"
    )]
    fits.then_some(number as u32)
}

fn span(seconds: f64) -> Option<Duration> {
    let within = (0.001..=86_400.0).contains(&seconds);
    within.then(|| Duration::from_secs_f64(seconds))
}
