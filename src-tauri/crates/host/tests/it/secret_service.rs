//! The real Secret Service (gnome-keyring) on a private bus: fresh home, nothing of the user's.
//!
//! Each test starts itself again inside `dbus-run-session`; `cargo xtask test` installs what it needs.

use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use switchboard_app::api::types::KeychainState;
use switchboard_app::host::{Host, KeyStore, KeyStoreError};
use switchboard_engine::secret::Secret;
use switchboard_host::{Folders, SystemHost, SystemKeys};

const INSIDE: &str = "SWITCHBOARD_TEST_INSIDE_SESSION";
const KEY: &str = "sk-test-äöü-0123456789-WXYZ";

/// Starts the daemon with its default keyring open.
const UNLOCK: &str =
    "printf %s testpass | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
/// A bus that starts no service by itself.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"#;

/// One private session at a time: each starts a bus and a daemon.
static TURN: Mutex<()> = Mutex::new(());

/// Runs `inside` in a private session after the shell lines of `before`; `test` is the test's full name.
fn in_session(test: &str, before: &str, inside: impl FnOnce()) {
    if std::env::var(INSIDE).as_deref() == Ok(test) {
        inside();
        return;
    }
    let _turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let home = tempfile::tempdir().unwrap();
    let runtime = home.path().join("run");
    std::fs::create_dir_all(home.path().join("data")).unwrap();
    std::fs::create_dir(&runtime).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&runtime, mode).unwrap();
    let bus = home.path().join("bus.conf");
    std::fs::write(&bus, BARE_BUS).unwrap();
    let script = format!("{before}\nexec \"$0\" --exact \"$1\" --nocapture --test-threads=1");
    let output = Command::new("timeout")
        .args(["--kill-after=5", "100", "dbus-run-session", "--config-file"])
        .arg(&bus)
        .args(["--", "bash", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(INSIDE, test)
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_RUNTIME_DIR", &runtime)
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("GNOME_KEYRING_CONTROL")
        .env_remove("DISPLAY")
        .output()
        .expect("dbus-run-session and gnome-keyring are installed");
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let ran = String::from_utf8_lossy(&output.stdout);
    assert!(ran.contains("1 passed"), "the inner test ran: {ran}");
}

fn keys() -> SystemKeys {
    SystemKeys::new("switchboard-test").with_patience(Duration::from_secs(8))
}

fn key() -> Secret {
    Secret::new(KEY.into())
}

/// Returns the daemon's process id as the bus knows it.
fn daemon() -> Option<u32> {
    let bus = zbus::blocking::Connection::session().unwrap();
    let proxy = zbus::blocking::fdo::DBusProxy::new(&bus).unwrap();
    let name = zbus::names::BusName::try_from("org.freedesktop.secrets").unwrap();
    proxy.get_connection_unix_process_id(name).ok()
}

fn stop_daemon() {
    let pid = daemon().expect("a daemon").to_string();
    assert!(
        Command::new("kill")
            .args(["-9", &pid])
            .status()
            .unwrap()
            .success()
    );
    let until = Instant::now() + Duration::from_secs(5);
    while daemon().is_some() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(daemon(), None);
}

/// The daemon goes into the background before it is on the bus.
fn wait_for_daemon() {
    let until = Instant::now() + Duration::from_secs(20);
    while daemon().is_none() {
        assert!(Instant::now() < until, "the daemon did not come up");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn start_daemon() {
    let started = Command::new("bash").args(["-c", UNLOCK]).status().unwrap();
    assert!(started.success());
    wait_for_daemon();
}

#[test]
fn a_key_is_kept_changed_and_removed() {
    in_session(
        "secret_service::a_key_is_kept_changed_and_removed",
        UNLOCK,
        || {
            wait_for_daemon();
            let keys = keys();
            assert_eq!(keys.state(), KeychainState::Ok);
            assert_eq!(keys.get("openai/default"), Ok(None));
            keys.delete("openai/default").unwrap();
            keys.set("openai/default", &key()).unwrap();
            assert_eq!(keys.get("openai/default"), Ok(Some(key())));
            // Another process sees it, under another service nobody does.
            assert_eq!(
                SystemKeys::new("switchboard-test").get("openai/default"),
                Ok(Some(key()))
            );
            assert_eq!(
                SystemKeys::new("switchboard").get("openai/default"),
                Ok(None)
            );
            let changed = Secret::new("sk-changed-key-4321".into());
            keys.set("openai/default", &changed).unwrap();
            keys.set("openai/work", &key()).unwrap();
            assert_eq!(keys.get("openai/default"), Ok(Some(changed)));
            keys.delete("openai/default").unwrap();
            assert_eq!(keys.get("openai/default"), Ok(None));
            assert_eq!(keys.get("openai/work"), Ok(Some(key())));
            let host = SystemHost::new(&Folders::below(std::path::Path::new("/tmp/x")));
            assert_eq!(host.keys().get("openai/work"), Ok(None));
        },
    );
}

#[test]
fn a_store_without_a_keyring_counts_as_locked() {
    let before = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1";
    in_session(
        "secret_service::a_store_without_a_keyring_counts_as_locked",
        before,
        || {
            wait_for_daemon();
            let keys = keys();
            let state = keys.state();
            assert!(matches!(state, KeychainState::Locked { .. }), "{state:?}");
            assert_eq!(keys.get("openai/default"), Ok(None));
            let refused = keys.set("openai/default", &key()).unwrap_err();
            assert!(matches!(refused, KeyStoreError::Locked(_)), "{refused:?}");
            assert!(!format!("{refused:?} {refused} {keys:?}").contains(KEY));
        },
    );
}

#[test]
fn a_locked_store_says_so_and_never_hangs() {
    in_session(
        "secret_service::a_locked_store_says_so_and_never_hangs",
        UNLOCK,
        || {
            wait_for_daemon();
            let keys = keys();
            keys.set("openai/default", &key()).unwrap();
            lock_default();
            let started = Instant::now();
            let state = keys.state();
            assert!(matches!(state, KeychainState::Locked { .. }), "{state:?}");
            assert!(started.elapsed() < Duration::from_secs(4));
            // There is nobody to answer the prompt here.
            for refused in [
                keys.get("openai/default").map(drop),
                keys.set("openai/default", &key()),
                keys.delete("openai/default"),
            ] {
                let refused = refused.unwrap_err();
                assert!(
                    matches!(refused, KeyStoreError::Locked(_) | KeyStoreError::Failed(_)),
                    "{refused:?}"
                );
                assert!(!format!("{refused:?} {refused}").contains(KEY));
            }
            assert!(started.elapsed() < Duration::from_secs(30));
        },
    );
}

#[test]
fn a_bus_without_a_store_is_none_until_one_starts() {
    in_session(
        "secret_service::a_bus_without_a_store_is_none_until_one_starts",
        "",
        || {
            let keys = keys();
            let KeychainState::None { message, commands } = keys.state() else {
                panic!("a store")
            };
            assert!(message.contains("no key store"), "{message}");
            assert!(
                commands
                    .iter()
                    .any(|one| one.command.contains("gnome-keyring"))
            );
            for refused in [
                keys.get("a/b").map(drop),
                keys.set("a/b", &key()),
                keys.delete("a/b"),
            ] {
                assert!(
                    matches!(refused, Err(KeyStoreError::None(_))),
                    "{refused:?}"
                );
            }
            // Installed and started meanwhile: "Retry" is enough.
            start_daemon();
            assert_eq!(keys.state(), KeychainState::Ok);
            keys.set("a/b", &key()).unwrap();
            assert_eq!(keys.get("a/b"), Ok(Some(key())));
        },
    );
}

#[test]
fn no_bus_is_none() {
    let before = "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus";
    in_session("secret_service::no_bus_is_none", before, || {
        let keys = keys();
        assert!(matches!(keys.state(), KeychainState::None { .. }));
        assert!(matches!(keys.get("a/b"), Err(KeyStoreError::None(_))));
        assert!(matches!(
            keys.set("a/b", &key()),
            Err(KeyStoreError::None(_))
        ));
    });
}

#[test]
fn a_store_that_disappears_is_noticed_and_found_again() {
    in_session(
        "secret_service::a_store_that_disappears_is_noticed_and_found_again",
        UNLOCK,
        || {
            wait_for_daemon();
            let keys = keys();
            keys.set("a/b", &key()).unwrap();
            stop_daemon();
            let started = Instant::now();
            assert!(matches!(keys.state(), KeychainState::None { .. }));
            let refused = keys.get("a/b").unwrap_err();
            assert!(matches!(refused, KeyStoreError::None(_)), "{refused:?}");
            assert!(started.elapsed() < Duration::from_secs(20));
            start_daemon();
            assert_eq!(keys.state(), KeychainState::Ok);
            assert_eq!(keys.get("a/b"), Ok(Some(key())));
        },
    );
}

/// Locks the default keyring, as a screen lock does.
fn lock_default() {
    let bus = zbus::blocking::Connection::session().unwrap();
    let service = zbus::blocking::Proxy::new(
        &bus,
        "org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service",
    )
    .unwrap();
    let path: zbus::zvariant::OwnedObjectPath = service.call("ReadAlias", &"default").unwrap();
    let _: (
        Vec<zbus::zvariant::OwnedObjectPath>,
        zbus::zvariant::OwnedObjectPath,
    ) = service.call("Lock", &(vec![path],)).unwrap();
}
