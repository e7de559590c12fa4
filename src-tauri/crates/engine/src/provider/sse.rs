//! Incremental parser of `text/event-stream` by the WHATWG rules (HTML standard, section 9.2.6).
//!
//! It knows nothing of JSON except at the very end of a body, see [`SseParser::finish`].

use super::SseEvent;
use crate::error::{CallError, ErrorKind};
use memchr::{memchr, memchr2};
use std::time::Duration;

/// Longest event accepted, in bytes: an image in one chunk fits, an endless line does not.
pub const EVENT_LIMIT: usize = 16 * 1024 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Turns bytes, cut anywhere, into events.
///
/// An event whose one data line lies whole within one chunk is handed out without being copied.
#[derive(Debug)]
pub struct SseParser {
    /// The line begun in earlier chunks.
    line: Vec<u8>,
    /// Data lines of the event begun in earlier chunks, joined by `\n`.
    data: Vec<u8>,
    /// Tells an event with empty data from an event without data.
    has_data: bool,
    name: String,
    last_event_id: String,
    retry: Option<Duration>,
    at_start: bool,
    /// The last chunk ended in CR: an LF at the start of the next belongs to it.
    after_cr: bool,
    limit: usize,
}

impl Default for SseParser {
    fn default() -> Self {
        Self::new()
    }
}

impl SseParser {
    /// Returns a parser at the start of a stream, with [`EVENT_LIMIT`] as its bound.
    pub fn new() -> Self {
        Self::with_limit(EVENT_LIMIT)
    }

    /// Returns a parser that accepts events of at most `limit` bytes.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            data: Vec::new(),
            has_data: false,
            name: String::new(),
            last_event_id: String::new(),
            retry: None,
            at_start: true,
            after_cr: false,
            limit,
        }
    }

    /// Returns the last `id` the stream gave; empty if none.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// Returns the wait before reconnecting that the stream asked for, or `None` if it did not.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Takes the next bytes of the stream and hands every event they complete to `each`, in order.
    ///
    /// # Errors
    /// `TooLarge` for an event beyond the bound, and whatever `each` returns. After an error the parser
    /// is not to be used again.
    pub fn push(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(SseEvent<'_>) -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        let mut rest = bytes;
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        // The event's only data line so far, while it still lies in `bytes`.
        let mut lone: Option<&[u8]> = None;
        while let Some(end) = memchr2(b'\r', b'\n', rest) {
            let line = &rest[..end];
            let is_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            if is_cr {
                self.after_cr = rest.is_empty();
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
            if self.line.is_empty() {
                self.take_line(line, &mut lone, &mut each)?;
            } else {
                self.carry(line)?;
                self.take_carried_line(&mut each)?;
            }
        }
        if let Some(data) = lone {
            self.keep(data)?;
        }
        self.carry(rest)
    }

    /// Is told that the body has ended, and hands out the event that was pending if it is whole.
    ///
    /// The standard drops an event without its blank line. Some providers end the body right after the
    /// last data line, so a pending event is handed out if its data is `[DONE]` or complete JSON;
    /// anything less is dropped, and the decoder reports the cut.
    ///
    /// # Errors
    /// As for [`SseParser::push`].
    pub fn finish(
        &mut self,
        mut each: impl FnMut(SseEvent<'_>) -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        if !self.line.is_empty() {
            self.take_carried_line(&mut each)?;
        }
        if self.has_data && is_whole(&self.data) {
            return self.dispatch(None, &mut each);
        }
        self.reset();
        Ok(())
    }

    /// Appends to the line begun in earlier chunks.
    fn carry(&mut self, bytes: &[u8]) -> Result<(), CallError> {
        self.check(self.line.len() + bytes.len())?;
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    /// Appends a data line to the event begun in earlier lines.
    fn keep(&mut self, data: &[u8]) -> Result<(), CallError> {
        self.check(data.len())?;
        if self.has_data {
            self.data.push(b'\n');
        }
        self.has_data = true;
        self.data.extend_from_slice(data);
        Ok(())
    }

    fn check(&self, more: usize) -> Result<(), CallError> {
        if self.data.len().saturating_add(more) <= self.limit {
            return Ok(());
        }
        Err(CallError::new(
            ErrorKind::TooLarge,
            format!(
                "one event of the stream is longer than {} bytes",
                self.limit
            ),
        ))
    }

    fn take_carried_line(
        &mut self,
        each: &mut impl FnMut(SseEvent<'_>) -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        let mut line = std::mem::take(&mut self.line);
        let mut lone = None;
        self.take_line(&line, &mut lone, each)?;
        if let Some(data) = lone {
            self.keep(data)?;
        }
        // The buffer is given back, so that a stream cut at awkward places does not allocate per line.
        line.clear();
        self.line = line;
        Ok(())
    }

    fn take_line<'a>(
        &mut self,
        mut line: &'a [u8],
        lone: &mut Option<&'a [u8]>,
        each: &mut impl FnMut(SseEvent<'_>) -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        if self.at_start {
            self.at_start = false;
            line = line.strip_prefix(BOM).unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch(lone.take(), each);
        }
        let (field, value) = match memchr(b':', line) {
            Some(0) => return Ok(()),
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &line[line.len()..]),
        };
        match field {
            b"data" if !self.has_data && lone.is_none() => {
                self.check(value.len())?;
                *lone = Some(value);
            }
            b"data" => {
                if let Some(first) = lone.take() {
                    self.keep(first)?;
                }
                self.keep(value)?;
            }
            b"event" => {
                self.check(value.len())?;
                self.name.clear();
                self.name.push_str(&String::from_utf8_lossy(value));
            }
            b"id" if !value.contains(&0) => {
                self.check(value.len())?;
                self.last_event_id.clear();
                self.last_event_id.push_str(&String::from_utf8_lossy(value));
            }
            b"retry" if value.iter().all(u8::is_ascii_digit) => {
                let ms = std::str::from_utf8(value)
                    .ok()
                    .and_then(|text| text.parse().ok());
                self.retry = ms.map(Duration::from_millis).or(self.retry);
            }
            _ => {}
        }
        Ok(())
    }

    fn dispatch(
        &mut self,
        lone: Option<&[u8]>,
        each: &mut impl FnMut(SseEvent<'_>) -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        let outcome = match lone {
            Some(data) => each(SseEvent {
                name: &self.name,
                data: &String::from_utf8_lossy(data),
            }),
            None if self.has_data => each(SseEvent {
                name: &self.name,
                data: &String::from_utf8_lossy(&self.data),
            }),
            None => Ok(()),
        };
        self.reset();
        outcome
    }

    fn reset(&mut self) {
        self.name.clear();
        self.data.clear();
        self.has_data = false;
    }
}

/// Returns whether data at the end of a body is all there.
fn is_whole(data: &[u8]) -> bool {
    let data = data.trim_ascii();
    if data == b"[DONE]" {
        return true;
    }
    let mut values =
        serde_json::Deserializer::from_slice(data).into_iter::<serde::de::IgnoredAny>();
    !data.is_empty() && values.all(|value| value.is_ok())
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
