//! A real notification daemon (dunst) on a private bus and screen; nothing is shown on the user's own.
//!
//! Each test starts itself again in there; `cargo xtask test` installs what it needs.

use std::process::Command;
use switchboard_app::host::Notifier;
use switchboard_host::SystemNotifier;

const INSIDE: &str = "SWITCHBOARD_TEST_INSIDE_NOTIFICATIONS";

/// Starts the daemon and waits until it answers.
const DAEMON: &str = "dunst -conf /dev/null >/dev/null 2>&1 &
for _ in $(seq 100); do
  dbus-send --session --print-reply --dest=org.freedesktop.Notifications /org/freedesktop/Notifications \
    org.freedesktop.Notifications.GetServerInformation >/dev/null 2>&1 && break
  sleep 0.1
done";

/// A bus that starts no service by itself.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"#;

fn in_session(test: &str, before: &str, inside: impl FnOnce()) {
    if std::env::var(INSIDE).as_deref() == Ok(test) {
        inside();
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let bus = home.path().join("bus.conf");
    std::fs::write(&bus, BARE_BUS).unwrap();
    let script = format!("{before}\n\"$0\" --exact \"$1\" --nocapture --test-threads=1");
    let output = Command::new("timeout")
        .args(["--kill-after=5", "100", "xvfb-run", "-a"])
        .args(["dbus-run-session", "--config-file"])
        .arg(&bus)
        .args(["--", "bash", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(INSIDE, test)
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("xvfb-run, dbus-run-session and dunst are installed");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_notification_arrives_with_its_title_and_text() {
    in_session(
        "notifications::a_notification_arrives_with_its_title_and_text",
        DAEMON,
        || {
            let notifier = SystemNotifier;
            assert_eq!(notifier.problem(), None);
            notifier
                .show("Budget all: 80 % spent", "$8.12 of $10.00 <b>& more</b>.")
                .unwrap();
            let control = |word: &str| Command::new("dunstctl").arg(word).output().unwrap();
            assert!(control("close-all").status.success());
            let history = control("history").stdout;
            let history: serde_json::Value = serde_json::from_slice(&history).unwrap();
            let arrived = &history["data"][0][0];
            assert_eq!(arrived["summary"]["data"], "Budget all: 80 % spent");
            assert_eq!(arrived["appname"]["data"], "Switchboard");
            let body = arrived["body"]["data"].as_str().unwrap();
            assert!(body.contains("$8.12 of $10.00"), "{body}");
            assert!(!body.contains("<b>"), "{body}");
        },
    );
}

#[test]
fn without_a_daemon_it_is_said_that_there_is_none() {
    in_session(
        "notifications::without_a_daemon_it_is_said_that_there_is_none",
        "",
        || {
            let notifier = SystemNotifier;
            let problem = "no notification service answers on this desktop";
            assert_eq!(notifier.problem().as_deref(), Some(problem));
            assert_eq!(notifier.show("a", "b"), Err(problem.to_owned()));
        },
    );
}
