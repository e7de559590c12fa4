//! Who may use the page: a token that works once is exchanged for a cookie.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use switchboard_app::live::Visibility;
use tokio::sync::watch;

/// Most sessions at a time; the oldest ends when another begins.
const SESSIONS: usize = 32;

/// The one token that is valid now, and the sessions it and its predecessors began.
#[derive(Debug)]
pub(crate) struct Sessions {
    /// Tells whoever prints the address when it changes.
    token: watch::Sender<String>,
    begun: Mutex<Begun>,
}

#[derive(Debug, Default)]
struct Begun {
    order: VecDeque<String>,
    pages: HashMap<String, Vec<(u64, Visibility)>>,
    next_page: u64,
}

/// A page that listens.
#[derive(Debug)]
pub(crate) struct Listening {
    sessions: Arc<Sessions>,
    session: String,
    id: u64,
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(pages) = self.sessions.lock().pages.get_mut(&self.session) {
            pages.retain(|(id, _)| *id != self.id);
        }
    }
}

/// The system gave no random numbers: no secret can be made.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers, so the page cannot be protected: {0}")]
pub struct NoRandom(String);

impl Sessions {
    pub(crate) fn new() -> Result<Self, NoRandom> {
        Ok(Self {
            token: watch::Sender::new(secret()?),
            begun: Mutex::default(),
        })
    }

    /// Returns the token that is valid now and later ones.
    pub(crate) fn tokens(&self) -> watch::Receiver<String> {
        self.token.subscribe()
    }

    /// Exchanges a token for a session. The token is spent, whoever used it.
    pub(crate) fn exchange(&self, token: &str) -> Option<String> {
        let (session, next) = (secret().ok()?, secret().ok()?);
        let spent = self.token.send_if_modified(|valid| {
            let matches = same(valid, token);
            if matches {
                *valid = next;
            }
            matches
        });
        if !spent {
            return None;
        }
        let mut begun = self.lock();
        if begun.order.len() >= SESSIONS
            && let Some(oldest) = begun.order.pop_front()
        {
            begun.pages.remove(&oldest);
        }
        begun.order.push_back(session.clone());
        begun.pages.insert(session.clone(), Vec::new());
        Some(session)
    }

    /// Returns whether a session was begun here.
    pub(crate) fn knows(&self, session: &str) -> bool {
        self.lock().order.iter().any(|begun| same(begun, session))
    }

    /// Takes note of a page that listens to the live channel, until the guard is dropped.
    pub(crate) fn listens(self: &Arc<Self>, session: &str, page: Visibility) -> Listening {
        let mut begun = self.lock();
        begun.next_page += 1;
        let id = begun.next_page;
        if let Some(pages) = begun.pages.get_mut(session) {
            for (_, other) in pages.iter() {
                other.set_hidden(false);
            }
            pages.push((id, page));
        }
        Listening {
            sessions: Arc::clone(self),
            session: session.to_owned(),
            id,
        }
    }

    /// Says whether the session's page can be seen. Several pages are not told apart: all count as
    /// seen.
    pub(crate) fn set_hidden(&self, session: &str, hidden: bool) {
        if let Some(pages) = self.lock().pages.get(session) {
            let alone = pages.len() == 1;
            for (_, page) in pages {
                page.set_hidden(hidden && alone);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns 256 random bits as hexadecimal digits.
fn secret() -> Result<String, NoRandom> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| NoRandom(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Compares in a time that does not tell how much was right.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one
            .bytes()
            .zip(other.bytes())
            .fold(0, |differ, (a, b)| differ | (a ^ b))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_works_once_and_the_next_one_is_another() {
        let sessions = Sessions::new().unwrap();
        let first = sessions.tokens().borrow().clone();
        assert_eq!(first.len(), 64);
        assert!(sessions.exchange("").is_none());
        let session = sessions.exchange(&first).unwrap();
        assert!(sessions.knows(&session) && !sessions.knows(&first) && !sessions.knows(""));
        assert!(sessions.exchange(&first).is_none());
        let second = sessions.tokens().borrow().clone();
        assert_ne!(first, second);
        assert!(sessions.exchange(&second).is_some());
    }

    #[test]
    fn the_oldest_session_ends_when_there_are_too_many() {
        let sessions = Sessions::new().unwrap();
        let begin = || {
            let token = sessions.tokens().borrow().clone();
            sessions.exchange(&token).unwrap()
        };
        let first = begin();
        let second = begin();
        for _ in 0..SESSIONS - 1 {
            begin();
        }
        assert!(!sessions.knows(&first) && sessions.knows(&second));
    }
}
