//! How the key store is, found out without making it ask the user anything.

use switchboard_app::api::types::KeychainState;
use switchboard_app::secrets::install_commands;

pub(super) const LOCKED: &str = "the key store is locked";
pub(super) const NONE: &str = "this system has no key store running";

fn none(message: &str) -> KeychainState {
    KeychainState::None {
        message: message.to_owned(),
        commands: install_commands(),
    }
}

/// Asks the Secret Service on the session bus.
#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
pub(super) fn ask() -> KeychainState {
    let Ok(bus) = zbus::blocking::Connection::session() else {
        return none("there is no session bus, and with it no key store");
    };
    match secret_service::default_collection(&bus) {
        Err(_) => none(NONE),
        Ok(None) => KeychainState::Locked {
            message:
                "the key store has no default keyring yet; log in to the desktop, or make one \
                      in its password program"
                    .to_owned(),
        },
        Ok(Some(collection)) => match secret_service::is_locked(&bus, &collection) {
            Ok(false) => KeychainState::Ok,
            Ok(true) => KeychainState::Locked {
                message: LOCKED.to_owned(),
            },
            Err(_) => none(NONE),
        },
    }
}

/// The few questions of the Secret Service that prompt nobody
/// (<https://specifications.freedesktop.org/secret-service/latest>, read 2026-11-23).
#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
mod secret_service {
    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::OwnedObjectPath;

    const NAME: &str = "org.freedesktop.secrets";

    /// Returns the default collection, or `None` if there is none. Starts the service if it can be started.
    pub(super) fn default_collection(bus: &Connection) -> zbus::Result<Option<OwnedObjectPath>> {
        let service = Proxy::new(
            bus,
            NAME,
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service",
        )?;
        let path: OwnedObjectPath = service.call("ReadAlias", &"default")?;
        Ok((path.as_str() != "/").then_some(path))
    }

    pub(super) fn is_locked(bus: &Connection, collection: &OwnedObjectPath) -> zbus::Result<bool> {
        Proxy::new(bus, NAME, collection, "org.freedesktop.Secret.Collection")?
            .get_property("Locked")
    }
}

/// Elsewhere the store is part of the system: it is there, and asks the user itself when it must.
#[cfg(not(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
)))]
pub(super) fn ask() -> KeychainState {
    match keyring::Entry::store_status() {
        Ok(()) => KeychainState::Ok,
        Err(_) => none(NONE),
    }
}
