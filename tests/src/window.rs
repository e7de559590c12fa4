//! The real window, as a user's hands and eyes see it.

use crate::driver::Driver;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::error::NewSessionError;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Longest wait for something that should be there. Generous: machines are busy while tests run.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest wait for the program to start, or for the window to answer anything at all.
const START: Duration = Duration::from_secs(60);
/// Time between two looks.
const GLANCE: Duration = Duration::from_millis(50);

/// A window of the program, opened with a data folder of the test's own.
#[derive(Debug)]
pub struct AppWindow {
    client: Client,
    _driver: Driver,
}

impl AppWindow {
    /// Starts the program with `data_dir` and waits for its page.
    ///
    /// # Panics
    /// If the window does not open.
    pub async fn open(data_dir: &Path) -> AppWindow {
        AppWindow::open_with(data_dir, &[]).await
    }

    /// Starts the program with `data_dir` and further arguments.
    ///
    /// # Panics
    /// If the window does not open.
    pub async fn open_with(data_dir: &Path, arguments: &[&str]) -> AppWindow {
        let driver = Driver::start();
        let mut words = vec!["--data-dir".to_owned(), data_dir.display().to_string()];
        words.extend(arguments.iter().map(ToString::to_string));
        let mut capabilities = Capabilities::new();
        // No `browserName`: WebKitWebDriver refuses to match it.
        capabilities.insert(
            "tauri:options".into(),
            json!({ "application": built("switchboard"), "args": words }),
        );
        let client = connect(&driver, &capabilities).await;
        let window = AppWindow {
            client,
            _driver: driver,
        };
        // Frames are drawn only once the window is shown. A picture taken before is black, or ends
        // WebKitWebDriver.
        let drawn = "const done = arguments[0];
            requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";
        let drawn = window.client.execute_async(drawn, Vec::new());
        let drawn = tokio::time::timeout(START, drawn).await;
        drawn
            .expect("the window is shown")
            .expect("the page answers");
        window
            .wait_until(
                "the page shows something",
                "return document.body.innerText.trim().length > 0",
            )
            .await;
        window
    }

    /// Returns the WebDriver client, for what has no word here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for the element with a `data-testid`.
    ///
    /// # Panics
    /// If it does not come up.
    pub async fn find(&self, test_id: &str) -> Element {
        let selector = selector(test_id);
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .every(GLANCE)
            .for_element(Locator::Css(&selector))
            .await;
        match found {
            Ok(element) => element,
            Err(error) => {
                self.screenshot("failed").await;
                panic!("there is no `{test_id}` in the window: {error}")
            }
        }
    }

    /// Returns how many elements have a `data-testid` now.
    ///
    /// # Panics
    /// If the window is gone.
    pub async fn count(&self, test_id: &str) -> usize {
        let selector = selector(test_id);
        self.client
            .find_all(Locator::Css(&selector))
            .await
            .expect("the window answers")
            .len()
    }

    /// Clicks the element with a `data-testid`.
    ///
    /// # Panics
    /// If it does not come up or cannot be clicked.
    pub async fn click(&self, test_id: &str) {
        let element = self.find(test_id).await;
        if let Err(error) = element.click().await {
            self.screenshot("failed").await;
            panic!("`{test_id}` cannot be clicked: {error}");
        }
    }

