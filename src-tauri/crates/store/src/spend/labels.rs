//! The labels by which calls are summed.

use super::sums::unreadable;
use crate::error::Fault;
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;
use std::rc::Rc;

/// Most tags of a call that count; more are left out, in the order of the alphabet.
const TAGS: usize = 16;

/// A kind of label. The numbers are those of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum SpendBy {
    /// One label, empty, that all calls have.
    All = 0,
    /// `provider/model`: of a call that which answered or was tried last, else that was asked first; of what it cost
    /// that which was asked in each attempt.
    Model = 1,
    Provider = 2,
    /// Empty for calls without.
    Route = 3,
    /// Empty for calls without.
    Project = 4,
    /// `window`, `cli` or `gateway`; with the name of a gateway key as `gateway: NAME`.
    Caller = 5,
    /// A prompt's id; empty for calls without.
    Prompt = 6,
    /// A call has as many as its tags, or the empty one.
    Tag = 7,
}

impl SpendBy {
    pub(super) const EVERY: [Self; 8] = [
        Self::All,
        Self::Model,
        Self::Provider,
        Self::Route,
        Self::Project,
        Self::Caller,
        Self::Prompt,
        Self::Tag,
    ];
}

/// The labels of a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Labels {
    pub(super) simulated: bool,
    /// By [`SpendBy`], `All` to `Prompt`.
    single: [String; 7],
    /// At least one; the empty one for calls without.
    tags: Vec<String>,
}

/// What a call's row says for its labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) simulated: bool,
    pub(super) provider: &'a str,
    pub(super) model: &'a str,
    pub(super) route: &'a str,
    pub(super) project: &'a str,
    pub(super) caller: &'a str,
    pub(super) caller_key: Option<&'a str>,
    pub(super) prompt: &'a str,
    /// A JSON list of words; anything else counts as none.
    pub(super) tags: Option<&'a str>,
}

impl Named<'_> {
    /// Returns the name of these labels in the file.
    pub(super) fn name(&self) -> String {
        let mut tags: Vec<String> = self
            .tags
            .and_then(|tags| serde_json::from_str(tags).ok())
            .unwrap_or_default();
        tags.retain(|tag| !tag.is_empty());
        tags.sort_unstable();
        tags.dedup();
        tags.truncate(TAGS);
        let caller = match self.caller_key {
            Some(key) => format!("{}: {key}", self.caller),
            None => self.caller.to_owned(),
        };
        crate::sql::json(&(
            u8::from(self.simulated),
            self.provider,
            self.model,
            self.route,
            self.project,
            caller,
            self.prompt,
            tags,
        ))
    }
}

impl Labels {
    /// Reads a name of the file.
    pub(super) fn read(name: &str) -> Result<Self, Fault> {
        type Parts = (
            u8,
            String,
            String,
            String,
            String,
            String,
            String,
            Vec<String>,
        );
        let (simulated, provider, model, route, project, caller, prompt, mut tags): Parts =
            serde_json::from_str(name).map_err(|_| unreadable())?;
        if tags.is_empty() {
            tags.push(String::new());
        }
        let model = format!("{provider}/{model}");
        Ok(Self {
            simulated: simulated != 0,
            single: [
                String::new(),
                model,
                provider,
                route,
                project,
                caller,
                prompt,
            ],
            tags,
        })
    }

    /// Returns the labels of a kind: one, but for tags.
    pub(super) fn of(&self, by: SpendBy) -> &[String] {
        match self.single.get(by as usize) {
            Some(single) => std::slice::from_ref(single),
            None => &self.tags,
        }
    }

    /// Returns whether it has all of these.
    pub(super) fn has(&self, within: &[(SpendBy, String)]) -> bool {
        within
            .iter()
            .all(|(by, value)| self.of(*by).contains(value))
    }
}

/// Returns the id of the labels of that name, and makes it if there is none.
pub(super) fn id(connection: &Connection, name: &str) -> Result<i64, Fault> {
    let known = connection
        .prepare_cached("SELECT id FROM spend_labels WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    match known {
        Some(id) => Ok(id),
        None => {
            connection
                .prepare_cached("INSERT INTO spend_labels(name) VALUES (?1)")?
                .execute([name])?;
            Ok(connection.last_insert_rowid())
        }
    }
}

/// Labels read so far, for one reading of many slots.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<i64, Rc<Labels>>);

impl Known {
    /// Returns the labels of an id.
    pub(super) fn get(&mut self, connection: &Connection, id: i64) -> Result<Rc<Labels>, Fault> {
        if let Some(labels) = self.0.get(&id) {
            return Ok(Rc::clone(labels));
        }
        let name: String = connection
            .prepare_cached("SELECT name FROM spend_labels WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?;
        let labels = Rc::new(Labels::read(&name)?);
        self.0.insert(id, Rc::clone(&labels));
        Ok(labels)
    }
}
