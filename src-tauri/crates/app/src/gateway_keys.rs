//! Keys for clients of the gateway: made here, shown once, kept as hashes.
//!
//! A key is 32 random bytes. What is kept is its SHA-256: from a number that cannot be guessed a plain hash
//! gives nothing away, and checking it costs a microsecond where a password hash would cost a hundred
//! thousand. The lookup is by hash, so how long it takes says nothing about the key.

use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use switchboard_engine::secret::Secret;
use switchboard_store::{GatewayKeyRow, NewGatewayKey, Store, StoreError};
use tokio::time::Instant;
use uuid::Uuid;

/// What every key begins with.
pub(crate) const PREFIX: &str = "sbk_";
/// Characters of a key that are shown, the prefix included.
const SHOWN: usize = 10;
/// Characters that 32 bytes take in base 62.
const DIGITS: usize = 43;
/// How long a look at the file is believed: another program may have revoked a key since.
const BELIEVED: Duration = Duration::from_secs(1);
/// A key's use is written at most this often, in milliseconds.
const NOTED_EVERY_MS: i64 = 60_000;
/// Longest token that is looked at, in bytes.
const TOKEN_LIMIT: usize = 128;

/// Who shows a gateway key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayCaller {
    /// The key's id.
    pub id: Arc<str>,
    /// The key's name.
    pub name: Arc<str>,
}

/// The gateway keys of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct GatewayKeys {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    /// Every valid key; the store bounds how many there can be.
    known: RwLock<Known>,
    /// Held while the file is read or changed, so that an older look never stands in for a newer one.
    changing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    /// `None`: not looked at yet.
    at: Option<Instant>,
    valid: HashMap<[u8; 32], Arc<Valid>>,
}

#[derive(Debug)]
struct Valid {
    caller: GatewayCaller,
    /// When a use was last written, in milliseconds since 1970; 0: never.
    noted_ms: AtomicI64,
}

impl GatewayKeys {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                known: RwLock::default(),
                changing: tokio::sync::Mutex::default(),
            }),
        }
    }

    /// Returns whose valid key `token` is, and notes its use; `None` if it is nobody's.
    pub(crate) async fn check(&self, token: &str) -> Option<GatewayCaller> {
        if !token.starts_with(PREFIX) || token.len() > TOKEN_LIMIT {
            return None;
        }
        self.look().await;
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let valid = self.known().valid.get(&hash).map(Arc::clone)?;
        self.note_use(&valid);
        Some(valid.caller.clone())
    }

    /// Returns whether any valid key exists.
    pub(crate) async fn any(&self) -> bool {
        self.look().await;
        !self.known().valid.is_empty()
    }

    /// Returns every valid key and the last revoked ones, newest first.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub(crate) async fn list(&self) -> Result<Vec<GatewayKeyRow>, StoreError> {
        self.inner.store.gateway_keys().await
    }

    /// Makes a key, valid at once.
    ///
    /// # Errors
    /// `Invalid` if a valid key has this name, or why the file could not be written.
    pub(crate) async fn create(
        &self,
        name: &str,
        secret: &Secret,
    ) -> Result<GatewayKeyRow, StoreError> {
        let _held = self.inner.changing.lock().await;
        let row = self
            .inner
            .store
            .create_gateway_key(NewGatewayKey {
                id: Uuid::now_v7().to_string(),
                name: name.to_owned(),
                prefix: secret.expose().chars().take(SHOWN).collect(),
                hash: Sha256::digest(secret.expose().as_bytes()).into(),
            })
            .await?;
        self.read().await;
        Ok(row)
    }

    /// Makes a key invalid, at once in this process and within [`BELIEVED`] in others.
    ///
    /// # Errors
    /// `NotFound`, or why the file could not be written.
    pub(crate) async fn revoke(&self, id: &str) -> Result<GatewayKeyRow, StoreError> {
        let _held = self.inner.changing.lock().await;
        let row = self.inner.store.revoke_gateway_key(id).await?;
        self.write_known()
            .valid
            .retain(|_, valid| *valid.caller.id != *id);
        Ok(row)
    }

    /// Looks at the file unless that was done just now.
    async fn look(&self) {
        if self.is_fresh() {
            return;
        }
        let _held = self.inner.changing.lock().await;
        // Others that waited find the work done.
        if !self.is_fresh() {
            self.read().await;
        }
    }

    fn is_fresh(&self) -> bool {
        self.known().at.is_some_and(|at| at.elapsed() < BELIEVED)
    }

    /// Reads the file. If that fails, what was known stays so: history that cannot be read for a moment
    /// must not lock every client out.
    async fn read(&self) {
        let rows = match self.inner.store.gateway_keys().await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(%error, "gateway keys could not be read");
                self.write_known().at = Some(Instant::now());
                return;
            }
        };
        let mut known = self.write_known();
        let before = std::mem::take(&mut known.valid);
        let valid = rows.into_iter().filter(|row| row.revoked_at_ms.is_none());
        known.valid = valid
            .map(|row| {
                let entry = before.get(&row.hash).cloned();
                (row.hash, entry.unwrap_or_else(|| Arc::new(Valid::of(&row))))
            })
            .collect();
        known.at = Some(Instant::now());
    }

    /// Writes that a key is in use, unless that was done within the last minute.
    fn note_use(&self, valid: &Arc<Valid>) {
        let now = jiff::Timestamp::now().as_millisecond();
        let noted = valid.noted_ms.load(Ordering::Relaxed);
        // A clock that was set back must not keep uses from being written.
        if (0..NOTED_EVERY_MS).contains(&now.saturating_sub(noted)) {
            return;
        }
        let swapped =
            valid
                .noted_ms
                .compare_exchange(noted, now, Ordering::Relaxed, Ordering::Relaxed);
        if swapped.is_err() {
            return;
        }
        let (store, id) = (self.inner.store.clone(), valid.caller.id.clone());
        tokio::spawn(async move {
            if let Err(error) = store.note_gateway_key_use(&id, now).await {
                tracing::warn!(%error, "the use of a gateway key could not be noted");
            }
        });
    }

    fn known(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.inner
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn write_known(&self) -> std::sync::RwLockWriteGuard<'_, Known> {
        self.inner
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Valid {
    fn of(row: &GatewayKeyRow) -> Self {
        Self {
            caller: GatewayCaller {
                id: row.id.as_str().into(),
                name: row.name.as_str().into(),
            },
            noted_ms: AtomicI64::new(row.last_used_at_ms.unwrap_or(0)),
        }
    }
}

/// Makes a new key.
///
/// # Errors
/// The system gave no random numbers.
pub(crate) fn new_secret() -> Result<Secret, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(Secret::new(format!("{PREFIX}{}", base62(bytes))))
}

/// Writes 32 bytes as a number in base 62, always [`DIGITS`] characters: letters and digits only, so that a
/// double click selects all of it.
fn base62(mut bytes: [u8; 32]) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_u32;
        for byte in &mut bytes {
            let number = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(number / 62).unwrap_or(u8::MAX);
            rest = number % 62;
        }
        *digit = ALPHABET[rest as usize];
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests;
