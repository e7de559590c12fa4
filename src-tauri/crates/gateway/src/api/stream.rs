//! Writes a call's events as a stream, in the provider's own form as long as it can be kept, else in ours.

use super::Api;
use super::answer::Answer;
use super::call::{cut_short, end};
use super::error::Problem;
use super::framing::Framing;
use super::known::{Known, TRAILERS};
use super::pass::Pass;
use super::render::Render;
use super::shown::Shown;
use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, TRAILER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::StreamBody;
use hyper::body::Frame;
use std::convert::Infallible;
use std::time::Duration;
use switchboard_app::calls::{ApiCallHandle, Told};
use switchboard_engine::event::{Event, Outcome};
use switchboard_engine::turn::turn;

/// A stream that has nothing to say says so this often, so that nothing between takes it for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Once this many bytes wait to be sent no more are gathered.
const GATHERED: usize = 64 * 1024;

/// Returns the reply that begins with `begun` and goes on as `writer` has it; `array`: as one JSON array
/// instead of events.
pub(super) fn reply(begun: String, writer: Writer, array: bool) -> Response {
    let framing = Framing::new(array);
    let kind = framing.content_type();
    let state = (Some(begun), Some(writer), framing);
    let stream = futures_util::stream::unfold(state, |(begun, writer, mut framing)| async {
        let mut writer = writer?;
        let text = match begun {
            Some(text) if !text.is_empty() => Some(text),
            _ => writer.next().await,
        };
        let Some(text) = text else {
            let trailers = Frame::trailers(writer.trailers());
            return Some((Ok(trailers), (None, None, framing)));
        };
        let text = framing.frame(text, writer.ended);
        let frame = Frame::data(Bytes::from(text));
        Some((Ok::<_, Infallible>(frame), (None, Some(writer), framing)))
    });
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-cache"),
        // Sent only to those who say that they take them (`TE: trailers`).
        (TRAILER, TRAILERS),
    ];
    (headers, Body::new(StreamBody::new(stream))).into_response()
}

/// Writes a call's events. Dropping it, when the client is gone, cancels the call.
pub(super) struct Writer {
    handle: ApiCallHandle,
    api: Api,
    known: Known,
    render: Box<dyn Render>,
    /// `None`: in our form.
    pass: Option<Pass>,
    answer: Answer,
    shown: Shown,
    /// Whether the answer is free text, in which a break can be marked.
    is_text: bool,
    restarted: bool,
    ended: bool,
}

impl Writer {
    pub(super) fn new(
        handle: ApiCallHandle,
        api: Api,
        render: Box<dyn Render>,
        pass: Option<Pass>,
        is_text: bool,
        known: Known,
    ) -> Self {
        Self {
            handle,
            api,
            known,
            render,
            pass,
            answer: Answer::default(),
            shown: Shown::default(),
            is_text,
            restarted: false,
            ended: false,
        }
    }

    /// Writes what stands before the first content.
    pub(super) fn begin(&mut self, out: &mut String) {
        if self.pass.is_none() {
            self.render.begin(out);
        }
    }

    /// Returns what to send next: all that waits; `None` after the end.
    async fn next(&mut self) -> Option<String> {
        let mut out = String::new();
        while out.is_empty() {
            if self.ended {
                return None;
            }
            match tokio::time::timeout(KEEP_ALIVE, self.handle.events.recv()).await {
                Err(_) => return Some(self.keep_alive().to_owned()),
                Ok(None) => self.fail(&cut_short(), &mut out),
                Ok(Some(told)) => self.take(told, &mut out),
            }
            // What the provider sent in one go comes through the tasks before this one piece by piece:
            // one turn of all that is ready now makes it one write instead of one a piece. It waits for
            // nothing.
            turn().await;
            while !self.ended
                && out.len() < GATHERED
                && let Ok(told) = self.handle.events.try_recv()
            {
                self.take(told, &mut out);
            }
        }
        Some(out)
    }

