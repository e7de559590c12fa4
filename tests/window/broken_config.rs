//! A configuration file that is broken by hand while the window is open never takes the program down.

use crate::routes::open;
use crate::story::{api, pictures};
use serde_json::json;
use switchboard_acceptance::window::AppWindow;

const GOOD: &str = "[routes.mine]\nabout = \"My own\"\ntargets = [\"sandbox/swift\"]\n";
const UNKNOWN_STEP: &str = "[routes.mine]\n[[routes.mine.steps]]\ntargets = [\"sandbox/swift\"]\n\
                            shrug = true\n";

/// Waits until the banner says all of this.
async fn banner(window: &AppWindow, parts: &[&str]) {
    let says = |text: &str| parts.iter().all(|part| text.contains(part));
    window
        .wait_for_text("config-problem", "says what is wrong and where", says)
        .await;
    // The last good configuration is active and can be looked at.
    window.find("step-0").await;
    let list = api(window, "routes.list", json!({})).await;
    assert!(list.to_string().contains("\"mine\""), "{list}");
}

#[tokio::test]
async fn a_file_broken_by_hand_says_its_line_and_the_good_one_is_one_click_away() {
    let data = tempfile::tempdir().expect("a folder");
    let path = data.path().join("config.toml");
    std::fs::write(&path, GOOD).expect("the folder can be written");
    let window = open(data.path()).await;
    window.click("route-mine").await;

    let large = vec![b'#'; 50_000_000];
    let breaks: [(&[u8], &[&str]); 4] = [
        (
            b"[routes.mine]\ntargets = [\"sandbox/swift\"\n",
            &["not TOML", "config.toml, line "],
        ),
        (
            UNKNOWN_STEP.as_bytes(),
            &["line 4", "routes.mine.steps[0].shrug"],
        ),
        (
            b"# one\n# two\nx = \"\xff\xfe\"\n",
            &["not UTF-8", "line 3"],
        ),
        (&large, &["larger than 1 MB"]),
    ];
    for (bytes, parts) in breaks {
        std::fs::write(&path, bytes).expect("the file can be written");
        banner(&window, parts).await;
    }
    std::fs::remove_file(&path).expect("the file can be removed");
    banner(&window, &["is gone"]).await;
    std::fs::create_dir(&path).expect("a folder can be made");
    banner(&window, &["cannot be read"]).await;
    pictures(&window, "routes-broken").await;

    // What is drafted meanwhile is refused with the reason, and is not lost.
    window.press("Ctrl+n").await;
    window.wait_for_focus("route-name").await;
    window.type_keys("later").await;
    window.press("Ctrl+Enter").await;
    window.find("review").await;
    window.click("review-activate").await;
    window
        .wait_until(
            "the review says why it cannot be",
            "return document.querySelector('dialog [role=alert]')?.textContent.includes('cannot be read')",
        )
        .await;
    window.press("Escape").await;

    window.click("config-put-back").await;
    window
        .wait_until(
            "the banner is gone",
            "return document.querySelector('[data-testid=config-problem]') === null",
        )
        .await;
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), GOOD);
    assert!(data.path().join("config.toml.broken").is_dir());
    window.find("route-later").await;
    window.close().await;
}
