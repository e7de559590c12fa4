//! Two hundred routes of ten steps each: the screen stays fluid. Figures go to standard error.

use crate::routes::open;
use crate::story::api;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use switchboard_acceptance::window::AppWindow;

const ROUTES: usize = 200;
const STEPS: usize = 10;
/// Longest that anything may take until it is drawn, in milliseconds. Far above what is measured: debug builds on
/// busy machines are slow.
const PATIENCE_MS: f64 = 3000.0;

/// Returns a configuration with many routes, every third with a rule and limits of its own.
fn config() -> String {
    let models = ["swift", "steady", "thinker", "verbose", "instant", "coder"];
    let mut text = String::new();
    for route in 0..ROUTES {
        let _ = writeln!(text, "[routes.team-{route:03}]");
        let _ = writeln!(text, "about = \"What team {route} asks\"");
        if route % 3 == 0 {
            let _ = writeln!(
                text,
                "when = 'caller == \"team-{route}\" and input_tokens < {}'",
                1000 + route
            );
        }
        for step in 0..STEPS {
            let _ = writeln!(text, "[[routes.team-{route:03}.steps]]");
            let model = models[(route + step) % models.len()];
            let _ = writeln!(text, "targets = [\"sandbox/{model}?seed={step}\"]");
            if step % 2 == 1 {
                let _ = writeln!(
                    text,
                    "first_token = \"{}s\"\nrequests_per_minute = 60",
                    step + 2
                );
            }
        }
        text.push('\n');
    }
    text
}

/// Does something in the page and returns how long it takes until `until` holds and is drawn, in milliseconds.
async fn timed(window: &AppWindow, what: &str, act: &str, until: &str) -> f64 {
    let script = format!(
        "const done = arguments[0];
         const byId = (id) => document.querySelector(`[data-testid=\"${{id}}\"]`);
         const began = performance.now();
         {act};
         const look = () => ({until})
             ? requestAnimationFrame(() => done(performance.now() - began))
             : performance.now() - began > 15000 ? done(-1) : requestAnimationFrame(look);
         look();"
    );
    let found = window.client().execute_async(&script, Vec::new()).await;
    let ms = found.expect("the window answers").as_f64().expect("a time");
    assert!(ms >= 0.0, "it never came to this: {what}");
    eprintln!("{what}: {ms:.0} ms");
    ms
}

/// Does something in each of `times` frames and returns the longest time between two frames, in milliseconds.
async fn frames(window: &AppWindow, what: &str, prepare: &str, each: &str, times: usize) -> f64 {
    let script = format!(
        "const done = arguments[0];
         const byId = (id) => document.querySelector(`[data-testid=\"${{id}}\"]`);
         {prepare};
         let at = 0; let last = performance.now(); const gaps = [], work = [];
         const tick = () => {{
             const now = performance.now(); gaps.push(now - last); last = now;
             if (at === {times}) return done([gaps.slice(1), work]);
             {each}; setTimeout(() => work.push(performance.now() - now)); at += 1; requestAnimationFrame(tick);
         }};
         requestAnimationFrame(tick);"
    );
    let found = window.client().execute_async(&script, Vec::new()).await;
    let found = found.expect("the window answers");
    let sorted = |at: usize| {
        let list = found[at].as_array().into_iter().flatten();
        let mut list: Vec<f64> = list.filter_map(Value::as_f64).collect();
        list.sort_by(f64::total_cmp);
        (list[list.len() / 2], list[list.len() - 1])
    };
    let ((gap, longest), (work, _)) = (sorted(0), sorted(1));
    eprintln!(
        "{what}: {times} frames, median {gap:.0} ms, longest {longest:.0} ms; until drawn {work:.0} ms"
    );
    longest
}

/// Calls a use-case and prints how long it takes, in milliseconds.
async fn asked(window: &AppWindow, method: &str, params: Value) -> Value {
    let began = Instant::now();
    let found = api(window, method, params).await;
    eprintln!("{method}: {:.0} ms", began.elapsed().as_secs_f64() * 1000.0);
    found
}

#[tokio::test]
async fn two_hundred_routes_of_ten_steps_stay_fluid() {
    let data = tempfile::tempdir().expect("a folder");
    std::fs::write(data.path().join("config.toml"), config()).expect("the folder can be written");
    let window = open(data.path()).await;
    let listed = "document.querySelectorAll('[data-route]').length";
    let mut slowest: f64 = 0.0;

    asked(&window, "routes.list", json!({})).await;
    let form = asked(&window, "routes.get", json!({"name": "team-150"})).await;
    let mut edited = form["draft"].clone();
    edited["about"] = json!("Edited");
    let edits = json!({"drafts": [{"original": "team-150", "draft": edited}]});
    asked(&window, "routes.diff", edits).await;
    let check = json!({"draft": form["draft"], "original": "team-150"});
    asked(&window, "routes.check", check).await;

    window.press("Ctrl+1").await;
    window.find("column-0-model").await;
    let act = "byId('nav-routes').click()";
    let until = format!("{listed} >= {ROUTES} && byId('step-0')");
    slowest = slowest.max(timed(&window, "open the screen", act, &until).await);

    let act = "const field = byId('route-search'); field.focus(); field.value = 'team-15';
        field.dispatchEvent(new InputEvent('input', { bubbles: true }))";
    let until = format!("{listed} === 10");
    slowest = slowest.max(timed(&window, "find ten of them", act, &until).await);
    let act = "byId('route-search').value = '';
        byId('route-search').dispatchEvent(new InputEvent('input', { bubbles: true }))";
    let until = format!("{listed} >= {ROUTES}");
    slowest = slowest.max(timed(&window, "show all again", act, &until).await);

    let act = "byId('route-team-150').click()";
    let until = "byId('step-9') && document.querySelector('h1').textContent === 'team-150'";
    slowest = slowest.max(timed(&window, "select a route", act, until).await);

    let prepare = "document.querySelector('[data-route][aria-current]').focus()";
    let each = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
        { key: 'ArrowDown', bubbles: true, cancelable: true }))";
    slowest = slowest.max(frames(&window, "walk down the list", prepare, each, 20).await);

    window.press("F2").await;
    window.wait_for_focus("route-name").await;
    window.tab_to("route-about").await;
    let prepare = "const field = document.activeElement";
    let each =
        "field.value += 'x'; field.dispatchEvent(new InputEvent('input', { bubbles: true }))";
    slowest = slowest.max(frames(&window, "type", prepare, each, 40).await);

    let prepare = "const grip = document.querySelector('[data-step=\"0\"] .grip');
        const box = grip.getBoundingClientRect(); let y = box.top + 8;
        const point = (type, on) => on.dispatchEvent(new PointerEvent(type,
            { bubbles: true, cancelable: true, button: 0, clientX: box.left + 8, clientY: y }));
        point('pointerdown', grip)";
    let each = "y += 12; point('pointermove', window); if (at === 29) point('pointerup', window)";
    slowest = slowest.max(frames(&window, "drag a step", prepare, each, 30).await);

    let undo = "document.querySelector('[aria-label=\"Undo\"]').click()";
    slowest = slowest.max(timed(&window, "undo", undo, "true").await);

    // What was typed is judged first, as it rests.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let act = "byId('route-review').click()";
    let until = "byId('review')?.textContent.includes('lines')";
    slowest = slowest.max(timed(&window, "review the changes", act, until).await);
    let act = "byId('review-activate').click()";
    let until = "!byId('review') && byId('step-9')";
    slowest = slowest.max(timed(&window, "activate", act, until).await);
    assert!(slowest < PATIENCE_MS, "something takes {slowest:.0} ms");
    window.close().await;
}
