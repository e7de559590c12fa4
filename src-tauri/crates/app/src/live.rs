//! The live channel: what happens, to every window that listens, in few small messages.
//!
//! Pieces of text are joined while they wait, so a window gets at most one message per
//! [`TICK`], each under [`BATCH_BYTES`]. A window that does not read loses messages, never memory:
//! beyond [`PENDING_BYTES`] the wait is emptied, and the gap in `seq` tells the window to read anew.

use crate::api::types::{Batch, Live};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;
use switchboard_engine::event::{CallEvent, Event};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Shortest time between two messages of text to a visible window.
pub const TICK: Duration = Duration::from_millis(33);
/// Shortest time between two messages of text to a hidden window.
pub const HIDDEN_TICK: Duration = Duration::from_millis(500);
/// Most bytes of one message, roughly: larger ones take a slower way into WebKitGTK and WebView2.
pub const BATCH_BYTES: usize = 6 * 1024;
/// Most bytes that wait for a window that does not read.
const PENDING_BYTES: usize = 8 * 1024 * 1024;
/// What an item costs beside its text, roughly, as JSON.
const ITEM_BYTES: usize = 200;
/// Longest text of one item, so that one item fits a message even when its text needs escapes.
const PIECE_BYTES: usize = 2 * 1024;

/// Hands what happens to every subscription.
#[derive(Debug, Clone, Default)]
pub struct LiveHub {
    subscribers: Arc<Mutex<Vec<Weak<Shared>>>>,
}

/// One window's end of the live channel.
#[derive(Debug)]
pub struct Subscription {
    shared: Arc<Shared>,
    seq: u64,
    last_sent: Option<Instant>,
}

/// Tells a subscription whether its window can be seen, from anywhere.
#[derive(Debug, Clone)]
pub struct Visibility(Weak<Shared>);

#[derive(Debug, Default)]
struct Shared {
    pending: Mutex<Pending>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Pending {
    items: VecDeque<Live>,
    bytes: usize,
    /// Something other than text waits: it is sent without delay.
    urgent: bool,
    /// Items were dropped: the next message's number shows a gap.
    dropped: bool,
    hidden: bool,
    closed: bool,
}

fn lock(shared: &Shared) -> MutexGuard<'_, Pending> {
    shared
        .pending
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl LiveHub {
    /// Opens a window's end of the channel. Dropping it closes it.
    pub fn subscribe(&self) -> Subscription {
        let shared = Arc::new(Shared::default());
        let mut subscribers = self
            .subscribers
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        subscribers.retain(|subscriber| subscriber.strong_count() > 0);
        subscribers.push(Arc::downgrade(&shared));
        Subscription {
            shared,
            seq: 0,
            last_sent: None,
        }
    }

    /// Tells every window.
    pub fn publish(&self, item: &Live) {
        self.each(|pending| {
            pieces(item)
                .into_iter()
                .for_each(|piece| pending.push(piece))
        });
    }

    /// Tells every window of a call's event; copies it only where there is a window. `offset`: where its
    /// text stands in the answer.
    pub(crate) fn publish_event(&self, event: &CallEvent, offset: Option<u64>) {
        self.each(|pending| {
            let event = event.clone();
            let item = Live::Event { event, offset };
            pieces(&item)
                .into_iter()
                .for_each(|piece| pending.push(piece));
        });
    }

    fn each(&self, tell: impl Fn(&mut Pending)) {
        let subscribers = self
            .subscribers
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        for shared in subscribers.iter().filter_map(Weak::upgrade) {
            tell(&mut lock(&shared));
            shared.wake.notify_one();
        }
    }

    /// Ends every subscription.
    pub fn close(&self) {
        let subscribers = self
            .subscribers
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        for shared in subscribers.iter().filter_map(Weak::upgrade) {
            lock(&shared).closed = true;
            shared.wake.notify_one();
        }
    }
}

impl Subscription {
    /// Returns a handle with which the host says whether the window can be seen.
    pub fn visibility(&self) -> Visibility {
        Visibility(Arc::downgrade(&self.shared))
    }

