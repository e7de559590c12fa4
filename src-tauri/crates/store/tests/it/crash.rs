//! Real processes that are really killed. A child is this test binary itself, told by an environment
//! variable to run one of the `child_*` tests; without it those do nothing.

use crate::support::*;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};
use switchboard_engine::call::CallId;
use switchboard_engine::error::ErrorKind;
use switchboard_store::{CallFilter, CallStatus, Store};

const FILE: &str = "STORE_TEST_FILE";

struct Spawned {
    child: Child,
    stdin: ChildStdin,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Spawned {
    fn new(test: &str, file: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("crash::{test}"), "--nocapture"])
            .env(FILE, file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            stdin,
            lines,
        }
    }

    /// Returns the rest of the next line that begins with `start`.
    fn next(&mut self, start: &str) -> String {
        for line in self.lines.by_ref() {
            // The test harness writes its own words before ours on the first line.
            let line = line.unwrap();
            if let Some(at) = line.find(start) {
                return line[at + start.len()..].to_owned();
            }
        }
        panic!("the child ended before it said `{start}`");
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Streams a numbered word every 2 ms for ever and says when each was appended.
#[tokio::test]
async fn child_streams() {
    let Ok(file) = std::env::var(FILE) else {
        return;
    };
    let (store, _) = Store::open(file).unwrap();
    let call = new_call("endless");
    store.begin_call(call.clone()).await.unwrap();
    println!("call={}", call.id);
    let began = Instant::now();
    for event in numbered(call.id, vec![started(1, "endless"), first_token(1)]) {
        store.append(event);
    }
    for n in 0_u64.. {
        let word = switchboard_engine::event::CallEvent {
            call: call.id,
            seq: n + 2,
            at_ms: began.elapsed().as_millis() as u64,
            event: text(&format!("{n} ")),
        };
        store.append(word);
        println!("word={n} at={}", began.elapsed().as_millis());
        std::io::stdout().flush().unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Begins a call, then ends it when told.
#[tokio::test]
async fn child_runs_until_told() {
    let Ok(file) = std::env::var(FILE) else {
        return;
    };
    let (store, opened) = Store::open(file).unwrap();
    let call = new_call("patient");
    store.begin_call(call.clone()).await.unwrap();
    store.append(numbered(call.id, vec![text("so far")]).remove(0));
    store.flush().await.unwrap();
    println!("interrupted={}", opened.interrupted);
    println!("call={}", call.id);
    std::io::stdout().flush().unwrap();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    for event in numbered(call.id, vec![text(", so good"), finished("patient", 2)]) {
        store.append(event);
    }
    store.close().await;
    println!("done=");
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_stream_loses_at_most_250_ms_of_text() {
    let place = Place::new();
    let mut child = Spawned::new("child_streams", &place.file());
    let id: CallId = child.next("call=").parse().unwrap();
    let mut said = Vec::new();
    loop {
        let line = child.next("word=");
        let (word, at) = line.split_once(" at=").unwrap();
        let (word, at): (u64, u64) = (word.parse().unwrap(), at.parse().unwrap());
        said.push((word, at));
        if at > 700 {
            break;
        }
    }
    child.kill();
    let (store, opened) = place.open_with_report();
    assert_eq!(opened.interrupted, 1);
    let record = store.call(id).await.unwrap().unwrap();
    assert_eq!(record.row.status, CallStatus::Interrupted);
    assert_eq!(record.row.error.unwrap().kind, ErrorKind::Interrupted);
    let words: Vec<u64> = record
        .text
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    assert!(
        words.iter().copied().eq(0..words.len() as u64),
        "the text has no gap"
    );
    let last_kept = said[words.len().min(said.len()) - 1].1;
    let last_said = said.last().unwrap().1;
    assert!(
        last_said - last_kept <= 250,
        "lost {} ms of text",
        last_said - last_kept
    );
    assert!(record.row.elapsed_ms.is_some());
    assert!(record.attempts[0].ended_ms.is_some());
    let filter = CallFilter {
        search: "interrupted endless 7".to_owned(),
        ..CallFilter::default()
    };
    assert_eq!(
        store.calls(&filter).await.unwrap().calls.len(),
        1,
        "its text can be searched"
    );
    store.check().await.unwrap();
    drop(store);
    assert_eq!(place.open_with_report().1.interrupted, 0, "marked once");
}

#[tokio::test]
async fn a_call_of_a_living_process_is_not_taken_for_interrupted() {
    let place = Place::new();
    let mut living = Spawned::new("child_runs_until_told", &place.file());
    let mut dying = Spawned::new("child_runs_until_told", &place.file());
    let survivor: CallId = living.next("call=").parse().unwrap();
    let victim: CallId = dying.next("call=").parse().unwrap();
    dying.kill();

    let (store, opened) = place.open_with_report();
    assert_eq!(opened.interrupted, 1);
    let status = async |id| store.call(id).await.unwrap().unwrap().row.status;
    assert_eq!(status(victim).await, CallStatus::Interrupted);
    assert_eq!(status(survivor).await, CallStatus::Running);

    living.stdin.write_all(b"go\n").unwrap();
    living.next("done=");
    let record = store.call(survivor).await.unwrap().unwrap();
    assert_eq!(record.row.status, CallStatus::Ok);
    assert_eq!(record.text, "so far, so good");
}

#[tokio::test]
async fn a_process_that_dies_later_is_found_by_a_sweep() {
    let place = Place::new();
    let store = place.open();
    let own = new_call("mine");
    store.begin_call(own.clone()).await.unwrap();
    let mut child = Spawned::new("child_runs_until_told", &place.file());
    let id: CallId = child.next("call=").parse().unwrap();
    assert_eq!(store.interrupt_orphans().await.unwrap(), 0);
    child.kill();
    assert_eq!(store.interrupt_orphans().await.unwrap(), 1);
    let record = store.call(id).await.unwrap().unwrap();
    assert_eq!(
        (record.row.status, record.text.as_str()),
        (CallStatus::Interrupted, "so far")
    );
    let own = store.call(own.id).await.unwrap().unwrap();
    assert_eq!(own.row.status, CallStatus::Running);
}

#[tokio::test]
async fn closing_leaves_no_lock_files_behind() {
    let place = Place::new();
    let store = place.open();
    answered(&store, new_call("swift"), "hi").await;
    store.close().await;
    drop(store);
    let folder = place.folder.path().join("history.sqlite.open");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}