    /// Clicks a place of the page, in CSS pixels from its upper left corner.
    ///
    /// # Panics
    /// If the window is gone.
    pub async fn click_at(&self, x: f64, y: f64) {
        let button = MOUSE_BUTTON_LEFT;
        let to = PointerAction::MoveTo {
            duration: None,
            x,
            y,
        };
        let actions = MouseActions::new("mouse".to_owned())
            .then(to)
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button });
        let clicked = self.client.perform_actions(actions).await;
        clicked.expect("the mouse works");
    }

    /// Replaces the text of a field with what the user types.
    ///
    /// # Panics
    /// If there is no such field.
    pub async fn type_into(&self, test_id: &str, text: &str) {
        let field = self.find(test_id).await;
        field.click().await.expect("the field can be clicked");
        // What is selected is replaced by the first key, as in every editor.
        let select = "document.querySelector(arguments[0]).select(); return true";
        self.run(select, vec![json!(selector(test_id))]).await;
        let field = self.find(test_id).await;
        field.send_keys(text).await.expect("the field takes keys");
    }

    /// Returns the text of the element with a `data-testid`, as shown.
    ///
    /// # Panics
    /// If it does not come up.
    pub async fn text(&self, test_id: &str) -> String {
        self.find(test_id)
            .await
            .text()
            .await
            .expect("the element has a text")
    }

    /// Waits until the text of an element fulfils a condition, and returns it.
    ///
    /// # Panics
    /// If it never does.
    pub async fn wait_for_text(
        &self,
        test_id: &str,
        what: &str,
        is_met: impl Fn(&str) -> bool,
    ) -> String {
        let began = Instant::now();
        loop {
            let script = "return document.querySelector(arguments[0])?.innerText ?? null";
            let text = self.run(script, vec![json!(selector(test_id))]).await;
            if let Some(text) = text.as_str().filter(|text| is_met(text)) {
                return text.to_owned();
            }
            if began.elapsed() > PATIENCE {
                self.screenshot("failed").await;
                panic!("`{test_id}` never {what}; it shows {text}");
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until a script returns `true`.
    ///
    /// # Panics
    /// If it never does.
    pub async fn wait_until(&self, what: &str, script: &str) {
        let began = Instant::now();
        while self.run(script, Vec::new()).await != Value::Bool(true) {
            if began.elapsed() > PATIENCE {
                self.screenshot("failed").await;
                panic!("it never came to this: {what}");
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Runs a script in the page and returns what it returns.
    ///
    /// # Panics
    /// If it throws.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = tokio::time::timeout(START, self.client.execute(script, arguments)).await;
        answer
            .expect("the window answers in time")
            .expect("the script runs")
    }

    /// Calls a command of the program as the page would, and returns its result or its error.
    ///
    /// # Panics
    /// If the window is gone.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let script = "const done = arguments[2];
            window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])
                .then(ok => done({ ok: ok ?? null }), error => done({ error }));";
        let arguments = vec![json!(command), arguments];
        let answer =
            tokio::time::timeout(START, self.client.execute_async(script, arguments)).await;
        let mut answer = answer
            .expect("the window answers in time")
            .expect("the window answers");
        match answer.get_mut("ok") {
            Some(ok) => Ok(ok.take()),
            None => Err(answer["error"].take()),
        }
    }

    /// Writes a picture of the page to `target/screenshots/NAME.png`.
    ///
    /// # Panics
    /// If no picture can be taken or written.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder = target().join("screenshots");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let path = folder.join(format!("{name}.png"));
        let picture = tokio::time::timeout(START, self.client.screenshot()).await;
        let picture = picture
            .expect("the picture comes in time")
            .expect("a picture can be taken");
        std::fs::write(&path, picture).expect("the picture can be written");
        path
    }

    /// Closes the window and ends the program.
    pub async fn close(self) {
        // WebKitWebDriver may end before it answers this; dropping the driver ends what is left.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.client.close()).await;
    }
}

/// Starts the program through the driver.
///
/// The proxy answers before WebKitWebDriver behind it does, and drops what it is asked until then:
/// such a request is made again. (Looking at WebKitWebDriver's own port instead ends it.)
async fn connect(driver: &Driver, capabilities: &Capabilities) -> Client {
    let began = Instant::now();
    loop {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.clone());
        let address = driver.address();
        let connecting = builder.connect(&address);
        match tokio::time::timeout(START, connecting).await {
            Ok(Ok(client)) => return client,
            Ok(Err(NewSessionError::FailedC(_))) if began.elapsed() < PATIENCE => {
                tokio::time::sleep(GLANCE).await;
            }
            Ok(Err(error)) => panic!("the program does not open its window: {error}"),
            Err(_) => panic!("the program did not open its window within {START:?}"),
        }
    }
}

fn selector(test_id: &str) -> String {
    format!(r#"[data-testid="{}"]"#, test_id.replace('"', r#"\""#))
}

/// Returns the folder that holds what was built.
fn target() -> PathBuf {
    // target/debug/deps/window-0123456789abcdef
    let own = std::env::current_exe().expect("a running program has a path");
    own.ancestors()
        .nth(3)
        .expect("tests are built in target/PROFILE/deps")
        .to_path_buf()
}

/// Returns a program of the workspace, built by the same cargo command line as this test.
pub(crate) fn built(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    let folder = own
        .ancestors()
        .nth(2)
        .expect("tests are built in target/PROFILE/deps");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is not built: cargo build --workspace --bins",
        program.display()
    );
    program
}
