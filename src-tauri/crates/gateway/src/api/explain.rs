//! Errors of HTTP itself, in the shape of the caller's API: what no request could be made of is answered below
//! this program's own code, with a status and no body. The connection gives it one.

use super::error::Problem;
use super::{Api, routes};
use axum::http::{HeaderMap, StatusCode};
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;

/// What every answer begins with that may be one of HTTP itself.
const REFUSAL: &[u8] = b"HTTP/1.1 4";
/// What tells them from this program's own, all of which have a body.
const BARE: &[u8] = b"content-length: 0\r\n";
/// How long and how much a refused client may go on sending, so that it comes to read why.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// A connection that says in a body why it refuses what is no request.
pub(super) struct Explained<S> {
    stream: S,
    /// Whose API the last request was for, as far as its first line came.
    api: Api,
    /// What is sent in place of an answer without a body, and how much of it has been.
    explanation: Option<(Vec<u8>, usize)>,
    /// Whether something came that nothing was answered to yet.
    is_asked: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Explained<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            api: Api::Chat,
            explanation: None,
            is_asked: false,
        }
    }

    /// Says that a request took too long to begin, if one did, and closes the connection. One that is merely idle
    /// is closed without a word: it asked nothing.
    pub(super) async fn time_out(mut self) {
        if self.is_asked && self.explanation.is_none() {
            let message = "the headers of the request took longer than 15 s to arrive";
            let problem = Problem::new(StatusCode::REQUEST_TIMEOUT, "slow_headers", message);
            let text = reply(&problem, self.api);
            // Whoever does not take it is gone.
            let _ = timeout(LINGER, self.stream.write_all(&text)).await;
            self.explanation = Some((text, 0));
        }
        self.close().await;
    }

    /// Closes the connection; a client that was refused is let finish, or it might never read the answer.
    pub(super) async fn close(mut self) {
        if self.explanation.is_none() || self.stream.shutdown().await.is_err() {
            return;
        }
        let reading = async {
            let mut rest = vec![0; 16 * 1024];
            let mut read = 0;
            while read < LINGER_BYTES
                && let Ok(more @ 1..) = self.stream.read(&mut rest).await
            {
                read += more;
            }
        };
        // Either way it is closed now.
        let _ = timeout(LINGER, reading).await;
    }

    /// Notes whose API a request is for, if `bytes` begin with one.
    fn note(&mut self, bytes: &[u8]) {
        let is_method = bytes.first().is_some_and(u8::is_ascii_uppercase);
        let mut words = bytes.splitn(3, |byte| *byte == b' ');
        if is_method
            && let (Some(method), Some(path)) = (words.next(), words.next())
            && method.len() < 8
            && path.starts_with(b"/")
        {
            let path = path.split(|byte| *byte == b'?').next().unwrap_or_default();
            let path = String::from_utf8_lossy(path.get(..200).unwrap_or(path));
            self.api = routes::api_of(&path, &HeaderMap::new());
        }
    }

    /// Writes what takes the place of an answer without a body; `None`: nothing does.
    fn poll_explain(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Option<Poll<Result<usize>>> {
        self.is_asked = false;
        if self.explanation.is_none() {
            self.explanation = Some((explained(bytes, self.api)?, 0));
        }
        Some(match self.poll_rest(context) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(bytes.len())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        })
    }

    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let Some((text, sent)) = &mut self.explanation else {
            return Poll::Ready(Ok(()));
        };
        while let Some(rest) = text.get(*sent..).filter(|rest| !rest.is_empty()) {
            match Pin::new(&mut self.stream).poll_write(context, rest) {
                Poll::Ready(Ok(0)) => {
                    return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into()));
                }
                Poll::Ready(Ok(more)) => *sent += more,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Returns the answer with a body for one of HTTP itself; `None` if it is another.
fn explained(bytes: &[u8], api: Api) -> Option<Vec<u8>> {
    if !bytes.starts_with(REFUSAL) || !bytes.windows(BARE.len()).any(|part| part == BARE) {
        return None;
    }
    let status = StatusCode::from_bytes(bytes.get(9..12)?).ok()?;
    let (code, message) = match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (
            "headers_too_large",
            "the headers are longer than 64 KB or more than 100: send fewer or shorter ones",
        ),
        StatusCode::URI_TOO_LONG => (
            "address_too_long",
            "the address of the request is too long: send what it holds in the body",
        ),
        _ => (
            "no_request",
            "what was sent is no request of HTTP/1.1; check the address, and that it begins with http://",
        ),
    };
    Some(reply(&Problem::new(status, code, message), api))
}

/// Returns a whole reply that ends the connection.
fn reply(problem: &Problem, api: Api) -> Vec<u8> {
    let status = problem.status;
    let body = problem.body(api).to_string();
    let reason = status.canonical_reason().unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        status.as_u16(),
        body.len()
    );
    (head + &body).into_bytes()
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Explained<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if read.is_ready() {
            let new = buffer.filled().get(before..).unwrap_or_default();
            this.is_asked |= !new.is_empty();
            this.note(new);
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Explained<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let this = self.get_mut();
        if let Some(written) = this.poll_explain(context, bytes) {
            return written;
        }
        Pin::new(&mut this.stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let this = self.get_mut();
        let first = slices.first().map_or(&[][..], |first| first);
        if let Some(written) = this.poll_explain(context, first) {
            return written;
        }
        Pin::new(&mut this.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_without_a_body_are_explained() {
        let bare =
            b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        let text = String::from_utf8(explained(bare, Api::Anthropic).unwrap()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())));
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["type"], "error");
        for other in [
            &b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"[..],
            b"HTTP/1.1 431 X\r\ncontent-length: 12\r\n\r\n",
            b"HTTP/1.1 4",
            b"",
        ] {
            assert!(explained(other, Api::Chat).is_none());
        }
    }
}
