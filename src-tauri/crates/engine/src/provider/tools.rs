//! Book-keeping of tool calls that arrive in pieces.

use super::Delta;

/// Most tool calls tracked in one answer; beyond it pieces still pass, ids may repeat.
const TRACKED: usize = 256;

/// Gives pieces of tool calls their index and lets id and name through once each.
#[derive(Debug, Default)]
pub(crate) struct ToolCalls {
    /// Index on the wire, id, and whether the name was told.
    seen: Vec<(u32, Option<String>, bool)>,
}

impl ToolCalls {
    /// Returns whether any tool call has begun.
    pub(crate) fn any(&self) -> bool {
        !self.seen.is_empty()
    }

    /// Returns the index of the next tool call not seen yet.
    pub(crate) fn next_index(&self) -> u32 {
        self.seen
            .iter()
            .map(|(index, ..)| index.saturating_add(1))
            .max()
            .unwrap_or(0)
    }

    /// Appends one piece. Without an index, a new id starts a new call and anything else continues
    /// the last one.
    pub(crate) fn piece(
        &mut self,
        index: Option<u32>,
        id: Option<String>,
        name: Option<String>,
        arguments: String,
        out: &mut Vec<Delta>,
    ) {
        let at = match index {
            Some(index) => self.seen.iter().position(|(seen, ..)| *seen == index),
            None => match &id {
                Some(id) => self
                    .seen
                    .iter()
                    .position(|(_, seen, _)| seen.as_ref() == Some(id)),
                None => self.seen.len().checked_sub(1),
            },
        };
        let (index, id, name) = match at {
            Some(at) => {
                let (index, seen_id, named) = &mut self.seen[at];
                let id = if seen_id.is_none() { id } else { None };
                if id.is_some() {
                    seen_id.clone_from(&id);
                }
                let name = if *named { None } else { name };
                *named |= name.is_some();
                (*index, id, name)
            }
            None => {
                let index = index.unwrap_or_else(|| self.next_index());
                if self.seen.len() < TRACKED {
                    self.seen.push((index, id.clone(), name.is_some()));
                }
                (index, id, name)
            }
        };
        if id.is_some() || name.is_some() || !arguments.is_empty() {
            out.push(Delta::ToolCall {
                index,
                id,
                name,
                arguments,
            });
        }
    }
}
