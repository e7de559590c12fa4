//! How pieces of a stream are put together: as server-sent events, or as one JSON array (Gemini's
//! `streamGenerateContent` without `alt=sse`).

/// Puts events together.
#[derive(Debug)]
pub(super) enum Framing {
    Events,
    Array {
        /// Whether an element has been written.
        begun: bool,
        closed: bool,
    },
}

impl Framing {
    pub(super) fn new(array: bool) -> Self {
        match array {
            true => Self::Array {
                begun: false,
                closed: false,
            },
            false => Self::Events,
        }
    }

    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Self::Events => "text/event-stream; charset=utf-8",
            Self::Array { .. } => "application/json; charset=utf-8",
        }
    }

    /// Frames events; `is_last`: none follow.
    pub(super) fn frame(&mut self, events: String, is_last: bool) -> String {
        let Self::Array { begun, closed } = self else {
            return events;
        };
        let mut out = String::with_capacity(events.len());
        for event in events.split("\n\n") {
            let mut lines = event.lines().filter_map(|line| line.strip_prefix("data: "));
            // Comments have no data.
            let Some(first) = lines.next() else { continue };
            out.push_str(if *begun { ",\r\n" } else { "[" });
            *begun = true;
            out.push_str(first);
            for line in lines {
                out.push('\n');
                out.push_str(line);
            }
        }
        if is_last && !*closed {
            *closed = true;
            out.push_str(if *begun { "\n]\n" } else { "[]\n" });
        }
        if out.is_empty() {
            // White space between elements says that the stream lives.
            out.push_str(if *begun { "\n" } else { " " });
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_holds_each_events_data() {
        let mut framing = Framing::new(true);
        let mut out = framing.frame("data: {\"a\":1}\n\ndata: {\ndata: }\n\n".into(), false);
        out += &framing.frame(": keep-alive\n\n".into(), false);
        out += &framing.frame("data: 3\n\n".into(), true);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(value, serde_json::json!([{"a": 1}, {}, 3]));
    }

    #[test]
    fn an_array_of_nothing_is_whole_too() {
        let mut framing = Framing::new(true);
        let out = framing.frame(": keep-alive\n\n".into(), false);
        assert_eq!(out + &framing.frame(String::new(), true), " []\n");
    }
}