    /// Returns what says that the stream lives. Google's own clients take every line that is not empty for
    /// JSON: theirs gets an empty one.
    fn keep_alive(&self) -> &'static str {
        match self.api {
            Api::Gemini => "\n",
            Api::Chat | Api::Responses | Api::Anthropic => ": keep-alive\n\n",
        }
    }

    /// Says what was not known yet when the headers were sent, in a comment, which clients skip. Those of
    /// Gemini's API do not skip it: they have the trailers.
    fn tell(&self, out: &mut String) {
        if self.api != Api::Gemini {
            self.known.comment(&self.handle.id.to_string(), out);
        }
    }

    fn trailers(&self) -> HeaderMap {
        let mut trailers = HeaderMap::new();
        self.known.write(&self.handle.id.to_string(), &mut trailers);
        trailers
    }

    fn take(&mut self, told: Told, out: &mut String) {
        if let Some(pass) = &mut self.pass {
            pass.take(told.wire);
        }
        self.known.note(&told.event);
        self.write(&told.event, out);
    }

    fn fail(&mut self, problem: &Problem, out: &mut String) {
        self.switch();
        self.tell(out);
        self.render.fail(problem, out);
        self.ended = true;
    }

    /// Goes on in our own form: what comes next is no longer what the provider sent.
    fn switch(&mut self) {
        if self.pass.take().is_some() {
            self.render.adopt(&self.answer);
        }
    }

    pub(super) fn write(&mut self, event: &Event, out: &mut String) {
        match event {
            Event::AttemptStarted { hedge: false, .. }
            | Event::AttemptFailed { .. }
            | Event::Continued { .. } => self.switch(),
            Event::Restarted { .. } => {
                self.switch();
                if !self.answer.tools.is_empty() {
                    return self.fail(&starts_over(), out);
                }
                self.restarted = true;
                self.shown.restart();
            }
            Event::TextDelta { text } => self.text(text, out),
            // Thoughts of an answer that starts over would stand behind its text.
            Event::ReasoningDelta { text } if self.pass.is_none() && !self.restarted => {
                self.render.reasoning(text, out);
            }
            Event::Finished { outcome } => return self.finish(outcome, out),
            Event::Failed { report } => return self.fail(&Problem::from(&report.error), out),
            Event::Cancelled { .. } => return self.fail(&cut_short(), out),
            _ => {}
        }
        self.answer.add(event);
        let is_content = matches!(
            event,
            Event::TextDelta { .. } | Event::ReasoningDelta { .. } | Event::ToolCallDelta { .. }
        );
        match &mut self.pass {
            Some(pass) if is_content => pass.write(self.render.as_mut(), out),
            Some(_) => {}
            None => self.tool(event, out),
        }
    }

    fn text(&mut self, text: &str, out: &mut String) {
        let (text, departs) = self.shown.add(text);
        if self.pass.is_some() {
            return;
        }
        if departs && !self.is_text {
            return self.fail(&starts_over(), out);
        }
        if !text.is_empty() {
            self.render.text(&text, out);
        }
    }

    fn tool(&mut self, event: &Event, out: &mut String) {
        let Event::ToolCallDelta {
            index, arguments, ..
        } = event
        else {
            return;
        };
        let tool = self.answer.tools.iter().find(|tool| tool.index == *index);
        if let Some(tool) = tool {
            self.render
                .tool(*index, &tool.id, &tool.name, arguments, out);
        }
    }

    fn finish(&mut self, outcome: &Outcome, out: &mut String) {
        if self.ended {
            return;
        }
        self.ended = true;
        self.tell(out);
        let end = end(outcome);
        if let Some(pass) = self.pass.take() {
            return pass.end(self.render.as_mut(), &self.answer, end, out);
        }
        if let Some(rest) = self.shown.end() {
            if !self.is_text {
                return self.fail(&starts_over(), out);
            }
            self.render.text(&rest, out);
        }
        self.render.end(&self.answer, end, out);
    }
}

fn starts_over() -> Problem {
    let message = "the answer broke off and what came next does not continue it; ask again";
    Problem::new(StatusCode::BAD_GATEWAY, "truncated", message)
}
