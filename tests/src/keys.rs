//! The user's keyboard: keys go to whatever has the focus, as real ones do.

use crate::window::AppWindow;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};

/// Names of keys, and what WebDriver calls them.
const NAMED: &[(&str, char)] = &[
    ("Backspace", '\u{E003}'),
    ("Tab", '\u{E004}'),
    ("Enter", '\u{E007}'),
    ("Shift", '\u{E008}'),
    ("Ctrl", '\u{E009}'),
    ("Alt", '\u{E00A}'),
    ("Escape", '\u{E00C}'),
    ("End", '\u{E010}'),
    ("Home", '\u{E011}'),
    ("Left", '\u{E012}'),
    ("Up", '\u{E013}'),
    ("Right", '\u{E014}'),
    ("Down", '\u{E015}'),
    ("F2", '\u{E032}'),
    ("F6", '\u{E036}'),
];
/// Most presses of Tab until something should have the focus.
const TABS: usize = 60;

impl AppWindow {
    /// Presses a chord: `Ctrl+n`, `Alt+Up`, `Enter`, `+`.
    ///
    /// # Panics
    /// If a key has no such name, or the window is gone.
    pub async fn press(&self, chord: &str) {
        let keys: Vec<char> = match chord {
            "+" => vec!['+'],
            _ => chord.split('+').map(key).collect(),
        };
        let mut actions = KeyActions::new("keyboard".to_owned());
        for &value in &keys {
            actions = actions.then(KeyAction::Down { value });
        }
        for &value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        let pressed = self.client().perform_actions(actions).await;
        pressed.expect("the keyboard works");
    }

    /// Types a text into whatever has the focus.
    ///
    /// # Panics
    /// If the window is gone.
    pub async fn type_keys(&self, text: &str) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in text.chars() {
            let value = if value == '\n' { key("Enter") } else { value };
            actions = actions
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        let typed = self.client().perform_actions(actions).await;
        typed.expect("the keyboard works");
    }

    /// Returns the `data-testid` of what has the focus, or of the nearest thing around it.
    pub async fn focused(&self) -> String {
        let script =
            "return document.activeElement?.closest('[data-testid]')?.dataset.testid ?? ''";
        let found = self.run(script, Vec::new()).await;
        found.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the element with a `data-testid` has the focus.
    ///
    /// # Panics
    /// If it never gets it.
    pub async fn wait_for_focus(&self, test_id: &str) {
        let what = format!("`{test_id}` has the focus");
        let script = format!(
            "return document.activeElement?.dataset.testid === {}",
            serde_json::json!(test_id)
        );
        self.wait_until(&what, &script).await;
    }

    /// Presses Tab until the element with a `data-testid` has the focus.
    ///
    /// # Panics
    /// If it is not reached.
    pub async fn tab_to(&self, test_id: &str) {
        let mut passed = Vec::new();
        for _ in 0..TABS {
            self.press("Tab").await;
            let focused = self.focused().await;
            if focused == test_id {
                return;
            }
            passed.push(focused);
        }
        self.screenshot("failed").await;
        panic!("Tab never comes to `{test_id}`; it passes {passed:?}");
    }
}

fn key(name: &str) -> char {
    let named = NAMED.iter().find(|(known, _)| *known == name);
    let mut letters = name.chars();
    match (named, letters.next(), letters.next()) {
        (Some((_, key)), _, _) => *key,
        (None, Some(letter), None) => letter,
        _ => panic!("no key is called `{name}`"),
    }
}