    /// Waits for the next message; `None` when the application closes. Safe to drop while waiting.
    pub async fn next(&mut self) -> Option<Batch> {
        loop {
            let wait = {
                let shared = Arc::clone(&self.shared);
                let mut pending = lock(&shared);
                if pending.items.is_empty() {
                    if pending.closed {
                        return None;
                    }
                    None
                } else {
                    let tick = if pending.hidden { HIDDEN_TICK } else { TICK };
                    let due = self.last_sent.map(|sent| sent + tick);
                    match due.filter(|due| !pending.urgent && *due > Instant::now()) {
                        Some(due) => Some(due),
                        None => return Some(self.take(&mut pending)),
                    }
                }
            };
            match wait {
                None => self.shared.wake.notified().await,
                Some(due) => tokio::select! {
                    () = sleep_until(due) => {}
                    () = self.shared.wake.notified() => {}
                },
            }
        }
    }

    fn take(&mut self, pending: &mut Pending) -> Batch {
        let mut items = Vec::new();
        let mut bytes = 0;
        while let Some(item) = pending.items.front() {
            let size = size(item);
            if !items.is_empty() && bytes + size > BATCH_BYTES {
                break;
            }
            bytes += size;
            items.extend(pending.items.pop_front());
        }
        pending.bytes = pending.bytes.saturating_sub(bytes);
        if pending.items.is_empty() {
            pending.urgent = false;
        }
        if std::mem::take(&mut pending.dropped) {
            self.seq += 1;
        }
        let batch = Batch {
            seq: self.seq,
            items,
        };
        self.seq += 1;
        self.last_sent = Some(Instant::now());
        batch
    }
}

impl Visibility {
    /// Says whether the window is hidden: a hidden window gets text less often.
    pub fn set_hidden(&self, hidden: bool) {
        if let Some(shared) = self.0.upgrade() {
            lock(&shared).hidden = hidden;
            shared.wake.notify_one();
        }
    }
}

impl Pending {
    fn push(&mut self, item: Live) {
        if self.join(&item) {
            return;
        }
        self.urgent |= text_of(&item).is_none();
        self.bytes += size(&item);
        self.items.push_back(item);
        if self.bytes > PENDING_BYTES {
            self.items.clear();
            self.bytes = 0;
            self.dropped = true;
        }
    }

    /// Joins a piece of text with the waiting piece of the same call, if nothing of that call lies
    /// between them.
    fn join(&mut self, item: &Live) -> bool {
        let Live::Event { event: new, .. } = item else {
            return false;
        };
        let last = self
            .items
            .iter_mut()
            .rev()
            .find_map(|waiting| match waiting {
                Live::Event { event, .. } if event.call == new.call => Some(event),
                _ => None,
            });
        let Some(last) = last else { return false };
        let (waiting, piece) = match (&mut last.event, &new.event) {
            (Event::TextDelta { text: waiting }, Event::TextDelta { text: piece })
            | (Event::ReasoningDelta { text: waiting }, Event::ReasoningDelta { text: piece })
                if waiting.len() + piece.len() <= PIECE_BYTES =>
            {
                (waiting, piece)
            }
            _ => return false,
        };
        waiting.push_str(piece);
        self.bytes += piece.len();
        last.seq = new.seq;
        last.at_ms = new.at_ms;
        true
    }
}

/// Cuts an item whose text is too long for one message; others are returned as they are.
fn pieces(item: &Live) -> Vec<Live> {
    let Some(text) = text_of(item).filter(|text| text.len() > PIECE_BYTES) else {
        return vec![item.clone()];
    };
    let Live::Event { event, offset } = item else {
        return vec![item.clone()];
    };
    // The event's text is not copied with every piece: a chunk can be megabytes long.
    let part = |piece: &str| {
        let text = piece.to_owned();
        match &event.event {
            Event::ReasoningDelta { .. } => Event::ReasoningDelta { text },
            Event::ToolCallDelta {
                index, id, name, ..
            } => Event::ToolCallDelta {
                index: *index,
                id: id.clone(),
                name: name.clone(),
                arguments: text,
            },
            _ => Event::TextDelta { text },
        }
    };
    let (mut rest, mut offset, mut pieces) = (text, *offset, Vec::new());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES));
        rest = after;
        let event = CallEvent {
            call: event.call,
            seq: event.seq,
            at_ms: event.at_ms,
            event: part(piece),
        };
        pieces.push(Live::Event { event, offset });
        offset = offset.map(|offset| offset + utf16_len(piece));
    }
    pieces
}

