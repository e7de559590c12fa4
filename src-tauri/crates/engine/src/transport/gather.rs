//! Pieces of a body that came together, put together again.

use crate::turn::turn;
use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use futures_util::stream::{Stream, StreamExt, unfold};
use std::pin::pin;

/// Once this many bytes are gathered no more are waited for.
const ENOUGH: usize = 64 * 1024;

/// A body, and what is known of what comes next in it.
struct Body<S, E> {
    pieces: S,
    begun: bool,
    /// What ended the gathering before; `None`: it goes on.
    next: Option<Option<Result<Bytes, E>>>,
}

/// Joins pieces of a body that are there already. Most servers send each event as a chunk, and a client is
/// handed them one by one, however many came in one go. Nothing is waited for: see [`turn`]. The first piece
/// goes on at once.
pub(super) fn gathered<S, E>(pieces: S) -> impl Stream<Item = Result<Bytes, E>> + Send
where
    S: Stream<Item = Result<Bytes, E>> + Unpin + Send,
    E: Send,
{
    let body = Body {
        pieces,
        begun: false,
        next: None,
    };
    unfold(body, |mut body| async {
        let item = match body.next.take() {
            Some(next) => next,
            None => body.pieces.next().await,
        };
        let first = match item? {
            Ok(first) => first,
            error => return Some((error, body)),
        };
        let joined = match std::mem::replace(&mut body.begun, true) {
            true => body.join(first).await,
            false => first,
        };
        Some((Ok(joined), body))
    })
}

impl<S, E> Body<S, E>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    async fn join(&mut self, first: Bytes) -> Bytes {
        let mut over = pin!(turn());
        let mut joined = None;
        let mut length = first.len();
        while length < ENOUGH {
            // The connection is asked first: as long as it has more, its turn is not over.
            match select(self.pieces.next(), over.as_mut()).await {
                Either::Left((Some(Ok(more)), _)) => {
                    length += more.len();
                    joined
                        .get_or_insert_with(|| BytesMut::from(first.as_ref()))
                        .extend_from_slice(&more);
                }
                Either::Left((end, _)) => {
                    self.next = Some(end);
                    break;
                }
                Either::Right(_) => break,
            }
        }
        joined.map_or(first, BytesMut::freeze)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use tokio::sync::mpsc;

    async fn all(pieces: Vec<Result<&'static str, u8>>) -> Vec<Result<Bytes, u8>> {
        let pieces = pieces.into_iter().map(|piece| piece.map(Bytes::from));
        let stream = gathered(stream::iter(pieces.collect::<Vec<_>>()));
        stream.collect().await
    }

    fn is(text: &'static str) -> Result<Bytes, u8> {
        Ok(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test]
    async fn the_first_piece_goes_on_alone_and_what_is_there_after_it_together() {
        let got = all(vec![Ok("a"), Ok("b"), Ok("c")]).await;
        assert_eq!(got, [is("a"), is("bc")]);
    }

    #[tokio::test]
    async fn an_error_comes_after_all_that_came_before_it() {
        let got = all(vec![Ok("a"), Ok("b"), Ok("c"), Err(7)]).await;
        assert_eq!(got, [is("a"), is("bc"), Err(7)]);
    }

    #[tokio::test]
    async fn pieces_handed_over_one_by_one_by_another_task_are_joined() {
        let (out, mut pieces) = mpsc::channel(1);
        tokio::spawn(async move {
            for piece in ["a", "b", "c", "d", "e", "f"] {
                out.send(is(piece)).await.unwrap();
            }
        });
        let pieces = stream::poll_fn(move |context| pieces.poll_recv(context));
        let got: Vec<_> = gathered(pieces).map(Result::unwrap).collect().await;
        assert_eq!(got.concat(), b"abcdef");
        assert_eq!(got[0].as_ref(), b"a");
        assert!(got.len() < 6, "{got:?}");
    }

    #[tokio::test]
    async fn no_more_than_enough_is_gathered() {
        let piece = || Ok(Bytes::from(vec![0; ENOUGH / 2]));
        let pieces: Vec<Result<Bytes, u8>> = (0..6).map(|_| piece()).collect();
        let got: Vec<_> = gathered(stream::iter(pieces)).collect().await;
        let lengths: Vec<usize> = got.into_iter().map(|piece| piece.unwrap().len()).collect();
        assert_eq!(lengths, [ENOUGH / 2, ENOUGH, ENOUGH, ENOUGH / 2]);
    }
}