/// Returns the length of a text as JavaScript counts it.
pub(crate) fn utf16_len(text: &str) -> u64 {
    text.chars().map(|c| c.len_utf16() as u64).sum()
}

fn text_of(item: &Live) -> Option<&str> {
    match item {
        Live::Event { event, .. } => match &event.event {
            Event::TextDelta { text } | Event::ReasoningDelta { text } => Some(text),
            Event::ToolCallDelta { arguments, .. } => Some(arguments),
            _ => None,
        },
        _ => None,
    }
}

fn size(item: &Live) -> usize {
    ITEM_BYTES + text_of(item).map_or(ITEM_BYTES, str::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use switchboard_engine::call::CallId;
    use switchboard_engine::usage::Usage;

    fn event(call: CallId, seq: u64, event: Event) -> Live {
        Live::Event {
            event: CallEvent {
                call,
                seq,
                at_ms: 0,
                event,
            },
            offset: Some(0),
        }
    }

    fn text(call: CallId, seq: u64, text: &str) -> Live {
        event(call, seq, Event::TextDelta { text: text.into() })
    }

    #[tokio::test(start_paused = true)]
    async fn text_that_comes_fast_is_joined_into_one_message_a_tick() {
        let hub = LiveHub::default();
        let mut window = hub.subscribe();
        let call = CallId::new();
        hub.publish(&text(call, 0, "a"));
        assert_eq!(window.next().await.unwrap().items.len(), 1);
        for seq in 1..=10 {
            hub.publish(&text(call, seq, "b"));
        }
        let before = Instant::now();
        let batch = window.next().await.unwrap();
        assert_eq!(before.elapsed(), TICK);
        assert_eq!(batch.seq, 1);
        assert_eq!(batch.items, [text(call, 10, "bbbbbbbbbb")]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_text_is_sent_at_once() {
        let hub = LiveHub::default();
        let mut window = hub.subscribe();
        let call = CallId::new();
        hub.publish(&text(call, 0, "a"));
        window.next().await.unwrap();
        hub.publish(&event(
            call,
            1,
            Event::Cancelled {
                elapsed_ms: 1,
                usage: Usage::default(),
            },
        ));
        let before = Instant::now();
        window.next().await.unwrap();
        assert_eq!(before.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_that_does_not_read_sees_a_gap_and_costs_no_memory() {
        let hub = LiveHub::default();
        let mut window = hub.subscribe();
        let call = CallId::new();
        for seq in 0..10_000 {
            hub.publish(&text(call, seq, &"x".repeat(2000)));
        }
        assert!(lock(&window.shared).bytes <= PENDING_BYTES);
        assert_eq!(
            window.next().await.unwrap().seq,
            1,
            "the first number shows the gap"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_hidden_window_is_told_less_often() {
        let hub = LiveHub::default();
        let mut window = hub.subscribe();
        window.visibility().set_hidden(true);
        let call = CallId::new();
        hub.publish(&text(call, 0, "a"));
        window.next().await.unwrap();
        hub.publish(&text(call, 1, "b"));
        let before = Instant::now();
        window.next().await.unwrap();
        assert_eq!(before.elapsed(), HIDDEN_TICK);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn no_text_is_lost_or_reordered_and_no_message_is_too_big(
            pieces in prop::collection::vec((0usize..3, "\\PC{0,300}"), 1..200)
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time().start_paused(true).build().unwrap();
            runtime.block_on(async {
                let hub = LiveHub::default();
                let mut window = hub.subscribe();
                let calls = [CallId::new(), CallId::new(), CallId::new()];
                let mut expected = [String::new(), String::new(), String::new()];
                for (seq, (index, piece)) in pieces.iter().enumerate() {
                    expected[*index].push_str(piece);
                    hub.publish(&text(calls[*index], seq as u64, piece));
                }
                hub.close();
                let mut got = [String::new(), String::new(), String::new()];
                while let Some(batch) = window.next().await {
                    let bytes: usize = batch.items.iter().map(size).sum();
                    assert!(bytes <= BATCH_BYTES);
                    for item in batch.items {
                        let Live::Event { event, .. } = item else { continue };
                        let index = calls.iter().position(|call| *call == event.call).unwrap();
                        if let Event::TextDelta { text } = event.event {
                            got[index].push_str(&text);
                        }
                    }
                }
                assert_eq!(got, expected);
            });
        }
    }
}
